"""Defterlerin ve README'nin düzyazısı: kod, formül ve bağlantılar atılmış hâliyle."""

from __future__ import annotations

import re

import nbformat

from course_lib.paths import ROOT

NOTEBOOKS = sorted(
    p for folder in ("notebooks", "exercises", "solutions") for p in (ROOT / folder).glob("*.ipynb")
)
CODE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|<[^>]+>|\]\([^)]*\)|https?://\S+", re.S
)


def plain(markdown: str) -> str:
    markdown = re.sub(r"<code>.*?</code>", " ", markdown, flags=re.S)
    return CODE.sub(" ", markdown)


def texts() -> dict[str, str]:
    """Ad -> düzyazı: defterler, README (sondaki İngilizce bölüm dışında) ve kitaplığın
    iletileri."""
    out = {}
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        out[f"{path.parent.name}/{path.name}"] = "\n".join(
            plain(c.source) for c in cells if c.cell_type == "markdown"
        )
    out["README.md"] = plain((ROOT / "README.md").read_text("utf-8").split("## In English")[0])
    return out


def catalogue_text() -> str:
    """Kataloğun öğrenciye görünen bütün metinleri."""
    from course_lib.bugs import CATALOGUE, SLIPS
    from course_lib.diagnosis.kinds import KINDS
    from course_lib.practice import EXERCISES
    from course_lib.practice.builds.contract import contract_of
    from course_lib.practice.builds.draft import draft
    from course_lib.practice.turns import TURNS

    parts = [sentence for kind in KINDS.values() for sentence in kind.contract.values()]
    parts += [text for slip in SLIPS.values() for text in (slip.title, slip.why)]
    for item in EXERCISES.values():
        parts += [item.title, item.goal, *item.opening_hints]
        parts += [words for reading in item.readings for words in (reading.text, reading.why)]
    for turn in TURNS.values():
        parts += [turn.task, *(w.says for w in turn.wrong)]
    for bug in CATALOGUE.values():
        parts += [bug.title, bug.why, *bug.symptoms, *bug.checks, *bug.hints]
        parts += [fix.why for fix in (*bug.right_fixes, *bug.wrong_fixes)]
    for exercise_id in (e.id for e in EXERCISES.values() if e.form == "build"):
        parts += [clause.says for clause in contract_of(exercise_id)]
        given = draft(exercise_id)
        parts += [given.asks, given.truth, *(a.why for a in (*given.others, *given.wrong))]
    return re.sub(r"`[^`]*`", " ", "\n".join(parts))


def library_text() -> str:
    """course_lib'in belge dizgileri."""
    import ast

    parts = []
    for path in sorted((ROOT / "course_lib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                parts.append(ast.get_docstring(node) or "")
    return "\n".join(parts)
