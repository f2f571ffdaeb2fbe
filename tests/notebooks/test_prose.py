"""Türkçe: terim listesi ve yazım denetimi (hunspell-tr; yoksa bildirimle atlanır)."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from support.prose import catalogue_text, library_text, texts

HERE = Path(__file__).parent
TERMS = tomllib.loads((HERE / "terms.toml").read_text("utf-8"))["term"]


def every_text():
    return {**texts(), "katalog": catalogue_text(), "belge dizgileri": library_text()}


def test_no_rejected_term_in_prose():
    found = []
    for name, text in every_text().items():
        for term in TERMS:
            for pattern in term["never"]:
                found += [f"{name}: {m[0]!r} yerine {term['use']!r}" for m in re.finditer(pattern, text, re.I)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("bad", ["özellik haritaları", "mekansal dikkat", "saturasyonu", "kalıntı bağlantı", "kolun"])
def test_the_term_list_can_fail(bad):
    assert any(re.search(p, bad, re.I) for term in TERMS for p in term["never"])


@pytest.mark.parametrize("good", ["kolay", "bilgi", "koşul", "toplam", "ilgili", "yayılır", "geçiş"])
def test_the_term_list_spares_good_words(good):
    assert not any(re.search(p, good, re.I) for term in TERMS for p in term["never"])


def test_spelling():
    if shutil.which("hunspell") is None or not Path("/usr/share/hunspell/tr_TR.dic").exists():
        pytest.skip("bildirim: hunspell-tr kurulu değil, yazım denetlenmedi (Debian: apt install hunspell hunspell-tr)")
    wrong = {}
    for name, text in every_text().items():
        # Kesme işaretinden sonraki ek, köke göre değil sese göre yazılır; kök ayrı denetlenir.
        words = re.sub(r"['’]\w+", " ", text)
        found = [w for w in re.findall(r"[^\W\d_]+", words) if len(w) > 2]
        if name == "belge dizgileri":  # İngilizce adlarla doludur: yalnız Türkçe harf taşıyanlar
            found = [w for w in found if re.search("[çğıöşüâÇĞİÖŞÜ]", w)]
        words = "\n".join(found)
        out = subprocess.run(
            ["hunspell", "-d", "tr_TR", "-i", "utf-8", "-p", str(HERE / "sozluk.txt"), "-l"],
            input=words, capture_output=True, text=True, encoding="utf-8", check=True,
        ).stdout  # fmt: skip
        if out.split():
            wrong[name] = sorted(set(out.split()))
    assert not wrong, "\n".join(f"{n}: {', '.join(w)}" for n, w in wrong.items())
