"""Kaynaktan alıntı: satır numarasıyla değil, satırın metniyle bulunur; metin değişirse ders bunu söyler."""

from __future__ import annotations

import difflib
import html
import textwrap

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_lib.reading.source import Source

BOX = "background:#ffffff;color:#1b1b1b;border:1px solid #d0d0d0;border-left:4px solid #0072B2;padding:6px 10px"


class ListingError(LookupError):
    """Aranan metin kaynakta tam bir kez geçmiyor."""


class Excerpt:
    """Alıntı: `first`-`last` dosyadaki satır numaraları, `lines` satırların kendisi."""

    def __init__(self, source: Source, start: int, end: int, marked: set[int]):
        self.source = source
        self.first, self.last = source.first + start - 1, source.first + end - 1
        self.lines = tuple(textwrap.dedent("\n".join(source.lines[start - 1 : end])).split("\n"))
        self.marked = {source.first + i - 1 for i in marked}

    def numbered(self):
        return zip(range(self.first, self.last + 1), self.lines, strict=True)

    def __repr__(self) -> str:
        width = len(str(self.last))
        head = [f"{self.source.name}, satır {self.first}-{self.last}"]
        return "\n".join(
            head + [f"{'>' if n in self.marked else ' '} {n:>{width}}  {line}" for n, line in self.numbered()]
        )

    def _repr_html_(self) -> str:
        rows = []
        formatter = HtmlFormatter(nowrap=True, noclasses=True, style="default")
        for n, line in self.numbered():
            code = highlight(line, PythonLexer(stripnl=False), formatter).rstrip("\n") if line.strip() else ""
            shade = "background:#eaf3fa;" if n in self.marked else ""
            rows.append(f'<div style="{shade}color:#1b1b1b"><span style="color:#767676;user-select:none">{n:>4} </span>'
                        f"{code}</div>")  # fmt: skip
        return (
            f'<div style="{BOX}"><div style="color:#595959;font-size:90%">{html.escape(self.source.name)}</div>'
            f'<pre style="background:#ffffff;color:#1b1b1b;margin:0;line-height:1.45">{"".join(rows)}</pre></div>'
        )


def find(source: Source, text: str) -> int:
    """Metni içeren tek satırın 1'den sayılan numarası."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text boş olmayan bir metin olmalı; verilen: {text!r}.")
    hits = [i for i, line in enumerate(source.lines, 1) if text in line]
    if len(hits) == 1:
        return hits[0]
    if hits:
        near = "\n".join(f"  {source.first + i - 1}: {source.lines[i - 1].strip()}" for i in hits)
        raise ListingError(f"text tek bir satırı göstermeli; {text!r} {len(hits)} satırda geçiyor:\n{near}")
    stripped = {line.strip(): i for i, line in enumerate(source.lines, 1) if line.strip()}
    close = difflib.get_close_matches(text, stripped, n=3, cutoff=0.3)
    near = "\n".join(f"  {source.first + stripped[c] - 1}: {c}" for c in close) or "  (benzeri yok)"
    raise ListingError(f"{text!r} metni {source.name} içinde geçmiyor. En yakın satırlar:\n{near}")


def listing(obj: object, *texts: str) -> Excerpt:
    """`obj`'nin canlı kaynağından, verilen metinleri taşıyan satırların arasındaki alıntı.

    Args:
        obj: bir sınıf ya da işlev.
        texts: satırları gösteren metinler; her biri tek bir satırda geçmeli. Alıntı ilk metnin
            deyiminden son metnin deyimine uzanır. Metin verilmezse kaynağın tamamı gösterilir.

    Raises:
        ListingError: metin hiç geçmiyorsa ya da birden çok satırda geçiyorsa; yakın satırları sayar.
        TypeError: kaynağı okunamayan nesne.
    """
    source = Source.of(obj)
    hits = [find(source, text) for text in texts]
    spans = [source.statement(hit) for hit in hits] or [(1, len(source.lines))]
    marked = {i for hit in hits for i in range(source.statement(hit)[0], source.statement(hit)[1] + 1)}
    return Excerpt(source, min(s for s, _ in spans), max(e for _, e in spans), marked if len(spans) > 1 else set())
