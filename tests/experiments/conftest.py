import pytest
from support.ablations import GRID


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "izgara.toml"
    path.write_text(GRID.format(epochs=1), "utf-8")
    return path
