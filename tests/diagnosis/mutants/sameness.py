"""Hakem: bir mutant bloktan başka bir şey mi hesaplıyor? Teşhisten bağımsız, doğrudan karşılaştırma.

Aynı tohumla kurulan iki blok, aynı ağırlıklarla, birçok ayarda ve girdide karşılaştırılır: bütün
döndürdükleri, girdiye ve parametrelere giden gradyan, biriken durum, düşük duyarlık.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from course_lib.diagnosis.kind import FLAGS, Kind
from course_lib.diagnosis.twin import T_NAMES, set_field

# (B, H, W, ölçek, T)
INPUTS = (
    (3, 4, 6, 1.0, None), (2, 5, 1, 1.0, None), (2, 1, 4, 1.0, None), (1, 4, 3, 1.0, None),
    (2, 6, 5, 30.0, 0.3), (3, 4, 5, 1.0, 8.0),
)  # fmt: skip
FREE_CHANNELS = 6
SAME, DIFFERENT, CRASHES, NOT_BUILT = "aynı", "başka", "çöküyor", "kurulmuyor"
OTHER_PARTS = "başka parça"  # parametrelerinin adı başka: aynı ağırlıkla karşılaştırılamaz


def judged(kind: Kind, mutant: type[nn.Module]) -> str:
    """`mutant`, kind.block'a göre: aynı, başka, başka parça, çöküyor ya da kurulmuyor."""
    silent = {k: v for k, v in kind.settings[0].items() if k not in FLAGS}
    verdicts = {at_setting(kind, mutant, s) for s in (silent, *kind.settings, *kind.reference)}
    return next(v for v in (NOT_BUILT, CRASHES, DIFFERENT, OTHER_PARTS, SAME) if v in verdicts)


def at_setting(kind: Kind, mutant: type[nn.Module], setting: dict) -> str:
    options = {k: v for k, v in setting.items() if k != "channels"}
    arguments = [setting.get("channels", a) for a in kind.arguments]
    torch.manual_seed(4)
    another = kind.block(*arguments, **options).double()
    torch.manual_seed(3)
    healthy = kind.block(*arguments, **options).double()
    torch.manual_seed(3)
    try:
        other = mutant(*arguments, **options).double()
    except Exception:  # mutant her şeyi fırlatabilir
        return NOT_BUILT
    fresh = different_start(healthy, another, other)
    try:
        other.load_state_dict(healthy.state_dict())
    except RuntimeError:
        names = [{n for n, _ in b.named_parameters()} for b in (healthy, other)]
        return DIFFERENT if names[0] >= names[1] else OTHER_PARTS
    stir(healthy, other)
    channels = channels_of(kind, healthy)
    verdicts = {fresh}
    asked = 0
    for batch, height, width, scale, temperature in INPUTS:
        generator = torch.Generator().manual_seed(batch * height + width)
        x = scale * torch.randn(
            (batch, channels, height, width), generator=generator, dtype=torch.float64
        )
        for training in (False, True):
            want = outcome(healthy, x, temperature, training)
            if want is not None:  # sağlam blok burada çalışmıyorsa (BN, tek sayı) sorulmaz
                asked += 1
                verdicts.add(compared(want, outcome(other, x, temperature, training)))
    assert asked >= len(INPUTS), f"{kind.name}: sağlam blok {setting} ayarında ölçülemiyor"
    verdicts.add(compared_in_low_precision(healthy, other, channels))
    return next(v for v in (CRASHES, DIFFERENT, SAME) if v in verdicts)


def channels_of(kind: Kind, block: nn.Module) -> int:
    for holder in (block, getattr(block, "ca", None)):
        for name in ("channels", "ch", "in_channels"):
            if hasattr(holder, name):
                return getattr(holder, name)
    return FREE_CHANNELS


def stir(*blocks: nn.Module) -> None:
    """BN'lerin başlangıç değerleri ölçeği ve ötelemeyi gizlemesin; iki blokta aynı sayılar."""
    for block in blocks:
        generator = torch.Generator().manual_seed(5)
        for module in block.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                for t in (module.weight, module.bias, module.running_mean):
                    if t is not None:
                        noise = torch.rand(t.shape, generator=generator, dtype=t.dtype)
                        t.data.add_(0.3 * noise + 0.1)


