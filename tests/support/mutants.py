"""Her hatayı ayrı bir çocuk süreçte ekip bölümün testlerini koşar; kitaplıklar bir kez,
çatallanmadan önce yüklenir.

Kullanım: python mutants.py TEST_DOSYASI HATA… ; çıktı: hata başına bir JSON satırı (kod, sondaki
satırlar).
"""

import gc
import json
import os
import sys
import tempfile

import hypothesis  # noqa: F401  yüklenmesi uzun sürenler: çocuklar hazır bulur
import pytest
import timm.layers  # noqa: F401
import torch
import torch._dynamo
import torchvision.models  # noqa: F401

torch.set_num_threads(1)


OPTIONS = ("-x", "-q", "-p", "no:xdist", "-p", "no:nbval")


def main(tests: str, *bug_ids: str) -> None:
    gc.freeze()  # çocuğun her toplayışı, yüklü kitaplıkları yeniden gezmesin
    for bug_id in bug_ids:
        with tempfile.TemporaryFile("w+") as file:
            child = os.fork()
            if child == 0:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
                os.environ["COURSE_PLANT"] = bug_id
                code = pytest.main([*OPTIONS, tests])
                sys.stdout.flush()
                os._exit(int(code))
            _, status = os.waitpid(child, 0)
            file.seek(0)
            said = file.read().splitlines()
        print(
            json.dumps(
                {"bug": bug_id, "code": os.waitstatus_to_exitcode(status), "said": said[-30:]}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
