"""Adım adım: gerçek forward'ı çalıştırır ve çalışan her deyim için bir satır yazar."""

from __future__ import annotations

import ast
import html
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType

import torch
from torch import Tensor, nn

from course_lib.palette import CRIMSON_TINT, ERROR_RED
from course_lib.reading.source import Source, Statement
from course_lib.turkish import tr

LEFT = "text-align:left;padding:2px 8px;white-space:nowrap;"
RIGHT = "text-align:right;padding:2px 8px;"
ERROR = f"background:{CRIMSON_TINT};color:{ERROR_RED};"  # zemini kendinin: koyu temada da okunur


@dataclass(frozen=True)
class Value:
    """Bir deyimin bağladığı ad ve o andaki değeri."""

    name: str
    shape: str
    dtype: str = ""
    low: str = ""
    mean: str = ""
    high: str = ""


@dataclass
class Row:
    """Çalışan bir deyim: hangi yöntemde, hangi satırda, ne bağladı; hata verdiyse neyle."""

    method: str
    depth: int
    line: int
    source: str
    values: list[Value] = field(default_factory=list)
    error: str = ""


def short(value: float) -> str:
    """Üç anlamlı basamak, ama en çok dört ondalık: iki cihazın paylaştığı kadarı yazılır."""
    return "~0" if 0 < abs(value) < 5e-4 else tr(value, ".3g")


def describe(name: str, value: object) -> Value:
    """Değerin özeti; tensörse şekli, türü, istatistikleri. Gradyana ve rastgeleliğe dokunmaz."""
    if isinstance(value, Tensor):
        t = value.detach()
        numbers = ("", "", "")
        if t.numel() and t.device.type != "meta" and t.dtype is not torch.bool:
            t = t.double()
            numbers = (short(float(t.min())), short(float(t.mean())), short(float(t.max())))
        kind = str(value.dtype).removeprefix("torch.")
        return Value(name, str(tuple(value.shape)), kind, *numbers)
    if isinstance(value, (tuple, list)):
        inner = (str(tuple(v.shape)) if isinstance(v, Tensor) else type(v).__name__ for v in value)
        return Value(name, f"[{', '.join(inner)}]", type(value).__name__)
    plain = value is None or isinstance(value, (int, float, str))
    return Value(name, repr(value) if plain else type(value).__name__)


