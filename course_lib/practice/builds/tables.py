"""Karar alıştırmalarının yapay koşu tabloları."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def table(rows: Mapping[str, Mapping[int, float]], *, shuffled: int | None = None) -> pd.DataFrame:
    """name, seed, accuracy sütunlu tablo. `rows`: çeşit -> tohum -> doğruluk."""
    frame = pd.DataFrame(
        [(name, seed, value) for name, own in rows.items() for seed, value in own.items()],
        columns=pd.Index(["name", "seed", "accuracy"]),
    )
    if shuffled is None:
        return frame
    return frame.sample(frac=1, random_state=shuffled).reset_index(drop=True)


def seeded(values: Sequence[float] | np.ndarray, first: int = 0) -> dict[int, float]:
    """Ölçümler, `first`ten başlayan tohumlarla."""
    return {first + k: float(v) for k, v in enumerate(values)}


def shifted(
    gap: float, spread: float, count: int, seed: int, *, common: float = 0.03
) -> dict[str, dict[int, float]]:
    """ "taban" ve ortalamada ondan tam `gap` ayrı "çeşit"; farkların sapması tam `spread`, ortak
    şansınki `common`."""
    generator = np.random.default_rng(seed)
    base = 0.8 + generator.normal(0, common, count)
    noise = generator.normal(0, 1, count)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    return {"taban": seeded(base), "çeşit": seeded(base + gap + spread * noise)}
