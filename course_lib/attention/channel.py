"""Kanal dikkati: ortalama ve tepe görüşlerini örnek bazlı bir yönlendiriciyle karıştıran blok.

Kaynak: not 2 (22 bölüm) ve not 3, A1-A3; fikir Hu vd. 2018 (SE, arXiv 1709.01507) ve
Woo vd. 2018'den (CBAM, arXiv 1807.06521) gelir.
"""

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention.gates import ACTS, GATES
from course_lib.attention.precision import full_precision
from course_lib.attention.temperature import Tempered
from course_lib.validation import boolean, feature_map, one_of, positive_int


class ChannelAttentionFusionT(Tempered):
    """Her kanala [0, 1] aralığında bir katsayı biçer ve girdiyi onunla çarpar.

    ca = gate((w_avg · mlp(avg_s) + w_max · mlp(max_s)) / T),  y = x · ca

    Args:
        channels: C, girdinin kanal sayısı.
        reduction, min_hidden: MLP'nin gizli genişliği max(min_hidden, C // reduction) olur.
        fusion: "softmax" (ağırlıkları yönlendirici örnek bazlı seçer) ya da "sum" (a + m).
        gate: "sigmoid" ya da "hardsigmoid".
        temperature: T'nin başlangıcı (birimsiz); eps'ten büyük olmalı.
        learnable_temperature: True ise T öğrenilir (parametre t_raw), değilse sabittir (buffer T).
        eps: öğrenilen T'nin alt sınırı.
        act: MLP'nin etkinleştirmesi, "relu" ya da "silu".
        bias: fc1 ve fc2'nin öteleme terimi olsun mu.
        fusion_router_hidden: yönlendiricinin gizli genişliği.
        return_fusion_weights: True ise forward üçüncü değer olarak ağırlıkları da verir.

    Shape:
        x, y: (B, C, H, W); ca: (B, C, 1, 1); fusion_w: (B, 2) ya da fusion="sum" iken None.

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: not 2 ve not 3, A; durum sözlüğündeki adlar notlardakilerle aynıdır.
    """

    fusion_router: Any  # nn.Sequential; fusion="sum" iken None

    def __init__(
        self,
        channels: int,
        *,
        reduction: int = 16,
        min_hidden: int = 4,
        fusion: str = "softmax",
        gate: str = "sigmoid",
        temperature: float = 1.0,
        learnable_temperature: bool = False,
        eps: float = 1e-6,
        act: str = "relu",
        bias: bool = True,
        fusion_router_hidden: int = 16,
        return_fusion_weights: bool = False,
    ):
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.fusion = one_of("fusion", fusion, ("softmax", "sum"))
        self.gate_fn = GATES[one_of("gate", gate, GATES)]
        self.start_temperature(temperature, learnable_temperature, eps)
        self.return_fusion_weights = boolean("return_fusion_weights", return_fusion_weights)
        bias = boolean("bias", bias)

        # Uyarma: iki özetin ortak MLP'si, C -> hidden -> C
        hidden = max(
            positive_int("min_hidden", min_hidden), channels // positive_int("reduction", reduction)
        )
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1, bias=bias)
        self.act = ACTS[one_of("act", act, ACTS)]()
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1, bias=bias)

        # Yönlendirici: iki özetten iki ham skor, 2C -> router_hidden -> 2
        router_hidden = positive_int("fusion_router_hidden", fusion_router_hidden)
        self.fusion_router = None
        if self.fusion == "softmax":
            self.fusion_router = nn.Sequential(
                nn.Conv2d(2 * channels, router_hidden, kernel_size=1),
                nn.ReLU(),
                nn.Conv2d(router_hidden, 2, kernel_size=1),
            )

    def mlp(self, s: Tensor) -> Tensor:
        """Bir özeti kanal başına ham skora çevirir: (B, C, 1, 1) -> (B, C, 1, 1)."""
        return self.fc2(self.act(self.fc1(s)))

    def attention_map(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Maskeyi ve ağırlıkları uygulamadan verir: ca (B, C, 1, 1), fusion_w (B, 2) ya da None."""
        feature_map(x, self.channels)
        with full_precision(x):
            # Sıkıştırma: her kanaldan iki sayı, (B, C, H, W) -> (B, C, 1, 1)
            avg_s = x.mean(dim=(2, 3), keepdim=True).to(self.fc1.weight.dtype)
            max_s = x.amax(dim=(2, 3), keepdim=True).to(self.fc1.weight.dtype)

            # Uyarma: iki özet, aynı MLP
            a = self.mlp(avg_s)  # (B, C, 1, 1)
            m = self.mlp(max_s)  # (B, C, 1, 1)

            # Füzyon: iki görüşten bir ham skor
            fusion_w = None
            if self.fusion == "sum":
                z = a + m
            else:
                s_cat = torch.cat([avg_s, max_s], dim=1)  # (B, 2C, 1, 1)
                logits = self.fusion_router(s_cat).flatten(1)  # (B, 2)
                fusion_w = torch.softmax(logits, dim=1)  # (B, 2)
                w_avg = fusion_w[:, 0].view(-1, 1, 1, 1)  # (B, 1, 1, 1)
                w_max = fusion_w[:, 1].view(-1, 1, 1, 1)  # (B, 1, 1, 1)
                z = w_avg * a + w_max * m  # (B, C, 1, 1)

            # Kapı: ham skordan [0, 1] aralığına
            T = self.get_T()
            z = z.to(T.dtype)
            scaled = z / T
            ca = self.gate_fn(scaled)
            return ca.to(x.dtype), fusion_w

    def forward(self, x: Tensor) -> tuple[Tensor | None, ...]:
        """(y, ca), `return_fusion_weights` açıksa (y, ca, fusion_w)."""
        ca, fusion_w = self.attention_map(x)
        y = x * ca
        if self.return_fusion_weights:
            return y, ca, fusion_w
        return y, ca
