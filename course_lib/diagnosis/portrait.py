"""Portre: bir dikkatin ne yaptığı, adından değil davranışından.

Çarpıyor mu, çarpan neye göre değişiyor, hangi özeti duyuyor, ne kadar uzağa bakıyor?
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from course_lib.diagnosis.foreign import ForeignTwin
from course_lib.diagnosis.probes import EFFECT, biggest, leak_of
from course_lib.diagnosis.summaries import moved_rows
from course_lib.diagnosis.twin import NotMeasurable, lowered, raised

Form = Literal[
    "kanal",
    "uzam",
    "kanal × uzam",
    "satır × sütun",
    "karışık",
    "sabit",
    "noktasal",
    "artık",
    "çarpan değil",
]
FORM_WORDS: dict[str, str] = {
    "kanal": "kanal kapısı: her kanala bir katsayı",
    "uzam": "uzamsal kapı: her piksele bir katsayı",
    "kanal × uzam": "kanal kapısı ile uzamsal kapının çarpımı",
    "satır × sütun": "her kanalda satır kapısı ile sütun kapısının çarpımı",
    "karışık": "çarpan, ama kanala ve yere göre ayrışmıyor",
    "sabit": "çarpan hep aynı sayı: kapı uygulanmıyor",
    "noktasal": "çarpan yalnız kendi pikseline bakıyor: kapı değil, etkinleştirme",
    "artık": "artık blok: girdi artı öğrenen yol; yol susunca girdi geçiyor",
    "çarpan değil": "çarpan değil: girdi sıfırken de çıktı var",
}
WITHOUT_GATE: tuple[Form, ...] = ("artık", "çarpan değil", "noktasal", "sabit")
OTHER_SUMMARY = "başka bir özet"  # ortalama ve tepe aynıyken de değişiyor
SUMMARIES = ("ortalama", "tepe", OTHER_SUMMARY)
DRAWS = 4  # ağırlıkların yeniden çekildiği kez
FLAT = 1e-6
WIDE = 33  # erişimin ölçüldüğü kenar, piksel
LOUD = 1e3


@dataclass(frozen=True)
class Portrait:
    """Bir bloğun davranışı.

    form: çarpanın biçimi; floor: girdiden her zaman geçen pay (1: girdi ayrıca ekleniyor); low,
    high: çarpanın aralığı; hears: duyduğu özetler; sees_place: yere bakıyor mu; reach: kaç
    piksellik karede bakıyor (None: bütün girdi); channel_reach: kaç kanala birden bakıyor (None:
    hepsi); independent: örnekler bağımsız mı; gate: bir örneğin çarpanı, (C, H, W).
    """

    form: Form
    floor: float = 0.0
    low: float = 0.0
    high: float = 1.0
    hears: tuple[str, ...] = ()
    sees_place: bool = False
    reach: int | None = None
    channel_reach: int | None = None
    independent: bool = True
    gate: Tensor | None = field(default=None, compare=False, repr=False)


def gain_of(twin: ForeignTwin, x: Tensor) -> Tensor:
    """y / x, (B, C, H, W); x sıfırsa NaN."""
    with torch.no_grad():
        y = twin.output(x)
    return y / torch.where(x.abs() > 1e-9, x, torch.nan)


def multiplies(twin: ForeignTwin) -> bool:
    """Girdinin sıfır olduğu yerde çıktı da sıfır mı?"""
    x = twin.images()
    silent = twin.normal(x.shape) > 0.7
    x = x.masked_fill(silent, 0.0)
    with torch.no_grad():
        return biggest(twin.output(x)[silent]) < 1e-9 * max(1.0, biggest(x))


def passes_when_silent(twin: ForeignTwin) -> bool:
    """Bütün parametreler sıfırken (öğrenen yol susar) çıktı girdinin kendisi ya da ReLU'su mu?"""
    x, state = twin.images(), twin.snapshot()
    with torch.no_grad():
        for p in twin.parameters().values():
            p.zero_()
        y = twin.output(x)
    twin.restore(state)
    return min(biggest(y - x), biggest(y - x.relu())) < 1e-9 * biggest(x)


