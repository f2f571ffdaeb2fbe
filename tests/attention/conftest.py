"""COURSE_PLANT verilirse birim testler, o hatanın ekildiği blokla koşar (test_mutants bunu kullanır)."""

import importlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

if os.environ.get("COURSE_PLANT"):
    from course_lib.bughunt.planting import bug, plant

    module, name = bug(os.environ["COURSE_PLANT"]).block.split(":")
    setattr(importlib.import_module(module), name, plant(os.environ["COURSE_PLANT"]))
