"""environment.yml, pyproject ve kilit birbirini tutar; ortam kararı gerçek kusurları söyler.

İçe aktarma ucuzdur.
"""

import ast
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_lib.paths import ROOT
from course_lib.setup import bootstrap, environment, interface

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = [
    Requirement(line)
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    if line and line[0] != "#"
]
EXTRAS = PROJECT["optional-dependencies"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(name, python="3.12"):
    env = {**default_environment(), "python_version": python, "python_full_version": f"{python}.1"}
    return [
        r
        for r in LOCK
        if normal(r.name) == normal(name) and (r.marker is None or r.marker.evaluate(env))
    ]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("wanted", [*PROJECT["dependencies"], *EXTRAS["lab"], *EXTRAS["test"]])
def test_every_range_is_pinned_within_itself(wanted, python):
    requirement = Requirement(wanted)
    found = pins(requirement.name, python)
    assert len(found) == 1, requirement.name
    (pin,) = found[0].specifier
    assert pin.operator == "=="
    assert requirement.specifier.contains(pin.version)


def test_conda_environment_installs_this_package_with_the_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert conda["name"] == "dikkat-atolyesi"
    python = next(d for d in conda["dependencies"] if isinstance(d, str) and d.startswith("python"))
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert pip == ["-c requirements.lock", "-e .[lab]"]


def test_python_and_torch_bounds_are_the_same_everywhere():
    spec = SpecifierSet(PROJECT["requires-python"])
    for minor in range(9, 16):
        inside = spec.contains(f"3.{minor}")
        assert bootstrap.supported((3, minor)) is inside
        assert (f"3.{minor}" in environment.supported_pythons()) is inside
    declared = {r.name: str(r.specifier) for r in map(Requirement, PROJECT["dependencies"])}
    assert environment.needed() == declared
    extra = {r.name: str(r.specifier) for r in map(Requirement, EXTRAS["lab"])}
    assert environment.needed("lab") == declared | extra
    torch = SpecifierSet(environment.needed()["torch"])
    assert torch.contains("2.11.0")
    assert not torch.contains("2.10.1")
    assert not torch.contains("3.0.0")
    assert "timm" not in " ".join([*PROJECT["dependencies"], *EXTRAS["lab"]])


def test_no_file_names_a_registry_host_or_a_path_of_one_machine():
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    bad = re.compile("python" + "hosted" + r"|pypi\.(org|python)|/(?:ro" + "ot|ho" + "me)/" + r"\w")
    texts = [
        ROOT / f for f in files if not f.endswith((".png", ".parquet")) and (ROOT / f).exists()
    ]
    assert len(texts) > 50
    assert [p.name for p in texts if bad.search(p.read_text("utf-8"))] == []


def test_environment_verdict(monkeypatch):
    assert environment.verdict().startswith("Ortam sağlam")
    monkeypatch.setattr(environment, "supported_pythons", lambda: ["4.0", "4.1"])
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"Python 4.0 ya da 4.1 gerek, bu {here}." in environment.verdict()
    assert "Çıkış yolu" in environment.verdict()
    monkeypatch.undo()
    wanted = {"torch": ">=9,<10", "boyle-bir-paket-yok": ""}
    monkeypatch.setattr(environment, "needed", lambda extra="": wanted)
    assert re.search(r"torch >=9,<10 gerek, bu 2\.\d+", environment.verdict())
    assert "Kurulu değil: boyle-bir-paket-yok." in environment.verdict()


def test_a_course_that_is_not_installed_here_is_a_wrong_kernel(monkeypatch):
    monkeypatch.setattr(environment, "COURSE", "boyle-bir-kurs-yok")
    assert "kurulu değil" in environment.verdict()
    assert environment.CHOOSE_KERNEL in environment.verdict()


def test_the_advice_names_the_menu_as_the_learner_sees_it():
    _, corrected = interface.read_catalogue()
    assert f"Çekirdek ▸ {corrected['Change Kernel…'][0]}" in environment.CHOOSE_KERNEL


FIRST_CELL = """\
import sys

sys.path.append("..")  # yanlış çekirdekte de denetim çalışsın
from course_lib.setup import verdict

print(verdict())
"""


def test_a_kernel_without_the_packages_is_told_how_to_choose_the_right_one():
    """Dersin ilk hücresi, kursun da paketlerin de bulunmadığı bir Python'da."""
    bare = [sys.executable, "-I", "-S", "-X", "utf8", "-c", FIRST_CELL]
    done = subprocess.run(bare, cwd=ROOT / "notebooks", capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("Ortam henüz hazır değil:")
    assert "Çekirdeği Değiştir…" in done.stdout
    assert "Change Kernel…" in done.stdout


def test_the_check_can_be_read_by_an_old_python_and_needs_nothing_at_import():
    for name in ("setup/__init__", "setup/environment", "paths", "__init__"):
        tree = ast.parse(
            (ROOT / f"course_lib/{name}.py").read_text("utf-8"), feature_version=(3, 8)
        )
        for node in tree.body:
            used = [node.module] if isinstance(node, ast.ImportFrom) else []
            used += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for module in used:
                top = module.split(".")[0]
                assert top == "course_lib" or top in sys.stdlib_module_names, f"{name}: {module}"


def test_environment_verdict_names_a_wrong_device(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    assert "verilen: 'tpu'" in environment.verdict()
    assert "Çıkış yolu" in environment.verdict()


def test_importing_the_course_is_cheap():
    heavy = {"torch", "matplotlib", "sklearn", "numpy", "packaging"}
    code = f"import course_lib, course_lib.setup, sys; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
