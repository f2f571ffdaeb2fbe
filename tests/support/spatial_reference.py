"""Uzamsal dikkatin bağımsız kahini: 002 B'nin adlarıyla bir kabuk ve float64, eleman eleman bir
formül."""

import math

import torch
from torch import nn


class SeedSpatialShell(nn.Module):
    """002 B2-B5'in parametre ve buffer adları; hesap yapmaz, durum sözlüğü verir."""

    def __init__(self, kernels=(3, 7), dilated=(7, 2), hidden=8, learnable=False, t=1.0, bias=True):
        super().__init__()
        self.branches = nn.ModuleList()
        for k, d in [*((k, 1) for k in kernels), *([dilated] if dilated else [])]:
            branch = nn.Module()
            branch.dw = nn.Conv2d(
                4, 4, k, padding=d * (k - 1) // 2, dilation=d, groups=4, bias=False
            )
            branch.pw = nn.Conv2d(4, 1, 1, bias=False)
            self.branches.append(branch)
        self.router = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, hidden, 1, bias=bias), nn.ReLU(),
            nn.Conv2d(hidden, len(self.branches), 1, bias=bias),
        )  # fmt: skip
        if learnable:
            self.t_raw = nn.Parameter(
                torch.log(torch.clamp(torch.exp(torch.tensor(t)) - 1, min=1e-6))
            )
        else:
            self.register_buffer("T", torch.tensor(t))


def coordinate(i, n, norm):
    c = 2 * i / (n - 1) - 1 if n > 1 else 0.0
    return c if norm == "minus1to1" else (c + 1) / 2


def formula(state, x, sizes, *, gate="sigmoid", norm="minus1to1", pool="mean", eps=1e-6):
    """Döngülerle: (y, sa, router_w). `sizes`: dal başına (çekirdek, genişletme)."""
    state = {k: v.detach().cpu().double() for k, v in state.items()}
    x = x.detach().cpu().double()
    batch, channels, height, width = x.shape
    temperature = (
        float(state["T"]) if "T" in state else math.log1p(math.exp(float(state["t_raw"]))) + eps
    )
    sa = torch.empty(batch, 1, height, width, dtype=torch.float64)
    weights = torch.empty(batch, len(sizes), dtype=torch.float64)

    def linear(v, name):
        w, b = state[f"{name}.weight"].flatten(1), state.get(f"{name}.bias")
        offset = [0.0] * len(w) if b is None else b.tolist()
        return [
            sum(float(w[o, i]) * v[i] for i in range(len(v))) + offset[o] for o in range(len(w))
        ]

    for n in range(batch):
        s = [[[0.0] * width for _ in range(height)] for _ in range(4)]
        for i in range(height):
            for j in range(width):
                column = [float(v) for v in x[n, :, i, j]]
                s[0][i][j], s[1][i][j] = sum(column) / channels, max(column)
                s[2][i][j], s[3][i][j] = coordinate(j, width, norm), coordinate(i, height, norm)
        spots = [(i, j) for i in range(height) for j in range(width)]
        summary = [sum(s[c][i][j] for i, j in spots) / len(spots) for c in range(4)]
        if pool == "moments":
            summary += [
                sum(s[c][i][j] * s[d][i][j] for i, j in spots) / len(spots)
                for c in (0, 1)
                for d in (2, 3)
            ]
        logits = linear([max(h, 0.0) for h in linear(summary, "router.1")], "router.3")
        top = max(logits)
        shares = [math.exp(v - top) for v in logits]
        shares = [v / sum(shares) for v in shares]
        weights[n] = torch.tensor(shares, dtype=torch.float64)
        for i, j in spots:
            score = 0.0
            for k, (size, step) in enumerate(sizes):
                dw, pw = (
                    state[f"branches.{k}.dw.weight"].tolist(),
                    state[f"branches.{k}.pw.weight"].flatten().tolist(),
                )
                half = size // 2
                for c in range(4):
                    for a in range(size):
                        for b in range(size):
                            p, q = i + (a - half) * step, j + (b - half) * step
                            if 0 <= p < height and 0 <= q < width:
                                score += shares[k] * pw[c] * dw[c][0][a][b] * s[c][p][q]
            v = score / temperature
            squashed = (
                (1 / (1 + math.exp(-v)) if v > -700 else 0.0)
                if gate == "sigmoid"
                else min(max(v / 6 + 0.5, 0.0), 1.0)
            )
            sa[n, 0, i, j] = squashed
    return x * sa, sa, weights
