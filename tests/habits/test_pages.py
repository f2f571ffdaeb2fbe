"""Belgelerin andığı her yol, make hedefi, atolye komutu ve test gerçekten vardır."""

import re

import pytest
from support.commands import ROOT, TARGETS

from course_lib import cli

PAGES = ("CONTRIBUTING.md", "SECURITY.md", "LICENSE-metin.md", ".github/pull_request_template.md")
PATH = re.compile(r"\.?[\w<>-][\w<>./-]*(/[\w<>.-]*|\.(md|py|toml|txt|lock|cff))(::\w+)?")
NEW = re.compile(r"<[^<>]*>")  # yazanın koyacağı ad
MADE = {"results/gpu.json"}  # depoda durmaz, komut yazar


def spans(text):
    """Ters tırnak içindekiler, komutlarsa sözcük sözcük; kod bloklarının satırları da."""
    blocks = re.findall(r"^```\n(.*?)^```", text, flags=re.M | re.S)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    lines = [line.split("  #")[0] for block in blocks for line in block.splitlines()]
    return [span.strip() for span in [*inline, *lines]]


def exists(path):
    """Yol depoda var mı? <ad> yerine en az bir dosyanın adı uymalı; `::test` dosyada durmalı."""
    file, _, test = path.partition("::")
    found = list(ROOT.glob(NEW.sub("*", file).rstrip("/")))
    return bool(found) and (not test or f"def {test}(" in found[0].read_text("utf-8"))


def is_a_command(word):
    """`atolye`'nin tanıdığı bir komut mu?"""
    if word == "lab":  # kalan argümanlar JupyterLab'e geçer: yardım istemek onu açardı
        return True
    with pytest.raises(SystemExit) as stop:
        cli.main([word, "--yardim"])
    return stop.value.code == 0


def absent(text):
    """Metnin anıp depoda bulunmayanlar."""
    found = []
    for span in spans(text):
        words = span.split()
        paths = [w for w in words if PATH.fullmatch(w) and not w.startswith(".venv/")]
        found += [p for p in paths if p not in MADE and not exists(p)]
        if words[:1] == ["make"] and words[1] not in TARGETS:
            found.append(span)
        if words[:1] == ["atolye"] and not is_a_command(words[1]):
            found.append(span)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    return [*found, *(link for link in links if not (ROOT / link).exists())]


@pytest.mark.parametrize("page", PAGES)
def test_everything_a_page_names_exists(page):
    assert absent((ROOT / page).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "broken",
    [
        "`course_lib/attention/kanal.py`", "`results/<ad>.tml`", "`yok.md`", "`make tset`",
        "`python -m pytest tests/attentoin`", "`atolye kotrol e01`", "[sayfa](YOK.md)",
        "`tests/reading/test_claims.py::test_of_nothing`", "```\nmake tset  # denetler\n```",
    ],
)  # fmt: skip
def test_a_page_that_names_something_absent_is_caught(broken):
    assert len(absent(f"Bak: `make test`\n\n{broken}\n")) == 1


def test_a_page_that_names_only_what_is_there_passes():
    good = (
        "`course_lib/attention/<blok>.py` `.venv/bin/python` `x · ca` `e01` `docs/` `make lab`\n"
        "`tests/reading/test_claims.py::test_the_number_stands_in_the_output_of_its_cell`\n"
        "[lisans](LICENSE) [dışarısı](https://example.org/yok.md) [aşağıda](#başlık)\n"
    )
    assert absent(good) == []


def test_every_make_target_is_told_in_the_contributors_page():
    told = set(re.findall(r"make ([\w-]+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert told >= TARGETS
