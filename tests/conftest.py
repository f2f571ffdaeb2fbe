"""Testlerin ortak ayarları: sabit tohum, süre sınırı olmayan hypothesis, ilerleme dosyası geçici
klasörde.

COURSE_PLANT verilirse birim testler, o hatanın ekildiği blokla koşar (test_mutants bunu kullanır).
"""

import functools
import os
import random

import pytest
import torch
from hypothesis import HealthCheck, Phase, settings

torch.set_num_threads(1)  # küçük tensörler: iki iş parçacığı xdist altında yarışır
settings.register_profile(
    "kurs",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("kurs")

if os.environ.get("COURSE_PLANT"):
    from course_lib.bugs import CATALOGUE, plant
    from course_lib.bugs.pieces import module_of

    planted = CATALOGUE[os.environ["COURSE_PLANT"]]
    setattr(module_of(planted.block), planted.block, plant(planted.id))
    # Testin kalması yeter; en küçük örnek aranmaz.
    settings.register_profile("ekili", settings.default, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("ekili")


def pytest_addoption(parser):
    parser.addoption("--full-grid", action="store_true", help="teşhis ızgarasının tamamı (uzun)")


@pytest.fixture
def full_grid(request) -> bool:
    return request.config.getoption("--full-grid")


@pytest.fixture
def sampled(full_grid):
    """sampled(dizi, sayı, tohum): kısa koşuda tohumla seçilmiş bu kadarı, tam ızgarada hepsi."""

    def chosen(items, count, seed):
        items = list(items)
        return items if full_grid else random.Random(seed).sample(items, min(count, len(items)))

    return chosen


@pytest.fixture
def counted(record_property):
    """Testin saydığını oturumun sonundaki özete yazan işlev."""
    return functools.partial(record_property, "sayı")


def pytest_terminal_summary(terminalreporter):
    if not terminalreporter.config.getoption("--full-grid"):
        return
    passed = terminalreporter.getreports("passed")
    lines = [v for r in passed if r.when == "call" for k, v in r.user_properties if k == "sayı"]
    terminalreporter.section("ızgaranın saydıkları")
    for line in sorted(lines):
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _seeded(tmp_path, monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "ilerleme.json"))
