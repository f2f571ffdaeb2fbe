"""İmza: yayımlandığı gibi duran ders güvenilirdir; değişen, bozulan ya da yabancı olan değildir."""

import json

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from course_lib.setup import trust


@pytest.fixture
def course(tmp_path, monkeypatch):
    """İki dersli bir kurs; özetleri yazılmış."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(trust, "ROOT", tmp_path)
    monkeypatch.setattr(trust, "RELEASED", tmp_path / "released.json")
    for name in ("a", "b"):
        cell = nbformat.v4.new_code_cell(f"print('{name}')")
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, tmp_path / "notebooks" / f"{name}.ipynb")
    trust.write_released()
    return tmp_path


def trusted(store, path):
    notary = NotebookNotary(data_dir=str(store))
    found = notary.check_signature(nbformat.read(path, as_version=4))
    notary.store.close()
    return found


def test_only_what_equals_the_release_is_signed(course):
    one, two = (course / "notebooks" / f"{name}.ipynb" for name in "ab")
    changed = nbformat.read(two, as_version=4)
    changed.cells[0].source += "\nprint('araya giren')"
    nbformat.write(changed, two)
    (course / "notebooks" / "c.ipynb").write_text(one.read_text("utf-8"), "utf-8")  # yabancı
    (course / "notebooks" / "d.ipynb").write_text("bozuk", "utf-8")
    store = course / "imzalar"
    assert trust.sign_released(store) == ["a.ipynb"]
    assert trusted(store, one)
    assert not trusted(store, two)


def test_line_endings_do_not_matter(course):
    one = course / "notebooks" / "a.ipynb"
    one.write_bytes(one.read_bytes().replace(b"\n", b"\r\n"))
    assert "a.ipynb" in trust.sign_released(course / "imzalar")


def test_the_release_is_the_one_in_the_repository():
    assert json.loads(trust.RELEASED.read_text("utf-8")) == trust.digests()
