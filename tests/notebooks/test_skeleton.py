"""Alıştırma kaynağı: iskelet tamamlar, kaynak geçersiz kılar, kusur dosyası ve bölümüyle söylenir."""

import pytest

from course_lib.authoring.skeleton import SourceError, assembled
from course_lib.paths import ROOT
from course_lib.practice.exercises import EXERCISES

MINIMAL = "<!-- bölüm: belirti -->\n## Belirti\n\nBir şey.\n\n<!-- bölüm: neden -->\n## Neden\n\nÇünkü.\n"


def source(tmp_path, text):
    path = tmp_path / "s05_deneme.md"
    path.write_text(text, "utf-8")
    return path


def test_the_skeleton_fills_what_the_source_does_not_say(tmp_path):
    text = assembled(source(tmp_path, MINIMAL), EXERCISES["e05"])
    item = EXERCISES["e05"]
    for part in (item.title, item.goal, "★★☆", f"{item.minutes} dakika", 'change("ca-no-eps")', "#@ kod e05"):
        assert part in text
    assert "{{" not in text
    assert text.index("Bir şey.") < text.index("## Tahmin") < text.index("Çünkü.")


def test_a_section_of_the_source_replaces_the_skeleton_s(tmp_path):
    own = MINIMAL + "\n<!-- bölüm: tahmin -->\n## Tahmin\n\nBaşka türlü sorulmuş.\n"
    text = assembled(source(tmp_path, own), EXERCISES["e05"])
    assert "Başka türlü sorulmuş." in text
    assert text.count("## Tahmin") == 1
    empty = assembled(source(tmp_path, own + "\n<!-- bölüm: onarım -->\n"), EXERCISES["e05"])
    assert "çeldirici" in text
    assert "çeldirici" not in empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL.split("<!-- bölüm: neden")[0], "neden: bu bölümü kaynak yazmalı"),
        (MINIMAL + "\n<!-- bölüm: nden -->\nx\n", "nden: bilinmeyen bölüm; olanlar: baş"),
        (MINIMAL + "\n<!-- bölüm: neden -->\nx\n", "neden: bölüm iki kez verilmiş"),
        (MINIMAL.replace("Çünkü", "{{bilinmez}}"), "bilinmez.* bu alıştırmada dolmuyor"),
    ],
)
def test_a_faulty_source_is_told_by_file_and_section(tmp_path, text, said):
    with pytest.raises(SourceError, match=rf"s05_deneme\.md · .*{said}"):
        assembled(source(tmp_path, text), EXERCISES["e05"])


def test_no_two_sources_share_a_long_passage():
    """İskelet bunun içindir: 12 satırlık hiçbir parça iki kaynakta birden durmaz."""
    seen = {}
    for path in sorted((ROOT / "solutions" / "source").glob("s*.md")):
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
        for passage in {tuple(lines[i : i + 12]) for i in range(len(lines) - 11)}:
            assert passage not in seen, (path.name, seen[passage], passage[0])
            seen[passage] = path.name
