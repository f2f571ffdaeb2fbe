"""Kanal dikkatinin hızı, tek koşuda oran olarak: timm'in ChannelAttn'ı ve notlardaki yazımla.

Kullanım: make bench. Tek iş parçacığı; her ölçüm dönüşümlü turların en iyisidir, çünkü mutlak süre
makineye, oran koda bağlıdır.
"""

import torch
import torch.nn.functional as F
from timing import IN_A_ROW, ROUNDS, SIZES, best_times, keep_pages
from timm.layers.cbam import ChannelAttn

from course_lib.attention.channel import ChannelAttentionFusionT


class NotesFormulation(ChannelAttentionFusionT):
    """Not 2'nin hesabı: uyarlanır havuzlar, iki MLP çağrısı."""

    def forward(self, x):
        avg_s, max_s = F.adaptive_avg_pool2d(x, 1), F.adaptive_max_pool2d(x, 1)
        a, m = self.mlp(avg_s), self.mlp(max_s)
        w = torch.softmax(self.fusion_router(torch.cat([avg_s, max_s], dim=1)).flatten(1), dim=1)
        z = w[:, 0].view(-1, 1, 1, 1) * a + w[:, 1].view(-1, 1, 1, 1) * m
        ca = self.gate_fn(z / self.get_T())
        return x * ca, ca


def main() -> None:
    torch.set_num_threads(1)
    keep_pages()
    print(f"torch {torch.__version__}, tek iş parçacığı, {ROUNDS * IN_A_ROW} koşunun en iyisi")
    print(
        f"{'x':<16} {'iş':<8} {'bizim ms':>9} {'timm ms':>9} {'notlar ms':>10} {'bizim/timm':>11} {'bizim/notlar':>13}"
    )
    for size in SIZES:
        torch.manual_seed(0)
        x = torch.randn(size)
        c = size[1]
        blocks = {
            "bizim": ChannelAttentionFusionT(c),
            "timm": ChannelAttn(c),
            "notlar": NotesFormulation(c),
        }
        for train in (False, True):
            t = best_times(blocks, x, train)
            print(
                f"{'×'.join(map(str, size)):<16} {'eğitim' if train else 'çıkarım':<8} {t['bizim']:>9.2f} {t['timm']:>9.2f} "
                f"{t['notlar']:>10.2f} {t['bizim'] / t['timm']:>11.2f} {t['bizim'] / t['notlar']:>13.2f}"
            )


if __name__ == "__main__":
    main()
