"""Teşhisin söyledikleri: bulgular, karar ve kullanıcının gördüğü metin."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.card import NEUTRAL, RIGHT, WARNING, WRONG, card, paragraphs
from course_lib.diagnosis.kind import NOT_COMPARABLE, Promise, Reading
from course_lib.turkish import tr

Status = Literal["healthy", "buggy", "departs", "inconclusive"]
STATUS_WORDS: dict[Status, str] = {
    "healthy": "sağlam",
    "buggy": "hatalı",
    "departs": "kurstakinden ayrılıyor",
    "inconclusive": "karar verilemedi",
}
EDGES: dict[Status, str] = {
    "healthy": RIGHT,
    "buggy": WRONG,
    "departs": WARNING,
    "inconclusive": NEUTRAL,
}
WORST_FIRST: tuple[Status, ...] = ("buggy", "departs", "inconclusive", "healthy")


@dataclass(frozen=True)
class Finding:
    """Bir söz için varılan sonuç: `holds` True, False ya da None (ölçülemedi, uygulanmaz).

    path: sözü veren parçanın yolu, dıştan içe (("stages.1.0", "attn")); bütünün kendisinde boş.
    """

    promise: str
    holds: bool | None
    sentence: str
    evidence: dict[str, float] = field(default_factory=dict)
    path: tuple[str, ...] = ()

    @property
    def not_comparable(self) -> bool:
        """Söz, karşılaştırılacak parametreler başka olduğu için mi ölçülemedi?"""
        return self.holds is None and NOT_COMPARABLE in self.sentence

    @property
    def name(self) -> str:
        """Sözün parçasıyla birlikte adı: "stages.1.0: attn: maske-aralığı" gibi."""
        return ": ".join((*self.path, self.promise))


@dataclass(frozen=True)
class Diagnosis:
    """`diagnose`'un yanıtı.

    status: "healthy", "buggy", "inconclusive" ya da "departs" (bütün sözlerini tutuyor, ama
    yayımlanan bloktan başka bir şey hesaplıyor); bug_ids: imzası tanınan hatalar; findings: sözler
    ve kanıtları; symptoms: hata sayılmayan durum belirtileri (ölü ReLU, doymuş kapı, çok küçük T);
    reason: karar verilemediyse nedeni.
    """

    status: Status
    bug_ids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    symptoms: tuple[str, ...] = ()
    reason: str = ""

    @property
    def word(self) -> str:
        """Durumun Türkçesi: sağlam, hatalı ya da karar verilemedi."""
        return STATUS_WORDS[self.status]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Bozulan sözler."""
        return tuple(f for f in self.findings if f.holds is False)

    def breaks(self, promise: str) -> bool:
        """Bu söz bozuk mu; bir parçanın sözü olarak da."""
        return any(f.promise == promise for f in self.broken)

    def __str__(self) -> str:
        lines = [f"Teşhis: {self.word}"]
        if self.reason:
            lines.append(
                f"  {'neden' if self.status == 'inconclusive' else 'ölçülemeyen'}: {self.reason}"
            )
        lines += [f"  {bug_id}: {CATALOGUE[bug_id].title}" for bug_id in self.bug_ids]
        said = "ayrıldığı yer" if self.status == "departs" else "bozulan söz"
        lines += [f"  {said} · {f.name}: {f.sentence}" for f in self.broken]
        if self.status == "healthy":
            kept = sum(f.holds is True for f in self.findings)
            lines.append(f"  ölçülen {kept} sözün hepsi tutuluyor")
        lines += [f"  {f.name}: {NOT_COMPARABLE}" for f in self.findings if f.not_comparable]
        lines += [f"  belirti (hata değil): {s}" for s in self.symptoms]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first, *rest = str(self).split("\n")
        return card(first, paragraphs(line.strip() for line in rest), edge=EDGES[self.status])


def worst(statuses: Iterable[Status]) -> Status:
    """Durumların en kötüsü; hiç yoksa sağlam."""
    given = set(statuses)
    for status in WORST_FIRST:
        if status in given:
            return status
    return "healthy"


def number(value: float) -> str:
    """Kanıt sayısı, iki anlamlı basamakla. Yuvarlama gürültüsü 0 yazılır."""
    if math.isnan(value):
        return "NaN"
    return "0" if abs(value) < 1e-7 else tr(value, ".2g")


def sentence_of(promise: Promise, reading: Reading) -> str:
    """Sözün cümlesi, ölçümün notu ve kanıtı."""
    proof = "; ".join(f"{what} {number(value)}" for what, value in reading.evidence.items())
    parts = (promise.sentence, reading.note, f"[{proof}]" if proof else "")
    return " ".join(part for part in parts if part)
