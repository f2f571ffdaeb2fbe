"""Öğrencinin defterde çağırdıkları: dene, check, explain, hint; tahmin guess.py'dedir."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.card import ASKING, card, numbered, paragraphs
from course_lib.errors import BadInput
from course_lib.practice import journal
from course_lib.practice.exercises import Exercise, exercise
from course_lib.practice.forms import form_of
from course_lib.practice.journal import JournalError
from course_lib.practice.message import Message, with_warnings
from course_lib.practice.turns import turn
from course_lib.practice.verdict import PLANNED, Verdict

if TYPE_CHECKING:  # torch ancak ölçülürken yüklenir
    from torch import nn


def explain(exercise_id: str, text: str) -> Message:
    """Açıklamanı kendi cümlelerinle saklar; boşsa bir şey değişmez."""
    item = exercise(exercise_id)
    if not isinstance(text, str) or not text.strip():
        question = form_of(item).question
        return Message(f"Açıklamanı tırnakların arasına yaz: {question}, nasıl anladın?")
    with journal.trying() as j:
        j.explanations[item.id] = text.strip()
    return with_warnings("Açıklaman saklandı.", j.warning)


def dene(key: str, answer: object) -> Verdict:
    """Dersteki bir "sen yaz" işlevini yargılar, sonucu ilerlemeye yazar. Hiç hata fırlatmaz.

    Args:
        key: hücrenin kimliği, "01-agirlik" gibi.
        answer: okurun yazdığı işlev.
    """
    from course_lib.practice.turn_judge import judge_turn

    try:
        verdict = judge_turn(turn(key), answer)
    except BadInput as problem:
        return Verdict(str(key), "uncheckable", (str(problem),))
    return dataclasses.replace(verdict, warning=keep(verdict))


def check(exercise_id: str, answer: object) -> Verdict:
    """Yanıtı yargılar, sonucu ilerlemeye yazar ve Türkçe söyler. Hiç hata fırlatmaz."""
    verdict = judged(exercise_id, answer)
    unsaved = keep(verdict)
    return dataclasses.replace(verdict, warning=verdict.warning or unsaved)


def judged(
    exercise_id: str, answer: object, *, namespace: Mapping[str, object] | None = None
) -> Verdict:
    """`check`in yargısı, ilerlemeye yazmadan: terminal onu önce gösterir, sonra `keep` der."""
    from course_lib.practice.judge import judge

    try:
        item = exercise(exercise_id)
    except BadInput as problem:
        return Verdict(str(exercise_id), "uncheckable", (f"Nedeni · {problem}",))
    try:
        now = journal.read()
    except JournalError:  # `keep` de yazamaz ve nedenini söyler; öğrenci dosya yüzünden takılmaz
        now = None
    form = form_of(item)
    guess = now.guesses.get(item.id) if now else None
    warning = now.warning if now else ""
    if form.guess_comes_first and now and not guess:
        ask = f'Açık avda önce bir şüphelinin adı yazılır: predict("{item.id}", "…").'
        return Verdict(item.id, "untried", (ask,), PLANNED, warning=warning)
    known = (
        guess if guess in form.choices else None
    )  # alıştırma o tahminden sonra değişmiş olabilir
    verdict = judge(item.id, answer, known, namespace=namespace)
    if verdict.state == "solved" and known and (said := form.remark_on(known)):
        verdict = dataclasses.replace(verdict, sentences=(*verdict.sentences, said))
    return dataclasses.replace(verdict, warning=warning)


def keep(verdict: Verdict) -> str:
    """Yargıyı ilerlemeye yazar; yazılamadıysa nedenini döndürür."""
    if verdict.state == "uncheckable":  # ölçülemeyen yanıt ilerlemeyi ne ileri ne geri götürür
        return ""
    with journal.trying() as j:
        record = j.record(verdict.exercise_id)
        if verdict.state != "untried":
            record.attempts += 1
        record.left = list(verdict.bug_ids) if verdict.state == "wrong" else []
        if record.state != "solved":
            record.state = verdict.state
            if verdict.state == "solved":
                record.solved_at = time.strftime("%Y-%m-%d %H:%M")
    return j.warning


def locked(exercise_id: str) -> bool:
    """Açık avda bir şüpheli yazılmamış mı? İlerleme okunamıyorsa kilit yoktur."""
    try:
        return not journal.read().guesses.get(exercise_id)
    except JournalError:
        return False


def locked_diagnosis(exercise_id: str, block: nn.Module | type[nn.Module]) -> Message:
    """Açık avda teşhis: bir şüpheli yazılmadan kapalıdır; yazılınca bozulan sözleri yerleriyle
    söyler, adını yalnız o parçadaki hatanın.

    Raises:
        BadInput: alıştırma bilinmiyorsa.
    """
    item = exercise(exercise_id)
    if locked(item.id):
        return Message(f'Teşhis kilitli: önce bir şüphelinin adını yaz, predict("{item.id}", "…").')
    from course_lib.diagnosis import diagnose

    found = diagnose(block)
    places: dict[str, list[str]] = {}
    for f in found.broken:
        places.setdefault(f.promise, []).append(": ".join(f.path) or "bütünü")
    lines = [f"{promise} · {', '.join(where)}" for promise, where in places.items()]
    try:
        suspect = journal.read().guesses.get(item.id)
    except JournalError:  # kilit de bu yüzden açık
        suspect = None
    named = [CATALOGUE[b].title for b in found.bug_ids if CATALOGUE[b].piece == suspect]
    said = [f"Şüphelin doğru, {suspect}: {title}." for title in named] or [
        f"Şüphelendiğin parçada ({suspect}) adı konan bir hata yok. Başka bir parça yaz."
    ]
    head = f"Teşhis: {found.word}. Bozulan sözler ve yerleri:"
    face = card(head, numbered(lines) + paragraphs(said), edge=ASKING)
    return Message("\n".join([head, *(f"  {line}" for line in lines), *said]), face)


@dataclass(frozen=True)
class Step:
    """Merdivende bir basamak, henüz çıkılmamış. number: 1'den başlar; steps: oraya dek bütün
    basamaklar; total: merdivenin boyu; bug: basamağın hatası, ilk ipuçlarında boş."""

    exercise_id: str
    number: int
    steps: tuple[str, ...]
    total: int
    warning: str
    bug: str

    @property
    def rest(self) -> str:
        if self.number == self.total:
            return "Bu son ipucuydu."
        return "Bir basamak daha için yeniden çağır."

    @property
    def text(self) -> str:
        climbed = [f"İpucu {n}/{self.total} · {step}" for n, step in enumerate(self.steps, 1)]
        return "\n".join([*climbed, self.rest])

    @property
    def face(self) -> str:
        """Defterdeki yüzü."""
        title = f"{self.exercise_id} · ipucu {self.number}/{self.total}"
        return card(title, numbered(self.steps) + paragraphs([self.rest]), edge=ASKING)


def rungs(item: Exercise) -> list[tuple[str, str]]:
    """Bütün basamaklar, sırayla: (hata, ipucu); hiçbir hatayı ele vermeyen ilklerde hata boştur."""
    steps = [("", text) for text in item.opening_hints]
    for name, bugs in item.suspects.items():
        for number, bug in enumerate(bugs, 1):
            whose = f"[{number}. hata] " if len(bugs) > 1 else ""
            whose = f"[{name}] " if len(item.suspects) > 1 else whose
            steps += [(bug, whose + step) for step in CATALOGUE[bug].hints]
    return steps


def ladder(item: Exercise) -> list[str]:
    """Bütün ipuçları, sırayla. Birkaç hata varsa birini bitirip ötekine geçer."""
    return [text for _, text in rungs(item)]


def climbed(item: Exercise, record: journal.Record) -> Counter[str]:
    """Hata -> çıkılmış basamak. Eski kayıtta yalnız toplam vardır: sırayla çıkılmış sayılır."""
    if record.hints_of:
        return Counter(record.hints_of)
    return Counter(bug for bug, _ in rungs(item)[: record.hints])


def next_step(exercise_id: str) -> Step:
    """Sıradaki basamak; son basamakta kalır. Çıkılmış sayılması için `take`.

    Son denetimde onarılmış bulunan hataların basamakları atlanır.
    """
    item = exercise(exercise_id)
    try:
        now = journal.read()
    except JournalError:  # `take` de yazamaz ve nedenini söyler
        now = journal.Journal()
    record = now.records.get(item.id, journal.Record())
    left = set(record.left) & set(item.bugs) or set(item.bugs)
    wanted = [(bug, text) for bug, text in rungs(item) if not bug or bug in left]
    taken, shown = climbed(item, record), []
    for bug, text in wanted:
        shown.append((bug, text))
        taken[bug] -= 1
        if taken[bug] < 0:
            break
    return Step(
        item.id, len(shown), tuple(t for _, t in shown), len(wanted), now.warning, shown[-1][0]
    )


def take(step: Step) -> str:
    """Gösterilen basamağı çıkılmış sayar; yazılamadıysa nedenini döndürür."""
    item = exercise(step.exercise_id)
    with journal.trying() as j:
        record = j.record(item.id)
        taken = climbed(item, record)
        of_bug = [text for bug, text in rungs(item) if bug == step.bug]
        taken[step.bug] = max(taken[step.bug], 1 + of_bug.index(step.steps[-1]))
        record.hints_of = dict(+taken)
        record.hints = taken.total()
    return j.warning


def hint(exercise_id: str) -> Message:
    """İpucu merdiveninde bir basamak çıkar, çıkılmışları da gösterir; son basamakta kalır."""
    step = next_step(exercise_id)
    return with_warnings(step.text, step.warning, take(step), face=step.face)
