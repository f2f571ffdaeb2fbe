"""Teşhis: bir blok verdiği sözleri tutuyor mu, tutmuyorsa hangi hata?"""

from course_lib.diagnosis.examination import Examination, assert_keeps_promises, examine
from course_lib.diagnosis.kinds import contract
from course_lib.diagnosis.procedure import diagnose
from course_lib.diagnosis.report import Diagnosis, Finding

__all__ = [
    "Diagnosis",
    "Examination",
    "Finding",
    "assert_keeps_promises",
    "contract",
    "diagnose",
    "examine",
]
