"""Saklama: yoksa ne yapılacağını söyler, yazmayı denemek geride iz bırakmaz."""

import pytest

from course_lib.errors import CourseError
from course_lib.experiments import store


def test_a_missing_table_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(CourseError, match=r"verilen: .*yok\.parquet.*make results"):
        store.read_results(tmp_path / "yok.parquet")


def test_looking_whether_a_folder_is_writable_leaves_nothing_behind(tmp_path):
    store.check_writable(tmp_path, tmp_path / "yeni" / "iç")
    assert not list(tmp_path.iterdir())


def test_rows_and_locks_get_their_folder_once(tmp_path):
    for _ in range(2):
        store.prepare(tmp_path / "satırlar")
    assert (tmp_path / "satırlar" / store.LOCKS).is_dir()
