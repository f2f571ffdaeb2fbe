"""Defter değişmezleri: taze, çalıştırılmış, temiz; öğretilen sınıfın her satırı gösterilmiş ve açıklanmış."""

import copy
import re
from functools import cache

import nbformat
import pytest
from support.coverage_of_lines import explained_texts, shown_and_explained, statements
from PIL import Image
from support.prose import NOTEBOOKS, ROOT

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock, eca_kernel
from course_lib.attention.coordinates import coordinate_maps, coordinates_like, kept_coordinate_maps
from course_lib.attention.registry import attention_classes, build_attention
from course_lib.attention.spatial import DepthwisePointwiseBranch, DynamicSpatialAttention, MeanPool, MomentsPool
from course_lib.attention.temperature import Tempered
from course_lib.authoring.build import settled
from course_lib.authoring.notebook import README_FIGURE, build_cells, differences, pictures, targets
from course_lib.authoring.course_map import README, with_map
from course_lib.experiments.training import train
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.imports import code_cell
from course_lib.practice.ipynb import CODE_TAG, student_cell
from course_lib.practice.lesson import lessons
from course_lib.practice.plan import LABS, STEPS
from course_lib.reading.claims import read_claims
from course_lib.reading.figures.style import MAX_BYTES
from course_lib.residual import branches, fusion
from course_lib.residual.blocks import patterns, residual_block
from course_lib.residual.resnet import SmallResNet

TAUGHT = {
    ROOT / "notebooks" / "01_kanal_dikkati.ipynb": [ChannelAttentionFusionT, Tempered],
    ROOT / "notebooks" / "03_uzamsal_dikkat.ipynb": [
        coordinate_maps, kept_coordinate_maps, coordinates_like, DepthwisePointwiseBranch, MeanPool, MomentsPool,
        DynamicSpatialAttention,
    ],
    ROOT / "notebooks" / "04_cbam_residual.ipynb": [CBAMResidualDynamicSA],
    ROOT / "notebooks" / "05_klasik_dikkat_modulleri.ipynb": [
        SEBlock, eca_kernel, ECABlock, CBAM, CoordinateAttention, attention_classes, build_attention,
    ],
    ROOT / "notebooks" / "06_artik_bloklar.ipynb": [
        branches.ConvBNAct, branches.BNActConv, branches.BasicBranch, branches.PreActBranch, branches.WideBranch,
        branches.BottleneckBranch, branches.ResNeXtBranch, branches.zero_last, fusion.shortcut_path,
    ],
    ROOT / "notebooks" / "07_fuzyon_kaliplari.ipynb": [
        fusion.Design, fusion.IdentityAttn, fusion.NearIdentity, fusion.attend, fusion.fitted, fusion.ResidualAttn,
        fusion.ResidualAttn_P1, fusion.ResidualAttn_P2, fusion.ResidualAttn_P3, fusion.ResidualAttn_P4,
    ],
    ROOT / "notebooks" / "08_fuzyon_hata_avi.ipynb": [patterns, residual_block, SmallResNet],
    ROOT / "notebooks" / "09_ablasyon.ipynb": [train],
}  # fmt: skip
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def names(paths):
    return [f"{p.parent.name}/{p.stem}" for p in paths]


@pytest.mark.parametrize("target", targets(), ids=names(targets()))
def test_notebook_is_fresh_and_was_run_from_top_to_bottom(target):
    source, kind = targets()[target]
    stored = nbformat.read(target, as_version=4)
    assert differences(build_cells(source, kind), stored) == []
    nbformat.validate(stored)


def test_building_twice_gives_the_same_cells_with_unique_ids():
    source, kind = next(iter(targets().values()))
    once, twice = build_cells(source, kind), build_cells(source, kind)
    assert once == twice
    assert len({c.id for c in once.cells}) == len(once.cells)


def test_a_stale_notebook_is_noticed():
    target, (source, kind) = next(iter(targets().items()))
    built, stored = build_cells(source, kind), nbformat.read(target, as_version=4)
    for spoil in (
        lambda nb: nb.cells.pop(),
        lambda nb: nb.cells[0].update(source="elle değiştirildi"),
        lambda nb: nb.metadata.update(jupytext={}),
        lambda nb: next(c for c in nb.cells if c.cell_type == "code").update(execution_count=None),
        lambda nb: next(c for c in nb.cells if c.cell_type == "code").metadata.update(tags=["raises-exception"]),
    ):
        spoilt = copy.deepcopy(stored)
        spoil(spoilt)
        assert differences(built, spoilt) != []


@pytest.mark.parametrize("path", LESSONS, ids=names(LESSONS))
def test_plumbing_is_out_of_sight(path):
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert "hide-input" in code[0].metadata.tags  # içe aktarmalar
    assert code[0].metadata.jupyter.source_hidden
    for cell in code:
        if re.search(r"^figures\.\w+\(", cell.source, re.M):
            assert cell.metadata.jupyter.source_hidden, cell.source


ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz "


