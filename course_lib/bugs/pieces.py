"""Öğretilen parçalar: dikkatin ve artık blokların her sınıfı ve işlevi, adıyla, kullanım sırasıyla.

Bir parça, kaynağında adı geçen her parçayı kullanır; sıra bu kullanımdan çıkar, elle yazılmaz.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import textwrap
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

from course_lib.errors import BadInput

ROOMS = ("course_lib.attention", "course_lib.residual")


@cache
def pieces() -> MappingProxyType[str, Any]:
    """Ad -> sınıf ya da işlev; torch'u ilk çağrıda yükler."""
    found: dict[str, object] = {}
    for room in map(import_module, ROOMS):
        for info in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            module = import_module(info.name)
            for name, value in vars(module).items():
                made_here = getattr(value, "__module__", None) == module.__name__
                if made_here and (inspect.isclass(value) or callable(value)):
                    found[name] = value
    return MappingProxyType(found)


def piece(name: str) -> Any:
    """Adıyla parça (sınıf ya da işlev).

    Raises:
        BadInput: ad öğretilen bir parçanın değilse.
    """
    if name not in pieces():
        raise BadInput(f"Öğretilen parçalar arasında {name!r} yok; olanlar: {', '.join(pieces())}.")
    return pieces()[name]


def name_of(block: type | str) -> str:
    """Sınıfın ya da adın kendisi verilebilir; adı döner."""
    return block if isinstance(block, str) else block.__name__


def module_of(name: str) -> ModuleType:
    """Parçanın tanımlandığı modül."""
    return import_module(piece(name).__module__)


@cache
def healthy_source(name: str) -> str:
    """Parçanın canlı kaynağı, girintisiz."""
    return textwrap.dedent(inspect.getsource(inspect.unwrap(piece(name))))


@cache
def direct_uses(name: str) -> frozenset[str]:
    """Kaynağında adı geçen parçalar."""
    tree = ast.parse(healthy_source(name))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return frozenset(names & set(pieces()) - {name})


@cache
def uses(name: str) -> frozenset[str]:
    """Parçanın doğrudan ya da başka parçalar üzerinden kullandıkları."""
    direct = direct_uses(name)
    return direct.union(*map(uses, direct))


@cache
def in_order() -> tuple[str, ...]:
    """Bütün parçalar; kullanılan, kullanandan önce."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in found:
            for used in pieces():
                if used in direct_uses(name):
                    visit(used)
            found[name] = None

    for name in pieces():
        visit(name)
    return tuple(found)