def varies(gain: Tensor, dims: tuple[int, ...]) -> bool:
    """Çarpan bu eksenlerde değişiyor mu?"""
    middle = gain.nanmean(dims, keepdim=True)
    return float((gain - middle).abs().nan_to_num(0.0).max()) > FLAT * (1 + biggest(middle))


def separates(gain: Tensor) -> bool:
    """(B, N, M) çarpan, N'ye ve M'ye bağlı iki çarpana ayrılıyor mu? 2×2'lik belirteçler sıfır."""
    return biggest(gain * gain[:, :1, :1] - gain[:, :, :1] * gain[:, :1]) < 1e-7 * (
        1 + biggest(gain) ** 2
    )


def listens(twin: ForeignTwin) -> bool:
    """Bir pikselin çarpanı başka piksellere ya da kanallara bakıyor mu?"""
    x = twin.images()
    other = twin.images()
    other[:, 0, 0, 0] = x[:, 0, 0, 0]
    before, after = (gain_of(twin, t)[:, 0, 0, 0] for t in (x, other))
    return biggest(before - after) > EFFECT


def constant_share(flat: Tensor) -> float | None:
    """G = c + u·v olan (B, N, M) çarpandaki c: 2×2'lik her karede aynıysa o, değilse None."""
    corner, row, column = flat[:, :1, :1], flat[:, :1, 1:], flat[:, 1:, :1]
    inner = flat[:, 1:, 1:]
    below = corner + inner - row - column
    clear = below.abs() > 1e-4 * below.abs().max()
    shares = (corner * inner - row * column)[clear] / below[clear]
    if not len(shares):
        return None
    middle = shares.median()
    return float(middle) if biggest(shares - middle) < 1e-6 else None


def form_of(twin: ForeignTwin, gain: Tensor) -> tuple[Form, float]:
    """(biçim, girdiden her zaman geçen pay)."""
    if not multiplies(twin):
        return "artık" if passes_when_silent(twin) else "çarpan değil", 0.0
    if not varies(torch.cat([gain, gain_of(twin, twin.images())]), (0, 1, 2, 3)):
        return "sabit", 0.0
    if not listens(twin):
        return "noktasal", 0.0
    if not varies(gain, (2, 3)):
        return "kanal", 0.0
    if not varies(gain, (1,)):
        return "uzam", 0.0
    by_form: dict[Form, Tensor] = {
        "kanal × uzam": gain.flatten(2), "satır × sütun": gain.flatten(0, 1)
    }  # fmt: skip
    for form, flat in by_form.items():
        if separates(flat):
            return form, 0.0
    for form, flat in by_form.items():
        share = constant_share(flat)
        if share is not None and separates(flat - share):
            return form, share
    return "karışık", 0.0


def profile(gain: Tensor, axis: str) -> Tensor:
    """Çarpanın yalnız kanala ("piksel" özetleri) ya da yalnız yere bağlı kısmı."""
    flat = gain.flatten(2)
    if axis == "pikseller":
        return (flat / flat[:, :1]).nanmedian(2).values
    return (flat / flat[:, :, :1]).nanmedian(1).values


def summaries_heard(twin: ForeignTwin, form: Form, floor: float) -> tuple[str, ...]:
    """Kapının duyduğu özetler: ortalama, tepe, ikisi aynıyken de değişen (yayılım).

    Dar bir MLP'nin ölü ReLU'su bir özeti bir çekimde susturabilir: birkaç çekime bakılır.
    """
    found: dict[str, None] = {}
    for _ in range(DRAWS):
        found |= dict.fromkeys(summaries_heard_now(twin, form, floor))
        twin.redraw_again()
    return tuple(name for name in SUMMARIES if name in found)


