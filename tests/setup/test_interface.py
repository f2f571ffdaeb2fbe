"""JupyterLab'in görünüşü ve kaydetme kancası: ne yazılır, neye dokunulmaz."""

import copy
import errno
import json
import os

import pytest

from course_lib.setup import interface
from course_lib.setup.hooks import keep_clean

KERNEL_WRITES = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.12.1",
}


def test_locale_is_written_into_the_environment_and_keeps_other_settings(tmp_path):
    path = interface.write_settings(str(tmp_path))
    assert path.is_relative_to(tmp_path)
    tracker = "@jupyterlab/notebook-extension:tracker"
    path.write_text(json.dumps({"başka": {"ayar": 1}, tracker: {"autoStartDefaultKernel": True}}))
    interface.write_settings(str(tmp_path))
    settings = json.loads(path.read_text("utf-8"))
    assert settings["başka"] == {"ayar": 1}
    assert settings["@jupyterlab/translation-extension:plugin"] == {"locale": "tr_TR"}
    assert settings[tracker]["autoStartDefaultKernel"] is True
    assert settings[tracker]["codeCellConfig"]["lineWrap"] is True
    assert settings["@jupyterlab/apputils-extension:themes"]["adaptive-theme"] is True
    browser = settings["@jupyterlab/filebrowser-extension:browser"]
    assert browser == {"showLastModifiedColumn": False}


def test_a_broken_settings_file_is_set_aside_not_lost(tmp_path, capsys):
    path = interface.write_settings(str(tmp_path))
    path.write_text("{yarım")
    interface.write_settings(str(tmp_path))
    assert json.loads(path.read_text("utf-8")).keys() == interface.SETTINGS.keys()
    (aside,) = path.parent.glob("overrides.json.bozuk-*")
    assert aside.read_text() == "{yarım"
    assert aside.name in capsys.readouterr().err


@pytest.fixture
def pack(tmp_path):
    """Kurulu paketin küçük bir örneği: bir doğru, bir yanlış, bir de yeni çevrilmiş metin."""
    folder = tmp_path / "kurulu" / interface.PACK
    strings = folder / "locale" / "tr_TR" / "LC_MESSAGES" / interface.STRINGS
    strings.parent.mkdir(parents=True)
    own = {"": {"version": "jupyterlab"}, "Cut": ["Kes"], "Save %1": ["Kaydet %1"]}
    strings.write_text(json.dumps(own | {"Open Recent": ["Paketin çevirisi"]}), "utf-8")
    (folder / "__init__.py").write_text("")
    return folder


def strings_in(home):
    path = home / interface.PACK / "locale" / "tr_TR" / "LC_MESSAGES" / interface.STRINGS
    return json.loads(path.read_text("utf-8"))


def test_missing_strings_are_added_to_a_copy_and_the_pack_keeps_its_own(tmp_path, pack):
    before = {p: p.read_bytes() for p in pack.rglob("*") if p.is_file()}
    home = interface.write_language(str(tmp_path), pack)
    strings = strings_in(home)
    assert strings[""] == {"version": "jupyterlab"}
    assert strings["Cut"] == ["Kes"]
    assert strings["Open Recent"] == ["Paketin çevirisi"]
    assert strings["Cut Cell"] == ["Hücreyi Kes", "Hücreleri Kes"]
    assert strings["menu\x04Appearance"] == ["Görünüş"]
    assert strings["Save %1"] == ["Kaydet"]
    assert {p: p.read_bytes() for p in pack.rglob("*") if p.is_file()} == before
    assert (home / interface.PACK / "__init__.py").exists()


def test_a_second_start_writes_nothing_and_a_new_pack_is_picked_up(tmp_path, pack, monkeypatch):
    home = interface.write_language(str(tmp_path), pack)
    with monkeypatch.context() as patch:
        patch.setattr(interface, "written_whole", lambda path: pytest.fail(f"{path} yazıldı"))
        interface.write_language(str(tmp_path), pack)
    source = next(pack.rglob(interface.STRINGS))
    source.write_text(json.dumps({"Cut": ["Yeni çeviri"]}), "utf-8")
    interface.write_language(str(tmp_path), pack)
    assert strings_in(home)["Cut"] == ["Yeni çeviri"]


def test_a_read_only_environment_gets_a_note_and_no_crash(tmp_path, monkeypatch, capsys):
    def refuse(path):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(interface, "written_whole", refuse)
    assert interface.prepare(str(tmp_path)) is None
    assert "yazılamadı" in capsys.readouterr().err


def test_a_missing_language_pack_is_named_with_a_way_out(tmp_path, monkeypatch, capsys):
    def absent(name):
        raise interface.PackageNotFoundError(name)

    monkeypatch.setattr(interface, "distribution", absent)
    assert interface.prepare(str(tmp_path)) is None
    assert "Çıkış yolu" in capsys.readouterr().err


def test_the_real_pack_is_completed(tmp_path):
    home = interface.prepare(str(tmp_path))
    assert home
    strings = strings_in(home)
    missing, corrected = interface.read_catalogue()
    assert strings.keys() >= missing.keys() | corrected.keys()
    assert {key: strings[key] for key in corrected} == corrected
    assert len(strings) > 600


def test_every_catalogue_entry_keeps_only_the_places_of_its_key():
    for entries in interface.read_catalogue():
        for key, forms in entries.items():
            places = {place for place in ("%1", "%2") if place in key} | {"%1"}  # %1: çoğulda sayı
            for form in forms:
                assert form
                assert {f"%{digit}" for digit in "123456789" if f"%{digit}" in form} <= places, key
            if len(forms) == 1:
                assert "%1" in key or "%1" not in forms[0], key


def notebook():
    cells = [
        {
            "cell_type": "code",
            "id": "a",
            "source": "%%time\nx = 1",
            "metadata": {"tags": ["nbval-ignore-output"], "language_info": "öğrencinin"},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}],
            "execution_count": 7,
        }
    ]
    metadata = {"kernelspec": {"name": "python3"}, "language_info": dict(KERNEL_WRITES), "ben": 1}
    return {"type": "notebook", "content": {"cells": cells, "metadata": metadata, "nbformat": 4}}


def test_the_hook_drops_only_what_the_kernel_writes():
    model = notebook()
    expected = copy.deepcopy(model)
    expected["content"]["metadata"]["language_info"] = {"name": "python"}
    keep_clean(model=model, path="ders.ipynb", contents_manager=None)
    assert model == expected


@pytest.mark.parametrize(
    "model",
    [
        {"type": "file", "content": "language_info"},
        {"type": "directory", "content": None},
        {"type": "notebook", "content": {"cells": []}},
        {"type": "notebook", "content": {"cells": [], "metadata": {}}},
        {
            "type": "notebook",
            "content": {"metadata": {"language_info": {"name": "R", "version": "4"}}},
        },
        {"type": "notebook", "content": {"metadata": {"language_info": {}}}},
    ],
)
def test_the_hook_leaves_everything_else_as_it_is(model):
    before = copy.deepcopy(model)
    keep_clean(model=model, path="x", contents_manager=None)
    assert model == before
