"""Artık bloklar: dallar, dört füzyon kalıbı, altı blok ve küçük ResNet."""

from course_lib.residual.blocks import branch_classes, patterns, residual_block
from course_lib.residual.branches import (
    BasicBranch,
    BNActConv,
    BottleneckBranch,
    ConvBNAct,
    PreActBranch,
    ResNeXtBranch,
    WideBranch,
    zero_last,
)
from course_lib.residual.fusion import (
    Design,
    IdentityAttn,
    NearIdentity,
    ResidualAttn,
    ResidualAttn_P1,
    ResidualAttn_P2,
    ResidualAttn_P3,
    ResidualAttn_P4,
    attend,
    fitted,
    shortcut_path,
)
from course_lib.residual.resnet import SmallResNet

__all__ = [
    "BNActConv",
    "BasicBranch",
    "BottleneckBranch",
    "ConvBNAct",
    "Design",
    "IdentityAttn",
    "NearIdentity",
    "PreActBranch",
    "ResNeXtBranch",
    "ResidualAttn",
    "ResidualAttn_P1",
    "ResidualAttn_P2",
    "ResidualAttn_P3",
    "ResidualAttn_P4",
    "SmallResNet",
    "WideBranch",
    "attend",
    "branch_classes",
    "fitted",
    "patterns",
    "residual_block",
    "shortcut_path",
    "zero_last",
]