def different_start(healthy: nn.Module, another: nn.Module, other: nn.Module) -> str:
    """Tek sayılık durumlar (T, t_raw, alpha) ve öğrenilenlerin adları aynı başlıyor mu?

    Başka tohumla kurulan sağlam blokta (`another`) başka olan, çekilmiş sayıdır: sorulmaz.
    """
    want, drawn, got = (b.state_dict() for b in (healthy, another, other))
    single = [k for k in want.keys() & got.keys() if want[k].numel() == got[k].numel() == 1]
    single = [k for k in single if torch.equal(want[k], drawn[k])]
    # eps kadar başka bir başlangıç aynı başlangıçtır
    if any(not torch.allclose(want[k].double(), got[k].double(), 1e-5, 1e-5) for k in single):
        return DIFFERENT
    learned = [{n: p.requires_grad for n, p in b.named_parameters()} for b in (healthy, other)]
    return SAME if learned[0] == learned[1] else DIFFERENT


def outcome(block: nn.Module, x: Tensor, temperature: float | None, training: bool):
    """Blok bir girdide ne veriyor, geriye ne gönderiyor? Çökerse None."""
    block = copy.deepcopy(block).train(training)
    if temperature is not None:
        for holder in block.modules():
            for name in T_NAMES:
                set_field(holder, name, temperature)
    x = x.clone().requires_grad_()
    given = x * 1.0
    kept = given.detach().clone()
    try:
        out = block(given)
        parts = out if isinstance(out, tuple) else (out,)
        y = parts[0]
        target = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=y.dtype)
        if y.requires_grad:
            (y * target).sum().backward()
    except Exception:
        return None
    grads = {n: p.grad for n, p in block.named_parameters()} | {"x": x.grad}
    return parts, grads, dict(block.named_buffers()), torch.equal(given.detach(), kept)


def compared(want, got) -> str:
    if got is None:
        return CRASHES
    same = len(want[0]) == len(got[0]) and all(map(near, want[0], got[0]))
    for mine, yours in ((want[1], got[1]), (want[2], got[2])):
        same = same and mine.keys() == yours.keys()
        same = same and all(near(mine[k], yours[k], gradient=True) for k in mine)
    return SAME if same and got[3] else DIFFERENT


def near(a, b, gradient: bool = False) -> bool:
    if a is None or b is None:
        if gradient and (a is None) != (b is None):
            present = a if b is None else b
            return not present.any()
        return a is b
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return a == b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return torch.allclose(a.double(), b.double(), rtol=1e-5, atol=1e-8, equal_nan=True)


def compared_in_low_precision(healthy: nn.Module, other: nn.Module, channels: int) -> str:
    """bfloat16 girdi, float32 ve bfloat16 ağırlıklar; sağlam blok kabul etmiyorsa sorulmaz."""
    x = torch.randn(2, channels, 4, 5).to(torch.bfloat16)
    verdicts = [low_precision(healthy, other, x, weights) for weights in (torch.float32, x.dtype)]
    return next(v for v in (CRASHES, DIFFERENT, SAME) if v in verdicts)


def low_precision(healthy: nn.Module, other: nn.Module, x: Tensor, weights: torch.dtype) -> str:
    blocks = [copy.deepcopy(b).to(weights).eval() for b in (healthy, other)]
    try:
        want = blocks[0](x)
    except Exception:
        return SAME
    try:
        got = blocks[1](x)
    except Exception:  # karma türü kabul etmemek bir tasarımdır, bfloat16'yı etmemek değil
        return CRASHES if weights == x.dtype else SAME
    one, two = ((o if isinstance(o, tuple) else (o,)) for o in (want, got))
    if len(one) != len(two) or not isinstance(two[0], Tensor):
        return DIFFERENT
    if one[0].dtype != two[0].dtype or one[0].shape != two[0].shape:
        return DIFFERENT
    close = torch.allclose(one[0].float(), two[0].float(), rtol=0.1, atol=0.1)
    return SAME if close else DIFFERENT
