"""Bir hata, veri olarak: nerede belgelendi, hangi metin değişti, nasıl tanınır, nasıl onarılır."""

from dataclasses import dataclass

Edit = tuple[str, str]  # (sağlam metin, yerine geçen metin): sağlam metin kaynakta tam bir kez geçer


@dataclass(frozen=True)
class Fix:
    """Sağlam koda uygulanan bir yazım: `right_fixes`te kabul edilmeli, `wrong_fixes`te reddedilmeli."""

    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True)
class Bug:
    """Katalogun bir satırı.

    id, title: kimlik ve başlık; chapter: anlatıldığı ders; sources: seed bölümü ve açık tartışmalar;
    target: sınıfın tam adı ("modül:Sınıf"); method: hatanın oturduğu yöntem; edits: sağlam metin ->
    ekilen metin; property: bozduğu söz; mark: yoklamanın bıraktığı iz (imza); why: neden yanlış;
    symptoms: eğitimde ve çıktıda görülenler; checks: en hızlı kontroller; hints: belirti -> bozulan
    söz -> ölçüm -> bölge -> satır; right_fixes, wrong_fixes: başka türlü yazılmış doğru ve yanlış
    onarımlar.
    """

    id: str
    title: str
    chapter: str
    sources: tuple[str, ...]
    target: str
    method: str
    edits: tuple[Edit, ...]
    property: str
    mark: str
    why: str
    symptoms: tuple[str, ...]
    checks: tuple[str, ...]
    hints: tuple[str, str, str, str, str]
    right_fixes: tuple[Fix, ...]
    wrong_fixes: tuple[Fix, ...]
