"""Adıyla dikkat: artık bloklar ve ağ, dikkatini buradan kurar."""

from torch import nn

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.validation import one_of


def attention_classes() -> dict[str, type[nn.Module]]:
    """Ad -> sınıf: dört klasik modül ve kursun kanal sayısı isteyen iki bloğu.

    Her çağrıda okunur: ekilen hatalı sınıf da görülsün.
    """
    return {
        "se": SEBlock,
        "eca": ECABlock,
        "cbam": CBAM,
        "coordinate": CoordinateAttention,
        "channel_fusion": ChannelAttentionFusionT,
        "cbam_dynamic": CBAMResidualDynamicSA,
    }


def build_attention(name: str, channels: int, **options: object) -> nn.Module:
    """Adı verilen dikkati C = `channels` için kurar; bilinmeyen adda ValueError."""
    known = attention_classes()
    return known[one_of("name", name, known)](channels, **options)
