"""Veri: dağınık bir tuvalde el yazısı rakam (`ClutteredDigits`) ve CIFAR-10.

Rakamlar scikit-learn'ün paketindedir; hiçbir şey indirilmez. Her görüntü (seed, sıra) ikilisinden,
yalnız tam sayı aritmetiğiyle doğar: her makinede son piksele kadar aynıdır. scikit-learn ve
torchvision ancak veri istenince yüklenir.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from torch.utils.data import Dataset

from course_lib.errors import CourseError
from course_lib.validation import boolean, nonnegative_int, one_of, positive_int

if TYPE_CHECKING:
    from torchvision.datasets import CIFAR10

SIDE = 32  # tuvalin kenarı, piksel
CLASSES = 10
# scikit-learn'deki 1.797 rakam yazar yazar sıralıdır: on dört form, her birinin başında aynı rakam
# dizisi. Sınır formu (1157-1286) iki yana da verilmez: on dört formu on üç kişi doldurdu, komşu iki
# form aynı kişinin olabilir.
TRAIN_FORMS, TEST_FORMS = (0, 1157), (1287, 1797)
# Ayar (öğrenme hızı gibi seçimler) test formlarına bakmadan yapılır: eğitim formlarının ilk
# altısıyla öğrenilir, son ikisiyle ölçülür; aradaki form da, yazarı bölünmesin diye verilmez.
FIT_FORMS, VALIDATION_FORMS = (0, 776), (915, 1157)
# Bir görüntünün rastgele sözcük (64 bit) payı: 16'sı rakama ve ışığa, 7'şeri parçalara, son 128'i
# gürültüye
WORDS = 256
CHUNK = 1000


class CifarMissing(CourseError, FileNotFoundError):
    """CIFAR-10'un dosyaları yok ya da sağlam değil; ileti nereye konacaklarını söyler."""


class DownloadFailed(CourseError, ConnectionError):
    """CIFAR-10 indirilemedi; ileti dosyaların elle nereye konacağını söyler."""


@dataclass(frozen=True)
class Level:
    """Bir zorluk: rakamın ve parçanın kenarı piksel; kontrast ve gürültü 255 üzerinden."""

    size: tuple[int, int]
    fragments: int
    window: tuple[int, int]
    contrast: tuple[int, int]
    noise: int


LEVELS = MappingProxyType(
    {
        "kolay": Level(size=(14, 20), fragments=3, window=(4, 6), contrast=(160, 255), noise=0),
        "orta": Level(size=(11, 18), fragments=8, window=(4, 7), contrast=(90, 255), noise=32),
        "zor": Level(size=(10, 16), fragments=12, window=(5, 8), contrast=(60, 200), noise=48),
    }
)


def below(words: np.ndarray, count: ArrayLike) -> np.ndarray:
    """Rastgele sözcükleri {0, …, count - 1} üzerine eşit dağıtır; kayan nokta kullanmadan."""
    scaled = (words >> np.uint64(32)) * np.asarray(count, np.uint64)
    return (scaled >> np.uint64(32)).astype(np.int64)


def between(words: np.ndarray, bounds: tuple[int, int]) -> np.ndarray:
    """Sözcükleri iki ucu da içinde olan `bounds` aralığına dağıtır."""
    return bounds[0] + below(words, bounds[1] - bounds[0] + 1)


def bilinear(size: int) -> np.ndarray:
    """8 pikseli `size` piksele büyüten ağırlıklar, (size, 8); her satırın toplamı 256'dır."""
    weights = np.zeros((size, 8), np.int64)
    for i in range(size):
        # Kaynaktaki yeri, 1 / (2 · size) adımlarla
        left, rest = divmod((2 * i + 1) * 8 - size, 2 * size)
        share = rest * 256 // (2 * size)
        weights[i, min(max(left, 0), 7)] += 256 - share
        weights[i, min(max(left + 1, 0), 7)] += share
    return weights


def forms(train: bool, tuning: bool) -> tuple[int, int]:
    """Bölmenin scikit-learn'deki ilk rakamı ve son rakamından sonraki."""
    if tuning:
        return FIT_FORMS if train else VALIDATION_FORMS
    return TRAIN_FORMS if train else TEST_FORMS


