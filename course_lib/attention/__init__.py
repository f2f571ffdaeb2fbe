"""Kursun dikkatleri ve onları kuran parçalar."""

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import (
    CBAM,
    CoordinateAttention,
    ECABlock,
    SEBlock,
    eca_kernel,
)
from course_lib.attention.coordinates import (
    coordinate_maps,
    coordinates_like,
    kept_coordinate_maps,
)
from course_lib.attention.precision import at_least_float32, full_precision
from course_lib.attention.registry import attention_classes, build_attention
from course_lib.attention.spatial import (
    DepthwisePointwiseBranch,
    DynamicSpatialAttention,
    MeanPool,
    MomentsPool,
    pools,
)
from course_lib.attention.temperature import Tempered, softplus_inverse

__all__ = [
    "CBAM",
    "CBAMResidualDynamicSA",
    "ChannelAttentionFusionT",
    "CoordinateAttention",
    "DepthwisePointwiseBranch",
    "DynamicSpatialAttention",
    "ECABlock",
    "MeanPool",
    "MomentsPool",
    "SEBlock",
    "Tempered",
    "at_least_float32",
    "attention_classes",
    "build_attention",
    "coordinate_maps",
    "coordinates_like",
    "eca_kernel",
    "full_precision",
    "kept_coordinate_maps",
    "pools",
    "softplus_inverse",
]
