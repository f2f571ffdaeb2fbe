"""CBAM bloğunun hızı ve belleği, tek koşuda oran olarak: timm'in CbamModule'üyle.

Kullanım: make bench. Tek iş parçacığı. Sınırlar: çıkarım ilk boyda 1,5, ötekilerde 2; derlenmiş ilk
boyda 0,5; eğitim adımı 1,3; en çok tutulan bellek 1.
"""

import sys

import torch
from timing import IN_A_ROW, ROUNDS, SIZES, best_times, keep_pages, peak_bytes
from timm.layers.cbam import CbamModule

from course_lib.attention.cbam import CBAMResidualDynamicSA


def main() -> None:
    torch.set_num_threads(1)
    keep_pages()
    compile_too = "--derle" in sys.argv[1:]
    print(f"torch {torch.__version__}, tek iş parçacığı, {ROUNDS * IN_A_ROW} koşunun en iyisi")
    print(
        f"{'x':<16} {'iş':<9} {'bizim ms':>9} {'timm ms':>9} {'oran':>6} {'bizim MB':>9} {'timm MB':>9} {'oran':>6}"
    )
    for size in SIZES:
        torch.manual_seed(0)
        x = torch.randn(size)
        blocks = {"bizim": CBAMResidualDynamicSA(size[1]), "timm": CbamModule(size[1])}
        for train in (False, True):
            t = best_times(blocks, x, train)
            m = {name: peak_bytes(block, x, train) / 2**20 for name, block in blocks.items()}
            print(
                f"{'×'.join(map(str, size)):<16} {'eğitim' if train else 'çıkarım':<9} {t['bizim']:>9.2f} {t['timm']:>9.2f} "
                f"{t['bizim'] / t['timm']:>6.2f} {m['bizim']:>9.1f} {m['timm']:>9.1f} {m['bizim'] / m['timm']:>6.2f}"
            )
        if compile_too and size == SIZES[0]:
            compiled = {"bizim": torch.compile(blocks["bizim"]), "timm": blocks["timm"]}
            with torch.no_grad():
                compiled["bizim"](x)
            t = best_times(compiled, x, False)
            ratio = t["bizim"] / t["timm"]
            print(
                f"{'×'.join(map(str, size)):<16} {'derlenmiş':<9} {t['bizim']:>9.2f} {t['timm']:>9.2f} {ratio:>6.2f}"
            )


if __name__ == "__main__":
    main()
