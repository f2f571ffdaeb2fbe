"""Tahmin düğmeleri: canlı bir defterde soru tıklanarak da yanıtlanır.

Yanıtlanınca düğmelerin yerini düz bir kutu alır: kaydedilen defterde ölü düğme kalmaz.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from course_lib.card import inline

if TYPE_CHECKING:
    from course_lib.practice.guess import Question

# JupyterLab ve Notebook, VS Code, Colab: çekirdeği karşısında bir insan varken başlatanlar
FACES = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")


def can_be_pressed() -> bool:
    """Karşıda düğmeye basabilecek biri var mı? Kurulan ve denetlenen defterde yoktur."""
    return any(name in os.environ for name in FACES)


class Buttons:
    """Sorunun düğmeleri; sayı sorusunda yazı kutusu."""

    def __init__(self, question: Question):
        self.question = question

    def __repr__(self) -> str:
        return str(self.question.asked())

    def _ipython_display_(self) -> None:
        from IPython.display import DisplayHandle

        handle = DisplayHandle()
        handle.display(self.box(handle.update))

    def box(self, replace: Any) -> Any:
        """Bileşenlerin kutusu. replace: yanıtı düğmelerin yerine koyan."""
        from ipywidgets import HTML, Button, HBox, Layout, Text, VBox

        wide = Layout(width="auto", height="auto")

        def pressing(label: str, guess: Any) -> Any:
            button = Button(description=label, layout=wide, tooltip=label)
            button.on_click(lambda _: replace(self.question.keep(guess())))
            return button

        title = HTML(f"<b>{inline(self.question.text or 'Tahmin et')}</b>")
        if self.question.unit:
            typed = Text(placeholder=self.question.unit, layout=Layout(width="12em"))
            answer = HBox([typed, pressing("Tahminim bu", lambda: typed.value)])
            return VBox([title, answer])
        row = Layout(flex_flow="row wrap")
        pressed = [pressing(c, lambda choice=c: choice) for c in self.question.choices]
        return VBox([title, HBox(pressed, layout=row)])
