"""Alıştırmalar: hangi hatalar ekili, ne kadar sürer, hangi defterde durur (exercises.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from course_lib.bugs.catalogue import CATALOGUE, SLIPS
from course_lib.bugs.pieces import healthy_source
from course_lib.bugs.planting import edited_sources, gathered, renamed
from course_lib.entries import EntryError, check_fields, prose, read_entries
from course_lib.errors import BadInput
from course_lib.paths import ROOT
from course_lib.turkish import typed

FILE = Path(__file__).with_name("exercises.toml")
FORMS = ("repair", "lineup", "reading", "open-hunt", "build")
HUNT, OWN = "av-", "kendi-"  # tohumdan doğan avın ve öğrencinin kodundan çıkanın kimliği
REQUIRED = {
    **dict.fromkeys(("id", "slug", "title", "goal", "lesson", "block"), str),
    **dict.fromkeys(("difficulty", "importance", "minutes"), int),
}
OPTIONAL = {
    **dict.fromkeys(("form", "reads"), str),
    **dict.fromkeys(("bugs", "slips", "choices", "opening_hints", "reading"), list),
    "suspects": dict,
}


@dataclass(frozen=True)
class FigureReading:
    """Bir şeklin okunuşu: metni, neden öyle olduğu ya da olmadığı, doğru olup olmadığı."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Exercise:
    """Bir alıştırma.

    id: "e01" gibi; slug: defter adının kalanı (hatayı ele vermez); title, goal: başlık ve hedef;
    lesson: çalışma planında ardından geldiği ders; reads: önce okunacak ders; form: onarım,
    şüpheliler, şekil okuma, açık av ya da kurma (FORMS); block: bloğun ya da kurulacak olanın adı;
    suspects: sınıf adı -> o sınıfa (ya da parçalarına) ekili hatalar (boş demet: sağlam sınıf);
    difficulty, importance: 1-3; minutes: önerilen süre; opening_hints: hiçbir hatayı ele vermeyen
    ilk ipuçları; slips: sınıfı kurdurmayan yazım kazaları; choices: tahminin seçenekleri (boşsa
    bloğun sözleri); readings: form "reading" ise şeklin okunuşları.
    """

    id: str
    slug: str
    title: str
    goal: str
    lesson: str
    reads: str
    form: str
    block: str
    suspects: Mapping[str, tuple[str, ...]]
    difficulty: int
    importance: int
    minutes: int
    opening_hints: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    readings: tuple[FigureReading, ...] = ()

    @property
    def bugs(self) -> tuple[str, ...]:
        return tuple(b for bugs in self.suspects.values() for b in bugs)

    @property
    def notebook(self) -> Path:
        return ROOT / "exercises" / f"{self.id}_{self.slug}.ipynb"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / f"s{self.id[1:]}_{self.slug}.ipynb"

    def sources(self, name: str, *, repaired: bool) -> dict[str, str]:
        """Bir şüphelinin parça adı -> kaynağı: öğrencinin açtığı (hatalı) ya da onarılmış hâli."""
        slips = (SLIPS[s] for s in self.slips)
        edits = gathered((*slips, *(CATALOGUE[b] for b in self.suspects[name])))
        found = edited_sources(self.block, edits)
        return {p: healthy_source(p) for p in found} if repaired else found

    def code(self, *, repaired: bool) -> dict[str, str]:
        """Sınıf (ya da işlev) adı -> kaynak: kod hücresinde görünenler, sırayla."""
        out = {}
        for name in self.suspects:
            for piece, source in self.sources(name, repaired=repaired).items():
                shown = name if piece == self.block else piece
                out[shown] = renamed(source, piece, shown)
        return out

    @property
    def pieces(self) -> tuple[str, ...]:
        """Kod hücresinde görünen parçaların adları."""
        found = (p for name in self.suspects for p in self.sources(name, repaired=True))
        return tuple(dict.fromkeys(found))


def read_suspects(entry: dict, where: str) -> dict[str, tuple[str, ...]]:
    """Sınıf adı -> ekili hatalar; tek sınıflı alıştırmada sınıf, bloğun kendisidir."""
    suspects = entry.get("suspects") or {entry["block"]: entry.get("bugs", [])}
    for bugs in suspects.values():
        unknown = [b for b in bugs if b not in CATALOGUE]
        if unknown:
            raise EntryError(f"{where} · bugs: bilinmeyen hata kimliği: {', '.join(unknown)}.")
    return {name: tuple(bugs) for name, bugs in suspects.items()}


def read_reading(entry: dict, where: str) -> FigureReading:
    check_fields(entry, where, {"text": str, "why": str}, {"right": bool})
    return FigureReading(entry["text"], prose(entry["why"]), entry.get("right", False))


def read_exercise(entry: dict, file: str) -> Exercise:
    where = f"{file} · {entry['id']}"
    form = entry.get("form", "repair")
    if form not in FORMS:
        raise EntryError(f"{where} · form: {', '.join(FORMS)} olabilir; verilen: {form!r}.")
    unknown = [s for s in entry.get("slips", []) if s not in SLIPS]
    if unknown:
        raise EntryError(f"{where} · slips: bilinmeyen kaza kimliği: {', '.join(unknown)}.")
    readings = tuple(read_reading(e, f"{where} · reading") for e in entry.get("reading", []))
    if (form == "reading") != (sum(r.right for r in readings) == 1):
        raise EntryError(f"{where} · reading: şekil okumada tam bir doğru okunuş olmalı.")
    return Exercise(
        **{name: entry[name] for name in REQUIRED if name != "goal"},
        goal=prose(entry["goal"]),
        reads=entry.get("reads", entry["lesson"]),
        form=form,
        suspects=read_suspects(entry, where),
        opening_hints=tuple(map(prose, entry.get("opening_hints", []))),
        slips=tuple(entry.get("slips", [])),
        choices=tuple(entry.get("choices", [])),
        readings=readings,
    )


def read_exercises(path: Path) -> dict[str, Exercise]:
    """Kimlik -> alıştırma; kusurlu kayıtta EntryError dosyayı, kaydı ve alanı söyler."""
    entries = read_entries(path, "exercise", REQUIRED, OPTIONAL)
    return {entry["id"]: read_exercise(entry, path.name) for entry in entries}


EXERCISES = MappingProxyType(read_exercises(FILE))


def exercise(exercise_id: object) -> Exercise:
    """Kimliğiyle alıştırma ("e01") ya da av ("av-03-7"); büyük harf ve boşluk önemsizdir.

    Raises:
        BadInput: alıştırma bilinmiyorsa; ileti bilinenleri sayar.
    """
    key = typed(exercise_id) if isinstance(exercise_id, str) else ""
    if key.startswith(HUNT):
        from course_lib.practice.hunt import hunted  # teşhisi, onunla torch'u yükler

        return hunted(key)
    if key.startswith(OWN):
        from course_lib.practice.own_code import own

        return own(key)
    if key not in EXERCISES:
        known = ", ".join(EXERCISES)
        raise BadInput(f"exercise_id şunlardan biri olmalı: {known}; verilen: {exercise_id!r}.")
    return EXERCISES[key]
