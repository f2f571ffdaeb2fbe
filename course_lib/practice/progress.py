"""İlerleme dosyası: tek bir düz JSON. Bozulursa kenara konur, aynı anda yazılırsa sıraya girilir.

Yeri: COURSE_PROGRESS ortam değişkeni, yoksa kurs klasöründeki `ilerleme.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from course_lib.keeping import set_aside, written_whole
from course_lib.practice.exercises import ROOT

EMPTY = {"surum": 1, "alistirmalar": {}, "tahminler": {}, "aciklamalar": {}}
WAIT_SECONDS = 10


class ProgressError(Exception):
    """İlerleme okunamadı ya da yazılamadı: ileti ne olduğunu ve neyin güvende olduğunu söyler."""


def progress_path() -> Path:
    return Path(os.environ.get("COURSE_PROGRESS") or ROOT / "ilerleme.json")


def well_formed(data: object) -> bool:
    return (
        isinstance(data, dict)
        and data.get("surum") == EMPTY["surum"]
        and all(isinstance(data.get(key), dict) for key in ("alistirmalar", "tahminler", "aciklamalar"))
        and all(isinstance(entry, dict) for entry in data["alistirmalar"].values())
    )


def load(path: Path) -> tuple[dict, str]:
    """(ilerleme, uyarı): dosya yoksa boş ilerleme; bozuksa kenara konur ve uyarı bunu söyler."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return json.loads(json.dumps(EMPTY)), ""
    except ValueError:
        data = None
    if well_formed(data):
        return data, ""
    kept = set_aside(path)
    return json.loads(json.dumps(EMPTY)), (
        f"İlerleme dosyası okunamadı (bozuk ya da başka bir sürümden). Silinmedi: {kept.name} adıyla duruyor; "
        "yeni bir dosya açıldı."
    )


def save(path: Path, data: dict) -> None:
    """Önce yanına yazar, sonra tek hamlede yerine koyar: yarım dosya kalmaz."""
    with written_whole(path) as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode())


def update(change: Callable[[dict], None]) -> str:
    """Dosyayı kilitleyip okur, `change` ile değiştirir, yazar; varsa uyarıyı döndürür.

    Raises:
        ProgressError: dosya yazılamıyorsa. O zaman eldeki dosyaya dokunulmamıştır.
    """
    path = progress_path()
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError("dosya salt okunur")
        if not path.parent.is_dir() or path.is_dir():
            raise NotADirectoryError("orası bir dosya yeri değil")
        with FileLock(f"{path}.lock", timeout=WAIT_SECONDS):
            data, warning = load(path)
            change(data)
            save(path, data)
        return warning
    except Timeout as error:
        raise ProgressError(
            f"İlerleme dosyası başka bir defterce tutuluyor ({path}); {WAIT_SECONDS} saniye beklendi. "
            "Bu sonuç kaydedilmedi, eskiler duruyor. Öteki iş bitince yeniden dene."
        ) from error
    except OSError as error:
        raise ProgressError(
            f"İlerleme kaydedilemedi: {path} ({error.strerror or error}). Eski kayıt duruyor. "
            "Klasörün yazma iznini düzelt ya da COURSE_PROGRESS ile başka bir yer göster."
        ) from error


def read() -> tuple[dict, str]:
    """(ilerleme, uyarı). Raises: ProgressError, dosya okunamıyorsa."""
    path = progress_path()
    try:
        if not path.exists():
            return json.loads(json.dumps(EMPTY)), ""
        with FileLock(f"{path}.lock", timeout=WAIT_SECONDS):
            return load(path)
    except (OSError, Timeout) as error:
        raise ProgressError(f"İlerleme okunamadı: {path} ({error}). Dosyaya dokunulmadı.") from error


def entry(data: dict, exercise_id: str) -> dict:
    """Bir alıştırmanın kaydı; yoksa boş bir kayıt açar."""
    return data["alistirmalar"].setdefault(exercise_id, {"durum": "untried", "deneme": 0, "ipucu": 0})
