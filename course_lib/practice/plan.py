"""Çalışma planı: derslerin dakikaları, tek başına çalışma sırası ve doksan dakikalık altı laboratuvar."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.practice.exercises import EXERCISES

LAB_MINUTES = 90


@dataclass(frozen=True)
class Step:
    """Tek başına çalışırken bir adım: bir ders ve ardından gelen alıştırmalar. lesson: defterin adı, uzantısız."""

    lesson: str
    minutes: int
    exercises: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Dersin ve alıştırmalarının dakikası."""
        return self.minutes + sum(EXERCISES[e].minutes for e in self.exercises)


@dataclass(frozen=True)
class Lab:
    """Sınıfta doksan dakika. parts: (ne yapılır, dakika); home: önceden evde; aims, difficulties, questions: öğretmene."""

    title: str
    home: str
    parts: tuple[tuple[str, int], ...]
    aims: str
    difficulties: str
    questions: tuple[str, ...]


def numbered(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"e{n:02d}" for n in range(first, last + 1))


STEPS = (
    Step("00_baslangic", 20),
    Step("01_kanal_dikkati", 75),
    Step("02_kanal_dikkati_hata_avi", 90, numbered(1, 9)),
    Step("03_uzamsal_dikkat", 85, numbered(10, 14)),
    Step("04_cbam_residual", 65, numbered(15, 19)),
    Step("05_klasik_dikkat_modulleri", 80, numbered(20, 22)),
    Step("06_artik_bloklar", 85),
    Step("07_fuzyon_kaliplari", 95),
    Step("08_fuzyon_hata_avi", 85, numbered(23, 27)),
    Step("09_ablasyon", 95),
    Step("10_metrik_hatayi_gosterir_mi", 65),
    Step("11_iddialar", 45),
)

LABS = (
    Lab(
        "Kanal dikkati",
        "ders 00; ders 01'in ilk iki bölümü",
        (("ders 01, 3-7. bölümler birlikte; her *Tahmin et*'te eller kalkar", 55), ("ders 01, 8. ve 9. bölümler", 25),
         ("kapanış tartışması", 10)),
        "Bloğun her satırını okumak; örnek bazlı yönlendiricinin neye baktığını görmek.",
        "Ham skor ile ağırlık karışır: softmax'tan önceki iki sayının toplamı 1 değildir.",
        ("Yönlendirici neden özetlere bakar da haritanın kendisine bakmaz?", "T büyüyünce maskeye ne olur, neden?"),
    ),
    Lab(
        "Hata avı",
        "ders 02'nin Soru ve Sözleşme bölümleri",
        (("ders 02, ilk üç hata", 45), ("e01 ve e02", 30), ("hangi ölçüm bunu göremezdi?", 15)),
        "Bir hatayı davranışından tanımak; sağlam bloğu suçlamamak.",
        "None gradyan ile sıfır gradyan arasındaki fark. Eşit satırlar kanıt değildir.",
        ("Bu hatayı *göremeyen* bir test yaz.", "T = 1 iken ters düğmeyi hangi ölçüm görür?"),
    ),
    Lab(
        "Uzamsal dikkat",
        "ders 03'ün ilk üç bölümü",
        (("ders 03'ün üç sürprizi; her birinde önce tahmin", 45), ("e10 ve e11", 35), ("kapanış", 10)),
        "Maskenin yeri nereden bildiğini, yönlendiricinin neye kör olduğunu ölçmek.",
        "Genişletilmiş çekirdeğin boyu ile erişimi karıştırılır.",
        ("Kare resimle hangi hataları asla göremezdik?", "Ayrılabilir evrişim ne zaman pahalıdır?"),
    ),
    Lab(
        "CBAM ve alpha",
        "ders 04'ün ilk üç bölümü",
        (("ders 04, 4-6. ve 8. bölümler", 45), ("e15", 20), ("e12", 15), ("kapanış", 10)),
        "Karışımı, saklanmayı ve sırayı ayrı ayrı ölçmek.",
        "Aynı adla anılan üç yazım (karıştıran, ekleyen, dalın içindeki) birbirine karışır.",
        ("alpha = 0'da öğrenme neden durur?", "Kaydedilmeyen bir sayı ne zaman zarar verir?"),
    ),
    Lab(
        "Klasik modüller ve artık bloklar",
        "ders 05'in 3-5. ve ders 06'nın 1-4. bölümleri",
        (("ders 05, 1. ve 6-8. bölümler", 35), ("ders 06, 5. ve 7. bölümler", 30), ("e20", 15), ("kapanış", 10)),
        "Modülün neyi göremediğini söylemek; kısayolun gradyanı nasıl tuttuğunu görmek.",
        "'Kısayol sönmeyi önler' ezberi: kısayolsuz, BN'li dizide gradyan sönmez, büyür.",
        ("Parametresi az olan modül neden hızlı olmayabilir?", "Hangi test çift çekirdeği görür?"),
    ),
    Lab(
        "Füzyon ve hata avı",
        "ders 07'nin ilk beş bölümü",
        (("ders 07, 6. bölüm", 35), ("ders 08, 1. bölüm ve üç hata", 30), ("e23", 15), ("kapanış: e27'nin ilk belirtisi", 10)),
        "Dört kalıbı ölçümle ayırmak; ağı söylediği tasarımla karşılaştırmak.",
        "Kapının çarpan olduğu unutulur: kısayolun üstündeki 0,5, on altı kez kendisiyle çarpılır.",
        ("x, dikkate hangi kalıpta girmez?", "Şekil testinden geçen bir hata yaz."),
    ),
)  # fmt: skip


def total_minutes() -> int:
    """Bütün derslerin ve alıştırmaların dakikası."""
    return sum(step.total for step in STEPS)
