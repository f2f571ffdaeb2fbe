"""Koçun defterdeki yüzü: kutular ve tahmin düğmeleri."""

import pytest
from IPython.core.formatters import HTMLFormatter

from course_lib.attention import ChannelAttentionFusionT
from course_lib.bugs import plant
from course_lib.diagnosis import diagnose
from course_lib.practice import check, explain, hint, outcome, predict, progress
from course_lib.practice.buttons import FACES, Buttons
from course_lib.practice.exercises import EXERCISES

CHOICES = ["iki <katı>", "üç katı"]


@pytest.fixture
def pressed(monkeypatch):
    """Canlı defterdeki gibi: predict düğme verir."""
    monkeypatch.setenv(FACES[0], "ders.ipynb")

    def press(asked, label):
        shown = []
        box = asked.box(shown.append)
        buttons = [w for w in every(box) if getattr(w, "description", None) == label]
        buttons[0].click()
        return shown[0]

    return press


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def faces():
    yield predict("soru", None, CHOICES, question="Tepe ortalamanın `kaç` katı?")
    yield predict("soru", "uc", CHOICES)
    yield predict("soru", "beş", CHOICES)
    yield outcome("soru", "üç katı")
    yield outcome("sorulmamış", 0.5)
    yield check("e01", plant("ca-softmax-dim"))
    yield check("e01", 3)
    yield explain("e01", "")
    yield hint("e01")
    yield progress()
    yield diagnose(plant("ca-detach"))


def test_every_face_is_html_whose_text_is_escaped_and_has_no_script():
    for face in faces():
        page = HTMLFormatter()(face)
        assert page.count("<div") == page.count("</div>") > 0
        assert "border-left:4px solid #" in page
        assert "<script" not in page
        assert "<katı>" not in page


def test_hints_show_every_step_climbed():
    first, second = hint("e01"), hint("e01")
    assert second.startswith(first.rsplit("\n", 1)[0])
    assert "İpucu 2/" in second
    assert second.face.count("<li>") == 2


def test_progress_shows_the_next_three_things_and_folds_the_rest():
    check("e01", ChannelAttentionFusionT)
    page = progress().face
    outside, folded = page.split("<details>")
    assert f"1/{len(EXERCISES)}" in outside
    assert [f"e0{n}" in outside for n in (1, 2, 3, 4, 5)] == [False, True, True, True, False]
    assert all(name in folded for name in EXERCISES)


def test_a_pressed_choice_is_kept_and_replaces_the_buttons(pressed):
    asked = predict("soru", None, CHOICES, question="Kaç katı?")
    assert isinstance(asked, Buttons)
    assert "Kaç katı?" in repr(asked)
    assert "saklandı: üç katı" in pressed(asked, "üç katı")
    assert "kalıyor: üç katı" in pressed(predict("soru", None, CHOICES), CHOICES[0])
    assert "tuttu" in outcome("soru", "üç katı")


def test_a_number_can_be_typed_into_the_box(pressed):
    asked = predict("kaç", unit="ağırlık")
    box = asked.box(lambda said: shown.append(said))
    shown = []
    typed, button = (w for w in every(box) if type(w).__name__ in ("Text", "Button"))
    typed.value = "çok"
    button.click()
    typed.value = "1 200"
    button.click()
    assert "anlaşılmadı" in shown[0]
    assert "saklandı: 1 200" in shown[1]


def test_a_typed_guess_needs_no_button(pressed):
    assert "saklandı: üç katı" in predict("soru", "üç", CHOICES)
