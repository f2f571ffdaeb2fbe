"""Öğrencinin defterde çağırdıkları. torch ancak ölçülürken yüklenir."""

from course_lib.practice.blackbox import black_box
from course_lib.practice.coach import (
    check,
    dene,
    explain,
    hint,
    locked_diagnosis,
)
from course_lib.practice.exercises import EXERCISES, exercise
from course_lib.practice.guess import outcome, predict
from course_lib.practice.table import progress

__all__ = [
    "EXERCISES",
    "black_box",
    "check",
    "dene",
    "exercise",
    "explain",
    "hint",
    "locked_diagnosis",
    "outcome",
    "predict",
    "progress",
]