def glossary():
    """Sözlüğün satırları: (terim, İngilizcesi, anlamı, dersin dosyası)."""
    text = (ROOT / "notebooks" / "source" / "sozluk.md").read_text("utf-8")
    return re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \| \[\d\d\]\((.+?)\) \|$", text, re.M)


def test_the_glossary_is_in_order_and_each_term_stands_in_its_lesson():
    rows = glossary()
    assert len(rows) >= 30
    keys = [[ALPHABET.index(c) for c in term.lower()] for term, *_ in rows]
    assert keys == sorted(keys)
    for term, _, meaning, lesson in rows:
        cells = nbformat.read(ROOT / "notebooks" / lesson, as_version=4).cells
        prose = "\n".join(c.source for c in cells if c.cell_type == "markdown").lower()
        assert term in prose or term[:-1] in prose, (term, lesson)
        assert meaning[0].islower(), term


def test_second_reading_sections_open_closed():
    cells = nbformat.read(ROOT / "notebooks" / "01_kanal_dikkati.ipynb", as_version=4).cells
    closed = [c.source.splitlines()[0] for c in cells if c.metadata.get("jp-MarkdownHeadingCollapsed")]
    assert closed == ["## 6. Kuruluş: `__init__` (ilk okuyuşta atla)", "## 7. Sayısal incelikler (ilk okuyuşta atla)"]


def test_there_is_no_stray_notebook():
    assert set(NOTEBOOKS) == set(targets())
    assert {e.notebook for e in EXERCISES.values()} == {p for p in targets() if p.parent.name == "exercises"}
    assert {e.solution for e in EXERCISES.values()} == {p for p in targets() if p.parent.name == "solutions"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names(NOTEBOOKS))
def test_outputs_are_clean(path):
    text = path.read_text("utf-8")
    assert not re.search(r"/(?:home|root|work|tmp|Users)/|ipykernel_\d+", text), "makineye özgü yol"
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", output
            assert output.get("name") != "stderr", output.get("text")
            page = (output.get("data") or {}).get("text/html", "")
            if "<img" in page:
                slider = "data-surgu" in page  # nbval sürgünün sayfasını da karşılaştırır
                assert len(page) < MAX_BYTES * (1.5 if slider else 1.05)
                assert re.search(r'<img alt="[^"]{20,}"', page)
                assert "<figcaption" in page
                assert ("nbval-ignore-output" in cell.metadata.tags) != slider


@pytest.mark.parametrize("path", LESSONS, ids=names(LESSONS))
def test_lesson_has_its_parts(path):
    cells = nbformat.read(path, as_version=4).cells
    head, prose = cells[0].source, "\n".join(c.source for c in cells if c.cell_type == "markdown")
    for part in ("**Süre:**", "**Önce okunacak:**", "**Kaynak:**", "Bu dersin sonunda"):
        assert part in head
    assert 3 <= head.count("\n- ") <= 5
    assert "## Soru" in prose or "Soru:" in prose
    assert "<details>" in prose
    assert "**Sırada:**" in prose
    assert "predict(" in "\n".join(c.source for c in cells if c.cell_type == "code")


def test_the_map_in_the_readme_is_made_of_the_lessons_and_exercises():
    text = README.read_text("utf-8")
    assert with_map(text) == text
    stale = text.replace(f"| {lessons()['01_kanal_dikkati'].minutes} |", "| 7 |")
    assert stale != text
    assert with_map(stale) == text


@pytest.mark.parametrize("lesson", lessons().values(), ids=lambda lesson: lesson.id)
def test_a_lesson_s_head_says_the_minutes_of_its_front_matter(lesson):
    head = nbformat.read(ROOT / "notebooks" / f"{lesson.id}.ipynb", as_version=4).cells[0].source
    assert f"**Süre:** {lesson.minutes} dakika" in head
    source = (ROOT / "notebooks" / "source" / f"{lesson.id}.md").read_text("utf-8")
    assert "{{minutes}} dakika" in source


@pytest.mark.parametrize("item", EXERCISES.values(), ids=lambda item: item.id)
def test_an_exercise_s_head_is_its_entry(item):
    head = nbformat.read(item.notebook, as_version=4).cells[0].source
    for part in (f"{item.minutes} dakika", f"{item.id} · {item.title}", item.goal, lessons()[item.reads].label):
        assert part in head
    assert "★" * item.difficulty + "☆" * (3 - item.difficulty) in head


