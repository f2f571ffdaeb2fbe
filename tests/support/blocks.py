"""Kurstaki blokların kısa adları."""

CHANNEL = "ChannelAttentionFusionT"
SPATIAL = "DynamicSpatialAttention"
CBAM = "CBAMResidualDynamicSA"
SE, ECA, PAPER_CBAM, COORDINATE = "SEBlock", "ECABlock", "CBAM", "CoordinateAttention"
P1, P2, P3, P4 = PATTERNS = tuple(f"ResidualAttn_P{i}" for i in (1, 2, 3, 4))
RESNET = "SmallResNet"
