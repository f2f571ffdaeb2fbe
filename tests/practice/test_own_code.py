"""Kendi kodun: öğrencinin adlarıyla, onun yazdığı sınıfa ekilen hata; iki yandan denenmiş."""

import ast

import nbformat
import pytest

from course_lib import cli
from course_lib.bugs import CATALOGUE
from course_lib.bugs.local_names import local_names, with_local_names
from course_lib.bugs.pieces import healthy_source
from course_lib.bugs.transplant import edited, transplanted
from course_lib.errors import BadInput
from course_lib.practice import exercise, own_code, workbook
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.hunt import SYNONYMS
from course_lib.practice.imports import code_cell
from course_lib.practice.judge import judge
from course_lib.practice.own_code import NothingFits, OwnCode, prepared

SOLVED = [
    e for e in EXERCISES.values() if e.form == "repair" and len(e.suspects) == 1 and not e.slips
]


def rewritten(item, style):
    """Öğrencinin onarılmış hücresi: başka yerel adlar, başka düzen, yorumsuz."""
    source = code_cell(item, repaired=True)
    names = {n: SYNONYMS[n][style % 3] for n in local_names(source) & {*SYNONYMS}}
    named = with_local_names(source, {k: v for k, v in names.items()})
    return ast.unparse(ast.parse(named)) if style % 2 else named


@pytest.mark.parametrize(
    ("item", "style"),
    [(e, n) for n, e in enumerate(SOLVED[:12])],
    ids=lambda v: getattr(v, "id", v),
)
def test_a_rewritten_class_gets_a_bug_of_its_own_names(item, style):
    source = rewritten(item, style)
    new = prepared(item, source, seed=style)
    (bug,) = new.bugs
    assert bug not in item.bugs
    assert new.planted != source
    changed = set(new.planted.splitlines()) ^ set(source.splitlines())
    assert len(changed) <= 2 * len(healthy_source(item.block).splitlines()) // 3
    verdicts = {}
    for name, code in (("planted", new.planted), ("repaired", source)):
        namespace = run_cells(new, [code])
        verdicts[name] = own_judged(new, namespace)
    assert verdicts["planted"].state == "untried"
    assert verdicts["repaired"].state == "solved", str(verdicts["repaired"])


def own_judged(new, namespace):
    from course_lib.practice.answer import answer_of
    from course_lib.practice.forms import form_of

    return form_of(new).judge(answer_of(new, namespace[new.block], None, namespace))


def test_another_seed_brings_another_bug():
    item = EXERCISES["e02"]
    source = rewritten(item, 1)
    assert len({prepared(item, source, seed=seed).bugs for seed in range(6)}) >= 2


def test_a_class_written_from_scratch_fits_nothing_and_is_told():
    item = EXERCISES["e20"]
    source = (
        "import math\nimport torch\nfrom torch import nn\n\n\nclass ECABlock(nn.Module):\n"
        "    def __init__(self, channels, *, kernel=None):\n        super().__init__()\n"
        "        self.channels = channels\n        size = 2 * (int((math.log2(channels) + 1) / 2) // 2) + 1\n"
        "        self.kernel = max(size, 3) if kernel is None else kernel\n"
        "        self.conv = nn.Conv1d(1, 1, self.kernel, padding=self.kernel // 2, bias=False)\n\n"
        "    def attention_map(self, x):\n        pooled = torch.einsum('bchw->bc', x) / (x.shape[2] * x.shape[3])\n"
        "        return self.conv(pooled[:, None]).sigmoid()[:, 0, :, None, None]\n\n"
        "    def forward(self, x):\n        return torch.mul(self.attention_map(x), x)\n"
    )
    with pytest.raises((NothingFits, BadInput), match="e20"):
        prepared(item, source, seed=1)


def test_a_broken_class_is_sent_back():
    item = EXERCISES["e02"]
    with pytest.raises(BadInput, match="sağlam değil"):
        prepared(item, code_cell(item, repaired=False), seed=1)
    with pytest.raises(BadInput, match="tek bir sınıfın"):
        prepared(EXERCISES["e09"], "", seed=1)


def test_names_are_carried_over_and_the_rest_stays():
    bug = CATALOGUE["ca-softmax-dim"]
    source = with_local_names(
        healthy_source(bug.piece), {"router_logits": "votes", "fusion_w": "mix"}
    )
    planted = transplanted(source, bug)
    assert planted is not None
    old, new = (set(text.splitlines()) for text in (source, planted))
    assert len(old - new) == len(new - old) == 1
    assert transplanted(source.replace("softmax", "log_softmax"), bug) is None
    assert edited("x = (", bug.piece, bug.edits[0]._replace(old="if a:")) is None


def test_from_the_terminal(desk, capsys):
    item = EXERCISES["e02"]
    assert cli.main(["kendi", "e02"]) == 2  # çalışma yok
    capsys.readouterr()
    source = rewritten(item, 1)
    book = nbformat.v4.new_notebook(metadata={workbook.STAMP: {"exercise": "e02"}})
    book.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["kod"]})]
    nbformat.write(book, desk / item.notebook.name)
    assert cli.main(["kendi", "e02"]) == 0
    said = capsys.readouterr().out
    place = desk / "kendi-e02.ipynb"
    assert str(place) in said
    new = exercise("kendi-e02")
    assert isinstance(new, OwnCode)
    shown = "".join(c.source for c in nbformat.read(place, as_version=4).cells)
    assert new.bugs[0] not in shown
    assert cli.main(["kontrol", "kendi-e02"]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    mine = nbformat.read(place, as_version=4)
    mine.cells[2].source = source
    nbformat.write(mine, place)
    assert cli.main(["kontrol", "kendi-e02"]) == 0
    assert cli.main(["sifirla", "kendi-e02"]) == 0
    assert len(list((desk / "yedek").glob("*.ipynb"))) == 1
    assert judge("kendi-e02", run_cells(new, [new.planted])[new.block]).state == "untried"


def test_an_unprepared_key_is_told(desk):
    with pytest.raises(BadInput, match="atolye kendi e05"):
        exercise("kendi-e05")
    with pytest.raises(BadInput, match="hazırlanmamış"):
        exercise("kendi-e99")
    (desk / "kendi-e05.ipynb").write_text("{", "utf-8")
    with pytest.raises(BadInput, match="okunamadı"):
        own_code.own("kendi-e05")