def test_the_plan_is_the_whole_course():
    assert [step.lesson for step in STEPS] == list(lessons().values())
    assert sorted(e for step in STEPS for e in step.exercises) == sorted(EXERCISES)
    for lab in LABS:
        for what, given in lab.parts:
            named = re.findall(r"\be\d\d\b", what) if what.startswith("e") else []
            assert not named or given == sum(EXERCISES[e].minutes for e in named), what


def test_an_exercise_is_read_after_the_lesson_the_plan_puts_it_behind():
    for item in EXERCISES.values():
        assert item.reads <= item.lesson, item.id


# Notların bölümleri; not 5'te alt bölümler de sayılır.
SEED_SECTIONS = {
    "000": {"referans akış", *(f"senaryo {i}" for i in range(1, 8)), "mini kontrol listesi"},
    "001": {f"§{i}" for i in range(1, 23)},
    "002": {"A1", "A2", "A3", "B1", "B2", "B3", "B4", "B5", "kısa değerlendirme"},
    "003": {f"§{i}" for i in range(1, 9)},
    "004": {
        "baştaki uyarı", "§0", "§1.1", "§1.2", "§2", "§2.1", *(f"§3 Kalıp {i}" for i in range(1, 5)),
        *(f"§4.{i}" for i in range(1, 5)), *(f"§5.{i}" for i in range(1, 4)), "§6", "§6.1", "§6.2", "§7",
        *(f"§8.{i}" for i in range(1, 5)), "§9", "§9.1", "§9.2", "§10", "§11", *(f"§12.{i}" for i in range(1, 5)), "§13",
    },
}  # fmt: skip


MEASURED = {
    "01_kanal_dikkati", "02_kanal_dikkati_hata_avi", "03_uzamsal_dikkat", "04_cbam_residual",
    "05_klasik_dikkat_modulleri", "06_artik_bloklar", "07_fuzyon_kaliplari",
    "08_fuzyon_hata_avi",
}  # yeniden yazılan dersler


def shown_under(lesson, heading):
    """Başlığın altındaki hücrelerin çıktıları, metin olarak; başlık yoksa None."""
    depth, shown = 0, None
    for cell in nbformat.read(lesson, as_version=4).cells:
        if cell.cell_type == "markdown":
            for marks, title in re.findall(r"^(##+) (.+)$", cell.source, re.M):
                if title.strip() == heading:
                    depth, shown = len(marks), shown or ""
                elif len(marks) <= depth:
                    depth = 0
        elif depth:
            for out in cell.outputs:
                shown += "".join(str(v) for v in (out.get("text"), *out.get("data", {}).values()) if v)
    return shown


def test_every_section_of_the_notes_has_its_place_in_a_lesson():
    page = ROOT / "docs" / "kapsam.md"
    rows = re.findall(r"^\| (\d) \| (.+?) \| \[\d\d\]\((.+?)\) \| (.+?) \| (.*?) ?\|$", page.read_text("utf-8"), re.M)
    for seed, sections in SEED_SECTIONS.items():
        assert {section for number, section, *_ in rows if int(number) == int(seed) + 1} == sections, seed
    for seed, section, lesson, heading, measured in rows:
        path = (page.parent / lesson).resolve()
        shown = shown_under(path, heading)
        assert shown is not None, (seed, section, heading)
        assert bool(measured) == (path.stem in MEASURED), (seed, section)
        assert measured in shown, (seed, section, measured)


def test_every_claim_of_the_ledger_is_from_a_section_of_the_notes():
    for claim in read_claims():
        assert claim.section in SEED_SECTIONS[claim.seed], claim.claim


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_measurement_is_on_the_screen_before_the_guess(path):
    for cell in nbformat.read(path, 4).cells:
        shown = "\n".join(str(o) for o in cell.get("outputs", ()))
        if "Ölçüm: " in shown:
            assert cell.metadata.jupyter.outputs_hidden, cell.source
            assert "hide-output" in cell.metadata.tags


def test_what_explains_a_measurement_is_folded_until_it_was_run(tmp_path):
    head = "---\nkernelspec: {name: python3, display_name: x}\n---\n\n"
    measured = '```{code-cell} ipython3\noutcome("a", 1)\n```\n\n'
    source = tmp_path / "kaynak.md"

    def folds(text: str) -> list[bool]:
        source.write_text(head + measured + text, encoding="utf-8")
        cells = build_cells(source, "ders").cells
        return [c.source.startswith("<details>") for c in cells if c.cell_type == "markdown"]

    assert folds("Neden.\n\n> **Akılda kalsın.** Öz.\n") == [True]
    assert folds("Neden.\n\n+++\n\nŞimdi öteki:\n") == [True, False]
    assert folds("Neden.\n\n## 2. Başlık\n\nMetin.\n") == [True, False]
    assert folds("## 2. Başlık\n\nMetin.\n") == [False]
    assert folds('+++ {"tags": ["acik"]}\n\nŞimdi öteki:\n') == [False]
    assert folds("```{code-cell} ipython3\nfigures.bars(1)\n```\n\nNeden.\n") == [True]
    assert folds("```{code-cell} ipython3\na = 1\n```\n\nNeden.\n") == [False]


