"""Yargı: bir yanıtın durumu. Hiçbir şey kaydetmez, hiç hata fırlatmaz."""

from __future__ import annotations

from collections.abc import Mapping

from course_lib.errors import BadInput, CourseError
from course_lib.practice.answer import answer_of
from course_lib.practice.exercises import exercise
from course_lib.practice.forms import form_of
from course_lib.practice.fresh import judged_afresh
from course_lib.practice.limits import LimitReached, within_limits
from course_lib.practice.replaced import replaced_names
from course_lib.practice.verdict import Verdict


def judge(
    exercise_id: str,
    answer: object,
    guess: str | None = None,
    *,
    namespace: Mapping[str, object] | None = None,
) -> Verdict:
    """Bir yanıtı yargılar ve hiçbir şey kaydetmez; hiç hata fırlatmaz.

    Args:
        exercise_id: "e01" gibi.
        answer: onarılan sınıf; birkaç şüpheli varsa {ad: sınıf} sözlüğü.
        guess: tahmin; yanıtın parçası olduğu alıştırmalarda (masumun adı, şeklin okunuşu)
            kullanılır.
        namespace: kod hücresinin adları; verilmezse sınıfın tanımlandığı yerdekiler.
    """
    try:
        form = form_of(exercise(exercise_id))
        if guess is not None and guess not in form.choices:
            listed = ", ".join(form.choices)
            raise BadInput(f"guess şunlardan biri olmalı: {listed}; verilen: {guess!r}.")
        given = answer_of(form.item, answer, guess, namespace)
        if changed := replaced_names():
            return judged_afresh(form.item, given, changed)
        with within_limits():
            return form.judge(given)
    except LimitReached as problem:
        return Verdict(str(exercise_id), "wrong", (str(problem),))
    except CourseError as problem:  # yanıtın biçimi yanlış: ileti nedenini söyler
        return Verdict(str(exercise_id), "uncheckable", (f"Nedeni · {problem}",))
    except (Exception, SystemExit) as error:  # öğrencinin kodu her şeyi fırlatabilir
        reason = f"Nedeni · {type(error).__name__}: {error}"
        return Verdict(str(exercise_id), "uncheckable", (reason,))
