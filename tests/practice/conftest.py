"""Masa: `calisma/` klasörü boş bir yerde."""

import pytest

from course_lib import paths


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "calisma").mkdir()
    return tmp_path / "calisma"
