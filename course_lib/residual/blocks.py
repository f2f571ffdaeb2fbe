"""Altı artık blok: her biri bir dal F ile bir füzyon kalıbının birleşimi.

Kaynak: not 5 §1.1, §5, §9-§11.
"""

from collections.abc import Callable, Mapping
from functools import partial

from torch import nn

from course_lib.attention.registry import attention_classes, build_attention
from course_lib.residual.branches import (
    BasicBranch,
    BottleneckBranch,
    PreActBranch,
    ResNeXtBranch,
    WideBranch,
    zero_last,
)
from course_lib.residual.fusion import (
    ResidualAttn,
    ResidualAttn_P1,
    ResidualAttn_P2,
    ResidualAttn_P3,
    ResidualAttn_P4,
)
from course_lib.validation import boolean, one_of, positive_int


def branch_classes() -> dict[str, type[nn.Module]]:
    """Ad -> dalın sınıfı; her çağrıda okunur: ekilen hatalı dal da görülsün."""
    return {
        "basic": BasicBranch,
        "preact": PreActBranch,
        "wide": WideBranch,
        "bottleneck": BottleneckBranch,
        "resnext": ResNeXtBranch,
        "se": BasicBranch,  # SE-artık blok: temel dal, çıkışında SE ile
    }


def patterns() -> dict[str, Callable[..., ResidualAttn]]:
    """Ad -> kalıbın sınıfı; her çağrıda okunur: ekilen hatalı kalıp da görülsün."""
    return {
        "P1": ResidualAttn_P1,
        "P2": ResidualAttn_P2,
        "P3": ResidualAttn_P3,
        "P4": ResidualAttn_P4,
    }


def residual_block(
    block: str,
    ch: int,
    *,
    out: int | None = None,
    stride: int = 1,
    pattern: str = "P1",
    attention: str | None = None,
    attention_options: Mapping[str, object] | None = None,
    skip_alpha: float | None = None,
    zero_init: bool = False,
    **branch_options: int,
) -> ResidualAttn:
    """Adıyla artık blok.

    Args:
        block: "basic", "preact", "wide", "bottleneck", "resnext" ya da "se" (temel dal ve SE).
        ch, out, stride: giren ve çıkan kanal sayısı (out verilmezse ch), adım (piksel).
        pattern: "P1", "P2", "P3" ya da "P4"; attention: dikkatin adı (attention_classes), None ise
            dikkatsiz. P4'te iki yola da konur.
        attention_options: dikkatin kendi ayarları, örneğin {"learnable_alpha": True}; dikkat yoksa
            kullanılmaz.
        skip_alpha: yalnız P4'te: kısayoldaki dikkat, birim eşlemeye bu kadar yakın başlar.
        zero_init: True ise dal başlangıçta sıfır verir (zero_last).
        branch_options: dalın kendi ayarları: widen, expansion, groups, cardinality.

    Raises:
        ValueError: bir argüman yukarıdakilere uymuyorsa.
    """
    branch = branch_classes()[one_of("block", block, branch_classes())]
    out = positive_int("out", positive_int("ch", ch) if out is None else out)
    f = branch(ch, out, stride=positive_int("stride", stride), **branch_options)
    if boolean("zero_init", zero_init):
        zero_last(f)
    cls = patterns()[one_of("pattern", pattern, patterns())]
    attention = "se" if attention is None and block == "se" else attention
    attn = None
    if attention is not None:
        attn = partial(
            build_attention,
            one_of("attention", attention, attention_classes()),
            **(attention_options or {}),
        )
    if pattern == "P4":
        return cls(
            ch, out=out, stride=stride, f=f, attn_skip=attn, attn_res=attn, skip_alpha=skip_alpha
        )
    if skip_alpha is not None:
        raise ValueError(
            "skip_alpha yalnız pattern='P4' iken verilmeli; "
            f"verilen: {skip_alpha!r}, pattern={pattern!r}."
        )
    return cls(ch, out=out, stride=stride, f=f, attn=attn)
