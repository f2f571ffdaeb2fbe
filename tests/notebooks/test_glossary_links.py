"""Terimin derste ilk geçişi sözlüğe bağlanır; bir kez, başlıkta değil."""

import re

import nbformat
import pytest

from course_lib.authoring.glossary import english_terms, with_glossary_links
from course_lib.paths import ROOT
from course_lib.practice.lesson import lessons


def test_only_the_first_use_outside_headings_is_linked():
    linked: set[str] = set()
    text = "# Kapı (gate)\nkapı (gate), yine kapı (gate)\n<summary>maske (mask)</summary>"
    found = with_glossary_links(text, linked)
    assert found == text.replace("\nkapı (gate)", "\nkapı ([gate](sozluk.ipynb))")
    assert linked == {"gate"}
    assert with_glossary_links("kapı (gate)", linked) == "kapı (gate)"


def test_the_terms_are_the_glossary_s():
    assert {"gate", "mask", "channel attention", "squeeze"} <= set(english_terms())


@pytest.mark.parametrize("lesson", lessons())
def test_no_first_use_is_left_unlinked(lesson):
    cells = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", 4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    links = re.findall(r"\(\[([^\]]+)\]\(sozluk\.ipynb\)\)", text)
    assert len(links) == len(set(links))
    plain = re.sub(r"^#.*|.*<summary.*", "", text, flags=re.M)
    assert {t for t in english_terms() if f" ({t})" in plain} <= set(links)
