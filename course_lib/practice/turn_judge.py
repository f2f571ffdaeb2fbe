"""`dene`nin yargısı: okurun işlevi, yanıtla aynı girdilerde aynı sonucu veriyor mu?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.bugs.planting import run_source
from course_lib.practice.limits import LimitReached, within_limits
from course_lib.practice.turns import Turn
from course_lib.practice.verdict import Verdict
from course_lib.turkish import tr

EMPTY = "Üç noktanın yerine kendi satırını yaz ve hücreyi yeniden çalıştır. Bir iki satır yeter."
RELATIVE, ABSOLUTE = 1e-5, 1e-6
Outcome = Any  # tensör, sayı, None, ..., bunların demeti ya da fırlatılan hata


def names(turn: Turn) -> dict[str, Any]:
    """Girdilerin ve gövdelerin bildiği adlar."""
    namespace: dict[str, Any] = {"torch": torch, "math": math}
    run_source(turn.setup, namespace)
    return namespace


def inputs(turn: Turn) -> list[tuple]:
    """Denenen argümanlar; her çağrıda baştan ve aynı tohumla kurulur."""
    known = names(turn)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return [eval(call, known) for call in turn.calls]


def written(turn: Turn, body: str) -> Callable:
    """Gövdesi verilen işlev."""
    namespace = names(turn)
    run_source(turn.source(body), namespace)
    return namespace[turn.name]


def plain(found: Any) -> Outcome:
    """Sonuç, kendi işleçleri olamayan değerler olarak. Raises: TypeError, başka bir nesneyse."""
    if type(found) in (tuple, list):
        return tuple(map(plain, found))
    if type(found) in (Tensor, torch.nn.Parameter):
        return found.detach().clone()
    if found is None or found is ... or type(found) in (bool, int, float):
        return found
    raise TypeError(
        f"sonuç tensör, sayı ya da bunların demeti olmalı; verilen: {type(found).__name__}."
    )


def outcome(function: Callable, arguments: tuple) -> Outcome:
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        try:
            return plain(function(*arguments))
        except (Exception, SystemExit) as error:  # okurun kodu her şeyi fırlatabilir
            return error


def outcomes(turn: Turn, function: Callable) -> tuple[Outcome, ...]:
    return tuple(outcome(function, arguments) for arguments in inputs(turn))


def same(one: Outcome, two: Outcome) -> bool:
    """Sayıca ve biçimce aynı mı; NaN, NaN ile aynıdır."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, Tensor) and isinstance(two, Tensor):
        close = {"rtol": RELATIVE, "atol": ABSOLUTE, "equal_nan": True}
        return one.shape == two.shape and torch.allclose(one.double(), two.double(), **close)
    if isinstance(one, BaseException) or isinstance(two, BaseException):
        return type(one) is type(two)
    if isinstance(one, int | float) and isinstance(two, int | float):
        return math.isclose(one, two, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return False


def described(found: Outcome) -> str:
    """Bir sonucun biçimi, okura söylenen yazılışıyla."""
    if isinstance(found, Tensor):
        return f"{tuple(found.shape)} şeklinde bir tensör"
    if isinstance(found, tuple):
        return f"{len(found)} öğe ({'; '.join(map(described, found))})"
    return "tek bir sayı"


def difference(mine: Outcome, wanted: Outcome) -> str:
    """Tanınmayan bir yanlışın ilk görünen farkı."""
    if isinstance(mine, BaseException):
        return f"İşlevin hata verdi: {type(mine).__name__}: {mine}"
    if mine is None:
        return "İşlevin bir şey döndürmüyor; return unutulmuş olabilir."
    if described(mine) != described(wanted):
        return f"Biçimi başka. İstenen: {described(wanted)}. Gelen: {described(mine)}."
    pairs = zip(mine, wanted, strict=True) if isinstance(wanted, tuple) else [(mine, wanted)]
    gaps = [torch.as_tensor(a).double() - torch.as_tensor(b).double() for a, b in pairs]
    worst = float(torch.cat([gap.abs().flatten() for gap in gaps]).max())
    if math.isnan(worst):
        return "Biçimi doğru, ama sonuçta NaN var."
    return f"Biçimi doğru, sayıları başka: en büyük fark {tr(worst, '.2g')}."


def judge_turn(turn: Turn, answer: object) -> Verdict:
    """Okurun işlevinin yargısı; hiçbir şey kaydetmez, hiç hata fırlatmaz."""
    if not callable(answer):
        asked = f'Denetlenen bir işlevdir: dene("{turn.id}", {turn.name}). Verilen: {answer!r}.'
        return Verdict(turn.id, "uncheckable", (asked,))
    try:
        with within_limits():
            mine = outcomes(turn, answer)
    except LimitReached as problem:
        return Verdict(turn.id, "wrong", (str(problem),))
    if all(found is ... for found in mine):
        return Verdict(turn.id, "untried", (EMPTY,))
    wanted = outcomes(turn, written(turn, turn.answer))
    if same(mine, wanted):
        return Verdict(turn.id, "solved", (f"Doğru: {len(wanted)} girdide de beklenen sonuç.",))
    for known in turn.wrong:
        if same(mine, outcomes(turn, written(turn, known.code))):
            return Verdict(turn.id, "wrong", (known.says,))
    first = next(i for i, (a, b) in enumerate(zip(mine, wanted, strict=True)) if not same(a, b))
    return Verdict(turn.id, "wrong", (difference(mine[first], wanted[first]),))
