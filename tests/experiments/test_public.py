"""Odanın yüzü: derslerin aldığı adlar burada; ağır paketler istenmeden yüklenmez."""

import subprocess
import sys
from inspect import isfunction, ismodule

from course_lib import experiments
from course_lib.experiments import cost, statistics, store, training
from course_lib.paths import ROOT


def test_every_name_of_the_face_is_there():
    assert all(hasattr(experiments, name) for name in experiments.__all__)


def test_a_function_and_a_module_of_one_name_do_not_meet_in_the_face():
    assert isfunction(cost)
    assert all(ismodule(room) for room in (statistics, store, training))
    modules = {path.stem for path in (ROOT / "course_lib" / "experiments").glob("*.py")}
    both = modules & set(experiments.__all__)
    assert both == {"statistics", "store", "training"}


def test_the_face_does_not_load_what_only_some_lessons_need():
    heavy = {"sklearn", "torchvision", "scipy", "distributed", "matplotlib"}
    code = f"import course_lib.experiments, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
