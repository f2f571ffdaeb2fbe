"""Uzamsal dikkat: birkaç ölçekte bakan dalları, örnek bazlı bir yönlendiriciyle karıştıran blok.

Kaynak: not 3 B1-B5; maske fikri Woo vd. 2018 (CBAM, arXiv 1807.06521), koordinatlar Liu vd. 2018
(CoordConv, arXiv 1807.03247), dalların karışımı Chen vd. 2020 (dinamik evrişim, arXiv 1912.03458).
"""

# pyright: reportAttributeAccessIssue=false
# (Dalların toplamı: tür denetçisi, sum() boş bir toplamda 0 verebilir diye wlogit'i int de sayar.)

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.attention.coordinates import COORD_NORMS, coordinates_like
from course_lib.attention.gates import GATES
from course_lib.attention.precision import full_precision
from course_lib.attention.temperature import Tempered
from course_lib.validation import boolean, feature_map, one_of, positive_int, positive_ints

DESCRIPTORS = 4  # ortalama haritası, tepe haritası, x, y


class DepthwisePointwiseBranch(nn.Module):
    """Tek ölçekte bakan dal: kanal başına k×k süzgeç, sonra kanalları toplayan 1×1 (not 3 B2).

    Shape:
        s: (B, 4, H, W); sonuç: (B, 1, H, W).
    """

    def __init__(self, channels: int, kernel: int, dilation: int = 1):
        super().__init__()
        padding = dilation * (kernel - 1) // 2
        self.dw = nn.Conv2d(
            channels,
            channels,
            kernel,
            padding=padding,
            dilation=dilation,
            groups=channels,
            bias=False,
        )
        self.pw = nn.Conv2d(channels, 1, kernel_size=1, bias=False)

    def forward(self, s: Tensor) -> Tensor:
        return self.pw(self.dw(s))

    def merged_kernel(self) -> Tensor:
        """İki evrişimin birlikte yaptığı tek çekirdek, (4, R, R); R = genişletme · (k - 1) + 1."""
        step = self.dw.dilation[0]
        kernel = self.pw.weight[0] * self.dw.weight[:, 0]  # (4, 1, 1) · (4, k, k)
        reach = step * (kernel.shape[-1] - 1) + 1
        spread = kernel.new_zeros(kernel.shape[0], reach, reach)
        spread[:, ::step, ::step] = kernel
        return spread


class MeanPool(nn.Module):
    """Yönlendiricinin notlardaki özeti: dört haritanın ortalaması, (B, 4, H, W) -> (B, 4, 1, 1)."""

    width = DESCRIPTORS

    def forward(self, s: Tensor) -> Tensor:
        return s.mean(dim=(2, 3), keepdim=True)


class MomentsPool(nn.Module):
    """Ortalamaların yanında içeriğin *yeri*: (B, 4, H, W) -> (B, 8, 1, 1).

    Eklenen dört sayı: mean(avg·x), mean(avg·y), mean(max·x), mean(max·y).
    """

    width = 2 * DESCRIPTORS

    def forward(self, s: Tensor) -> Tensor:
        content, place = s[:, :2], s[:, 2:]  # (B, 2, H, W) ve (B, 2, H, W)
        where = content.unsqueeze(2) * place.unsqueeze(1)  # (B, 2, 2, H, W)
        return torch.cat([s, where.flatten(1, 2)], dim=1).mean(dim=(2, 3), keepdim=True)


def pools() -> dict[str, type[MeanPool | MomentsPool]]:
    """Ad -> yönlendiricinin özeti; her çağrıda okunur: ekilen hatalı özet de görülsün."""
    return {"mean": MeanPool, "moments": MomentsPool}


