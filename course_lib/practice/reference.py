"""Karşılaştırma: onarılan sınıf, aynı ağırlıklarla kurstaki blokla aynı hesabı yapıyor mu?"""

from __future__ import annotations

import copy
from itertools import chain

import torch
from torch import Tensor, nn

from course_lib.diagnosis.kind import REFERENCE_CHANNELS, Kind
from course_lib.diagnosis.twin import measuring

SILENT = ("return_fusion_weights", "return_router_weights", "return_maps")  # iletide anılmaz
# (B, H, W, ölçek): kare olmayan ve tek pikselli kenarlı girdiler de var.
INPUTS = ((3, 4, 6, 1.0), (1, 5, 1, 1.0), (2, 1, 4, 1.0), (17, 4, 6, 1.0))
# Sıcaklığı olmayanlara bir de bunlar: kırpan ya da şekle bakan kaçamağı ayırır.
LOUD_INPUTS = ((4, 1, 1, 1.0), (2, 5, 4, 1e4))


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
            raise Different(
                f"{key} parametresinin şekli değişmiş: beklenen {tuple(value.shape)}, "
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


def close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b.to(a.dtype), rtol=1e-5, atol=1e-7)


def compare(kind: Kind, reference: nn.Module, answer: nn.Module, x: Tensor, setting: str) -> None:
    """İki bloğu bir girdide karşılaştırır: çıktı, yöntemler, birikenler, gradyanlar."""
    given = x.clone()
    ours, theirs = as_tuple(reference(x)), as_tuple(answer(given))
    if not torch.equal(given, x):
        raise Different(f"Blok girdisini yerinde değiştiriyor ({setting}); girdi, çağırana aittir.")
    same_outputs(kind, ours, theirs, setting)
    same_methods(kind, reference, answer, x, setting)
    same_buffers(reference, answer, setting)
    same_gradients(reference, answer, ours[0], theirs[0], setting)


def same_outputs(kind: Kind, ours: tuple, theirs: tuple, setting: str) -> None:
    if len(ours) != len(theirs):
        raise Different(
            f"forward {len(ours)} değer döndürmeli; {len(theirs)} döndürdü ({setting})."
        )
    for name, want, got in zip(kind.outputs, ours, theirs, strict=False):
        if (want is None) != (got is None):
            raise Different(
                f"{name} {'None olmalıydı' if want is None else 'None olmamalıydı'} ({setting})."
            )
        if want is not None and not close(want, got):
            raise Different(
                f"Ölçülen sözler tutuluyor, ama {name} kurstaki bloğunkinden farklı ({setting}). "
                "Onarım hesabı da değiştirmiş, ya da hata başka bir ayarda sürüyor: yalnız "
                "gereken yeri değiştir."
            )


def same_methods(
    kind: Kind, reference: nn.Module, answer: nn.Module, x: Tensor, setting: str
) -> None:
    """forward dışındaki yöntemler de aynı sonucu vermeli."""
    for method in kind.methods:
        if not callable(getattr(answer, method, None)):
            raise Different(f"{method} yöntemi kaldırılmış; dışarıdan çağrılır, yerinde durmalı.")
        wants, gots = (as_tuple(getattr(block, method)(x)) for block in (reference, answer))
        pairs = zip(wants, gots, strict=False)
        alike = all(a.shape == b.shape and torch.allclose(a, b) for a, b in pairs)
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


def same_gradients(
    reference: nn.Module, answer: nn.Module, ours: Tensor, theirs: Tensor, setting: str
) -> None:
    generator = torch.Generator().manual_seed(7)
    target = torch.randn(ours.shape, generator=generator, dtype=torch.float64)
    (ours * target).sum().backward()
    (theirs * target).sum().backward()
    others = dict(answer.named_parameters())
    for name, p in reference.named_parameters():
        want, got = p.grad, others[name].grad
        alike = want is got  # ikisi de None
        if want is not None and got is not None:
            alike = torch.allclose(want.flatten(), got.flatten(), rtol=1e-4, atol=1e-7)
        if not alike:
            raise Different(
                f"Çıktı doğru, ama {name} parametresine giden gradyan farklı ({setting})."
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


def in_words(options: dict) -> str:
    """Kuruluşun iletide anılan ayarları."""
    shown = {k: getattr(v, "__name__", repr(v)) for k, v in options.items() if k not in SILENT}
    return ", ".join(f"{k}={v}" for k, v in shown.items())


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
        if mixed_types:
            reference, answer = (b.float() for b in pair(cls, kind, kind.reference[-1]))
            x = torch.randn(17, REFERENCE_CHANNELS, 4, 6)
            same_in_low_precision(reference, answer, x.to(torch.bfloat16))


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
