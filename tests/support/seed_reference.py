"""Not 2'deki sınıfın durum sözlüğünü ve hesabını taşıyan bağımsız kahin (oracle).

Kurstaki sınıftan hiçbir satır kullanmaz: katmanları adlarıyla kurar, sonucu float64 olarak
eleman eleman yazılmış formülden alır.
"""

import math

import torch
from torch import nn


class SeedShell(nn.Module):
    """Seed sınıfının parametre ve buffer adları; hesap yapmaz, durum sözlüğü verir."""

    def __init__(
        self, c, *, hidden, fusion="softmax", learnable=False, t=1.0, bias=True, router_hidden=16
    ):
        super().__init__()
        self.fc1 = nn.Conv2d(c, hidden, 1, bias=bias)
        self.fc2 = nn.Conv2d(hidden, c, 1, bias=bias)
        if fusion == "softmax":
            self.fusion_router = nn.Sequential(
                nn.Conv2d(2 * c, router_hidden, 1), nn.ReLU(), nn.Conv2d(router_hidden, 2, 1)
            )
        if learnable:
            self.t_raw = nn.Parameter(
                torch.log(torch.clamp(torch.exp(torch.tensor(t)) - 1, min=1e-6))
            )
        else:
            self.register_buffer("T", torch.tensor(t))


def formula(state, x, *, fusion="softmax", gate="sigmoid", act="relu", eps=1e-6):
    """float64, döngülerle: her örnek ve kanal ayrı ayrı. Döndürür: (y, ca, fusion_w)."""
    state = {k: v.detach().cpu().double() for k, v in state.items()}
    s = {k: v.flatten(1) if v.dim() > 1 else v for k, v in state.items()}
    x = x.detach().cpu().double()
    batch, channels = x.shape[:2]

    def linear(v, name):
        w = s[f"{name}.weight"]
        b = s.get(f"{name}.bias")
        return [
            sum(float(w[o, i]) * v[i] for i in range(len(v)))
            + (float(b[o]) if b is not None else 0.0)
            for o in range(len(w))
        ]

    def activation(v, kind):
        return max(v, 0.0) if kind == "relu" else v / (1 + math.exp(-v))

    def squash(v):
        if gate == "sigmoid":
            return 1 / (1 + math.exp(-v)) if v > -700 else 0.0
        return min(max(v / 6 + 0.5, 0.0), 1.0)

    temperature = float(s["T"]) if "T" in s else math.log1p(math.exp(float(s["t_raw"]))) + eps
    ca = torch.empty(batch, channels, dtype=torch.float64)
    weights = torch.empty(batch, 2, dtype=torch.float64)
    for b in range(batch):
        avg = [float(x[b, c].sum()) / x[b, c].numel() for c in range(channels)]
        top = [float(x[b, c].flatten().sort().values[-1]) for c in range(channels)]
        a = linear([activation(h, act) for h in linear(avg, "fc1")], "fc2")
        m = linear([activation(h, act) for h in linear(top, "fc1")], "fc2")
        w = [1.0, 1.0]
        if fusion == "softmax":
            hidden = [activation(h, "relu") for h in linear(avg + top, "fusion_router.0")]
            p, q = linear(hidden, "fusion_router.2")
            w = [1 / (1 + math.exp(q - p)), 1 / (1 + math.exp(p - q))]
        weights[b] = torch.tensor(w, dtype=torch.float64)
        for c in range(channels):
            ca[b, c] = squash((w[0] * a[c] + w[1] * m[c]) / temperature)
    ca = ca[:, :, None, None]
    return x * ca, ca, weights if fusion == "softmax" else None
