"""Notların (not 5 §7) blokları için bağımsız kahin: aynı alan adları, hesap functional
çağrılarla baştan yazılmış."""

import torch
import torch.nn.functional as F
from torch import nn


class NotesSE(nn.Module):
    def __init__(self, ch, r=16):
        super().__init__()
        hidden = max(1, ch // r)
        self.fc1, self.fc2 = nn.Conv2d(ch, hidden, 1), nn.Conv2d(hidden, ch, 1)

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


def conv_bn(ch):
    part = nn.Module()
    part.conv, part.bn = nn.Conv2d(ch, ch, 3, padding=1, bias=False), nn.BatchNorm2d(ch)
    return part


class NotesBlock(nn.Module):
    """kind: "P1" … "P4"."""

    def __init__(self, kind, ch):
        super().__init__()
        self.kind = kind
        self.f = nn.ModuleList([conv_bn(ch), conv_bn(ch)])
        for slot in ("attn_skip", "attn_res") if kind == "P4" else ("attn",):
            setattr(self, slot, NotesSE(ch))

    def branch(self, x):
        for i, part in enumerate(self.f):
            bn = part.bn
            x = F.conv2d(x, part.conv.weight, padding=1)
            x = F.batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=bn.eps)
            x = torch.relu(x) if i == 0 else x
        return x

    def forward(self, x):
        if self.kind == "P1":
            y = x + self.attn(self.branch(x))
        elif self.kind == "P2":
            y = self.attn(x + self.branch(x))
        elif self.kind == "P3":
            y = x + self.branch(self.attn(x))
        else:
            y = self.attn_skip(x) + self.attn_res(self.branch(x))
        return torch.relu(y)
