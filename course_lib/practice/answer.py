"""Yanıt: öğrencinin verdiği, kapıda bir kez tek bir biçime sokulur."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from course_lib.errors import BadInput
from course_lib.practice.builds.draft import draft
from course_lib.practice.exercises import Exercise
from course_lib.turkish import composed


@dataclass(frozen=True)
class Answer:
    """classes: şüphelinin adı -> onarılan (ya da kurulan) sınıf, bir alıştırmada işlev; guess:
    tahmin ya da None; namespace: kod hücresinin adları."""

    classes: Mapping[str, Any]
    guess: str | None
    namespace: Mapping[str, object]


def answer_of(
    item: Exercise,
    given: object,
    guess: str | None = None,
    namespace: Mapping[str, object] | None = None,
) -> Answer:
    """Verilenden yanıt.

    Args:
        item: alıştırma.
        given: onarılan sınıf; birkaç şüpheli varsa {ad: sınıf} sözlüğü.
        guess: saklanan tahmin.
        namespace: kod hücresinin adları; verilmezse sınıfın tanımlandığı yerdekiler.

    Raises:
        BadInput: sözlüğün adları şüphelilerinkinden farklıysa, verilen bir sınıf değilse ya da bir
            şüphelinin yerine ötekinin sınıfı verildiyse.
    """
    if len(item.suspects) == 1 and not isinstance(given, Mapping):
        given = dict.fromkeys(item.suspects, given)
    if isinstance(given, Mapping):
        given = {composed(key) if isinstance(key, str) else key: given[key] for key in given}
    if not isinstance(given, Mapping) or set(given) != set(item.suspects):
        names = ", ".join(item.suspects)
        raise BadInput(f"answer şu adları taşıyan bir sözlük olmalı: {names}; verilen: {given!r}.")
    function = item.form == "build" and draft(item.id).asks_for_function
    taken = as_function if function else as_class
    classes = {name: taken(given[name]) for name in item.suspects}
    for name, cls in classes.items():
        if cls.__name__ in set(item.suspects) - {name}:
            raise BadInput(
                f"answer her ada kendi sınıfını vermeli; {name} için verilen: {cls.__name__}."
            )
    if namespace is None:
        namespace = {}
        for cls in classes.values():
            namespace = {**namespace, **names_around(cls)}
    return Answer(classes, guess, namespace)


def as_class(given: Any) -> type[nn.Module]:
    """Sınıfın kendisi; bir örnek verildiyse onun sınıfı."""
    cls = given if inspect.isclass(given) else type(given)
    if not issubclass(cls, nn.Module):
        raise BadInput(
            f"answer onardığın sınıf olmalı, örneğin ChannelAttentionFusionT; verilen: {given!r}."
        )
    return cls


def as_function(given: Any) -> Callable:
    if not inspect.isfunction(given):
        raise BadInput(f"answer işlevin kendisi olmalı, parantezsiz; verilen: {given!r}.")
    return given


def names_around(given: Any) -> dict[str, object]:
    """Sınıfın ya da işlevin tanımlandığı yerdeki adlar."""
    functions = (f for f in (given, *vars(given).values()) if inspect.isfunction(f))
    return next((f.__globals__ for f in functions), {})
