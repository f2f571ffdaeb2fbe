"""Alıştırmaların listesi: hangi hatalar ekili, ne kadar sürer, hangi defterde durur."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.planting import healthy_source, planted_source

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exercise:
    """Bir alıştırma.

    id: "e01" gibi; slug: defter adının kalanı (hatayı ele vermez); title: başlık; suspects: sınıf adı ->
    o sınıfa ekili hatalar (boş demet: sağlam sınıf); difficulty: 1-3; minutes: önerilen süre;
    opening_hints: birkaç hatalı alıştırmada, hiçbirini ele vermeyen ilk ipuçları.
    """

    id: str
    slug: str
    title: str
    suspects: dict[str, tuple[str, ...]]
    difficulty: int
    minutes: int
    opening_hints: tuple[str, ...] = ()

    @property
    def bugs(self) -> tuple[str, ...]:
        return tuple(b for bugs in self.suspects.values() for b in bugs)

    @property
    def target(self) -> str:
        return CATALOGUE[self.bugs[0]].target

    @property
    def notebook(self) -> Path:
        return ROOT / "exercises" / f"{self.id}_{self.slug}.ipynb"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / f"s{self.id[1:]}_{self.slug}.ipynb"

    @property
    def innocent(self) -> str | None:
        """Sağlam şüphelinin sınıf adı; yoksa None."""
        return next((name for name, bugs in self.suspects.items() if not bugs), None)

    def code(self, *, repaired: bool) -> dict[str, str]:
        """Sınıf adı -> kaynak: öğrencinin açtığı (hatalı) ya da onarılmış hâli."""
        out = {}
        for name, bugs in self.suspects.items():
            plain = healthy_source(self.target).replace(f"class {self.target.split(':')[1]}(", f"class {name}(", 1)
            out[name] = plain if repaired or not bugs else planted_source(*bugs, class_name=name)
        return out


def single(number: int, slug: str, title: str, bugs: tuple[str, ...], difficulty: int, minutes: int) -> Exercise:
    suspects = {"ChannelAttentionFusionT": bugs}
    return Exercise(f"e{number:02d}", slug, title, suspects, difficulty, minutes)


EXERCISES = {
    e.id: e
    for e in (
        single(1, "komsusunu_dinleyen_blok", "Komşusunu dinleyen blok", ("ca-softmax-dim",), 1, 15),
        single(2, "ters_dugme", "Ters çalışan düğme", ("ca-temperature-inverted",), 1, 15),
        single(3, "ogrenmeyen_katmanlar", "Öğrenmeyen iki katman", ("ca-raw-squeeze",), 2, 15),
        single(4, "fark_etmeyen_ayar", "Fark yaratmayan ayar", ("ca-linear-mlp",), 2, 20),
        single(5, "bir_gece_nan", "Bir gece NaN", ("ca-no-eps",), 2, 15),
        single(6, "tek_agizdan", "Tek ağızdan konuşan batch", ("ca-batch-mean-router",), 2, 20),
        single(7, "sessiz_blok", "Doğru söyleyen, hiç öğrenmeyen blok", ("ca-detach",), 2, 15),
        Exercise(
            "e08", "ust_uste", "Üst üste iki hata",
            {"ChannelAttentionFusionT": ("ca-temperature-inverted", "ca-no-eps")}, 3, 25,
            ("İki hata da aynı sayının çevresinde: biri üretilişinde, öteki kullanılışında. Önce kullanımı düzelt.",),
        ),
        Exercise(
            "e09", "uc_supheli", "Üç şüpheli, biri masum",
            {"SupheliA": ("ca-batch-mean-router",), "SupheliB": (), "SupheliC": ("ca-detach",)}, 3, 30,
            (
                "Satırların eşit olması kanıt değildir. Her blok için komşuları değiştir ve fusion_w[0]'a bak: kıpırdıyor mu?",
                "Bir de her blokta girdiye requires_grad_() ver, backward çağır ve grad alanlarını say: kaçı None?",
            ),
        ),
    )
}  # fmt: skip


def exercise(exercise_id: object) -> Exercise:
    """Kimliğiyle alıştırma; bilinmiyorsa ValueError bilinenleri sayar."""
    if isinstance(exercise_id, str):
        exercise_id = exercise_id.strip().lower()
    if exercise_id not in EXERCISES:
        raise ValueError(f"exercise_id şunlardan biri olmalı: {', '.join(EXERCISES)}; verilen: {exercise_id!r}.")
    return EXERCISES[exercise_id]
