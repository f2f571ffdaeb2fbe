"""Yanıt: öğrencinin verdiği, kapıda bir kez tek bir biçime sokulur."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from course_lib.errors import BadInput
from course_lib.practice.exercises import Exercise
from course_lib.turkish import composed


@dataclass(frozen=True)
class Answer:
    """classes: şüphelinin adı -> onarılan sınıf; guess: tahmin ya da None; namespace: kod
    hücresinin adları."""

    classes: Mapping[str, type[nn.Module]]
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
    classes = {name: as_class(given[name]) for name in item.suspects}
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


def as_class(given: object) -> type[nn.Module]:
    """Sınıfın kendisi; bir örnek verildiyse onun sınıfı."""
    cls = given if inspect.isclass(given) else type(given)
    if not issubclass(cls, nn.Module):
        raise BadInput(
            f"answer onardığın sınıf olmalı, örneğin ChannelAttentionFusionT; verilen: {given!r}."
        )
    return cls


def names_around(cls: type) -> dict[str, object]:
    """Sınıfın tanımlandığı yerdeki adlar."""
    functions = (f for f in vars(cls).values() if inspect.isfunction(f))
    return next((f.__globals__ for f in functions), {})
