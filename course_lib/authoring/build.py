"""`make build`: kaynağı değişen defterleri yeniden kurar ve çalıştırır. `ARGS=--hepsi` hepsini
kurar,
`ARGS=01_kanal` adı bununla başlayanları.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from course_lib.authoring.course_map import write_map
from course_lib.authoring.notebook import README_FIGURE, build_cells, differences, pictures, targets
from course_lib.setup.trust import write_released

CELL_SECONDS = 240
DROPPED_METADATA = {"execution", "transient"}
READS_THE_OTHERS = "11_iddialar.ipynb"  # öbür derslerin hücrelerine bağ verir


def coalesced(outputs: list) -> list:
    """Art arda gelen aynı akışın parçalarını birleştirir: parçalanma zamana bağlıdır."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def settled(text: str) -> str:
    """Satır başına dönüşleri (ilerleme çubuğu) uçbirimdeki gibi işler: satırın yalnız son yazılanı
    kalır."""
    lines = text.split("\n")
    return "\n".join(
        line.rstrip("\r").rpartition("\r")[2].rstrip() if "\r" in line else line for line in lines
    )


def clean(notebook: nbformat.NotebookNode) -> None:
    """Makineye ve ana bağlı her şeyi atar: süreler, çıktı üst verileri."""
    for cell in notebook.cells:
        for key in DROPPED_METADATA:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = coalesced(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.text = settled(output.text)
    notebook.metadata["language_info"] = {"name": "python"}


def execute(notebook: nbformat.NotebookNode, folder: Path) -> float:
    """Defteri kendi ilerleme dosyasıyla çalıştırır; saniyeyi döndürür."""
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["COURSE_PROGRESS"] = str(Path(temporary) / "ilerleme.json")
        start = time.perf_counter()
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute()
        seconds = time.perf_counter() - start
    clean(notebook)
    return seconds


def with_outputs_of(notebook: nbformat.NotebookNode, stored: nbformat.NotebookNode) -> bool:
    """Kod hücreleri aynıysa saklı çıktıları alır: yalnız düzyazısı değişen ders çalıştırılmaz."""
    new, old = ([c for c in nb.cells if c.cell_type == "code"] for nb in (notebook, stored))
    if [c.source for c in new] != [c.source for c in old]:
        return False
    for mine, theirs in zip(new, old, strict=True):
        mine.outputs, mine.execution_count = theirs.outputs, theirs.execution_count
    notebook.metadata["language_info"] = stored.metadata["language_info"]
    return not differences(notebook, notebook)


def main(arguments: list[str]) -> int:
    everything = "--hepsi" in arguments
    wanted = [a for a in arguments if not a.startswith("--")]
    built = 0
    for target, (source, kind) in targets().items():
        forced = everything or (built and target.name == READS_THE_OTHERS)
        if wanted and not forced and not any(target.name.startswith(w) for w in wanted):
            continue
        notebook = build_cells(source, kind)
        stored = nbformat.read(target, as_version=4) if target.exists() else None
        known = None if forced or wanted else stored
        if known is not None and not differences(notebook, known):
            continue
        target.parent.mkdir(exist_ok=True)
        seconds = 0.0
        if known is None or not with_outputs_of(notebook, known):
            seconds = execute(notebook, target.parent)
        nbformat.validate(notebook)
        nbformat.write(notebook, target)
        built += 1
        print(f"{target.parent.name}/{target.name}: {seconds:.1f} s", flush=True)
    write_map()
    write_released()
    figure, lesson = README_FIGURE
    pictures(nbformat.read(lesson, as_version=4))[-1].save(figure, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