@cache
def written(train: bool, tuning: bool = False) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Bölmenin rakamları (N, 8, 8), değerleri 0..16, ve her sınıfın sıraları."""
    from sklearn.datasets import load_digits

    source: Any = load_digits()
    part = slice(*forms(train, tuning))
    target = source.target[part]
    members = tuple(np.flatnonzero(target == label) for label in range(CLASSES))
    return source.images[part].astype(np.int64), members


@cache
def enlarged(train: bool, size: int, tuning: bool = False) -> np.ndarray:
    """Bölmenin bütün rakamları `size` kenarında, (N, size, size), 0..255."""
    weights = bilinear(size)
    digits = written(train, tuning)[0]
    return (weights @ digits @ weights.T * 255 // (16 * 256 * 256)).astype(np.uint8)


@cache
def ink_boxes(train: bool, size: int, tuning: bool = False) -> np.ndarray:
    """Büyütülmüş her rakamın mürekkebini saran kutu, (N, 4): x0, y0, x1, y1; x1 ve y1 dışarıda."""
    ink = enlarged(train, size, tuning) > 0
    columns, rows = np.any(ink, axis=1), np.any(ink, axis=2)
    first = columns.argmax(1), rows.argmax(1)
    last = size - columns[:, ::-1].argmax(1), size - rows[:, ::-1].argmax(1)
    return np.stack([*first, *last], axis=1)


def words_of(first: int, count: int, *, train: bool, seed: int) -> np.ndarray:
    """`first`ten başlayan görüntülerin rastgele sözcükleri, (count, WORDS).

    Her satır yalnız (seed, sıra)'ya bağlıdır.
    """
    bits = np.random.Philox(key=np.array([seed, int(train)], np.uint64))
    bits.advance(first * WORDS // 4)  # her sayaç dört sözcük verir
    return bits.random_raw(count * WORDS).reshape(count, WORDS)


def inked(
    words: np.ndarray, labels: np.ndarray, *, train: bool, level: Level, tuning: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Rakam ve kırıntılar, ışıksız: mürekkep (N, SIDE, SIDE) uint8 ve rakamın kutuları (N, 4)."""
    digits, members = written(train, tuning)
    chosen = below(words[:, 0], [len(members[label]) for label in labels])
    sources = np.array([members[label][i] for label, i in zip(labels, chosen, strict=True)])
    sizes = between(words[:, 1], level.size)
    left, top = below(words[:, 2], SIDE - sizes + 1), below(words[:, 3], SIDE - sizes + 1)

    # Kırıntı: aynı bölmenin rastgele bir rakamından, rakamla aynı büyüklükte, kare bir pencere
    part = words[:, 16 : 16 + 7 * level.fragments].reshape(len(words), level.fragments, 7)
    windows = between(part[..., 0], level.window)
    donors = below(part[..., 1], len(digits))
    cut_x, cut_y = (below(part[..., i], sizes[:, None] - windows + 1) for i in (2, 3))
    put_x, put_y = (below(part[..., i], SIDE - windows + 1) for i in (4, 5))

    ink = np.zeros((len(words), SIDE, SIDE), np.uint8)
    boxes = np.empty((len(words), 4), np.int64)
    for i, canvas in enumerate(ink):
        size, x, y = sizes[i], left[i], top[i]
        large = enlarged(train, size, tuning)
        canvas[y : y + size, x : x + size] = large[sources[i]]
        boxes[i] = ink_boxes(train, size, tuning)[sources[i]] + (x, y, x, y)
        rows = zip(windows[i], donors[i], cut_x[i], cut_y[i], put_x[i], put_y[i], strict=True)
        for window, donor, from_x, from_y, to_x, to_y in rows:
            there = canvas[to_y : to_y + window, to_x : to_x + window]
            piece = large[donor, from_y : from_y + window, from_x : from_x + window]
            np.maximum(there, piece, out=there)
    return ink, boxes


