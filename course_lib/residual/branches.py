"""Artık blokların öğrenen yolu F: beş dal (not 5 §1.1).

Her dal bir nn.Sequential'dır ve etkinleştirmenin yerini kendi söyler: "post" dalın ardından
toplamaya ReLU uygulanır, "pre" dal kendi içinde etkinleşir ve toplamdan sonra hiçbir şey istemez.
Kaynak: He vd. 2016 (arXiv 1512.03385 ve 1603.05027), Zagoruyko ve Komodakis 2016 (1605.07146),
Xie vd. 2017 (1611.05431).
"""

from torch import nn

from course_lib.validation import positive_int


class ConvBNAct(nn.Sequential):
    """Evrişim, BN ve istenirse ReLU: (B, ch, H, W) -> (B, out, H / stride, W / stride).

    Alan adları not 5 §7'nindir.
    """

    def __init__(
        self,
        ch: int,
        out: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        groups: int = 1,
        act: bool = True,
    ):
        super().__init__()
        self.conv = nn.Conv2d(
            ch, out, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
        )
        self.bn = nn.BatchNorm2d(out)
        self.act = nn.ReLU() if act else nn.Identity()


class BNActConv(nn.Sequential):
    """Ön-etkinleştirme sırası: BN, ReLU, sonra evrişim."""

    def __init__(self, ch: int, out: int, kernel: int = 3, *, stride: int = 1):
        super().__init__()
        self.bn = nn.BatchNorm2d(ch)
        self.act = nn.ReLU()
        self.conv = nn.Conv2d(ch, out, kernel, stride=stride, padding=kernel // 2, bias=False)


class BasicBranch(nn.Sequential):
    """İki 3×3: ResNet-18 ve 34'ün dalı."""

    activation = "post"

    def __init__(self, ch: int, out: int, *, stride: int = 1):
        super().__init__(ConvBNAct(ch, out, stride=stride), ConvBNAct(out, out, act=False))


class PreActBranch(nn.Sequential):
    """İki 3×3, ön-etkinleştirmeli: BN → ReLU → evrişim, iki kez."""

    activation = "pre"

    def __init__(self, ch: int, out: int, *, stride: int = 1):
        super().__init__(BNActConv(ch, out, stride=stride), BNActConv(out, out))


class WideBranch(nn.Sequential):
    """Ön-etkinleştirmeli iki 3×3; ortadaki genişlik `widen` katıdır.

    Wide ResNet makalesi bütün katmanları genişletir. Burada giren ve çıkan genişlik sabit kalır,
    yalnız dalın içi genişler: böylece öteki dallarla yan yana konabilir (torchvision'ın
    wide_resnet50_2'si de böyledir).
    """

    activation = "pre"

    def __init__(self, ch: int, out: int, *, stride: int = 1, widen: int = 2):
        inner = out * positive_int("widen", widen)
        super().__init__(BNActConv(ch, inner, stride=stride), BNActConv(inner, out))


class BottleneckBranch(nn.Sequential):
    """1×1 daralt → 3×3 işle → 1×1 genişlet: iç genişlik out // expansion'dır.

    Args:
        groups: 3×3 evrişimin öbek sayısı; iç genişliği bölmelidir.

    Raises:
        ValueError: expansion ya da groups genişliği bölmüyorsa.
    """

    activation = "post"

    def __init__(self, ch: int, out: int, *, stride: int = 1, expansion: int = 4, groups: int = 1):
        inner = out // positive_int("expansion", expansion)
        if inner < 1 or out % expansion:
            raise ValueError(f"out, expansion'a ({expansion}) tam bölünmeli; verilen: {out}.")
        if inner % positive_int("groups", groups):
            raise ValueError(f"groups iç genişliği ({inner}) tam bölmeli; verilen: {groups}.")
        super().__init__(
            ConvBNAct(ch, inner, 1),
            ConvBNAct(inner, inner, stride=stride, groups=groups),
            ConvBNAct(inner, out, 1, act=False),
        )


class ResNeXtBranch(BottleneckBranch):
    """Öbekli darboğaz: 3×3 evrişim `cardinality` öbeğe bölünür, öbekler birbirini görmez."""

    def __init__(self, ch: int, out: int, *, stride: int = 1, cardinality: int = 8):
        super().__init__(ch, out, stride=stride, expansion=2, groups=cardinality)


def zero_last(branch: nn.Module) -> None:
    """Dalın son BN'inin gamma'sını (ön-etkinleştirmede son evrişimi) sıfırlar.

    Başlangıçta F(x) = 0 (not 5 §6.2).
    """
    last = [m for m in branch.modules() if isinstance(m, (nn.BatchNorm2d, nn.Conv2d))][-1]
    nn.init.zeros_(last.weight)
