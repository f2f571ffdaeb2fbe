"""Karşılaştırma: onarılan sınıf, aynı ağırlıklarla kurstaki blokla aynı hesabı yapıyor mu?"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from course_lib.diagnosis.kind import REFERENCE_CHANNELS, Kind, in_words
from course_lib.diagnosis.twin import T_NAMES, measuring, set_field
from course_lib.practice.replaced import replaced_names
from course_lib.turkish import tr

# (B, H, W, ölçek): kare olmayan ve tek pikselli kenarlı girdiler de var.
INPUTS = ((3, 4, 6, 1.0), (1, 5, 1, 1.0), (2, 1, 4, 1.0), (17, 4, 6, 1.0))
# Sıcaklığı olmayanlara bir de bunlar: kırpan ya da şekle bakan kaçamağı ayırır.
LOUD_INPUTS = ((4, 1, 1, 1.0), (2, 5, 4, 1e4))


# float32'de, sıradan boyda; bir de T küçük ve büyükken.
ORDINARY = (2, 32, 32)
ORDINARY_CHANNELS = 24
TEMPERATURES = (0.3, 8.0)


@dataclass(frozen=True)
class Tolerance:
    """Ne kadar fark aynı sayılır: göreli ve mutlak."""

    relative: float
    absolute: float

    @property
    def of_gradients(self) -> Tolerance:
        return Tolerance(10 * self.relative, self.absolute)


EXACT = Tolerance(1e-5, 1e-7)
SINGLE = Tolerance(1e-3, 1e-4)  # float32: toplamın sırası son basamakları değiştirir


class Different(Exception):
    """Yanıt referanstan ayrıldı; ileti nerede olduğunu söyler."""


def load_same_weights(reference: nn.Module, answer: nn.Module) -> None:
    """Referansın ağırlıklarını yanıta koyar; ad ya da boyut uymuyorsa Different."""
    want, have = reference.state_dict(), answer.state_dict()
    same_names(set(want), set(have))
    for key, value in want.items():
        # 1×1 evrişim ile doğrusal katman aynı matrisi taşır; ötekilerin şekli birebir tutmalı.
        flat = value.dim() >= 2 and have[key].dim() >= 2
        shapes = [t.flatten(1).shape if flat else t.shape for t in (value, have[key])]
        if shapes[0] != shapes[1]:
            noun = "parametresinin" if key in dict(reference.named_parameters()) else "buffer'ının"
            raise Different(
                f"{key} {noun} şekli değişmiş: beklenen {tuple(value.shape)}, "
                f"gelen {tuple(have[key].shape)}."
            )
    learned, kept = ({n for n, _ in b.named_parameters()} for b in (answer, reference))
    if learned != kept:
        raise Different(f"Öğrenilen parametreler değişmiş: {', '.join(sorted(learned ^ kept))}.")
    answer.load_state_dict({k: v.reshape(have[k].shape) for k, v in want.items()})


def same_names(want: set[str], have: set[str]) -> None:
    """Saklanan adlar aynı değilse Different."""
    sides = {"fazla": sorted(have - want), "eksik": sorted(want - have)}
    listed = "; ".join(f"{side}: {', '.join(names)}" for side, names in sides.items() if names)
    if listed:
        raise Different(
            f"Parametre adları kurstaki bloğunkilerden farklı ({listed}). Onarılmış bloğunkiler "
            "aynı olmalı."
        )


def as_tuple(out: object) -> tuple:
    return out if isinstance(out, tuple) else (out,)


def close(a: Tensor, b: Tensor, tolerance: Tolerance) -> bool:
    return a.shape == b.shape and torch.allclose(
        a, b.to(a.dtype), rtol=tolerance.relative, atol=tolerance.absolute
    )


def compare(
    kind: Kind,
    reference: nn.Module,
    answer: nn.Module,
    x: Tensor,
    setting: str,
    tolerance: Tolerance = EXACT,
) -> None:
    """İki bloğu bir girdide karşılaştırır: çıktı, yöntemler, birikenler, gradyanlar."""
    mine, yours = (x.clone().requires_grad_() for _ in range(2))
    given = yours.clone()  # yaprak değil: yerinde değiştiren yanıt da çalışsın ve yakalansın
    ours, theirs = as_tuple(reference(mine.clone())), as_tuple(answer(given))
    if not torch.equal(given.detach(), x):
        raise Different(f"Blok girdisini yerinde değiştiriyor ({setting}); girdi, çağırana aittir.")
    untouched_names()
    plain(kind, theirs, setting)
    same_outputs(kind, ours, theirs, setting, tolerance)
    same_methods(kind, reference, answer, x, setting, tolerance)
    same_buffers(reference, answer, setting)
    same_gradients((reference, mine, ours[0]), (answer, yours, theirs[0]), setting, tolerance)


def untouched_names() -> None:
    """Yanıt, çalışırken karşılaştırmanın dayandığı bir adı değiştirmişse Different."""
    if changed := replaced_names():
        raise Different(
            f"Blok çalışırken şu adları değiştiriyor: {', '.join(changed)}. Karşılaştırma onlara "
            "dayanır: değiştiren satırı sil, çekirdeği yeniden başlat."
        )


def plain(kind: Kind, values: tuple, setting: str) -> None:
    """Karşılaştırma, kendi işlemlerini getiren nesnelerle değil düz tensörlerle yapılır."""
    for name, value in zip(kind.outputs, values, strict=False):
        if value is not None and type(value) is not Tensor:
            raise Different(
                f"{name} düz bir torch.Tensor olmalı; gelen {type(value).__name__} ({setting})."
            )


def same_outputs(
    kind: Kind, ours: tuple, theirs: tuple, setting: str, tolerance: Tolerance = EXACT
) -> None:
    if len(ours) != len(theirs):
        raise Different(
            f"forward {len(ours)} değer döndürmeli; {len(theirs)} döndürdü ({setting})."
        )
    for name, want, got in zip(kind.outputs, ours, theirs, strict=False):
        if (want is None) != (got is None):
            raise Different(
                f"{name} {'None olmalıydı' if want is None else 'None olmamalıydı'} ({setting})."
            )
        if want is not None and not close(want, got, tolerance):
            raise Different(
                f"Ölçülen sözler tutuluyor, ama {name} kurstaki bloğunkinden farklı ({setting}). "
                "Onarım hesabı da değiştirmiş, ya da hata başka bir ayarda sürüyor: yalnız "
                "gereken yeri değiştir."
            )


def same_methods(
    kind: Kind,
    reference: nn.Module,
    answer: nn.Module,
    x: Tensor,
    setting: str,
    tolerance: Tolerance,
) -> None:
    """forward dışındaki yöntemler de aynı sonucu vermeli."""
    for method in kind.methods:
        if not callable(getattr(answer, method, None)):
            raise Different(f"{method} yöntemi kaldırılmış; dışarıdan çağrılır, yerinde durmalı.")
        wants, gots = (as_tuple(getattr(block, method)(x)) for block in (reference, answer))
        pairs = zip(wants, gots, strict=False)
        alike = all(close(a, b, tolerance) for a, b in pairs)
        if len(wants) != len(gots) or not alike:
            raise Different(
                f"forward doğru, ama {method} kurstakinden farklı bir sonuç veriyor ({setting})."
            )


def same_buffers(reference: nn.Module, answer: nn.Module, setting: str) -> None:
    kept = dict(answer.named_buffers())
    for name, buffer in reference.named_buffers():
        if not torch.allclose(buffer.double(), kept[name].double(), rtol=1e-5, atol=1e-8):
            raise Different(
                f"Çıktı doğru, ama {name} farklı birikiyor ({setting}): BN'li bir parça, bir ileri "
                "geçişte iki kez çağrılıyor ya da başka bir şey görüyor olabilir."
            )


Side = tuple[nn.Module, Tensor, Tensor]  # blok, girdisi, çıktısı


def same_gradients(ours: Side, theirs: Side, setting: str, tolerance: Tolerance) -> None:
    """Parametrelere ve girdiye giden gradyan aynı mı?"""
    generator = torch.Generator().manual_seed(7)
    target = torch.randn(ours[2].shape, generator=generator, dtype=torch.float64)
    for _, _, out in (ours, theirs):
        (out * target.to(out.dtype)).sum().backward()
    others = dict(theirs[0].named_parameters())
    for name, p in ours[0].named_parameters():
        want, got = p.grad, others[name].grad
        alike = want is got  # ikisi de None
        if want is not None and got is not None:
            alike = close(want.flatten(), got.flatten(), tolerance.of_gradients)
        if not alike:
            raise Different(
                f"Çıktı doğru, ama {name} parametresine giden gradyan farklı ({setting})."
            )
    want, got = (torch.zeros_like(x) if x.grad is None else x.grad for _, x, _ in (ours, theirs))
    # Girdinin gradyanında terimler birbirini götürür: fark, en büyük gradyana göre ölçülür.
    allowed = tolerance.of_gradients
    if (want - got).abs().max() > allowed.relative * want.abs().max() + allowed.absolute:
        raise Different(
            f"Çıktı doğru, ama girdiye giden gradyan farklı ({setting}): yolun bir parçası "
            "hesaptan koparılmış olabilir."
        )


def built(cls: type[nn.Module], kind: Kind, options: dict) -> nn.Module:
    """Sınıfın `reference` kuruluşlarından biri."""
    rest = {k: v for k, v in options.items() if k != "channels"}
    return cls(*(options.get("channels", REFERENCE_CHANNELS) for _ in kind.arguments), **rest)


def pair(cls: type[nn.Module], kind: Kind, options: dict) -> tuple[nn.Module, nn.Module]:
    """Aynı ağırlıklı (kurstaki, yanıttaki) bloklar, float64."""
    reference, answer = (built(c, kind, options).double() for c in (kind.block, cls))
    load_same_weights(reference, answer)
    return reference, answer


def same_parts(cls: type[nn.Module], kind: Kind) -> None:
    """Yanıtın parametreleri kurstaki bloğunkilerle aynı adda ve boyda değilse Different."""
    with torch.random.fork_rng(devices=[]):
        for options in kind.reference:
            load_same_weights(built(kind.block, kind, options), built(cls, kind, options))


def against_reference(cls: type[nn.Module], kind: Kind, *, mixed_types: bool = False) -> None:
    """Yanıtı aynı ağırlıklarla kurstaki blokla karşılaştırır; ayrılıyorsa Different.

    mixed_types: girdinin türü ağırlıklarınkinden farklıyken de (tür kazası olan alıştırmalarda).
    """
    with measuring(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        for options in kind.reference:
            channels = options.get("channels", REFERENCE_CHANNELS)
            inputs = chain(INPUTS, LOUD_INPUTS if kind.loud else ())
            for batch, height, width, scale in inputs:
                reference, answer = pair(cls, kind, options)
                x = scale * torch.randn(batch, channels, height, width, dtype=torch.float64)
                where = ", ".join(filter(None, (f"B={batch}, {height}×{width}", in_words(options))))
                compare(kind, reference, copy.deepcopy(answer), x, where)
        at_ordinary_size(cls, kind)
        at_other_temperatures(cls, kind)
        if mixed_types:
            reference, answer = (b.float() for b in pair(cls, kind, kind.reference[-1]))
            x = torch.randn(17, REFERENCE_CHANNELS, 4, 6)
            same_in_low_precision(reference, answer, x.to(torch.bfloat16))


def at_ordinary_size(cls: type[nn.Module], kind: Kind) -> None:
    """float32, 32×32, 24 kanal: yalnız küçük girdide ya da float64'te doğru olan ayrılır."""
    options = kind.reference[0]
    if "channels" not in options and "in_channels" not in options:
        options = options | ({"channels": ORDINARY_CHANNELS} if kind.arguments else {})
    reference, answer = (b.float() for b in pair(cls, kind, options))
    channels = options.get("in_channels", options.get("channels", REFERENCE_CHANNELS))
    batch, height, width = ORDINARY
    x = torch.randn(batch, channels, height, width)
    where = ", ".join(filter(None, (f"float32, B={batch}, {height}×{width}", in_words(options))))
    compare(kind, reference, answer, x, where, SINGLE)