def lit(words: np.ndarray, ink: np.ndarray, level: Level) -> np.ndarray:
    """Işık: zemin, eğim, kontrast, gürültü. (N, SIDE, SIDE) uint8."""
    contrast = between(words[:, 4], level.contrast)
    ground = below(words[:, 5], 256 - contrast)
    slope_x, slope_y = (between(words[:, i], (-1, 1))[:, None, None] for i in (6, 7))
    place = np.arange(SIDE) - SIDE // 2
    light = ground[:, None, None] + slope_x * place + slope_y * place[:, None]
    noise = words[:, -SIDE * SIDE // 8 :].astype("<u8").view(np.uint8).reshape(ink.shape)
    noise = noise.astype(np.int64) - 128
    pixels = light + ink * contrast[:, None, None] // 255 + noise * level.noise // 256
    return pixels.clip(0, 255).astype(np.uint8)


def drawn(
    first: int, count: int, *, train: bool, level: Level, seed: int, tuning: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`first`ten başlayan `count` görüntü: pikseller (count, SIDE, SIDE), etiketler, kutular."""
    words = words_of(first, count, train=train, seed=seed)
    labels = np.arange(first, first + count) % CLASSES  # on görüntüde her rakamdan bir tane
    ink, boxes = inked(words, labels, train=train, level=level, tuning=tuning)
    return lit(words, ink, level), labels, boxes


class ClutteredDigits(Dataset):
    """Gerçek el yazısı bir rakam, rastgele yerde ve boyda; çevresinde kırıntılar ve değişen ışık.

    Eğitim ve test rakamları ayrı formlardandır: hiçbir yazı örneği iki yanda birden bulunmaz.
    Görüntüler kurulurken bir kez üretilir ve bellekte durur.

    Args:
        count: görüntü sayısı; ilk n görüntü count'a bağlı değildir.
        train: True ise eğitim, False ise test formlarından.
        level: "kolay", "orta" ya da "zor" (LEVELS).
        seed: yerlerin, boyların, kırıntıların ve ışığın tohumu.
        tuning: True ise iki bölme de eğitim formlarındandır (FIT_FORMS, VALIDATION_FORMS): ayar
            seçerken test formlarına hiç bakılmaz.

    Shape:
        images: (count, 1, 32, 32) uint8; labels: (count,).
        boxes: (count, 4), piksel: x0, y0, x1, y1, son ikisi dışarıda.
        öğe: (görüntü (1, 32, 32) float32, 0..1; etiket; kutu (4,)).

    Raises:
        ValueError: argümanlar yukarıdakilere uymuyorsa.

    Kaynak: E. Alpaydin ve C. Kaynak, "Optical Recognition of Handwritten Digits" (UCI, 1998),
    scikit-learn'deki 1.797 örnek.
    """

    def __init__(
        self,
        count: int,
        *,
        train: bool,
        level: str = "orta",
        seed: int = 0,
        tuning: bool = False,
    ):
        self.level = LEVELS[one_of("level", level, LEVELS)]
        chosen = {
            "train": boolean("train", train),
            "seed": nonnegative_int("seed", seed),
            "tuning": boolean("tuning", tuning),
        }
        starts = range(0, positive_int("count", count), CHUNK)
        parts = [drawn(s, min(CHUNK, count - s), level=self.level, **chosen) for s in starts]
        columns = zip(*parts, strict=True)
        pixels, labels, boxes = (torch.from_numpy(np.concatenate(column)) for column in columns)
        self.images, self.labels, self.boxes = pixels.unsqueeze(1), labels, boxes

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        return self.images[index].float() / 255, self.labels[index], self.boxes[index]


def cifar10(root: str | Path, *, download: bool = False) -> tuple[CIFAR10, CIFAR10]:
    """CIFAR-10'un eğitim ve test bölmesi: renkli görüntü (3, 32, 32) float32, 0..1, ve etiketi.

    Args:
        root: `cifar-10-batches-py` klasörünün durduğu klasör.
        download: True ise torchvision indirir (170 MB) ve sağlamasını denetler.

    Raises:
        CifarMissing: dosyalar yoksa, eksikse ya da sağlaması tutmuyorsa.
        DownloadFailed: download=True iken ağa ulaşılamazsa ya da gelen dosyanın sağlaması tutmazsa.
    """
    from torchvision.datasets import CIFAR10
    from torchvision.transforms import ToTensor

    root = Path(root)
    where = (
        "cifar-10-python.tar.gz dosyasını (170 MB; www.cs.toronto.edu/~kriz/cifar.html) başka bir "
        f"yerden getir ve {root} içine aç: {root / CIFAR10.base_folder / 'data_batch_1'} gibi "
        "dosyalar oluşmalı."
    )
    options = {"root": root, "transform": ToTensor(), "download": download}
    # torchvision eksik dosyaya RuntimeError der, urllib ağ hatasına OSError
    try:
        return CIFAR10(train=True, **options), CIFAR10(train=False, **options)
    except (RuntimeError, OSError) as problem:
        if download:
            raise DownloadFailed(
                f"CIFAR-10 indirilemedi ya da sağlaması tutmadı ({problem}). Ağ yoksa {where}"
            ) from problem
        raise CifarMissing(
            f"root içinde sağlam bir CIFAR-10 bulunamadı; verilen: {str(root)!r}. "
            f"Ağ varsa download=True ver; yoksa {where}"
        ) from problem
