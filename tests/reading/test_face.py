"""Odanın yüzü: defterler yalnız buradan alır; adlar modüllerle karışmaz, renkler tek yerdedir."""

import ast
import inspect
import re
import subprocess
import sys

from course_lib import palette, reading
from course_lib.paths import ROOT
from course_lib.reading import figures

ROOM = ROOT / "course_lib" / "reading"


def test_what_notebooks_take_is_in_the_face():
    assert {"listing", "walk", "figures", "photo", "crops", "filter_bank", "tr"} <= set(
        reading.__all__
    )
    for name in reading.__all__:
        assert getattr(reading, name) is not None, name
    for name in figures.__all__:
        assert inspect.isfunction(getattr(figures, name)), name


def test_no_function_hides_behind_a_module_of_its_name():
    modules = {path.stem for path in ROOM.rglob("*.py")}
    assert modules & {*reading.__all__, *figures.__all__} == set()
    assert inspect.isfunction(reading.listing)
    assert inspect.isfunction(reading.walk)


def test_the_room_opens_without_nbformat():
    """nbformat temel kurulumda yoktur; iddialar defteri dersi düz JSON olarak okur."""
    code = "import sys; sys.modules['nbformat'] = None; from course_lib.reading import claims"
    code += "; assert claims.cells_of('01_kanal_dikkati')[0].source"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_colour_is_written_only_in_the_palette():
    for path in [*ROOM.rglob("*.py"), *ROOM.rglob("*.mjs")]:
        found = re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text("utf-8"))
        assert not found, f"{path.name}: {found}"


def test_the_palette_is_plain_names_and_imports_nothing():
    tree = ast.parse((ROOT / "course_lib" / "palette.py").read_text("utf-8"))
    assert not [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    colors = {name: value for name, value in vars(palette).items() if name.isupper()}
    assert all(re.fullmatch(r"#[0-9a-fA-F]{6}", value) for value in colors.values())
    assert len({value.lower() for value in colors.values()}) == len(colors)
