"""Düz HTML'e aktarılan dersler: çekirdek olmadan da şekilleri görünür, sürgüleri döner."""

import re
import subprocess
import sys

import nbformat
import pytest
from support.browser import needs_browser, opened_browser
from support.prose import ROOT

REWRITTEN = ("00_baslangic", "01_kanal_dikkati", "02_kanal_dikkati_hata_avi")

pytestmark = needs_browser


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("html")
    sources = [str(ROOT / "notebooks" / f"{name}.ipynb") for name in REWRITTEN]
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder)]
    subprocess.run([*command, *sources], check=True, capture_output=True)
    with opened_browser() as browser:
        yield browser, folder


def stored(name):
    """(şekil sayısı, sürgü sayısı), saklı çıktılarda."""
    cells = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4).cells
    pages = [
        o.get("data", {}).get("text/html", "") for c in cells for o in c.get("outputs", ())
    ]  # fmt: skip
    sliders = sum("data-surgu" in page for page in pages)
    return sum("<img alt=" in page for page in pages) - sliders, sliders


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_lesson_as_a_plain_page_keeps_its_figures_and_its_sliders_turn(exported, name):
    browser, folder = exported
    page, errors = browser.new_page(), []
    page.context.set_offline(True)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((folder / f"{name}.html").as_uri())
    figures, sliders = stored(name)
    assert sliders >= 1
    shown = page.locator("figure img[alt]")
    assert shown.count() == figures
    assert all(i.evaluate("e => e.naturalWidth") > 300 for i in shown.all())
    boxes = page.locator("[data-surgu]")
    assert boxes.count() == sliders
    for box in boxes.all():
        for knob in box.locator("input[type=range]").all():
            knob.press("Home")
            first = knob.get_attribute("aria-valuetext")
            knob.press("End")
            assert knob.get_attribute("aria-valuetext") != first
        assert re.search(r"\d", box.locator("table").text_content())
    assert not [e for e in errors if "MathJax" not in e and "require" not in e]
    page.close()
