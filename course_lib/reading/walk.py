"""Adım adım: gerçek forward'ı çalıştırır ve çalışan her deyim için bir satır yazar."""

from __future__ import annotations

import ast
import html
import inspect
import linecache
import sys
import textwrap
from dataclasses import dataclass, field
from types import CodeType, FrameType

import torch
from torch import Tensor, nn


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
    if 0 < abs(value) < 5e-4:
        return "~0"
    return f"{value:.3g}".replace(".", ",")


def describe(name: str, value: object) -> Value:
    """Bir değerin özeti; tensörse şekli, türü ve istatistikleri. Gradyana ve rastgeleliğe dokunmaz."""
    if isinstance(value, Tensor):
        t = value.detach()
        numbers = ("", "", "")
        if t.numel() and t.device.type != "meta" and t.dtype is not torch.bool:
            t = t.double()
            numbers = (short(float(t.min())), short(float(t.mean())), short(float(t.max())))
        kind = str(value.dtype).removeprefix("torch.")
        return Value(name, str(tuple(value.shape)), kind, *numbers)
    if isinstance(value, (tuple, list)):
        inner = ", ".join(str(tuple(v.shape)) if isinstance(v, Tensor) else type(v).__name__ for v in value)
        return Value(name, f"[{inner}]", type(value).__name__)
    return Value(name, repr(value) if isinstance(value, (int, float, str, bool, type(None))) else type(value).__name__)


class CodeMap:
    """Bir yöntemin satırlarını deyimlere ve deyimlerin bağladığı adlara çevirir."""

    def __init__(self, code: CodeType):
        try:
            lines, first = inspect.getsourcelines(code)
        except OSError:  # defter hücresi gibi dosyası olmayan kod: satırlar linecache'tedir
            lines, first = linecache.getlines(code.co_filename), 1
        tree = ast.parse(textwrap.dedent("".join(lines)))
        raw = "".join(lines).splitlines()
        self.statement: dict[int, tuple[int, str, list[str]]] = {}
        self.contexts: set[int] = set()  # `with` satırları: çıkışta bir kez daha çalışmış görünürler
        for node in ast.walk(tree):
            if not isinstance(node, ast.stmt) or isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                continue
            body = getattr(node, "body", None)
            last = max(node.lineno, body[0].lineno - 1 if body else node.end_lineno)
            while body and last > node.lineno and (not raw[last - 1].strip() or raw[last - 1].strip()[0] == "#"):
                last -= 1
            header = [node] if not body else [getattr(node, "target", None), *getattr(node, "items", [])]
            names = [
                n.id
                for part in header
                if part is not None
                for n in ast.walk(part)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            ]
            text = " ".join(line.split("  # ")[0].strip() for line in raw[node.lineno - 1 : last])
            if isinstance(node, ast.With):
                self.contexts.add(first + node.lineno - 1)
            for line in range(node.lineno, last + 1):
                self.statement[first + line - 1] = (first + node.lineno - 1, text, names)


class Walk:
    """`walk`'un sonucu: `rows` tablonun satırları, `result` forward'ın sonucu, `error` varsa hata."""

    def __init__(self, name: str):
        self.name = name
        self.rows: list[Row] = []
        self.result: object = None
        self.error: BaseException | None = None

    HEAD = ("satır", "kod", "ad", "şekil", "tür", "min", "ort.", "maks.")

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
        lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in table]
        lines.insert(1, "  ".join("-" * w for w in widths))
        return f"{self.name}\n" + "\n".join(lines)

    def _repr_html_(self) -> str:
        def td(text: str, tag: str, i: int, bad: bool) -> str:
            style = "text-align:left;padding:2px 8px;white-space:nowrap;" if i < 5 else "text-align:right;padding:2px 8px;"
            style += "color:#a30000;font-weight:600;" if bad else ""
            inner = f"<code>{html.escape(text)}</code>" if i in (1, 2) and tag == "td" and text else html.escape(text)
            return f'<{tag} style="{style}">{inner}</{tag}>'

        head = "".join(td(h, "th", i, False) for i, h in enumerate(self.HEAD))
        body = "".join(
            "<tr>" + "".join(td(c, "td", i, r[1].startswith("HATA")) for i, c in enumerate(r)) + "</tr>"
            for r in self.cells()
        )
        return (
            f"<table style='font-size:85%'><caption style='text-align:left'>{html.escape(self.name)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def walk(module: nn.Module, *inputs: Tensor) -> Walk:
    """`module(*inputs)` çağrısını yapar ve çalışan her deyimi tabloya yazar.

    Yalnız modülün kendi yöntemlerine girer. Sonuç ve gradyanlar düz çağrınınkiyle aynıdır; iş bitince
    ne kanca ne izleme işlevi kalır. forward hata verirse tablo o satırda, hatayla biter ve hata `error`
    alanında durur.

    Raises:
        TypeError: `module` bir nn.Module değilse.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module bir nn.Module olmalı; verilen: {type(module).__name__}.")
    table = Walk(type(module).__name__)
    own = {
        inspect.unwrap(f).__code__
        for cls in type(module).__mro__
        if cls.__module__.split(".")[0] != "torch" and cls is not object
        for f in vars(cls).values()
        if inspect.isfunction(f)
    }
    maps: dict[CodeType, CodeMap] = {}
    open_rows: dict[FrameType, Row] = {}
    entered: set[tuple[FrameType, int]] = set()

    def close(frame: FrameType) -> None:
        row = open_rows.pop(frame, None)
        if row is not None and not row.error:
            names = maps[frame.f_code].statement[row.line][2]
            row.values += [describe(n, frame.f_locals[n]) for n in dict.fromkeys(names) if n in frame.f_locals]

    def local(frame: FrameType, event: str, arg: object):
        where = maps[frame.f_code].statement.get(frame.f_lineno)
        if event == "line" and where is not None:
            if where[0] in maps[frame.f_code].contexts:
                if (frame, where[0]) in entered:
                    return local
                entered.add((frame, where[0]))
            row = open_rows.get(frame)
            if row is None or row.line != where[0]:
                close(frame)
                row = Row(frame.f_code.co_name, len(open_rows), where[0], where[1])
                open_rows[frame] = row
                table.rows.append(row)
        elif event == "exception" and frame in open_rows:
            said = f"{arg[0].__name__}: {arg[1]}"
            open_rows[frame].error = "" if table.rows[-1].error == said else said
        elif event == "return":
            row = open_rows.get(frame)
            if row is not None and row.source.startswith("return") and not row.error:
                row.values.append(describe("→", arg))
            close(frame)
        return local

    def tracer(frame: FrameType, event: str, arg: object):
        if frame.f_code not in own or frame.f_locals.get("self") is not module:
            return None
        maps.setdefault(frame.f_code, CodeMap(frame.f_code))
        return local

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        table.result = module(*inputs)
    except Exception as error:  # tablo hatanın satırını gösterir; hata `error` alanında durur
        table.error = error
    finally:
        sys.settrace(before)
        open_rows.clear()
        entered.clear()
    return table