def summaries_heard_now(twin: ForeignTwin, form: Form, floor: float) -> set[str]:
    """Şu anki ağırlıklarla duyulanlar."""
    axes = {
        "kanal": ("pikseller",),
        "uzam": ("kanallar",),
        "kanal × uzam": ("pikseller",),  # kanallar değişince kanal kapısı da değişir
    }.get(form, ())
    found: set[str] = set()
    for axis in axes:
        x = twin.images()
        rows = x.flatten(2) if axis == "pikseller" else x.flatten(2).transpose(1, 2)
        if rows.shape[2] < 3 or (form == "kanal × uzam" and rows.shape[1] < 2):
            continue
        changes = {
            "ortalama": lowered(rows, 2),
            "tepe": raised(rows, 2),
            OTHER_SUMMARY: moved_rows(rows),
        }
        for name, moved in changes.items():
            image = (moved if axis == "pikseller" else moved.transpose(1, 2)).reshape(x.shape)
            before, after = (gain_of(twin, t) for t in (x, image))
            if form == "kanal × uzam":
                before, after = (profile(g - floor, axis) for g in (before, after))
            if biggest((after - before).nan_to_num(0.0)) > EFFECT:
                found.add(name)
    return found


def looks_at_place(twin: ForeignTwin, form: Form) -> bool:
    """Kanal kapısı pikseller karılınca, ötekiler düz girdide yerden yere değişir mi?"""
    if form == "kanal":
        x = twin.images()
        order = torch.randperm(x[0, 0].numel(), generator=twin.generator)
        moved = x.flatten(2)[..., order].view_as(x)
        gates = [gain_of(twin, t).flatten(2).nanmedian(2).values for t in (x, moved)]
        return biggest(gates[0] - gates[1]) > EFFECT
    flat = twin.normal((2, twin.channels, 1, 1)).expand(-1, -1, WIDE, WIDE).contiguous()
    middle = WIDE // 2
    gain = gain_of(twin, flat)[..., middle - 2 : middle + 3, middle - 2 : middle + 3]
    return varies(gain, (2, 3))


def reach_of(twin: ForeignTwin, form: Form) -> int | None:
    """Ortadaki piksel değişince çarpanı kıpırdayan karenin kenarı; bütün girdiyse None."""
    if form in ("kanal", "kanal × uzam", "satır × sütun"):
        return None
    x = twin.normal((1, twin.channels, WIDE, WIDE))
    other = x.clone()
    middle = WIDE // 2
    other[..., middle, middle] += 2.0
    moved = (gain_of(twin, other) - gain_of(twin, x)).nan_to_num(0.0).abs()
    touched = (moved.amax((0, 1)) > 1e-9).nonzero()
    if not len(touched):
        return 0
    edge = int((touched - middle).abs().max())
    return None if edge >= middle else 2 * edge + 1


def channel_reach_of(twin: ForeignTwin, form: Form) -> int | None:
    """Bir kanal değişince kıpırdayan kapıların sayısı; hepsi kıpırdıyorsa None."""
    if form not in ("kanal", "satır × sütun") or twin.channels < 3:
        return None
    heard: set[int] = set()
    for _ in range(DRAWS):
        x = twin.images()
        other = x.clone()
        other[:, twin.channels // 2] += 1.5
        moved = (gain_of(twin, other) - gain_of(twin, x)).nan_to_num(0.0).abs().amax((0, 2, 3))
        heard |= set((moved > 1e-12).nonzero().flatten().tolist())
        twin.redraw_again()
    return len(heard) if len(heard) < twin.channels else None


def samples_apart(twin: ForeignTwin) -> bool:
    x = twin.images()
    return leak_of(twin.look, x, twin.others(x)) <= EFFECT


def portrait_of(twin: ForeignTwin) -> Portrait:
    """Bloğun portresi; çıktısı sonlu değilse NotMeasurable."""
    x = twin.images()
    gain = gain_of(twin, x)
    if not torch.isfinite(gain).any():
        raise NotMeasurable("Sonlu bir girdide çıktı NaN ya da sonsuz.")
    form, floor = form_of(twin, gain)
    independent = samples_apart(twin)
    if form in WITHOUT_GATE:
        return Portrait(form, independent=independent)
    values = torch.cat([gain_of(twin, s * twin.images()).flatten() for s in (1.0, LOUD)])
    values = values[torch.isfinite(values)]
    low = float(values.min())
    return Portrait(
        form,
        floor or float(low > 1 - 1e-6),
        low,
        float(values.max()),
        summaries_heard(twin, form, floor),
        looks_at_place(twin, form),
        reach_of(twin, form),
        channel_reach_of(twin, form),
        independent,
        gain[0],
    )