@pytest.mark.parametrize("path", LESSONS, ids=names(LESSONS))
def test_each_question_stands_in_its_cell_and_has_an_outcome(path):
    code = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    asked = [c for c in code if re.search(r"^predict\(", c, re.M)]
    assert asked
    assert all("question=" in c for c in asked)
    keys = [re.search(r'predict\(\s*"([^"]+)"', c)[1] for c in asked]
    assert sorted(keys) == sorted(re.findall(r'\boutcome\("([^"]+)"', "\n".join(code)))


def test_progress_bars_are_stored_as_a_terminal_would_leave_them():
    assert settled("a\n\rbar 10%\rbar 100%\nson\n") == "a\nbar 100%\nson\n"
    assert settled("\rçalışıyor\r         \r") == ""
    assert settled("düz\r\nmetin") == "düz\nmetin"
    assert settled("sütun   \nmetin") == "sütun   \nmetin"


def test_links_between_pages_lead_somewhere():
    pages = {p: "\n".join(c.source for c in nbformat.read(p, as_version=4).cells if c.cell_type == "markdown") for p in NOTEBOOKS}
    for page in (ROOT / "README.md", ROOT / "docs" / "kapsam.md"):
        pages[page] = page.read_text("utf-8")
    for page, text in pages.items():
        for link in re.findall(r"\]\(([^)#\s,]+)\)", text):
            assert link.startswith("http") or (page.parent / link).exists(), (page.name, link)


def test_the_figure_in_the_readme_is_the_lesson_s_own():
    figure, lesson = README_FIGURE
    assert figure.relative_to(ROOT).as_posix() in (ROOT / "README.md").read_text("utf-8")
    assert Image.open(figure).convert("RGB").tobytes() == pictures(nbformat.read(lesson, as_version=4))[-1].tobytes()


told_in = cache(explained_texts)


@pytest.mark.parametrize(("path", "cls"), [(p, c) for p, classes in TAUGHT.items() for c in classes])
def test_every_line_of_a_taught_class_is_shown_and_explained(path, cls):
    known = statements(cls)
    earlier = frozenset().union(*(told_in(p) for p in TAUGHT if p.name < path.name))
    shown, explained = shown_and_explained(path, cls, earlier)
    assert known
    missing = {n: known[n] for n in known if n not in shown}
    assert not missing, f"gösterilmeyen satırlar: {missing}"
    silent = {n: known[n] for n in known if n not in explained}
    assert not silent, f"açıklanmayan satırlar: {silent}"


@pytest.mark.parametrize("target", LESSONS, ids=names(LESSONS))
def test_what_follows_a_folded_section_starts_its_own_cell(target):
    """Katlanan bölümün hücresi yeni başlığı da taşırsa JupyterLab o hücreyi katlamaz."""
    folded = 0  # katlanmış başlığın düzeyi
    for cell in nbformat.read(target, as_version=4).cells:
        if cell.cell_type != "markdown":
            continue
        levels = [len(m[1]) for m in re.finditer(r"^(#+) ", cell.source, re.M)]
        if cell.source.startswith("#") and (not folded or levels[0] <= folded):
            folded = levels[0] if "jp-MarkdownHeadingCollapsed" in cell.metadata else 0
            levels = levels[1:]
        assert not folded or all(level > folded for level in levels), cell.source[:80]


@pytest.mark.parametrize("item", EXERCISES.values(), ids=lambda item: item.id)
def test_nothing_of_the_solution_follows_the_exercise(item):
    """Çözüme ait, ama etiketlenmemiş bir hücre alıştırmanın sonuna düşer."""
    last = nbformat.read(item.notebook, as_version=4).cells[-1]
    assert last.source.startswith("## Sonra")


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_exercise_code_comes_from_the_catalogue_and_leaks_nothing(exercise_id):
    item = EXERCISES[exercise_id]
    notebook = nbformat.read(item.notebook, as_version=4)
    assert student_cell(notebook, item.notebook.name).source == code_cell(item, repaired=False)
    everything = item.notebook.read_text("utf-8")
    for bug_id in item.bugs:
        assert bug_id not in everything
    tags = [t for c in notebook.cells for t in c.metadata.get("tags", [])]
    assert tags.count(CODE_TAG) == 1
    solution = nbformat.read(item.solution, as_version=4)
    assert student_cell(solution, item.solution.name).source == code_cell(item, repaired=True)
    assert f"{exercise_id}: ÇÖZÜLDÜ" in item.solution.read_text("utf-8")
    assert f"{exercise_id}: DENENMEDİ" in everything
