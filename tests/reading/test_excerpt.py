"""Alıntı: metinle bulunur, deyimi bütünüyle gösterir, bulamazsa yakın satırları sayar."""

import pytest

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.reading.listing import ListingError, listing
from course_lib.reading.source import Source


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
