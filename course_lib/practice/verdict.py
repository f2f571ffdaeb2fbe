"""Yargının sonucu: durumu, cümleleri ve kapanış sözü."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from course_lib.card import NEUTRAL, RIGHT, WARNING, WRONG, card, paragraphs, warnings

State = Literal["untried", "wrong", "solved", "uncheckable"]
STATE_WORDS: dict[State, str] = {
    "untried": "DENENMEDİ",
    "wrong": "OLMADI",
    "solved": "ÇÖZÜLDÜ",
    "uncheckable": "DENETLENEMEDİ",
}
EDGES: dict[State, str] = {
    "untried": NEUTRAL,
    "wrong": WRONG,
    "solved": RIGHT,
    "uncheckable": WARNING,
}
PLANNED = "Kurulumun sağlam; alıştırma böyle planlanmış: aranan hata kodun içinde."
SOUND = "Kurulumun sağlam; ekilen hata gitmiş, ama onarım başka bir şeyi bozmuş."


@dataclass(frozen=True)
class Verdict:
    """Bir yanıtın durumu.

    sentences: ne görüldü; remark: kurulumun mu, onarımın mı suçu olduğunu söyleyen kapanış;
    broken: bozuk sözler; bug_ids: adı konan hatalar; warning: kayıtla ilgili uyarı.
    """

    exercise_id: str
    state: State
    sentences: tuple[str, ...]
    remark: str = ""
    broken: tuple[str, ...] = ()
    bug_ids: tuple[str, ...] = field(default=(), repr=False)
    warning: str = ""

    @property
    def word(self) -> str:
        """Durumun Türkçesi."""
        return STATE_WORDS[self.state]

    def __str__(self) -> str:
        said = [*self.sentences, *filter(None, [self.remark])]
        lines = [f"{self.exercise_id}: {self.word}", *(f"  {s}" for s in said)]
        return "\n".join([*lines, *([f"  ! {self.warning}"] if self.warning else [])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        said = paragraphs([*self.sentences, self.remark])
        title = f"{self.exercise_id}: {self.word}"
        return card(title, said + warnings([self.warning]), edge=EDGES[self.state])
