"""Dosyaları koruma: yarım dosya görünmez, hiçbir adın üstüne yazılmaz, izinler kalır."""

import os
import stat

import pytest

from course_lib.keeping import free_name, set_aside, written_whole


def half_written(file):
    file.write(b"yar")
    raise ZeroDivisionError


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "dosya"
    path.write_text("eski")
    with pytest.raises(ZeroDivisionError), written_whole(path) as file:
        half_written(file)
    assert [p.name for p in tmp_path.iterdir()] == ["dosya"]
    assert path.read_text() == "eski"


@pytest.mark.skipif(os.name == "nt", reason="POSIX izinleri")
def test_a_rewritten_file_keeps_its_permissions_and_a_new_one_gets_the_usual(tmp_path):
    path, plain = tmp_path / "dosya", tmp_path / "olağan"
    plain.write_text("")
    for mode in (stat.S_IMODE(plain.stat().st_mode), 0o640):
        with written_whole(path) as file:
            file.write(b"yeni")
        assert stat.S_IMODE(path.stat().st_mode) == mode
        path.chmod(0o640)


def test_names_of_the_same_second_are_all_free(tmp_path, monkeypatch):
    monkeypatch.setattr("time.strftime", lambda _: "20260101-120000")
    names = []
    for _ in range(3):
        path = free_name(tmp_path, "e01", ".ipynb")
        path.write_text("")
        names.append(path.name)
    stem = "e01-20260101-120000"
    assert names == [f"{stem}.ipynb", f"{stem}-1.ipynb", f"{stem}-2.ipynb"]


def test_files_set_aside_keep_their_content(tmp_path):
    path = tmp_path / "ilerleme.json"
    kept = []
    for content in "ab":
        path.write_text(content)
        kept.append(set_aside(path))
    assert [p.read_text() for p in kept] == ["a", "b"]
    assert all(p.name.startswith("ilerleme.json.bozuk-") for p in kept)
    assert not path.exists()
