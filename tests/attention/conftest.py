"""COURSE_PLANT verilirse birim testler, o hatanın ekildiği sınıfla koşar (test_mutants bunu kullanır)."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

if os.environ.get("COURSE_PLANT"):
    from course_lib.attention import channel
    from course_lib.bughunt.planting import plant

    channel.ChannelAttentionFusionT = plant(os.environ["COURSE_PLANT"])