def at_other_temperatures(cls: type[nn.Module], kind: Kind) -> None:
    """T'si olan blok, T küçük ve büyükken de aynı mı?"""
    for options in kind.reference:
        for value in TEMPERATURES:
            reference, answer = pair(cls, kind, options)
            if not any(hasattr(m, name) for m in reference.modules() for name in T_NAMES):
                return
            for holder in (*reference.modules(), *answer.modules()):
                for name in T_NAMES:
                    set_field(holder, name, value)
            channels = options.get("channels", REFERENCE_CHANNELS)
            x = torch.randn(3, channels, 4, 6, dtype=torch.float64)
            setting = ", ".join((f"T'nin ham değeri {tr(value, 'g')}", in_words(options)))
            compare(kind, reference, answer, x, setting)


def same_in_low_precision(reference: nn.Module, answer: nn.Module, x: Tensor) -> None:
    """float32 bloğa bfloat16 girdi: yanıt çökmemeli ve aynı türde, yakın bir sonuç vermeli."""
    want = as_tuple(reference(x))[0]
    try:
        got = as_tuple(answer(x))[0]
    except RuntimeError as error:
        raise Different(
            f"Blok float32, girdi bfloat16 iken kurstaki blok çalışıyor, seninki çöküyor: {error}"
        ) from error
    if want.dtype != got.dtype or not torch.allclose(
        want.float(), got.float(), rtol=0.05, atol=0.05
    ):
        raise Different("Blok float32, girdi bfloat16 iken sonuç kurstaki bloğunkinden farklı.")
