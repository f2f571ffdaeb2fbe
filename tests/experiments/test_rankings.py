"""Derslerde iki çeşidi karşılaştıran cümleler tablonun kararına bağlıdır (docs/siralamalar.toml)."""

import re
import tomllib

import pytest

from course_lib.experiments.grid import baselines, read_grid
from course_lib.experiments.statistics import comparable, compared
from course_lib.experiments.store import read_results
from course_lib.paths import ROOT

FAMILIES = tomllib.loads((ROOT / "docs" / "siralamalar.toml").read_text("utf-8"))["family"]
TIES = [(family, sentence) for family in FAMILIES for sentence in family.get("sentence", ())]
LESSONS = ("09_ablasyon", "10_metrik_hatayi_gosterir_mi")
RANKS = re.compile(
    r"\b(üstünde|altında|geçti|geçen|yüksek|düşük|iyi|kötü|düşürdü|yükseltti)\w*", re.I
)


def prose(lesson):
    """Dersin metni: kod hücreleri, tablolar ve başlıklar olmadan."""
    text = (ROOT / "notebooks" / "source" / f"{lesson}.md").read_text("utf-8")
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    return "\n".join(line for line in text.splitlines() if not line.startswith(("|", "#")))


def pairs_of(family, table):
    """Birlikte sorulanlar: sayılmışlar ya da ızgaranın bütün karşılaştırmaları."""
    if family["pairs"] != "hepsi":
        return [tuple(pair) for pair in family["pairs"]]
    return comparable(table, baselines(read_grid(ROOT / "results" / f"{family['table']}.toml")))


def names_of(table):
    """Çeşitlerin metinde geçebilecek adları."""
    return set(read_results(ROOT / "results" / f"{table}.parquet")["name"])


@pytest.mark.parametrize(("family", "sentence"), TIES, ids=[s["text"][:40] for _, s in TIES])
def test_a_ranking_sentence_says_what_the_table_decided(family, sentence):
    assert sentence["text"] in prose(sentence["lesson"])
    table = read_results(ROOT / "results" / f"{family['table']}.parquet")
    found = compared(table, pairs_of(family, table))
    verdicts = {(c.name, c.base): c.verdict for c in found}
    for name, base, verdict in sentence["says"]:
        assert verdicts[name, base] == verdict, (name, base)


def test_no_sentence_ranks_two_variants_without_a_tie():
    tied = {sentence["text"] for _, sentence in TIES}
    known = names_of("kapi") | names_of("tam") | names_of("yerlesim")
    loose = []
    for lesson in LESSONS:
        for sentence in re.split(r"(?<=[.:;!?])\s+", prose(lesson)):
            named = {name for name in known if name in sentence}
            known_tie = any(sentence.strip() in text or text in sentence for text in tied)
            if len(named) >= 2 and RANKS.search(sentence) and not known_tie:
                loose.append(sentence.strip())
    assert loose == []
