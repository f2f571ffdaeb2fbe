"""Deponun dışı: lisanslar, sürüm, atıf, sorun formları, düzenleyici ve paket ayarları."""

import configparser
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest
import yaml
from support.commands import ROOT
from support.schema import schema_problem

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
).stdout.splitlines()  # fmt: skip


def read(name):
    return (ROOT / name).read_text("utf-8")


def test_both_licences_are_named_where_one_looks():
    assert PROJECT["license"] == "MIT"
    assert PROJECT["license-files"] == ["LICENSE", "LICENSE-metin.md"]
    assert read("LICENSE").startswith("MIT License")
    assert "CC BY 4.0" in read("LICENSE-metin.md")
    for link in ("[MIT](LICENSE)", "[CC BY 4.0](LICENSE-metin.md)"):
        assert link in read("README.md")
    assert yaml.safe_load(read("CITATION.cff"))["license"] == ["MIT", "CC-BY-4.0"]


def test_the_photos_of_the_lessons_are_credited():
    from course_lib.reading.photos import PHOTOS

    files = [file.rpartition("/")[2] for _, file in PHOTOS.values()]
    assert all(f"`{name}`" in read("LICENSE-metin.md") for name in files)


def test_the_version_and_its_day_are_the_same_everywhere():
    version, day = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", read("CHANGELOG.md"), re.M)[0]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert PROJECT["version"] == version == citation["version"]
    assert citation["date-released"] == day


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.citation-file-format", ["CITATION.cff"]),
        ("vendor.dependabot", [".github/dependabot.yml"]),
        ("vendor.github-issue-config", [".github/ISSUE_TEMPLATE/config.yml"]),
        ("vendor.github-issue-forms", [p.relative_to(ROOT) for p in FORMS if p.stem != "config"]),
    ],
)
def test_a_file_of_the_outside_fits_its_schema(schema, files):
    assert files
    assert schema_problem(schema, *(ROOT / f for f in files)) == ""


@pytest.mark.parametrize(
    ("schema", "file", "line"),
    [
        ("vendor.citation-file-format", "CITATION.cff", "title: Dikkat Atölyesi\n"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/kurulum.yml", "name: Kurulum\n"),
    ],
)
def test_a_file_without_a_needed_line_does_not_fit(tmp_path, schema, file, line):
    broken = tmp_path / PurePosixPath(file).name
    broken.write_text(read(file).replace(line, "", 1), "utf-8")
    assert broken.read_text("utf-8") != read(file)
    assert broken.name in schema_problem(schema, broken)


@pytest.mark.parametrize("path", [p for p in FORMS if p.stem != "config"], ids=lambda p: p.stem)
def test_every_issue_form_asks_for_the_doctor(path):
    fields = [part.get("attributes", {}) for part in yaml.safe_load(read(path))["body"]]
    assert "`atolye doktor` çıktısı" in [f.get("label") for f in fields]


def spoilt(name, data):
    """Düzenleyici ayarlarının (.editorconfig) kabul etmediği metin mi?"""
    text = data.decode("utf-8")
    ends = not text or (text.endswith("\n") and not text.endswith("\n\n"))
    trailing = not name.endswith(".ipynb") and bool(re.search(r"[ \t]+$", text, re.M))
    return "\r" in text or not ends or trailing


def test_every_text_file_is_utf8_with_unix_ends_and_no_trailing_space():
    rules = configparser.ConfigParser()
    rules.read_string("[top]\n" + read(".editorconfig"))
    assert dict(rules["*"]).items() >= {
        "charset": "utf-8", "end_of_line": "lf",
        "insert_final_newline": "true", "trim_trailing_whitespace": "true",
    }.items()  # fmt: skip
    texts = [f for f in TRACKED if not f.endswith((".png", ".parquet")) and (ROOT / f).is_file()]
    assert len(texts) > 100
    assert [f for f in texts if spoilt(f, (ROOT / f).read_bytes())] == []


@pytest.mark.parametrize("data", [b"a\r\n", b"a", b"a\n\n", b"a \n", b"a\n\t\n"])
def test_a_text_the_editor_would_change_is_noticed(data):
    assert spoilt("a.md", data)
    assert not spoilt("a.md", b"a\nb\n")
    assert not spoilt("a.ipynb", b'"a \n"\n')


def test_one_line_length_everywhere():
    rules = configparser.ConfigParser()
    rules.read_string("[top]\n" + read(".editorconfig"))
    length = PYPROJECT["tool"]["ruff"]["line-length"]
    assert length == int(rules["*.py"]["max_line_length"]) == 100


def test_a_hook_calls_the_ruff_of_the_environment_or_a_pinned_package():
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    entries = {hook["id"]: hook["entry"].split() for hook in hooks}
    assert entries["ruff-check"][:4] == ["python", "-m", "ruff", "check"]
    assert entries["ruff-format"][:4] == ["python", "-m", "ruff", "format"]
    others = [hook for hook in hooks if hook["language"] != "system"]
    assert {hook["id"] for hook in others} == {"end-of-file", "trailing-whitespace"}
    for hook in others:
        assert all("==" in wanted for wanted in hook["additional_dependencies"])


def left_out(files):
    """Kitaplığın, kurulan pakete girmeyecek veri dosyaları."""
    by_package = PYPROJECT["tool"]["setuptools"]["package-data"]
    patterns = [pattern for patterns in by_package.values() for pattern in patterns]
    data = [f for f in files if f.startswith("course_lib/") and not f.endswith(".py")]
    return [f for f in data if not any(fnmatch(PurePosixPath(f).name, p) for p in patterns)]


def test_every_data_file_of_the_library_is_installed_with_it():
    assert "course_lib/py.typed" in TRACKED
    assert left_out(TRACKED) == []
    assert left_out(["course_lib/bugs/channel.yaml"]) == ["course_lib/bugs/channel.yaml"]


def test_the_import_contract_names_the_layers_from_top_to_bottom():
    layers, reading = PYPROJECT["tool"]["importlinter"]["contracts"]
    order = [layer.replace("course_lib.", "") for layer in layers["layers"]]
    assert layers["type"] == "layers"
    assert order == [
        "atolye", "cli | authoring", "setup", "practice", "experiments",
        "diagnosis", "bugs",
        "residual", "attention",
    ]  # fmt: skip
    assert reading["type"] == "forbidden"
    assert reading["source_modules"] == ["course_lib.reading"]
    assert {m.removeprefix("course_lib.") for m in reading["forbidden_modules"]} == {
        "bugs", "diagnosis", "practice", "experiments", "authoring",
    }  # fmt: skip


def test_types_are_checked_in_the_rooms_people_import():
    pyright = PYPROJECT["tool"]["pyright"]
    rooms = {PurePosixPath(p).stem for p in pyright["include"]}
    assert pyright["typeCheckingMode"] == "basic"
    assert rooms >= {
        "attention", "residual", "validation", "reading", "bugs", "diagnosis", "practice",
    }  # fmt: skip
    oldest = PROJECT["requires-python"].split(",")[0].removeprefix(">=")
    assert pyright["pythonVersion"] == oldest
