"""Kaynaktan alıntı: satır numarasıyla değil metniyle bulunur; metin değişirse ders bunu söyler."""

from __future__ import annotations

import difflib
import html
import textwrap
from collections.abc import Callable, Iterator

from course_lib.errors import BadInput, CourseError
from course_lib.palette import BLUE, BLUE_TINT, DARK_GRAY, INK, PALE_GRAY, PAPER
from course_lib.reading.highlight import as_html, token_lines, without_indent
from course_lib.reading.source import Source

BOX = (
    f"background:{PAPER};color:{INK};border:1px solid {PALE_GRAY};"
    f"border-left:4px solid {BLUE};padding:6px 10px"
)
# Uzun satır kaydırılır; code, nbconvert'in pre'ye verdiği orantılı yazı tipini almaz ve en uzun
# satır kadar genişler, böylece işaretli satırın zemini de onunla kayar.
PRE = f"background:{PAPER};color:{INK};margin:0;line-height:1.45;white-space:pre;overflow-x:auto"
CODE = f"background:{PAPER};color:{INK};white-space:pre;display:inline-block;min-width:100%"
NUMBER = {False: f"color:{DARK_GRAY}", True: f"color:{BLUE};font-weight:bold"}
ROW = {False: PAPER, True: BLUE_TINT}


class ListingError(CourseError, LookupError):
    """Aranan metin kaynakta tam bir kez geçmiyor."""


class Excerpt:
    """Alıntı: `first`-`last` dosyadaki satır numaraları, `lines` satırların kendisi."""

    def __init__(self, source: Source, start: int, end: int, marked: set[int]):
        self.source = source
        self.start, self.end = start, end
        self.first, self.last = source.first + start - 1, source.first + end - 1
        self.lines = tuple(textwrap.dedent("\n".join(source.lines[start - 1 : end])).split("\n"))
        self.marked = {source.first + i - 1 for i in marked}

    def numbered(self) -> Iterator[tuple[int, str]]:
        return zip(range(self.first, self.last + 1), self.lines, strict=True)

    def __repr__(self) -> str:
        width = len(str(self.last))
        head = f"{self.source.name}, satır {self.first}-{self.last}"
        rows = (f"{'>' if n in self.marked else ' '} {n:>{width}}  {s}" for n, s in self.numbered())
        return "\n".join([head, *rows])

    def _repr_html_(self) -> str:
        name = html.escape(self.source.name)
        return (
            f'<div style="{BOX}"><div style="color:{DARK_GRAY};font-size:90%">{name}</div>'
            f'<pre style="{PRE}"><code style="{CODE}">{"".join(self.rows())}</code></pre></div>'
        )

    def rows(self) -> Iterator[str]:
        """Satırların HTML'i; biçim silinse bile her biri kendi satırında kalan bir kutudur."""
        colored = token_lines(self.source.lines)[self.start - 1 : self.end]
        for (n, line), tokens in zip(self.numbered(), colored, strict=True):
            marked = n in self.marked
            indent = len(self.source.lines[n - self.source.first]) - len(line)
            yield (
                f'<div style="background:{ROW[marked]};color:{INK}">'
                f'<span style="{NUMBER[marked]};user-select:none">{n:>4} </span>'
                f"{as_html(without_indent(tokens, indent))}</div>"
            )


def find(source: Source, text: str) -> int:
    """Metni içeren tek satırın 1'den sayılan numarası."""
    if not isinstance(text, str) or not text.strip():
        raise BadInput(f"text boş olmayan bir metin olmalı; verilen: {text!r}.")
    hits = [i for i, line in enumerate(source.lines, 1) if text in line]
    if len(hits) == 1:
        return hits[0]
    if hits:
        near = shown(source, hits)
        raise ListingError(
            f"text tek bir satırı göstermeli; {text!r} {len(hits)} satırda geçiyor:\n{near}"
        )
    stripped = {line.strip(): i for i, line in enumerate(source.lines, 1) if line.strip()}
    close = difflib.get_close_matches(text, stripped, n=3, cutoff=0.3)
    near = shown(source, [stripped[line] for line in close]) or "  (benzeri yok)"
    raise ListingError(f"{text!r} metni {source.name} içinde geçmiyor. En yakın satırlar:\n{near}")


def shown(source: Source, lines: list[int]) -> str:
    return "\n".join(f"  {source.first + i - 1}: {source.lines[i - 1].strip()}" for i in lines)


def listing(obj: type | Callable, *texts: str) -> Excerpt:
    """`obj`'nin canlı kaynağından, verilen metinleri taşıyan satırların arasındaki alıntı.

    Args:
        obj: bir sınıf ya da işlev.
        texts: satırları gösteren metinler; her biri tek bir satırda geçmeli. Alıntı ilk metnin
            deyiminden son metnin deyimine uzanır. Metin verilmezse kaynağın tamamı gösterilir.

    Raises:
        ListingError: metin hiç geçmiyor ya da birden çok satırda geçiyorsa; yakın satırları sayar.
        TypeError: kaynağı okunamayan nesne.
    """
    source = Source.of(obj)
    spans = [source.statement(find(source, text)) for text in texts]
    if not spans:
        return Excerpt(source, 1, len(source.lines), set())
    start, end = min(first for first, _ in spans), max(last for _, last in spans)
    alone = len(spans) == 1  # tek deyim bütün alıntıdır: işaretlenecek bir şey yok
    marked = {i for first, last in spans for i in range(first, last + 1)}
    return Excerpt(source, start, end, set() if alone else marked)
