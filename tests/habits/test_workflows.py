"""GitHub iş akışları: şemaya uyar, verdiği her komut depoda vardır, eylemler hash'le sabittir.

Burada çalıştırılamazlar; bozuk bir kopyanın yakalandığı da denenir.
"""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from support.commands import ROOT, WORKFLOWS, missing, scripts
from support.schema import schema_problem

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TEXTS = {path.name: path.read_text("utf-8") for path in WORKFLOWS}
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
SCHEMAS = ("vendor.github-workflows", "custom.github-workflows-require-timeout")


def unpinned(text):
    lines = [line.strip("- ") for line in text.splitlines()]
    return [line for line in lines if "uses:" in line and not PINNED.fullmatch(line)]


def undefined_matrix_names(workflow):
    """Kullanılıp matriste bulunmayan adlar."""
    found = []
    for job in workflow["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        rows = matrix.get("include", [matrix])
        used = set(re.findall(r"matrix\.(\w+)", str(job)))
        found += [f"matrix.{name}" for name in used for row in rows if name not in row]
    return found


def problems(text):
    """Şemanın göremediği kusurlar."""
    workflow = yaml.safe_load(text)
    return {*missing(workflow), *unpinned(text), *undefined_matrix_names(workflow)}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_workflow_fits_the_schema(schema):
    assert schema_problem(schema, *WORKFLOWS) == ""


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_of_a_workflow_exists_and_every_action_is_pinned(name):
    assert problems(TEXTS[name]) == set()


def test_an_action_has_one_hash_everywhere():
    used = re.findall(r"uses: (\S+)@(\w+) # (v\S+)", "\n".join(TEXTS.values()))
    assert used
    assert len(set(used)) == len({action for action, _, _ in used})


@pytest.mark.parametrize("name", TEXTS)
def test_a_workflow_may_only_read_and_runs_once_at_a_time(name):
    workflow = yaml.safe_load(TEXTS[name])
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    assert workflow["concurrency"]["group"]
    assert "secrets." not in TEXTS[name]


def test_the_two_commands_of_the_readme_run_on_every_supported_python():
    readme = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"## İki komut\n.*?```\n(.*?)```", readme, flags=re.S)
    promised = {line.split("#")[0].strip() for line in block.splitlines()}
    job = yaml.safe_load(TEXTS["test.yml"])["jobs"]["iki-komut"]
    run = "\n".join(s["run"] for s in job["steps"] if "run" in s)
    assert promised == {"make lab", "make test"}
    assert all(command in run for command in promised)
    supported = SpecifierSet(PROJECT["requires-python"])
    minors = [f"3.{n}" for n in range(8, 20) if supported.contains(f"3.{n}")]
    assert job["strategy"]["matrix"]["python"] == minors


def test_the_weekly_workflow_tries_the_oldest_and_the_newest_torch():
    job = yaml.safe_load(TEXTS["weekly.yml"])["jobs"]["torch"]
    oldest, newest = job["strategy"]["matrix"]["include"]
    bounds = {r.name: r.specifier for r in map(Requirement, PROJECT["dependencies"])}
    for wanted in map(Requirement, oldest["torch"].split()):
        (pin,) = wanted.specifier
        lowest = [s.version for s in bounds[wanted.name] if s.operator == ">="]
        assert [pin.version] in (lowest, [f"{v}.0" for v in lowest])
    assert newest["torch"].split() == ["torch", "torchvision"]
    supported = SpecifierSet(PROJECT["requires-python"])
    assert all(supported.contains(row["python"]) for row in (oldest, newest))


def test_the_gpu_workflow_calls_make_gpu_by_hand_on_a_machine_of_ours():
    workflow = yaml.safe_load(TEXTS["gpu.yml"])
    assert workflow[True] == {"workflow_dispatch": None}  # YAML 1.1'de `on` doğru demektir
    assert workflow["jobs"]["gpu"]["runs-on"] == ["self-hosted", "gpu"]
    assert scripts(workflow) == ["make gpu"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("run: make test", "run: make tset", "make tset: böyle bir hedef yok"),
        ("run: make test", "run: make", "make (hedefsiz): böyle bir hedef yok"),
        ("run: make test", "run: mkae test", "mkae: böyle bir komut yok"),
        ("run: make test", "run: .ci/kos", ".ci/kos: böyle bir komut yok"),
        ("run: make test", "run: python olmayan.py", "olmayan.py: böyle bir dosya yok"),
        ("tests/residual", "tests/rezidual", "tests/rezidual: içinde test yok"),
        ("python -m pytest", "python -m pytset", "python -m pytset: böyle bir modül yok"),
        ("[lab,test]", "[lab,tset]", "tset: böyle bir ek yok"),
        ("requirements.lock", "requirement.lock", "requirement.lock: böyle bir dosya yok"),
        ("de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "v6", "uses: actions/checkout@v6"),
        ("python: [", "piton: [", "matrix.python"),
    ],
)
def test_a_broken_workflow_is_caught(old, new, said):
    text = TEXTS["test.yml"]
    assert old in text
    assert problems(text.replace(old, new)) - problems(text) == {said}


@pytest.mark.parametrize(
    ("line", "schema"),
    [("runs-on: ubuntu-24.04", SCHEMAS[0]), ("timeout-minutes: 90", SCHEMAS[1])],
)
def test_a_workflow_that_lacks_a_needed_line_does_not_fit(tmp_path, line, schema):
    text = TEXTS["test.yml"]
    assert f"    {line}\n" in text
    broken = tmp_path / "test.yml"
    broken.write_text(text.replace(f"    {line}\n", "", 1), "utf-8")
    assert "test.yml" in schema_problem(schema, broken)
