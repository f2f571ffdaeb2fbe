"""Onarımın yargısı: önce sözlerini ölçer, sonra hesabını kurstaki bloğunkiyle karşılaştırır."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from torch import nn

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.bugs.pieces import piece
from course_lib.diagnosis import Diagnosis, diagnose
from course_lib.diagnosis.kinds import KINDS
from course_lib.diagnosis.twin import RUNS
from course_lib.practice.exercises import Exercise
from course_lib.practice.reference import Different, against_reference, same_parts
from course_lib.practice.untouched import is_untouched
from course_lib.practice.verdict import PLANNED, SOUND, Verdict

UNTOUCHED = "Kod henüz değişmemiş; sözlerden en az biri bozuk. Hangisi? Önce sen tahmin et."
UNTOUCHED_SLIPS = (
    "Kod henüz değişmemiş: sınıf bu hâliyle kurulmuyor. Python'un iletisini oku; hangi adın yanlış "
    "olduğunu o söylüyor."
)


def judge_class(
    item: Exercise, name: str, cls: type[nn.Module], namespace: Mapping[str, object]
) -> Verdict:
    """Tek bir sınıfın yargısı. `name`: şüphelinin adı; `namespace`: kod hücresinin adları."""
    kind = KINDS[item.block]
    found = diagnose(cls)
    broken = tuple(f.name for f in found.broken)
    planted = item.suspects[name] or item.slips
    if planted and is_untouched(item, name, cls, namespace):
        # Hangi sözün bozuk olduğunu söylemez: önce öğrenci tahmin etsin.
        said = UNTOUCHED_SLIPS if item.slips else UNTOUCHED
        return Verdict(item.id, "untried", (said,), PLANNED, broken, found.bug_ids)
    if found.status == "buggy":
        kinds_broken = len({f.promise for f in found.broken})
        many = f"Hâlâ {kinds_broken} söz bozuk."
        still = "Hâlâ bozuk bir söz var." if kinds_broken == 1 else many
        said = (still, *promises(found))
        return Verdict(item.id, "wrong", said, whose_fault(item, found), broken, found.bug_ids)
    try:
        same_parts(cls, kind)
        if found.status == "healthy" or found.findings:
            against_reference(cls, kind, mixed_types=bool(item.slips))
            for other, mine in other_pieces(item, namespace).items():
                on_its_own(other, mine)
    except Different as difference:
        return Verdict(item.id, "wrong", (str(difference),))
    if found.status == "inconclusive":
        return Verdict(item.id, "uncheckable", (f"Blok ölçülemedi: {found.reason}",))
    return Verdict(item.id, "solved", ("Bütün sözler tutuluyor ve sonuç kurstaki blokla aynı.",))


def promises(found: Diagnosis) -> tuple[str, ...]:
    """Bozulan sözler; aynı söz birkaç yerde bozulduysa ilki, yanında kaç yerde olduğu."""
    places: dict[str, list[str]] = {}
    for f in found.broken:
        places.setdefault(f.promise, []).append(f"Bozulan söz · {f.name}: {f.sentence}")
    said = [
        first + (f" (aynı söz {len(rest)} yerde daha)" if rest else "")
        for first, *rest in places.values()
    ]
    return (*said, *([f"Ölçülemeyen · {found.reason}"] if found.reason else []))


def whose_fault(item: Exercise, found: Diagnosis) -> str:
    """Bozukluk ekilen hatadan mı, onarımdan mı? Ad konmadıysa ekilen hatanın sözüne bakılır."""
    if not item.bugs:
        return ""
    if item.slips and found.breaks(RUNS):  # kazalardan biri duruyor
        return PLANNED
    nameless = not found.bug_ids and any(found.breaks(CATALOGUE[b].promise) for b in item.bugs)
    return PLANNED if nameless or set(found.bug_ids) & set(item.bugs) else SOUND


def other_pieces(item: Exercise, namespace: Mapping[str, object]) -> dict[str, type[nn.Module]]:
    """Hücredeki öteki sınıflar: kendi sözleri olan her parça, adıyla."""
    found = {}
    for name in item.pieces:
        cls = namespace.get(name)
        known = name in KINDS and name != item.block
        if known and inspect.isclass(cls) and issubclass(cls, nn.Module) and cls is not piece(name):
            found[name] = cls
    return found


def on_its_own(name: str, cls: type[nn.Module]) -> None:
    """Bir parçayı tek başına kurstakiyle karşılaştırır; iletinin başına parçanın adını koyar."""
    try:
        same_parts(cls, KINDS[name])
        against_reference(cls, KINDS[name])
    except Different as difference:
        raise Different(f"{name} tek başına: {difference}") from None
    except (RuntimeError, ValueError, TypeError) as error:
        raise Different(f"{name} tek başına çalışmıyor: {error}") from error
