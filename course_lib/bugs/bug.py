"""Bir hata, veri olarak: nerede belgelendi, hangi metin değişti, nasıl tanınır, nasıl onarılır."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Edit(NamedTuple):
    """Sağlam metin -> yerine geçen metin. Sağlam metin kaynakta tam bir kez geçer.

    where: değişikliğin yazıldığı yer ("channel.toml · ca-detach · healthy"); kusuru orası söyler.
    """

    old: str
    new: str
    where: str = ""


@dataclass(frozen=True)
class Fix:
    """Sağlam koda uygulanan bir yazım; `right_fixes` kabul, `wrong_fixes` reddedilmeli."""

    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True)
class Bug:
    """Kataloğun bir kaydı.

    id, title: kimlik ve başlık; chapter: anlatıldığı ders; sources: notların bölümü ve açık
    tartışmalar; piece: değişen sınıfın ya da işlevin adı; edits: sağlam metin -> ekilen metin;
    promise: bozduğu söz; mark: yoklamanın bıraktığı iz (imza); why: neden yanlış; symptoms:
    eğitimde ve çıktıda görülenler; checks: en hızlı kontroller; hints: belirti -> bozulan söz ->
    ölçüm -> bölge -> satır; right_fixes, wrong_fixes: başka türlü yazılmış doğru ve yanlış
    onarımlar; blocks: adının konabildiği bloklar, ilki alıştırmada görünen.
    """

    id: str
    title: str
    chapter: str
    sources: tuple[str, ...]
    piece: str
    edits: tuple[Edit, ...]
    promise: str
    mark: str
    why: str
    symptoms: tuple[str, ...]
    checks: tuple[str, ...]
    hints: tuple[str, ...]
    right_fixes: tuple[Fix, ...]
    wrong_fixes: tuple[Fix, ...]
    blocks: tuple[str, ...]

    @property
    def block(self) -> str:
        """Hatanın gösterildiği blok."""
        return self.blocks[0]


@dataclass(frozen=True)
class Slip:
    """Yazım kazası: sınıfı kurdurmayan ya da ilk çağrıda çökerten yazım yanlışı.

    id, title: kimlik ve başlık; piece: parçası; edits: sağlam metin -> kazalı metin; error:
    Python'un dediği; why: neden; source: nerede görüldü.
    """

    id: str
    title: str
    piece: str
    edits: tuple[Edit, ...]
    error: str
    why: str
    source: str
