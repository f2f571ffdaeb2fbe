"""Karar ağacı: yol yanıtlardan çıkar, kutular üst üste binmez."""

import pytest

from course_lib.reading import advice
from course_lib.reading.figures import decision
from course_lib.reading.figures.decisions import WIDTH, depth, leaves, placed

TREE = {"derin\nmi?": {"evet": "bir", "hayır": {"gürültü var mı?": {"evet": "üç", "hayır": "iki"}}}}


def test_the_path_follows_the_answers_to_a_leaf():
    assert list(advice(TREE, {"derin\nmi?": "evet"})) == ["derin mi? evet", "bir"]
    path = list(advice(TREE, {"derin\nmi?": "hayır", "gürültü var mı?": "hayır"}))
    assert path == ["derin mi? hayır", "gürültü var mı? hayır", "iki"]
    with pytest.raises(KeyError):
        list(advice(TREE, {}))


def test_every_leaf_has_its_own_column():
    assert leaves(TREE) == ["bir", "üç", "iki"]
    assert depth(TREE) == 2
    x, question, below = placed(TREE, 0.0, 0.0)
    assert question == "derin\nmi?"
    assert [answer for answer, *_ in below] == ["evet", "hayır"]
    assert x == 1.5
    columns = [placed(sub, at, 0.0)[0] for _, sub, at in below]
    assert columns == [0.5, 2.0]
    assert (WIDTH + 0.15) * (columns[1] - columns[0]) > WIDTH


def test_the_picture_is_a_picture():
    picture = decision(TREE, title="Başlık", caption="Altyazı.", alt="Bir karar ağacının resmi.")
    assert picture.alt == "Bir karar ağacının resmi."
    assert picture._repr_png_().startswith(b"\x89PNG")
