"""Kod değişmiş mi: yanıtın sözdizimi ağacı, ekilen kodunkiyle aynı mı?"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping

from torch import nn

from course_lib.bugs.planting import class_from_sources, renamed
from course_lib.practice.answer import names_around
from course_lib.practice.exercises import Exercise

Shape = dict[str, str]


def shape_of(pieces: Mapping[str, object], names: Mapping[str, str]) -> Shape | None:
    """Her parçanın her yöntemi -> sözdizimi ağacı: yorum ve biçimden bağımsız öz.

    Args:
        pieces: ad -> sınıf ya da işlev.
        names: kaynaktaki ad -> yerine okunacak ad; şüpheliler başka adlarla tanımlanır.

    Returns:
        Kaynak okunamıyorsa None.
    """
    found: Shape = {}
    try:
        for name, value in pieces.items():
            piece = inspect.unwrap(value) if callable(value) else value
            functions = {name: piece}
            if inspect.isclass(piece):
                functions = {f.__name__: f for f in vars(piece).values() if inspect.isfunction(f)}
            for method, function in functions.items():
                source = textwrap.dedent(inspect.getsource(function))  # type: ignore[arg-type]
                for old, new in names.items():
                    source = renamed(source, old, new)
                found[f"{name}.{method}"] = ast.dump(ast.parse(source))
    except (OSError, TypeError):
        return None
    return found


def is_untouched(
    item: Exercise, name: str, cls: type[nn.Module], namespace: Mapping[str, object]
) -> bool:
    """Şüphelinin kodu, alıştırmada verildiği gibi mi duruyor?"""
    planted = class_from_sources(item.sources(name, repaired=False))
    others = [piece for piece in item.pieces if piece != item.block]
    shapes = []
    for block, here in ((cls, namespace), (planted, names_around(planted))):
        pieces = {"blok": block, **{piece: here.get(piece) for piece in others}}
        shapes.append(shape_of(pieces, {block.__name__: "blok"}))
    return shapes[0] is not None and shapes[0] == shapes[1]
