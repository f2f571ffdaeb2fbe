"""Alıntı: metinle bulunur, deyimi bütünüyle gösterir, bulamazsa yakın satırları sayar."""

import re

import pytest
from pygments.token import Token
from support.contrast import read

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.errors import CourseError
from course_lib.palette import CODE_RED, CODE_TEAL
from course_lib.paths import ROOT
from course_lib.reading.excerpt import Excerpt, ListingError, listing
from course_lib.reading.highlight import token_lines
from course_lib.reading.source import Source

SOURCES = sorted((ROOT / "course_lib").rglob("*.py"))


def whole(path, *, marked: bool) -> Excerpt:
    """Bir dosyanın tamamı, bütün satırları işaretli ya da işaretsiz."""
    lines = tuple(path.read_text("utf-8").splitlines())
    count = len(lines)
    return Excerpt(
        Source(path.name, lines, 1), 1, count, set(range(1, count + 1)) if marked else set()
    )


class Quoted:
    """Öğrencinin `x'in kanalı` · diye yazdığı ValueError.

    y = x · A(F(x)), True ise "açık"
    """

    def method(self):
        text = "bir # yorum"  # yorum değil
        return text


def test_excerpt_is_the_live_source():
    excerpt = listing(ChannelAttentionFusionT.attention_map, "s_cat = ", "z = w_avg")
    source = Source.of(ChannelAttentionFusionT)
    assert [line.strip() for line in excerpt.lines] == [
        source.lines[n - source.first].strip() for n in range(excerpt.first, excerpt.last + 1)
    ]
    assert "torch.softmax(logits, dim=1)" in str(excerpt)
    assert "course_lib/attention/channel.py" in str(excerpt)
    html = excerpt._repr_html_()
    assert "softmax" in html
    assert str(excerpt.first) in html


def test_a_statement_over_several_lines_is_shown_whole():
    excerpt = listing(ChannelAttentionFusionT, "nn.Sequential(")
    assert excerpt.lines[0].startswith("self.fusion_router = nn.Sequential(")
    assert excerpt.lines[-1] == ")"


def test_compound_statement_shows_only_its_header():
    assert len(listing(ChannelAttentionFusionT.forward, "if self.return_fusion_weights").lines) == 1


def test_no_hit_and_two_hits_are_explained():
    with pytest.raises(ListingError, match=r"torch\.cat") as caught:
        listing(ChannelAttentionFusionT.attention_map, "s_kat = torch.cat([avg_s, max_s], dim=1)")
    assert "geçmiyor" in str(caught.value)
    with pytest.raises(ListingError, match=r"\d satırda") as caught:
        listing(ChannelAttentionFusionT.attention_map, "fusion_w")
    assert "w_avg" in str(caught.value)


@pytest.mark.parametrize("text", ["", "   ", 3])
def test_bad_text(text):
    with pytest.raises(ValueError, match="text"):
        listing(ChannelAttentionFusionT, text)


def test_object_without_source():
    with pytest.raises(TypeError, match="obj"):
        listing(len, "x")


@pytest.mark.parametrize("marked", [False, True])
def test_every_letter_of_every_listing_can_be_read_on_its_own_row(marked):
    seen = set()
    for path in SOURCES:
        if not path.read_text("utf-8").strip():
            continue
        for text in read(whole(path, marked=marked)._repr_html_()).texts:
            if text.text.strip():
                seen.add(text.color)
                assert text.contrast >= 4.5, (path.name, text)
    assert len(seen) >= 8


def test_no_part_of_the_library_is_coloured_as_an_error():
    for path in SOURCES:
        tokens = [
            token for line in token_lines(path.read_text("utf-8").splitlines()) for token in line
        ]
        assert not [text for kind, text in tokens if kind in Token.Error], path.name


def test_a_docstring_is_one_text_whatever_stands_in_it():
    html = listing(Quoted)._repr_html_()
    rows = html.split("<div style=")[3:]
    inside = [read("<div style=" + row.split("</div>")[0] + "</div>").texts[1:] for row in rows]
    for line in inside[1:5]:
        assert {t.color for t in line if t.text.strip()} <= {CODE_RED}
    comment = [t.text for line in inside for t in line if t.color == CODE_TEAL]
    assert comment == ["# yorum değil"]


@pytest.mark.parametrize(
    "excerpt",
    [
        listing(Quoted),
        listing(Quoted.method, "text = "),
        listing(ChannelAttentionFusionT),
        listing(ChannelAttentionFusionT.forward, "ca, fusion_w = ", "return y, ca, "),
        listing(DynamicSpatialAttention, "def __init__", "self.num_branches = "),
    ],
)
def test_the_coloured_text_is_the_plain_text(excerpt):
    html = excerpt._repr_html_()
    rows = re.findall(r"<div [^>]*><span [^>]*> *(\d+) </span>(.*?)</div>", html)
    assert [int(number) for number, _ in rows] == list(range(excerpt.first, excerpt.last + 1))
    assert tuple("".join(t.text for t in read(code).texts) for _, code in rows) == excerpt.lines


def test_marked_rows_stand_out_and_a_single_statement_needs_no_mark():
    two = listing(ChannelAttentionFusionT.attention_map, "s_cat = ", "z = w_avg")
    shades = {text.background for text in read(two._repr_html_()).texts if "code" in text.tags}
    assert len(shades) == 2
    one = listing(ChannelAttentionFusionT.attention_map, "s_cat = ")
    assert {text.background for text in read(one._repr_html_()).texts} == {"#ffffff"}


def test_a_listing_is_monospace_everywhere_and_needs_only_styles():
    """nbconvert pre'yi orantılı yazar; JupyterLab style dışındaki öznitelikleri siler."""
    html = listing(ChannelAttentionFusionT)._repr_html_()
    reader = read(html)
    assert {name for _, name in reader.attributes} == {"style"}
    for text in reader.texts[1:]:
        assert text.tags[:4] == ("div", "pre", "code", "div")
    for part in ("pre", "code"):
        assert "white-space:pre" in re.search(f'<{part} style="([^"]*)"', html).group(1).split(";")
    assert "overflow-x:auto" in html


def test_a_missing_text_is_a_mistake_of_the_caller():
    with pytest.raises(CourseError):
        listing(ChannelAttentionFusionT, "")
    with pytest.raises(CourseError):
        listing(ChannelAttentionFusionT, "böyle bir satır yok")