def bound_names(node: ast.stmt) -> list[str]:
    """Deyimin, bileşikse başlığının bağladığı adlar; her biri bir kez."""
    parts = [node]
    if getattr(node, "body", None):
        parts = [getattr(node, "target", None), *getattr(node, "items", [])]
    names = (n for part in parts if part is not None for n in ast.walk(part))
    stored = (n.id for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return list(dict.fromkeys(stored))


class Walk:
    """`walk`'un sonucu: `rows` tablonun satırları, `result` sonuç, `error` varsa hata."""

    HEAD = ("satır", "kod", "ad", "şekil", "tür", "min", "ort.", "maks.")

    def __init__(self, name: str):
        self.name = name
        self.rows: list[Row] = []
        self.result: object = None
        self.error: BaseException | None = None

    def cells(self) -> list[tuple[str, ...]]:
        table = []
        for row in self.rows:
            code = "· " * row.depth + row.source
            values = row.values or [Value("", "")]
            for i, v in enumerate(values):
                first = (str(row.line), code) if i == 0 else ("", "")
                table.append((*first, v.name, v.shape, v.dtype, v.low, v.mean, v.high))
            if row.error:
                table.append(("", f"HATA: {row.error}", "", "", "", "", "", ""))
        return table

    def __repr__(self) -> str:
        table = [self.HEAD, *self.cells()]
        table = [(r[0], r[1] if len(r[1]) <= 72 else r[1][:71] + "…", *r[2:]) for r in table]
        widths = [max(len(r[i]) for r in table) for i in range(len(self.HEAD))]
        lines = [
            "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in table
        ]
        lines.insert(1, "  ".join("-" * w for w in widths))
        return f"{self.name}\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        head = "".join(html_cell(text, "th", i) for i, text in enumerate(self.HEAD))
        body = "".join(f"<tr>{''.join(html_row(cells))}</tr>" for cells in self.cells())
        caption = f"<caption style='text-align:left'>{html.escape(self.name)}</caption>"
        return (
            f"<table style='font-size:85%'>{caption}"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def html_row(cells: tuple[str, ...]) -> Iterator[str]:
    bad = cells[1].startswith("HATA")
    return (html_cell(text, "td", i, bad) for i, text in enumerate(cells))


def html_cell(text: str, tag: str, column: int, bad: bool = False) -> str:
    style = (LEFT if column < 5 else RIGHT) + (f"{ERROR}font-weight:600;" if bad else "")
    inner = html.escape(text)
    if column in (1, 2) and tag == "td" and text:
        inner = f'<code style="{ERROR}">{inner}</code>' if bad else f"<code>{inner}</code>"
    return f'<{tag} style="{style}">{inner}</{tag}>'


def own_codes(module: nn.Module) -> set[CodeType]:
    """Modülün kendi yöntemlerinin kodu; torch'unkiler girmez."""
    return {
        inspect.unwrap(function).__code__
        for cls in type(module).__mro__
        if cls.__module__.split(".")[0] != "torch" and cls is not object
        for function in vars(cls).values()
        if inspect.isfunction(function)
    }


class Recorder:
    """İzleme işlevi: modülün kendi yöntemlerinde çalışan her deyimi `rows`'a bir satır yazar."""

    def __init__(self, module: nn.Module, rows: list[Row]):
        self.module, self.rows = module, rows
        self.own = own_codes(module)
        self.sources: dict[CodeType, Source] = {}
        self.open: dict[FrameType, tuple[Row, Statement]] = {}
        self.entered: set[tuple[FrameType, int]] = set()

    def __call__(self, frame: FrameType, event: str, arg: object):
        if frame.f_code not in self.own or frame.f_locals.get("self") is not self.module:
            return None
        if frame.f_code not in self.sources:
            self.sources[frame.f_code] = Source.of_code(frame.f_code)
        return self.inside

    def inside(self, frame: FrameType, event: str, arg):
        if event == "line":
            self.line(frame)
        elif event == "exception" and frame in self.open:
            said = f"{arg[0].__name__}: {arg[1]}"
            self.open[frame][0].error = "" if self.rows[-1].error == said else said
        elif event == "return":
            row, _ = self.open.get(frame, (None, None))
            if row is not None and row.source.startswith("return") and not row.error:
                row.values.append(describe("→", arg))
            self.close(frame)
        return self.inside

    def line(self, frame: FrameType) -> None:
        source = self.sources[frame.f_code]
        found = source.statements.get(frame.f_lineno - source.first + 1)
        if found is None or isinstance(found.node, (ast.FunctionDef, ast.ClassDef)):
            return
        line = source.first + found.first - 1
        if isinstance(found.node, ast.With):  # `with` satırı çıkışta bir kez daha çalışmış görünür
            if (frame, line) in self.entered:
                return
            self.entered.add((frame, line))
        row, _ = self.open.get(frame, (None, None))
        if row is None or row.line != line:
            self.close(frame)
            row = Row(frame.f_code.co_name, len(self.open), line, found.text)
            self.open[frame] = row, found
            self.rows.append(row)

    def close(self, frame: FrameType) -> None:
        """Deyim bitti: bağladığı adların değerlerini yazar."""
        row, found = self.open.pop(frame, (None, None))
        if row is None or found is None or row.error:
            return
        names = (n for n in bound_names(found.node) if n in frame.f_locals)
        row.values += [describe(n, frame.f_locals[n]) for n in names]

    def forget(self) -> None:
        """Çerçeveleri bırakır: tuttukları tensörler de boşalsın."""
        self.open.clear()
        self.entered.clear()


def walk(module: nn.Module, *inputs: Tensor) -> Walk:
    """`module(*inputs)` çağrısını yapar ve çalışan her deyimi tabloya yazar.

    Yalnız modülün kendi yöntemlerine girer. Sonuç ve gradyanlar düz çağrınınkiyle aynıdır; iş
    bitince ne kanca ne izleme işlevi kalır. forward hata verirse tablo o satırda, hatayla biter
    ve hata `error` alanında durur.

    Raises:
        TypeError: `module` bir nn.Module değilse.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module bir nn.Module olmalı; verilen: {type(module).__name__}.")
    table = Walk(type(module).__name__)
    recorder = Recorder(module, table.rows)
    before = sys.gettrace()
    sys.settrace(recorder)
    try:
        table.result = module(*inputs)
    except Exception as error:  # tablo hatanın satırını gösterir; hata `error` alanında durur
        table.error = error
    finally:
        sys.settrace(before)
        recorder.forget()
    return table
