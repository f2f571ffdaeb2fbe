"""Çözüm defterinde: başka doğrular ve çeldiriciler, her biri yargısıyla, kodu katlanmış."""

from __future__ import annotations

import html
import warnings

from course_lib.card import RIGHT, WRONG, card, inline
from course_lib.practice.builds.contract import judged_code
from course_lib.practice.builds.draft import draft
from course_lib.practice.message import Message


def attempts(exercise_id: str) -> Message:
    """Kurma alıştırmasının başka yazılmış yanıtları: yargısı, nedeni, kodu."""
    given = draft(exercise_id)
    lines, faces = [], []
    for attempt in (*given.others, *given.wrong):
        with warnings.catch_warnings():  # çeldiricinin torch uyarısı okunana karışmasın
            warnings.simplefilter("ignore")
            verdict = judged_code(exercise_id, attempt.code)
        title = " · ".join([verdict.word, *verdict.broken])
        lines.append(f"{title}: {attempt.why}")
        code = f"<pre>{html.escape(attempt.code)}</pre>"
        body = f"<div>{inline(attempt.why)}</div><details><summary>Kodu</summary>{code}</details>"
        faces.append(card(title, body, edge=RIGHT if verdict.state == "solved" else WRONG))
    return Message("\n".join(lines), "".join(faces))
