"""Dersler ilk açılışta canlı olsun: yayımlanan hâliyle duran dersler güvenilir diye imzalanır.

İmzasız bir defterde JupyterLab betikleri çalıştırmaz: sürgülerin yerinde resimleri durur.
Değiştirilmiş bir ders yayımlanana uymaz ve imzalanmaz. İmzalar ortamın kendi klasöründe durur;
kullanıcının öteki defterlerine karışmaz.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

from course_lib.paths import ROOT

RELEASED = Path(__file__).with_name("released.json")  # kurulunca yazılır: ders -> özeti
STORE = Path(sys.prefix) / "share" / "jupyter" / "dikkat-atolyesi"


def digest(notebook: nbformat.NotebookNode) -> str:
    """Defterin içeriğinin özeti; dosyanın satır sonlarından bağımsız."""
    text = json.dumps(notebook, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digests() -> dict[str, str]:
    """notebooks klasöründeki derslerin özetleri, addan."""
    return {
        path.name: digest(nbformat.read(path, as_version=4))
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    }


def write_released() -> None:
    RELEASED.write_text(json.dumps(digests(), indent=1) + "\n", "utf-8")


def sign_released(store: Path = STORE) -> list[str]:
    """Yayımlandığı gibi duran dersleri imzalar; imzaladıklarının adları."""
    released = json.loads(RELEASED.read_text("utf-8"))
    store.mkdir(parents=True, exist_ok=True)
    notary = NotebookNotary(data_dir=str(store))
    signed = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        try:
            notebook = nbformat.read(path, as_version=4)
        except ValueError:  # bozulmuş bir defter imzasız kalır, ötekilere engel olmaz
            continue
        if released.get(path.name) == digest(notebook):
            notary.sign(notebook)
            signed.append(path.name)
    notary.store.close()
    return signed
