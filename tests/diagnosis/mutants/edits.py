"""Üretici: bir işlevin kaynağındaki her düğüm için, tek bir değişiklikle yazılmış başka kaynaklar.

Katalogdan bağımsızdır: hangi yazımın hata olduğunu bilmez, yalnız sözdizimini değiştirir.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

from course_lib.bugs import class_from_sources, edited_sources
from course_lib.bugs.pieces import healthy_source, uses

REDUCTIONS = ("mean", "amax", "amin", "sum", "std", "argmax")
FAMILIES = (
    REDUCTIONS,
    ("sigmoid", "tanh", "relu", "softmax", "hardsigmoid"),
    ("softplus", "relu", "exp"),
    ("cat", "stack"),
    ("ReLU", "Identity", "Sigmoid", "SiLU"),
    ("Hardswish", "Identity", "ReLU"),
    ("max", "min"),
    ("expm1", "exp"),
    ("log", "exp"),
)
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.FloorDiv: (ast.Mult,),
}
UNTAUGHT = {"extra_repr", "describe", "merged_kernel"}  # hesabı etkilemeyen yöntemler
# Yazılımın kendisi için olan ve bir hesap kurmayan çağrılar.
SILENT = {"feature_map", "positive_int", "positive_ints", "one_of", "boolean", "positive_float",
          "finite_float", "odd_int", "fraction", "argument_prefix", "full_precision", "super",
          "ValueError", "tuple", "isinstance", "callable", "getattr", "type", "lru_cache"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """Bir parçanın tek değişiklikli yazımı. what: ne değişti; line: parçadaki satırı."""

    piece: str
    method: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.piece}.{self.method}:{self.line} {self.what}"


# Bileşimlerin yalnız kendi parçaları: içlerindeki dikkat, kendi bloğunun mutantlarında denenir.
OWN_PIECES = {
    "CBAMResidualDynamicSA": ("CBAMResidualDynamicSA",),
    "ResidualAttn_P1": ("ResidualAttn_P1", "ResidualAttn", "attend", "fitted", "shortcut_path"),
    "ResidualAttn_P2": ("ResidualAttn_P2",),
    "ResidualAttn_P3": ("ResidualAttn_P3",),
    "ResidualAttn_P4": ("ResidualAttn_P4", "NearIdentity"),
    "SmallResNet": ("SmallResNet", "residual_block"),
}


def mutants_of(block: str) -> list[Mutant]:
    """Bloğun ve kendi parçalarının tek değişiklikli yazımları, kaynaktaki sırayla."""
    found: dict[str, Mutant] = {}
    for piece in OWN_PIECES.get(block) or sorted({block} | uses(block)):
        for mutant in mutants_of_piece(piece):
            found.setdefault(mutant.source, mutant)
    return list(found.values())


def class_of(block: str, mutant: Mutant) -> type[nn.Module]:
    """Mutantın parçası değişmiş blok."""
    sources = edited_sources(block, {mutant.piece: ()})
    return class_from_sources({**sources, mutant.piece: mutant.source})


def mutants_of_piece(piece: str) -> Iterator[Mutant]:
    tree = ast.parse(healthy_source(piece))
    healthy = ast.unparse(tree)
    for function in functions(tree):
        for node, line in sites(function):
            for new, what in replacements(node, function):
                changed = rebuilt(tree, node, new)
                try:
                    source = ast.unparse(ast.fix_missing_locations(changed))
                    compile(source, "<mutant>", "exec")
                except (SyntaxError, ValueError):
                    continue
                if source != healthy:
                    yield Mutant(piece, function.name, line, what, source)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in UNTAUGHT:
            yield node


def sites(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, int]]:
    """Değişebilecek ifadeler; imza, açıklama ve denetim çağrıları değil."""

    def visit(node: ast.AST, line: int) -> Iterator[tuple[ast.expr, int]]:
        line = getattr(node, "lineno", line)
        if isinstance(node, (ast.Raise, ast.AnnAssign)) or is_silent(node):
            return
        if isinstance(node, ast.If) and any(isinstance(s, ast.Raise) for s in node.body):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.expr) and not isinstance(node, (ast.Slice, ast.JoinedStr)):
            yield node, line
        for child in ast.iter_child_nodes(node):
            yield from visit(child, line)

    for statement in function.body:
        yield from visit(statement, statement.lineno)


def is_silent(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) in SILENT


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def replacements(node: ast.expr, function: ast.FunctionDef) -> Iterator[tuple[ast.expr, str]]:
    """Bir ifadenin yerine geçebilecekler ve ne yaptıkları."""
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right), f"işlem {other.__name__}"
        yield node.left, "sol terim kaldı"
        yield node.right, "sağ terim kaldı"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand, "eksi düştü"
    if isinstance(node, ast.Constant):
        yield from other_constants(node)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            rest = [e for j, e in enumerate(node.elts) if j != i]
            yield ast.Tuple(rest, ast.Load()), f"{i}. öğe düştü"
    if isinstance(node, ast.List) and len(node.elts) > 1:
        yield ast.List([*node.elts[1:], node.elts[0]], ast.Load()), "sıra döndü"
        yield ast.List([node.elts[0]] * len(node.elts), ast.Load()), "ilki yinelendi"
    if isinstance(node, ast.Call):
        yield from other_calls(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in sorted(local_names(function) - {node.id}):
            yield ast.Name(other, ast.Load()), f"{node.id} yerine {other}"
    if is_own_field(node):
        for other in sorted(own_calls(function) - {node.attr}):
            new = ast.Attribute(node.value, other, ast.Load())
            yield new, f"self.{node.attr} yerine self.{other}"
    read = isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and name_of(node) != "self"
    computes = isinstance(node, (ast.Name, ast.Call, ast.BinOp)) and read
    if computes and function.name != "__init__":
        yield ast.Call(ast.Attribute(node, "detach", ast.Load()), [], []), "koparıldı"


def other_constants(node: ast.Constant) -> Iterator[tuple[ast.expr, str]]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value), f"{value} yerine {not value}"
    elif isinstance(value, (int, float)):
        for other in dict.fromkeys((value + 1, value - 1, 0, 2 * value)):
            if other != value:
                yield ast.Constant(other), f"{value} yerine {other}"


def other_calls(node: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    name = name_of(node.func)
    for family in FAMILIES:
        for other in family if name in family else ():
            if other != name:
                func = copy.copy(node.func)
                setattr(func, "attr" if isinstance(func, ast.Attribute) else "id", other)
                yield ast.Call(func, node.args, node.keywords), f"{name} yerine {other}"
    method = isinstance(node.func, ast.Attribute) and name_of(node.func.value) not in (
        "torch", "F", "nn", "math", "self", "torch.nn",
    )  # fmt: skip
    if method:
        yield node.func.value, f".{name}() düştü"
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0], f"{name}(…) düştü"
    if len(node.args) == 1 and not node.keywords and not method:
        yield ast.Call(node.func, [copy.deepcopy(node)], []), f"{name} iki kez"
    for i in range(len(node.keywords)):
        rest = [k for j, k in enumerate(node.keywords) if j != i]
        yield ast.Call(node.func, node.args, rest), f"{node.keywords[i].arg}= düştü"
    if name in ("sigmoid", "gate_fn"):
        yield ast.BinOp(ast.Constant(1), ast.Sub(), node), "kapı ters"


def local_names(function: ast.FunctionDef) -> set[str]:
    """İşlevin argümanları ve atadığı adlar."""
    given = {a.arg for a in function.args.args} - {"self"}
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    stored = {n.id for n in nodes if isinstance(n.ctx, ast.Store)}
    if function.name == "__init__":
        return set()
    return given | stored


def is_own_field(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and (
        name_of(node.value) == "self"
    )  # fmt: skip


def own_calls(function: ast.FunctionDef) -> set[str]:
    """İşlevde çağrılan öz parçalar: self.fc1(…), self.mlp(…)."""
    if function.name == "__init__":
        return set()
    calls = (n.func for n in ast.walk(function) if isinstance(n, ast.Call))
    return {f.attr for f in calls if is_own_field(f)}


def rebuilt(here, node, new):
    """Ağacın, tek düğümü değişmiş kopyası."""
    if here is node:
        return new
    if isinstance(here, ast.AST):
        made = type(here)(**{k: rebuilt(v, node, new) for k, v in ast.iter_fields(here)})
        return ast.copy_location(made, here)
    return [rebuilt(item, node, new) for item in here] if isinstance(here, list) else here
