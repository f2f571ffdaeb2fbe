"""Alıştırmaların listesi: hangi hatalar ekili, ne kadar sürer, hangi defterde durur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.bughunt.bug import CBAM, CHANNEL, COORDINATE, ECA, P1, RESNET, SE, SPATIAL, Edit
from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.planting import edited_sources, healthy_source, name_of, renamed
from course_lib.bughunt.slips import SLIPS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Exercise:
    """Bir alıştırma.

    id: "e01" gibi; slug: defter adının kalanı (hatayı ele vermez); title: başlık; block: bloğun tam adı;
    suspects: sınıf adı -> o sınıfa (ya da parçalarına) ekili hatalar (boş demet: sağlam sınıf);
    difficulty: 1-3; minutes: önerilen süre; opening_hints: hiçbir hatayı ele vermeyen ilk ipuçları;
    slips: sınıfı kurdurmayan yazım kazaları; readings: kod sağlamsa, bir şeklin okunuşları (okunuş -> neden
    öyle olmadığı; doğrusunun karşısında neden öyle olduğu); right_reading: doğru okunuş; open_hunt: tahmin bir
    söz değil, şüphelenilen parçadır ve teşhis o yazılınca açılır.
    """

    id: str
    slug: str
    title: str
    block: str
    suspects: Mapping[str, tuple[str, ...]]
    difficulty: int
    minutes: int
    opening_hints: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    right_reading: str | None = None
    open_hunt: bool = False

    @property
    def bugs(self) -> tuple[str, ...]:
        return tuple(b for bugs in self.suspects.values() for b in bugs)

    @property
    def notebook(self) -> Path:
        return ROOT / "exercises" / f"{self.id}_{self.slug}.ipynb"

    @property
    def solution(self) -> Path:
        return ROOT / "solutions" / f"s{self.id[1:]}_{self.slug}.ipynb"

    @property
    def innocent(self) -> str | None:
        """Sağlam şüphelinin sınıf adı; yoksa None."""
        if len(self.suspects) == 1:
            return None
        return next((name for name, bugs in self.suspects.items() if not bugs), None)

    def sources(self, name: str, *, repaired: bool) -> dict[str, str]:
        """Bir şüphelinin parçaları -> kaynak: öğrencinin açtığı (hatalı) ya da onarılmış hâli."""
        edits: dict[str, list[Edit]] = {}
        planted = (*(SLIPS[s] for s in self.slips), *(CATALOGUE[b] for b in self.suspects[name]))
        for entry in planted:
            edits.setdefault(entry.target, []).extend(entry.edits)
        found = edited_sources(self.block, edits)
        return {p: healthy_source(p) for p in found} if repaired else found

    def code(self, *, repaired: bool) -> dict[str, str]:
        """Sınıf (ya da işlev) adı -> kaynak: kod hücresinde görünenler, sırayla."""
        out = {}
        for name in self.suspects:
            for piece, source in self.sources(name, repaired=repaired).items():
                shown = name if piece == self.block else name_of(piece)
                out[shown] = renamed(source, name_of(piece), shown)
        return out

    @property
    def pieces(self) -> tuple[str, ...]:
        """Kod hücresinde görünen parçaların tam adları."""
        return tuple(dict.fromkeys(p for name in self.suspects for p in self.sources(name, repaired=True)))


def single(number: int, slug: str, title: str, block: str, bugs: tuple[str, ...], difficulty: int, minutes: int, **more):
    return Exercise(f"e{number:02d}", slug, title, block, {name_of(block): bugs}, difficulty, minutes, **more)


EXERCISES = {
    e.id: e
    for e in (
        single(1, "komsusunu_dinleyen_blok", "Komşusunu dinleyen blok", CHANNEL, ("ca-softmax-dim",), 1, 15),
        single(2, "ters_dugme", "Ters çalışan düğme", CHANNEL, ("ca-temperature-inverted",), 1, 15),
        single(3, "ogrenmeyen_katmanlar", "Öğrenmeyen iki katman", CHANNEL, ("ca-raw-squeeze",), 2, 15),
        single(4, "fark_etmeyen_ayar", "Fark yaratmayan ayar", CHANNEL, ("ca-linear-mlp",), 2, 20),
        single(5, "bir_gece_nan", "Bir gece NaN", CHANNEL, ("ca-no-eps",), 2, 15),
        single(6, "tek_agizdan", "Tek ağızdan konuşan batch", CHANNEL, ("ca-batch-mean-router",), 2, 20),
        single(7, "sessiz_blok", "Doğru söyleyen, hiç öğrenmeyen blok", CHANNEL, ("ca-detach",), 2, 15),
        single(
            8, "ust_uste", "Üst üste iki hata", CHANNEL, ("ca-temperature-inverted", "ca-no-eps"), 3, 25,
            opening_hints=(
                "İki hata da aynı sayının çevresinde: biri üretilişinde, öteki kullanılışında. Önce kullanımı düzelt.",
            ),
        ),
        Exercise(
            "e09", "uc_supheli", "Üç şüpheli, biri masum", CHANNEL,
            {"SupheliA": ("ca-batch-mean-router",), "SupheliB": (), "SupheliC": ("ca-detach",)}, 3, 30,
            opening_hints=(
                "Satırların eşit olması kanıt değildir. Her blok için komşuları değiştir ve fusion_w[0]'a bak: kıpırdıyor mu?",
                "Bir de her blokta girdiye requires_grad_() ver, backward çağır ve grad alanlarını say: kaçı None?",
            ),
        ),
        single(10, "genis_aci", "Geniş açıda kayan bakış", SPATIAL, ("sa-coords-swapped",), 2, 20),
        single(11, "kayip_parilti", "Kayıp parıltı", SPATIAL, ("sa-max-is-avg",), 1, 15),
        single(12, "ogrenip_unutan", "Öğrendiğini unutan blok", SPATIAL, ("sa-unregistered-branches",), 1, 15),
        single(13, "kalabalikta_degisen", "Kalabalıkta değişen bakış", SPATIAL, ("sa-batch-mean-router",), 2, 20),
        single(14, "takilan_maske", "Basamaklarda takılan maske", SPATIAL, ("sa-gate-before-mix",), 3, 20),
        single(15, "kapali_kanal", "Kapalı kanaldaki leke", CBAM, ("cbam-sa-on-input",), 2, 20),
        single(
            16, "iki_blokta_iki", "İki blokta iki hata", CBAM, ("ca-global-fusion", "cbam-alpha-adds"), 3, 30,
            opening_hints=(
                "Hatalardan biri bir bloğun içinde, öteki blokları birleştiren yerde. Ayrı ayrı ölç: önce block.ca, sonra bütün.",
            ),
        ),
        single(
            17, "kaydedilen_yalan", "Kaydedilen ve büyüyen", CBAM, ("sa-missing-gate", "cbam-alpha-not-registered"), 3, 30,
            opening_hints=(
                "Belirtilerden biri maskenin değerlerinde, öteki kaydedip yüklemede görünüyor: biri bir bloğun içinde, öteki birleşimde.",
            ),
        ),
        single(
            18, "yaniltan_sekil", "Yanıltan şekil", SPATIAL, (), 2, 20,
            opening_hints=(
                "Kod sağlam olabilir. Şeklin renk ölçeğine bak: her kare aynı ölçekle mi boyanmış?",
                "Her haritanın en küçük ve en büyük değerini yazdır, yan yana koy; renklerle aynı şeyi mi söylüyorlar?",
            ),
            readings={
                "üçüncü dal ölü": "Üçüncü dalın haritası sıfır değil; yalnız ötekilerden küçük ölçekli.",
                "üç dal eşit güçte": "Sayıları yazdırınca dalların büyüklükleri birbirinden kat kat farklı çıkıyor; renkler bunu gizlemiş.",
                "renkler dallar arasında karşılaştırılamaz": "Her kare kendi ölçeğiyle boyanmış; ortak ölçekte dalların "
                "büyüklükleri birbirinden çok farklı.",
                "maske doymuş": "Maskenin 0,01'in altında ya da 0,99'un üstünde kalan payı sıfır; sarı yalnız o karenin en büyüğü.",
            },
            right_reading="renkler dallar arasında karşılaştırılamaz",
        ),
        single(
            19, "kurulmayan_sinif", "Kurulmayan sınıf", SPATIAL, ("sa-router-softmax-dim",), 3, 30,
            slips=("turkish-capital-i", "misspelt-attribute", "keyword-of-another-layer", "device-for-dtype"),
            opening_hints=(
                "Önce iletileri teker teker oku: Python hangi adı bulamadığını söylüyor. Adı harf harf, kopyala yapıştır yapmadan yaz.",
                "ord(harf) bir harfin numarasını verir: i ile İ'nin numaraları farklıdır.",
                "TypeError bir katmanın tanımadığı argümanı söylüyorsa o katmanın kendi argüman adlarına bak: help(nn.Conv2d).",
                "Uzun bir iletide ilk satır yeter: `dtype=torch.device` diyorsa, tür beklenen yere cihaz verilmiştir.",
                "Blok kurulup çalışınca iş bitmedi: sessiz bir hata daha var. Sözleri ölç.",
            ),
        ),
        single(20, "kayan_pencere", "Yana kayan pencere", ECA, ("eca-even-kernel",), 1, 15),
        single(21, "satirdan_sutuna", "Satırdan sütuna sızan ışık", COORDINATE, ("coord-axes-swapped",), 2, 20),
        single(22, "tek_dugme", "Tek düğmeli miksaj masası", SE, ("fusion-broadcast-gate",), 1, 15),
        single(23, "genisleyince_coken", "Genişleyince çöken blok", P1, ("fusion-channel-mismatch",), 1, 15),
        single(24, "kaybolan_yol", "Kaybolan yol", P1, ("fusion-skip-dropped",), 2, 20),
        single(25, "eksi_gecirmeyen", "Eksi geçirmeyen blok", P1, ("fusion-activation-order",), 2, 20),
        single(
            26, "kapanmayan_kapi", "Kapanmayan kapı, uymayan şekil", P1, ("fusion-missing-projection", "fusion-attention-added"), 3, 30,
            opening_hints=(
                "Biri çöker, öteki susar. Önce çökeni onar; sonra kapıyı bütünüyle kapat ve neyin geçtiğine bak.",
            ),
        ),
        single(
            27, "acik_av", "Açık av", RESNET, ("ca-softmax-dim", "fusion-p4-cold-skip", "fusion-attention-everywhere"), 3, 60,
            open_hunt=True,
            opening_hints=(
                "Üç hata, üç ayrı parçada: biri dikkatin, biri kalıbın, biri ağın içinde. Her belirtiyi ayrı ölç.",
                "Aynı fotoğrafın yanıtı komşularına göre değişiyorsa, batch eksenine dokunan işlem nerede?",
                "Plan ne diyor, parametre sayısı ne diyor? Kısayol kaç blokta ne kadar geçiriyor?",
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
