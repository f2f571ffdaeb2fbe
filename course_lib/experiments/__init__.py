"""Deney odası: veri, eğitim, ablasyon, istatistik, maliyet, maske ölçüleri.

`statistics`, `store` ve `training` ad alanı olarak alınır: statistics.report(…).
"""

from course_lib.experiments import statistics, store, training
from course_lib.experiments.ablation import run_grid
from course_lib.experiments.costs import cost, cost_table
from course_lib.experiments.data import LEVELS, ClutteredDigits, cifar10, written
from course_lib.experiments.grid import baselines, read_grid
from course_lib.experiments.masks import (
    attention_maps,
    centre_prior,
    inside,
    pointing_game,
    random_mask,
    share_inside,
    spatial,
)
from course_lib.experiments.run import Run, build
from course_lib.experiments.training import accuracy, train

__all__ = [
    "LEVELS",
    "ClutteredDigits",
    "Run",
    "accuracy",
    "attention_maps",
    "baselines",
    "build",
    "centre_prior",
    "cifar10",
    "cost",
    "cost_table",
    "inside",
    "pointing_game",
    "random_mask",
    "read_grid",
    "run_grid",
    "share_inside",
    "spatial",
    "statistics",
    "store",
    "train",
    "training",
    "written",
]
