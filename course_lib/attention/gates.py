"""Kapılar ve etkinleştirmeler: adı olan her seçenek tek bir sözlükte durur (not 2 §5, §6)."""

import torch
import torch.nn.functional as F
from torch import nn

GATES = {"sigmoid": torch.sigmoid, "hardsigmoid": F.hardsigmoid}
ACTS = {"relu": nn.ReLU, "silu": nn.SiLU}
