"""Kanal dikkatinin kendi sözleri için yoklamalar: MLP."""

from __future__ import annotations

import torch

from course_lib.bughunt.probes import EFFECT, LINEAR, Probes, Reading, biggest, influence, logits, probe
from course_lib.bughunt.twin import NotMeasurable
from course_lib.bughunt.twin_channel import ChannelTwin

CHANNEL_PROBES: Probes = {}


@probe("mlp-duyulur", CHANNEL_PROBES)
def mlp_is_heard(twin: ChannelTwin) -> Reading:
    effect = influence(twin, twin.unsaturated(twin.images()), "mlp")
    if effect > EFFECT:
        return Reading(True, {"maskenin değişimi": effect})
    v = twin.planes()
    mask = twin.mask(twin.unsaturated(twin.flat(v)))
    raw = False
    for logit in logits(mask):
        gain = logit / v.flatten(1)
        raw = raw or biggest(gain - gain.mean(1, keepdim=True)) < LINEAR * biggest(gain)
    return Reading(False, {"maskenin değişimi": effect}, "raw-statistics" if raw else None, weak=True)


@probe("mlp-doğrusal-değil", CHANNEL_PROBES)
def mlp_is_not_linear(twin: ChannelTwin) -> Reading:
    v = twin.unsaturated(twin.flat(twin.planes()))
    if influence(twin, v, "mlp") <= EFFECT:
        return Reading(None, note="MLP'nin söz hakkı yok; doğrusallığı ölçülemez.")
    v = v / 2  # 2v de doymasın
    curves = []
    for index in (0, 1):
        f = {k: logits(twin.mask(v * k if k else v * 1e-9))[index] for k in (-1, 0, 1, 2)}
        first = torch.maximum((f[1] - f[0]).abs(), (f[-1] - f[0]).abs())
        even = (f[1] + f[-1] - 2 * f[0]).abs()
        bend = (f[2] - 2 * f[1] + f[0]).abs()
        moved = first > EFFECT
        if not moved.any():
            raise NotMeasurable("Düz girdide ham skorlar kıpırdamıyor; doğrusallık ölçülemez.")
        curves.append(biggest(torch.maximum(even, bend)[moved] / first[moved]))
    ratio = min(curves)
    return Reading(ratio > LINEAR, {"eğrilik / eğim": ratio}, "linear" if ratio <= LINEAR else None, weak=True)
