"""Çarpan düğmesi: kapı açıldıkça F'nin kaç katı geçiyor? Seçilen kutu ve sağlam blok."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from course_lib.palette import BLUE, GRAPHITE
from course_lib.reading.figures import curves
from course_lib.reading.sliders.slider import Knob, Row, Slider, ticks

SIZE = 420


def factor_slider(
    openings: Sequence[float],
    boxes: Sequence[int],
    healthy: Tensor,
    factors: Tensor,
    *,
    start: int,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Bir düğme, kutu; bir görünüm: kapının açıklığına karşı F'nin çarpanı.

    Args:
        openings: P açıklık, 0..1; boxes: N kutunun numarası.
        healthy: (P,), sağlam bloğun çarpanı; factors: (N, P), kutularınki.
        start: baştaki ve durağan resimdeki kutunun numarası.
    """
    first = boxes.index(start)
    view = {
        "kind": "plot", "size": SIZE, "title": "F'nin çarpanı: mavi sağlam, turuncu kutu",
        "x": list(openings), "xlim": (0, 1), "ylim": (0, 2), "xticks": ticks((0, 0.5, 1)),
        "yticks": ticks((0, 1, 2)), "xlabel": "kapının açıklığı",
        "lines": [{"of": "healthy", "color": GRAPHITE}, {"of": "box", "color": BLUE}],
    }  # fmt: skip
    frames = {
        "healthy": healthy.expand_as(factors), "box": factors,
        "closed": factors[:, 0], "open": factors[:, -1],
    }  # fmt: skip
    return Slider(
        title=title,
        formula="frames",
        knobs=[Knob("kutu", "kutu", boxes, [str(n) for n in boxes], first)],
        views=[view],
        data={"frames": frames, "sizes": [len(boxes)]},
        say="{kutu}. kutu: kapı kapalıyken çarpan {closed:1}, açıkken {open:1}.",
        table=[Row("kapı kapalı", "closed", digits=1), Row("kapı açık", "open", digits=1)],
        still=curves(
            openings, {"sağlam": healthy.tolist(), f"{start}. kutu": factors[first].tolist()},
            xlabel="kapının açıklığı", ylabel="F'nin çarpanı",
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