class DynamicSpatialAttention(Tempered):
    """Her piksele [0, 1] aralığında bir katsayı biçer ve girdiyi onunla çarpar.

    sa = gate(Σ_k router_w[k] · branch_k([avg, max, x, y]) / T),  y = x · sa

    Args:
        kernels: dalların çekirdek boyları, piksel; çift olan bir artırılır (not 3 B2).
        use_dilated: genişletilmiş bir dal daha olsun mu.
        dilated_kernel, dilated_d: o dalın çekirdeği ve genişletmesi, piksel.
        gate: "sigmoid" ya da "hardsigmoid".
        temperature, learnable_temperature, eps: T'nin başlangıcı, öğrenilip öğrenilmeyeceği, alt
            sınırı.
        router_hidden: yönlendiricinin gizli genişliği.
        return_router_weights: True ise forward üçüncü değer olarak dalların ağırlıklarını da verir.
        bias: yönlendiricinin öteleme terimi olsun mu.
        coord_norm: koordinatlar "minus1to1" ya da "0to1".
        router_pool: "mean" (notlardaki) ya da "moments" (içeriğin yerini de görür; bizim
            eklediğimiz).

    Shape:
        x, y: (B, C, H, W); sa: (B, 1, H, W); router_w: (B, K). C serbesttir.

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: not 3 B; durum sözlüğündeki adlar notlardakilerle aynıdır.
    """

    branches: Any  # nn.ModuleList: K tane DepthwisePointwiseBranch
    router: Any  # nn.Sequential

    def __init__(
        self,
        *,
        kernels: Sequence[int] = (3, 7),
        use_dilated: bool = True,
        dilated_kernel: int = 7,
        dilated_d: int = 2,
        gate: str = "sigmoid",
        temperature: float = 1.0,
        learnable_temperature: bool = False,
        router_hidden: int = 8,
        return_router_weights: bool = False,
        eps: float = 1e-6,
        bias: bool = True,
        coord_norm: str = "minus1to1",
        router_pool: str = "mean",
    ):
        super().__init__()
        sizes = [(k, 1) for k in positive_ints("kernels", kernels)]
        dilated = (
            positive_int("dilated_kernel", dilated_kernel),
            positive_int("dilated_d", dilated_d),
        )
        if boolean("use_dilated", use_dilated):
            sizes.append(dilated)
        self.kernels = tuple((k if k % 2 == 1 else k + 1, d) for k, d in sizes)
        self.gate_fn = GATES[one_of("gate", gate, GATES)]
        self.start_temperature(temperature, learnable_temperature, eps)
        self.return_router_weights = boolean("return_router_weights", return_router_weights)
        self.coord_norm = one_of("coord_norm", coord_norm, COORD_NORMS)
        pool = pools()[one_of("router_pool", router_pool, pools())]()
        router_hidden = positive_int("router_hidden", router_hidden)
        bias = boolean("bias", bias)

        # Dallar: her biri bir ölçekte bakar, 4 -> 1
        branches = [
            DepthwisePointwiseBranch(DESCRIPTORS, kernel, dilation)
            for kernel, dilation in self.kernels
        ]
        self.branches = nn.ModuleList(branches)
        self.num_branches = len(self.branches)

        # Yönlendirici: özetten dal başına bir ham skor, 4 (ya da 8) -> router_hidden -> K
        self.router = nn.Sequential(
            pool,
            nn.Conv2d(pool.width, router_hidden, kernel_size=1, bias=bias),
            nn.ReLU(),
            nn.Conv2d(router_hidden, self.num_branches, kernel_size=1, bias=bias),
        )

    def extra_repr(self) -> str:
        """Gerçekte kullanılan çekirdekler, (boy, genişletme) çiftleri olarak."""
        return f"kernels={self.kernels}"

    def describe_places(self, x: Tensor) -> Tensor:
        """Her piksel için dört sayı: kanalların ortalaması, tepesi, x ve y. Sonuç (B, 4, H, W)."""
        avg_map = x.mean(dim=1, keepdim=True)  # (B, 1, H, W)
        max_map = x.amax(dim=1, keepdim=True)  # (B, 1, H, W)
        xy = coordinates_like(x, self.coord_norm).expand(x.shape[0], -1, -1, -1)  # (B, 2, H, W)
        s = torch.cat([avg_map, max_map, xy], dim=1)  # (B, 4, H, W)
        # Kanallar bellekte yan yana dursun: derinlik bazlı evrişim böyle iki üç kat hızlıdır.
        return s.to(self.router[1].weight.dtype, memory_format=torch.channels_last)

    def router_weights(self, s: Tensor) -> Tensor:
        """Dalların örnek bazlı ağırlıkları: (B, 4, H, W) -> (B, K)."""
        logits = self.router(s).flatten(1)  # (B, K)
        return torch.softmax(logits, dim=1)  # (B, K)

    def attention_map(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Maskeyi ve ağırlıkları uygulamadan verir: sa (B, 1, H, W), router_w (B, K)."""
        feature_map(x)
        with full_precision(x):
            s = self.describe_places(x)  # (B, 4, H, W)
            router_w = self.router_weights(s)  # (B, K)
            shares = router_w[:, :, None, None, None].unbind(dim=1)  # K tane (B, 1, 1, 1)
            z = [branch(s) for branch in self.branches]  # K tane (B, 1, H, W)
            # Karışım: K skordan bir skor, (B, 1, H, W)
            wlogit = sum(share * score for share, score in zip(shares, z, strict=True))

            # Kapı: ham skordan [0, 1] aralığına
            T = self.get_T()
            wlogit = wlogit.to(T.dtype)
            scaled = wlogit / T
            sa = self.gate_fn(scaled)
            return sa.to(x.dtype), router_w

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """(y, sa), `return_router_weights` açıksa (y, sa, router_w)."""
        sa, router_w = self.attention_map(x)
        y = x * sa
        if self.return_router_weights:
            return y, sa, router_w
        return y, sa

    def merged_kernel(self, x: Tensor) -> Tensor:
        """K dal ile yönlendiricinin her örnek için birlikte kurduğu tek çekirdek, (B, 4, R, R).

        R en uzun erişimdir, piksel (varsayılan ayarda 13); kısa çekirdekler ortalanıp sıfırla
        doldurulur. Bloğun ham skoru, s ile bu çekirdeğin tek bir evrişimine eşittir.
        """
        feature_map(x)
        with full_precision(x):
            router_w = self.router_weights(self.describe_places(x))
            kernels = [branch.merged_kernel() for branch in self.branches]
            reach = max(kernel.shape[-1] for kernel in kernels)
            padded = [F.pad(kernel, [(reach - kernel.shape[-1]) // 2] * 4) for kernel in kernels]
            return torch.einsum("bk,kchw->bchw", router_w, torch.stack(padded))
