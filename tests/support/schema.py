"""Bir YAML dosyası, check-jsonschema'nın içinde gelen şemaya uyuyor mu? Ağ gerekmez."""

import os
import subprocess
import sys


def schema_problem(schema: str, *paths) -> str:
    """Şemanın itirazı; hepsi uyuyorsa boş."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)],
        capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr
