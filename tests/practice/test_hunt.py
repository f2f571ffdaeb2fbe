"""Sonsuz av: tohumu aynıysa aynıdır, adıyla bulunur, çözülür; sağlam blok da suçlanmaz."""

import ast
import itertools

import nbformat
import pytest
import torch

from course_lib import cli
from course_lib.bugs import CATALOGUE, class_from_sources, plant
from course_lib.bugs.local_names import local_names, with_local_names
from course_lib.bugs.pieces import healthy_source, piece
from course_lib.errors import BadInput
from course_lib.practice import exercise, hunt_notebook, journal
from course_lib.practice.coach import hint, judged
from course_lib.practice.guess import predict
from course_lib.practice.hunt import LABS, SYNONYMS, hunted, proved, rumours
from course_lib.practice.judge import judge

SOME, ALL = 3, 500


def shown(item):
    """Öğrencinin gördüğü avın kendisi: kodu ve ayarı."""
    return (*item.code(repaired=False).values(), *sorted(map(str, item.options.items())))


def found(lab, count, wanted):
    """İlk tohumlardan, istenen kadar hatalısı."""
    hunts = (hunted(f"av-{lab}-{seed}") for seed in itertools.count())
    return next(itertools.islice((h for h in hunts if wanted(len(h.bugs))), count, None))


@pytest.mark.parametrize("lab", LABS)
def test_every_seed_is_named_solvable_and_unlike_the_others(full_grid, counted, lab):
    hunts = [hunted(f"av-{lab}-{seed}") for seed in range(ALL if full_grid else SOME)]
    assert len({shown(item) for item in hunts}) == len(hunts)
    for item in hunts:
        assert proved(item) is item
        assert item.block in LABS[lab]
        state = judge(item.id, class_from_sources(item.sources(item.block, repaired=False))).state
        assert state == "untried", item.id
    counted(f"av, bölüm {lab}: {len(hunts)} tohum, {sum(not h.bugs for h in hunts)} sağlam")


def test_the_same_key_gives_the_same_hunt():
    one = shown(hunted("av-03-11"))
    hunted.cache_clear()
    assert shown(exercise(" AV-03-11 ")) == one


def test_a_healthy_block_is_solved_by_saying_so():
    item = found("05", 0, lambda n: n == 0)
    cls = class_from_sources(item.sources(item.block, repaired=True))
    assert judge(item.id, cls, "hiçbiri").state == "solved"
    accused = judge(item.id, cls, "maske-aralığı")
    assert accused.state == "wrong"
    assert "sağlamdı" in str(accused)
    assert judge(item.id, cls).state == "untried"
    assert "kurstakiyle" in str(hint(item.id))


def test_one_repair_of_two_is_not_enough():
    item = found("02", 0, lambda n: n == 2)
    for left in item.bugs:
        assert judge(item.id, plant(left, block=item.block)).state == "wrong"


def test_the_guess_is_kept_and_compared():
    item = found("03", 0, lambda n: n == 1)
    predict(item.id, "hiçbiri")
    repaired = class_from_sources(item.sources(item.block, repaired=True))
    said = str(judged(item.id, repaired))
    assert "ÇÖZÜLDÜ" in said
    assert f"doğrusu {CATALOGUE[item.bugs[0]].promise}" in said


@pytest.mark.parametrize(
    "name", ["ChannelAttentionFusionT", "DynamicSpatialAttention", "CBAM", "CoordinateAttention"]
)
def test_other_local_names_compute_the_same(name):
    source = healthy_source(name)
    names = {old: new[0] for old, new in SYNONYMS.items() if old in local_names(source)}
    renamed = with_local_names(source, names)
    assert renamed != source
    assert len(list(ast.walk(ast.parse(renamed)))) == len(list(ast.walk(ast.parse(source))))
    options = () if name == "DynamicSpatialAttention" else (6,)
    torch.manual_seed(0)
    one = piece(name)(*options)
    other = class_from_sources({name: renamed})(*options)
    other.load_state_dict(one.state_dict())
    x = torch.randn(2, 6, 5, 7)
    for a, b in zip(outputs(one, x), outputs(other, x), strict=True):
        assert torch.equal(a, b)


def outputs(block, x):
    out = block.eval()(x)
    return out if isinstance(out, tuple) else (out,)


def test_names_in_arguments_attributes_and_formatted_text_stay():
    source = "def f(a, *, z=1):\n    y = a.z + z\n    w = y\n    return f'{w} ç', g(y=y, w=w)\n"
    assert with_local_names(source, {"y": "out", "z": "score", "a": "u", "w": "v"}) == (
        "def f(a, *, z=1):\n    out = a.z + z\n    w = out\n    return f'{w} ç', g(y=out, w=w)\n"
    )
    assert (
        with_local_names("def f():\n    s = 1\n    return s + t\n", {"s": "t"}).count("s = 1") == 1
    )


def test_the_notebook_gives_nothing_away_and_runs():
    item = found("02", 1, lambda n: n == 1)
    text = hunt_notebook.ipynb.dumped(hunt_notebook.notebook_of(item)).decode()
    for bug_id in item.bugs:
        assert bug_id not in text
        assert CATALOGUE[bug_id].title not in text
    nbformat.validate(nbformat.reads(text, as_version=4))
    namespace = {}
    for cell in hunt_notebook.notebook_of(item)["cells"]:
        if cell["cell_type"] == "code":
            exec(compile(cell["source"], "defter", "exec"), namespace)


def test_rumours_accuse_healthy_and_broken_alike():
    healthy, broken = found("05", 0, lambda n: n == 0), found("05", 0, lambda n: n == 1)
    assert len(rumours(healthy)) == len(rumours(broken)) == 1


def test_from_the_terminal_to_solved_and_back(desk, capsys):
    key = found("02", 0, lambda n: n == 1).id
    seed = key.rpartition("-")[2]
    assert cli.main(["av", "--bolum", "2", "--tohum", seed]) == 0
    place = desk / f"{key}.ipynb"
    assert str(place) in capsys.readouterr().out
    assert cli.main(["kontrol", key]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    book = nbformat.read(place, as_version=4)
    cell = next(c for c in book.cells if "kod" in c.metadata.get("tags", []))
    planted, repaired = (exercise(key).code(repaired=r) for r in (False, True))
    for name in planted:
        cell.source = cell.source.replace(planted[name].rstrip(), repaired[name].rstrip())
    nbformat.write(book, place)
    assert cli.main(["kontrol", key]) == 0
    assert cli.main(["av", "--bolum", "02", "--tohum", seed]) == 0
    assert "dokunulmadı" in capsys.readouterr().out
    assert nbformat.read(place, as_version=4).cells == book.cells
    assert journal.read().records[key].state == "solved"
    assert cli.main(["ipucu", key]) == 0
    assert cli.main(["sifirla", key]) == 0
    assert "yedeği" in capsys.readouterr().out
    assert key not in journal.read().records
    kept = list((desk / "yedek").glob("*.ipynb"))
    assert [nbformat.read(k, as_version=4).cells for k in kept] == [book.cells]


@pytest.mark.parametrize("key", ["av-3-7", "av-99-1", "av-03-x", "av-03-99999999999"])
def test_a_wrong_key_is_told(key):
    with pytest.raises(BadInput, match=r"bolum|kimliği"):
        exercise(key)


def test_a_wrong_lab_is_told_before_anything_is_written(desk, capsys):
    assert cli.main(["av", "--bolum", "01"]) == 2
    assert "02, 03, 04, 05, 08" in capsys.readouterr().err
    assert list(desk.iterdir()) == []
