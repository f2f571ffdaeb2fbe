"""environment.yml, pyproject ve kilit birbirini tutar; ortam kararı gerçek kusurları söyler; içe aktarma ucuzdur."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_lib import bootstrap, environment

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = [Requirement(line) for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines() if line and line[0] != "#"]
EXTRAS = PROJECT["optional-dependencies"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(name, python="3.12"):
    env = {**default_environment(), "python_version": python, "python_full_version": f"{python}.1"}
    return [r for r in LOCK if normal(r.name) == normal(name) and (r.marker is None or r.marker.evaluate(env))]


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
        assert (environment.PYTHON[0] <= (3, minor) <= environment.PYTHON[1]) is inside
    torch = next(Requirement(d).specifier for d in PROJECT["dependencies"] if d.startswith("torch>"))
    assert torch.contains("2.11.0")
    assert not torch.contains("2.10.1")
    assert not torch.contains("3.0.0")
    assert environment.TORCH == ((2, 11), (3, 0))
    assert "timm" not in " ".join([*PROJECT["dependencies"], *EXTRAS["lab"]])


def test_no_file_names_a_registry_host_or_a_path_of_one_machine():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    bad = re.compile("python" + "hosted" + r"|pypi\.(org|python)|/(?:ro" + "ot|ho" + "me)/" + r"\w")
    texts = [ROOT / f for f in files if not f.endswith((".png", ".parquet")) and (ROOT / f).exists()]
    assert len(texts) > 50
    assert [p.name for p in texts if bad.search(p.read_text("utf-8"))] == []


def test_environment_verdict(monkeypatch):
    assert environment.verdict().startswith("Ortam sağlam")
    monkeypatch.setattr(environment, "PYTHON", ((4, 0), (4, 1)))
    assert "Çıkış yolu" in environment.verdict()
    monkeypatch.undo()
    monkeypatch.setattr(environment, "TORCH", ((9, 0), (10, 0)))
    assert "torch" in environment.verdict()
    monkeypatch.undo()
    monkeypatch.setattr(environment, "NEEDED", ("boyle-bir-paket-yok",))
    assert "boyle-bir-paket-yok kurulu değil" in environment.verdict()


def test_environment_verdict_names_a_wrong_device(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    assert "verilen: 'tpu'" in environment.verdict()
    assert "Çıkış yolu" in environment.verdict()


def test_importing_the_course_is_cheap():
    code = "import course_lib, sys; assert not {'torch', 'matplotlib', 'sklearn', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_imports_point_one_way():
    """DESIGN: attention <- residual <- experiments; attention, residual <- bughunt <- practice <- authoring.

    experiments, ders 10'un hatalı ağlarını kurmak ve ağları teşhis etmek için bughunt'a da yaslanır;
    reading yalnız okuduğu bloklara yaslanır.
    """
    allowed = {
        "attention": {"attention", "validation"},
        "residual": {"residual", "attention", "validation"},
        "experiments": {
            "experiments", "bughunt", "residual", "attention",
            "device", "errors", "keeping", "turkish", "validation",
        },  # fmt: skip
        "reading": {"reading", "attention", "residual", "validation"},
        "bughunt": {"bughunt", "attention", "residual", "validation"},
        "practice": {"practice", "bughunt", "attention", "residual", "keeping", "validation"},
        "authoring": {"authoring", "practice", "bughunt", "attention", "validation"},
    }
    for room, reach in allowed.items():
        for path in (ROOT / "course_lib" / room).rglob("*.py"):
            used = set(re.findall(r"^\s*(?:from|import) course_lib\.(\w+)", path.read_text("utf-8"), flags=re.M))
            assert used <= reach, f"{path.name}: {used - reach}"
