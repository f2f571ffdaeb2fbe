"""Bir iş akışının verdiği komutlar depoda var mı? Hedef, dosya, klasör, modül ve ek adları."""

import importlib.util
import re
import shlex
import tomllib
from itertools import pairwise

from course_lib.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.M))
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
SKIPPED = {"until", "do", "done", "sudo"}  # komutun önündeki ya da kendi başına duran sözcükler
PROGRAMS = {"apt-get", "curl", "kill", "sleep"}  # çalıştırıcının kendi programları
VALUED = {"-n", "-k", "-m", "--dist"}  # ardındaki sözcük pytest'in yolu değildir


def commands(script: str) -> list[list[str]]:
    """Betikteki komutlar, sözcük sözcük."""
    found: list[list[str]] = []
    for line in EXPRESSION.sub("değer", script).splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        found.append([])
        for word in lexer:
            if set(word) <= set(";&|"):
                found.append([])
            elif found[-1] or not (word in SKIPPED or re.match(r"\w+=", word)):
                found[-1].append(word)
    return [words for words in found if words]


def scripts(workflow: dict) -> list[str]:
    return [s["run"] for job in workflow["jobs"].values() for s in job["steps"] if "run" in s]


def missing(workflow: dict) -> list[str]:
    """İş akışında anılıp depoda bulunmayanlar."""
    return [p for s in scripts(workflow) for words in commands(s) for p in faults(words)]


def faults(words: list[str]) -> list[str]:
    program, *rest = words
    if program == "make":
        return make_faults(rest)
    if program == "python":
        return python_faults(rest)
    if program in PROGRAMS or (ROOT / program).is_file():
        return []
    return [f"{program}: böyle bir komut yok"]


def make_faults(arguments: list[str]) -> list[str]:
    wanted = [a for a in arguments if "=" not in a and not a.startswith("-")]
    return [f"make {t}: böyle bir hedef yok" for t in wanted or ["(hedefsiz)"] if t not in TARGETS]


def python_faults(arguments: list[str]) -> list[str]:
    if arguments[:1] != ["-m"]:
        return [] if (ROOT / arguments[0]).is_file() else [f"{arguments[0]}: böyle bir dosya yok"]
    module, rest = arguments[1], arguments[2:]
    if importlib.util.find_spec(module) is None:
        return [f"python -m {module}: böyle bir modül yok"]
    if module == "pip":
        return pip_faults(rest)
    return pytest_faults(rest) if module == "pytest" else []


def pip_faults(arguments: list[str]) -> list[str]:
    found = []
    for option, value in pairwise(arguments):
        if option in ("-c", "-r") and not (ROOT / value).is_file():
            found.append(f"{value}: böyle bir dosya yok")
        if option == "-e":
            folder, _, extras = value.rstrip("]").partition("[")
            if not (ROOT / folder / "pyproject.toml").is_file():
                found.append(f"{folder}: kurulacak bir paket değil")
            found += [f"{e}: böyle bir ek yok" for e in extras.split(",") if e not in EXTRAS]
    return found


def pytest_faults(arguments: list[str]) -> list[str]:
    paths = [
        word
        for before, word in pairwise(["", *arguments])
        if not word.startswith("-") and before not in VALUED
    ]
    return [f"{p}: içinde test yok" for p in paths if not list((ROOT / p).rglob("test_*.py"))]
