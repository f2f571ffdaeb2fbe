"""Kaynaktan deftere: MyST Markdown okunur, yönergeler canlı kaynakla doldurulur, hücrelere kimlik
verilir."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import jupytext
import nbformat
from PIL import Image

from course_lib.authoring.course_map import course_map
from course_lib.authoring.glossary import with_glossary_links
from course_lib.authoring.skeleton import assembled
from course_lib.card import BOX, NEUTRAL, RIGHT, WRONG
from course_lib.paths import ROOT
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.imports import code_cell
from course_lib.practice.ipynb import CODE_TAG
from course_lib.practice.lesson import lessons
from course_lib.practice.turns import turn

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
ONLY_EXERCISE, ONLY_SOLUTION = "odev", "cozum"
TURN_DIRECTIVE = re.compile(r"^#@ sen yaz (\S+)$")
CODE_DIRECTIVE = re.compile(r"^#@ kod (e\d\d)$")
README_FIGURE = (
    ROOT / "docs" / "hata_matrisi.png",
    ROOT / "notebooks" / "02_kanal_dikkati_hata_avi.ipynb",
)
COLLAPSED, SECRET = "hide-input", "hide-output"
MEASURES = re.compile(r"^outcome\(", re.M)  # ölçümün sonucu tahminden önce görünmesin
DRAWS = re.compile(r"^(figures\.\w+|Markdown|\w+_slider|mixing_desk)\(", re.M)  # tesisat görünmesin
TELLS = re.compile(r"^(change|figures\.fault)\(|^\w+ = (yours|with_forward)\(", re.M)
# Kaynakta "> **Tuzak.** …": defterde kenarı renkli kutu
NAMES = re.compile(r"^change\(|^\w+ = plant\(\"", re.M)
CALL_OUTS = {"Tuzak": WRONG, "Akılda kalsın": RIGHT, "Sahadan": NEUTRAL}
CALL_OUT = re.compile(rf"^> \*\*({'|'.join(CALL_OUTS)})\.\*\*[^\n]*(?:\n>[^\n]*)*", re.M)
SECOND_READING = re.compile(r"^#+ .*\(ilk okuyuşta atla\)$", re.M)  # bölümü kapalı açılır
HEADING = re.compile(r"^#+ ", re.M)
OPEN = "acik"  # kapalı bir çıktının ardında, ama yanıtı söylemeyen metin
EXPLANATION = "<details><summary>Neden böyle? (ölçtükten sonra aç)</summary>"
KEPT_TAGS = {"nbval-ignore-output", "raises-exception", COLLAPSED, SECRET, CODE_TAG}


def targets() -> dict[Path, tuple[Path, str]]:
    """Üretilen her defter -> (kaynağı, türü): "ders", "cozum" ya da "odev"."""
    out = {}
    for source in sorted((ROOT / "notebooks" / "source").glob("*.md")):
        out[ROOT / "notebooks" / f"{source.stem}.ipynb"] = (source, "ders")
    for source in sorted((ROOT / "solutions" / "source").glob("*.md")):
        out[ROOT / "solutions" / f"{source.stem}.ipynb"] = (source, "cozum")
        out[ROOT / "exercises" / f"e{source.stem[1:]}.ipynb"] = (source, "odev")
    return out


def expand(source: str, kind: str) -> str:
    """`#@ kod e01` yönergesini, deftere göre hatalı ya da onarılmış kodla değiştirir."""
    found = CODE_DIRECTIVE.match(source.strip())
    return code_cell(EXERCISES[found[1]], repaired=kind == "cozum") if found else source


def with_turns(cells: list[nbformat.NotebookNode]) -> Iterator[nbformat.NotebookNode]:
    """`#@ sen yaz 01-agirlik` hücresi boş işleve ve altındaki katlanmış yanıta açılır."""
    for cell in cells:
        found = TURN_DIRECTIVE.match(cell.source.strip())
        if found is None:
            yield cell
            continue
        asked = turn(found[1])
        yield nbformat.v4.new_code_cell(asked.stub)
        yield nbformat.v4.new_markdown_cell(asked.folded_answer)


def with_sealed_outcomes(cells: Iterable[nbformat.NotebookNode]) -> Iterator[tuple]:
    """(hücre, etiketleri): `outcome` ile biten hücre ikiye bölünür. Ölçümün ve hemen ardındaki
    şeklin çıktısı kapalı durur; yanıtın adlarını taşıyan son satırın kodu da."""
    after = False
    for cell in cells:
        found = MEASURES.search(cell.source) if cell.cell_type == "code" else None
        if found is None:
            drawn = after and cell.cell_type == "code" and DRAWS.search(cell.source)
            yield cell, [SECRET] if drawn else []
            after = bool(drawn)
            continue
        before = cell.source[: found.start()].rstrip()
        if before:
            measuring = nbformat.from_dict({**cell, "source": before})
            yield measuring, [SECRET]
        cell.source = cell.source[found.start() :]
        yield cell, [SECRET, COLLAPSED]
        after = True


def with_sealed_tellers(cells: Iterable[tuple]) -> Iterator[tuple]:
    """Hatayı ya da ölçümünü gösteren hücrenin ve hemen ardındaki şeklin çıktısı, yoklama yazılmadan
    görünmesin."""
    after = False
    for cell, tags in cells:
        code = cell.source if cell.cell_type == "code" else ""
        after = bool(TELLS.search(code)) or (after and bool(DRAWS.search(code)))
        named = [COLLAPSED] if NAMES.search(code) else []  # kodu hatanın adını taşır
        yield cell, list(dict.fromkeys([*tags, *([SECRET] if after else []), *named]))


def with_folded_explanations(cells: Iterable[tuple]) -> Iterator[tuple]:
    """Kapalı bir çıktının ardındaki metin de kapalı durur: tahminden önce okunursa yanıtı söyler.

    Katlanan, hücrenin ilk başlığa kadarki bölümüdür; `+++` ile ayrılan sonrası açık kalır.
    """
    hidden = False
    for cell, tags in cells:
        if cell.cell_type == "code":
            hidden = SECRET in tags
        elif hidden and OPEN not in cell.metadata.get("tags", []):
            heading = HEADING.search(cell.source)
            start = heading.start() if heading else len(cell.source)
            answer, rest = cell.source[:start].strip(), cell.source[start:]
            if answer:
                folded = f"{EXPLANATION}\n\n{answer}\n\n</details>"
                yield nbformat.from_dict({**cell, "source": folded}), tags
            if rest:
                yield nbformat.from_dict({**cell, "source": rest}), tags
            hidden = False
            continue
        else:
            hidden = False
        yield cell, tags


def boxed(text: str) -> str:
    """Çağrıları ("> **Tuzak.** …") kutuya çevirir; içindeki Markdown olduğu gibi kalır."""

    def box(found: re.Match[str]) -> str:
        inner = re.sub(r"^> ?", "", found[0], flags=re.M)
        edge = CALL_OUTS[found[1]]
        return f'<div style="border-left:4px solid {edge};{BOX}">\n\n{inner}\n\n</div>'

    return CALL_OUT.sub(box, text)


def lesson_text(path: Path) -> str:
    """Dersin kaynağı; dakikası ve kursun haritası yerine konmuş."""
    text = path.read_text("utf-8").replace("{{map}}", course_map(""))
    if path.stem in lessons():
        text = text.replace("{{minutes}}", str(lessons()[path.stem].minutes))
    return text


def metadata_of(tags: list[str]) -> dict[str, object]:
    """Hücrenin üst verisi: etiketleri site okur, ötekileri JupyterLab."""
    found: dict[str, object] = {"tags": tags} if tags else {}
    hidden = {"source_hidden": COLLAPSED in tags, "outputs_hidden": SECRET in tags}
    if any(hidden.values()):
        found["jupyter"] = {name: True for name, hides in hidden.items() if hides}
    if SECRET in tags:
        found["collapsed"] = True  # JupyterLab ikisini birlikte yazar; eksiğini kaydederken ekler
    return found


def build_cells(path: Path, kind: str) -> nbformat.NotebookNode:
    """Kaynağın defteri, çıktısız; hücre kimlikleri içerikten türer, öyleyse kuruluştan kuruluşa
    aynıdır."""
    text = lesson_text(path) if kind == "ders" else assembled(path, EXERCISES[f"e{path.stem[1:3]}"])
    raw = jupytext.reads(text, fmt="md:myst")
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    seen: Counter[str] = Counter()
    linked: set[str] = set()
    cells = with_sealed_outcomes(with_turns(raw.cells))
    if kind == "ders":
        cells = with_folded_explanations(with_sealed_tellers(cells))
    for cell, sealed in cells:
        tags = list(cell.metadata.get("tags", []))
        if (ONLY_EXERCISE in tags and kind != "odev") or (
            ONLY_SOLUTION in tags and kind != "cozum"
        ):
            continue
        unknown = set(tags) - KEPT_TAGS - {ONLY_EXERCISE, ONLY_SOLUTION, OPEN}
        if unknown:
            raise ValueError(
                f"{path.name}: bilinmeyen hücre etiketi: {', '.join(sorted(unknown))}."
            )
        source = expand(cell.source, kind).rstrip()
        if cell.cell_type == "markdown":
            source = boxed(with_glossary_links(source, linked) if kind == "ders" else source)
        digest = hashlib.sha1(f"{cell.cell_type}\n{source}".encode()).hexdigest()[:10]
        seen[digest] += 1
        new = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[
            cell.cell_type
        ](source)
        new.id = f"{digest}-{seen[digest]}"
        kept = [t for t in tags if t in KEPT_TAGS]
        if kind == "ders" and cell.cell_type == "code" and DRAWS.search(source):
            kept.append(COLLAPSED)
        kept = list(dict.fromkeys([*kept, *sealed]))
        closed = cell.cell_type == "markdown" and SECOND_READING.match(source)
        folded = {"jp-MarkdownHeadingCollapsed": True} if closed else {}
        new.metadata = nbformat.from_dict(metadata_of(kept) | folded)
        notebook.cells.append(new)
    return notebook


def differences(built: nbformat.NotebookNode, stored: nbformat.NotebookNode) -> list[str]:
    """Kurulan ile saklı defter arasındaki farklar; boş liste tazedir."""
    found = []
    if built.metadata != stored.metadata:
        found.append("defterin üst verisi farklı")
    ids = [[c.id for c in nb.cells] for nb in (built, stored)]
    if ids[0] != ids[1]:
        found.append(f"hücreler farklı: kaynakta {len(ids[0])}, defterde {len(ids[1])} hücre")
        return found
    for new, old in zip(built.cells, stored.cells, strict=True):
        if (new.cell_type, new.source, new.metadata) != (old.cell_type, old.source, old.metadata):
            found.append(f"{new.id} hücresi kaynağından farklı: {old.source.splitlines()[:1]}")
    counts = [c.execution_count for c in stored.cells if c.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"kod hücreleri baştan sona bir kez çalıştırılmamış: {counts}")
    return found


def pictures(notebook: nbformat.NotebookNode) -> list[Image.Image]:
    """Defterin saklı çıktılarındaki şekiller, sırayla."""
    pages = [
        output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    found = [
        m[1] for page in pages if (m := re.search(r'src="data:image/webp;base64,([^"]+)"', page))
    ]
    return [Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in found]
