"""CBAM: önce kanal dikkati, sonra dinamik uzamsal dikkat, sonunda girdiyle karışım (not 4).

Sıra Woo vd. 2018'den (CBAM, arXiv 1807.06521); alpha ile karışım notlardandır.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.validation import argument_prefix, boolean, finite_float, positive_int


class CBAMResidualDynamicSA(nn.Module):
    """Kanal dikkati, uzamsal dikkat, artık karışım.

    y_ca = CA(x),  y = SA(y_ca),  out = (1 - alpha) · x + alpha · y

    Args:
        channels: C, girdinin kanal sayısı.
        reduction, min_hidden, ca_fusion, ca_gate, ca_temperature, ca_act, ca_fusion_router_hidden:
            ChannelAttentionFusionT'ye gider.
        sa_kernels, sa_use_dilated, sa_dilated_kernel, sa_dilated_d, sa_router_hidden, sa_gate,
            sa_temperature, sa_coord_norm, sa_router_pool: DynamicSpatialAttention'a gider.
        learnable_temperature: iki bloğun da T'si öğrenilsin mi.
        residual: True ise girdiyle karıştırılır; False ise out = y'dir ve alpha verilemez.
        alpha_init: alpha'nın başlangıcı (birimsiz); verilmezse 1. 0'da out = x, 1'de out = y.
        learnable_alpha: True ise alpha parametredir, değilse buffer; ikisi de kaydedilir ve
            taşınır.
        return_maps: True ise forward her zaman beş değer verir.

    Shape:
        x, out: (B, C, H, W); ca: (B, C, 1, 1); sa: (B, 1, H, W); router_w: (B, K);
        fusion_w: (B, 2) ya da ca_fusion="sum" iken None.

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: not 4; durum sözlüğündeki adlar (ca.*, sa.*, alpha) notlardakilerle aynıdır.
    """

    def __init__(
        self,
        channels: int,
        *,
        reduction: int = 16,
        min_hidden: int = 4,
        ca_fusion: str = "softmax",
        ca_gate: str = "sigmoid",
        ca_temperature: float = 1.0,
        ca_act: str = "relu",
        ca_fusion_router_hidden: int = 16,
        sa_gate: str = "sigmoid",
        sa_temperature: float = 1.0,
        learnable_temperature: bool = False,
        sa_kernels: Sequence[int] = (3, 7),
        sa_use_dilated: bool = True,
        sa_dilated_kernel: int = 7,
        sa_dilated_d: int = 2,
        sa_router_hidden: int = 8,
        sa_coord_norm: str = "minus1to1",
        sa_router_pool: str = "mean",
        residual: bool = True,
        alpha_init: float | None = None,
        learnable_alpha: bool = False,
        return_maps: bool = False,
    ):
        super().__init__()
        self.residual = boolean("residual", residual)
        self.return_maps = boolean("return_maps", return_maps)
        learnable_alpha = boolean("learnable_alpha", learnable_alpha)
        if not self.residual and (alpha_init is not None or learnable_alpha):
            raise ValueError(
                "residual=False iken alpha kullanılmaz; alpha_init ve learnable_alpha verilmemeli; "
                f"verilen: alpha_init={alpha_init!r}, learnable_alpha={learnable_alpha!r}."
            )
        alpha = finite_float("alpha_init", 1.0 if alpha_init is None else alpha_init)

        # İki dikkat bloğu
        shared = {"learnable_temperature": boolean("learnable_temperature", learnable_temperature)}
        channels = positive_int("channels", channels)
        width = {
            "reduction": positive_int("reduction", reduction),
            "min_hidden": positive_int("min_hidden", min_hidden),
        }
        with argument_prefix("ca_"):
            self.ca = ChannelAttentionFusionT(
                channels,
                **width,
                **shared,
                fusion=ca_fusion,
                gate=ca_gate,
                temperature=ca_temperature,
                act=ca_act,
                fusion_router_hidden=ca_fusion_router_hidden,
                return_fusion_weights=True,
            )
        with argument_prefix("sa_"):
            self.sa = DynamicSpatialAttention(
                **shared,
                kernels=sa_kernels,
                use_dilated=sa_use_dilated,
                dilated_kernel=sa_dilated_kernel,
                dilated_d=sa_dilated_d,
                gate=sa_gate,
                temperature=sa_temperature,
                router_hidden=sa_router_hidden,
                coord_norm=sa_coord_norm,
                router_pool=sa_router_pool,
            )
        # İstenen genişletme: ölçüm bununla karşılaştırılır.
        self.sa_dilation = sa_dilated_d if sa_use_dilated else 1

        # alpha: öğreniliyorsa parametre, sabitse buffer; residual kapalıysa hiç yok
        if self.residual and learnable_alpha:
            self.alpha = nn.Parameter(torch.tensor(alpha))
        elif self.residual:
            self.register_buffer("alpha", torch.tensor(alpha))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor | None, ...]:
        """out; `return_maps` açıksa (out, ca, sa, fusion_w, router_w)."""
        y_ca, ca, fusion_w = self.ca(x)  # (B, C, H, W), (B, C, 1, 1), (B, 2)
        sa, router_w = self.sa.attention_map(y_ca)  # (B, 1, H, W), (B, K)
        if self.residual:
            out = (1 - self.alpha) * x
            # + alpha · SA(CA(x)), yerinde: yeni bir büyük tensör doğmaz.
            out = out.addcmul_(y_ca, self.alpha * sa)
        else:
            out = y_ca * sa
        if self.return_maps:
            return out, ca, sa, fusion_w, router_w
        return out
