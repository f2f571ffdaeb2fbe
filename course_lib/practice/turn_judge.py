"""`dene`nin yargısı: okurun işlevi, yanıtla aynı girdilerde aynı sonucu veriyor mu?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.bugs.planting import run_source
from course_lib.errors import CourseError
from course_lib.practice.limits import LimitReached, within_limits
from course_lib.practice.slips import slip
from course_lib.practice.turns import TURNS, Turn
from course_lib.practice.verdict import Verdict
from course_lib.turkish import tr

EMPTY = "Üç noktanın yerine kendi satırını yaz ve hücreyi yeniden çalıştır. Birkaç satır yeter."
OVERWRITTEN = (
    "Girdini yerinde değiştirdin (x *= … gibi): girdi, çağırana aittir. Yeni bir tensör döndür."
)
INVERTED = "Yanıtların hep ters: True dediğin yerde False, False dediğin yerde True olmalı."
CUT = (
    "Sayılar doğru, ama gradyan girdiye ulaşmıyor (detach, no_grad, .item() ya da .numpy() "
    "gibi): bu satırdan önceki hiçbir katman öğrenemez."
)
SECONDS = 20.0  # birkaç satırlık bir işlev saniyenin altında biter
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


class NotPlain(CourseError):
    """Sonuç tensör, sayı ya da bunların demeti değil."""


def plain(found: Any) -> Outcome:
    """Sonuç, kendi işleçleri olamayan değerler olarak. Raises: NotPlain, başka bir nesneyse."""
    if isinstance(found, torch.return_types.max | torch.return_types.min):
        raise NotPlain(
            "x.max(dim=…) iki şey verir, değerler ve yerleri: .values ekle ya da amax kullan."
        )
    if isinstance(found, tuple | list):
        return tuple(map(plain, found))
    if type(found) in (Tensor, torch.nn.Parameter):
        odd = found.is_meta or found.is_quantized or found.is_nested
        if odd or found.layout != torch.strided:
            raise NotPlain("Dönen tensör sıradan değil (seyrek, meta ya da nicelenmiş).")
        held = found.detach().cpu().clone()
        if held.is_complex():
            raise NotPlain("Dönen tensör karmaşık sayılı.")
        return held.item() if held.dim() == 0 else held
    if isinstance(found, np.generic):
        return found.item()
    if type(found) is int and abs(found) >= 2**63:
        raise NotPlain("Dönen sayı çok büyük.")
    if found is None or found is ... or type(found) in (bool, int, float):
        return found
    raise NotPlain(f"Dönen şey tensör ya da sayı değil: {type(found).__name__}.")


def outcome(function: Callable, arguments: tuple) -> Outcome:
    """İşlevin verdiği; okurun kodu her şeyi fırlatabilir, fırlattığı da bir sonuçtur."""
    before = [a.clone() if isinstance(a, Tensor) else a for a in arguments]
    kind = torch.get_default_dtype()
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        try:
            found = plain(function(*arguments))
        except (Exception, SystemExit) as error:
            return error
        finally:
            torch.set_default_dtype(kind)
    for mine, given in zip(arguments, before, strict=True):
        if isinstance(given, Tensor) and not same(plain(mine), plain(given)):
            return NotPlain(OVERWRITTEN)
    return found


def outcomes(turn: Turn, function: Callable) -> tuple[Outcome, ...]:
    return tuple(outcome(function, arguments) for arguments in inputs(turn))


def holds_tensor(found: Outcome) -> bool:
    return isinstance(found, Tensor) or (isinstance(found, tuple) and any(map(holds_tensor, found)))


def paths(function: Callable, arguments: tuple) -> list[bool]:
    """Sonuçtaki her tensörden her kayan noktalı girdiye gradyan yolu var mı?"""
    leaves = [
        a.clone().requires_grad_() if isinstance(a, Tensor) and a.is_floating_point() else a
        for a in arguments
    ]
    given = [a for a in leaves if isinstance(a, Tensor) and a.requires_grad]
    found: list[bool] = []
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        results = function(
            *(a * 1.0 if isinstance(a, Tensor) and a.requires_grad else a for a in leaves)
        )
        for result in results if isinstance(results, tuple | list) else (results,):
            if isinstance(result, Tensor) and given:
                reached: tuple[Tensor | None, ...] = (None,) * len(given)
                if result.requires_grad:
                    reached = torch.autograd.grad(
                        result.sum(), given, allow_unused=True, retain_graph=True
                    )
                found += [g is not None for g in reached]
    return found


def cuts_the_gradient(turn: Turn, answer: Callable) -> bool:
    """Yanıtın gradyan ulaştırdığı bir girdiye okurunki ulaştırmıyor mu?"""
    for mine, theirs in zip(inputs(turn), inputs(turn), strict=True):
        wanted = paths(written(turn, turn.answer), theirs)
        try:
            found = paths(answer, mine)
        except Exception:  # gradyan istenince çalışmayan yazım: .numpy() gibi
            return any(wanted)
        if len(found) != len(wanted) or any(
            w and not f for w, f in zip(wanted, found, strict=True)
        ):
            return any(wanted)
    return False


def same(one: Outcome, two: Outcome) -> bool:
    """Sayıca ve biçimce aynı mı; NaN, NaN ile aynıdır."""
    if isinstance(one, tuple) and isinstance(two, tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, Tensor) and isinstance(two, Tensor):
        close = {"rtol": RELATIVE, "atol": ABSOLUTE, "equal_nan": True}
        return one.shape == two.shape and torch.allclose(one.double(), two.double(), **close)
    if isinstance(one, BaseException) or isinstance(two, BaseException):
        return type(one) is type(two) and not isinstance(one, NotPlain)
    if isinstance(one, int | float) and isinstance(two, int | float):
        if isinstance(one, float) or isinstance(two, float):
            return math.isclose(one, two, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        return one == two
    return False


def described(found: Outcome) -> str:
    """Bir sonucun biçimi, okura söylenen yazılışıyla."""
    if isinstance(found, Tensor):
        return str(tuple(found.shape))
    if isinstance(found, tuple):
        parts = (f"[{described(v)}]" if isinstance(v, tuple) else described(v) for v in found)
        return " ve ".join(parts) or "boş bir demet"
    if found is None or found is ...:
        return "hiçbir şey" if found is None else "üç nokta"
    return "True ya da False" if isinstance(found, bool) else "bir sayı"


def first_line(error: BaseException) -> str:
    """Hatanın adı ve iletisinin ilk satırı; iletisi okunamayan hatanın yalnız adı."""
    try:
        message = str(error).strip().partition("\n")[0][:150]
    except Exception:  # okurun hata sınıfı iletisini yazarken de çökebilir
        message = ""
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def difference(mine: Outcome, wanted: Outcome, place: str) -> str:
    """Tanınmayan bir yanlışın ilk görünen farkı; place: nerede, "2. girdide" gibi."""
    if isinstance(mine, NotPlain):
        return str(mine)
    if isinstance(mine, BaseException):
        line = first_line(mine)
        return " ".join(filter(None, [f"İşlevin {place} hata verdi.", slip(line), line]))
    if mine is None:
        return "İşlevin bir şey döndürmüyor; return unutulmuş olabilir."
    if mine is ...:
        return f"{place} hâlâ üç nokta dönüyor."
    if described(mine) != described(wanted):
        return f"Biçimi farklı. İstenen: {described(wanted)}. Gelen: {described(mine)}."
    if wanted is False and mine is True:
        loose = "İki sonucu karşılaştırdıysan yuvarlama payı bırak (torch.allclose)."
        return f"{place} istenen False, gelen True. {loose}"
    if isinstance(wanted, int | float):
        if isinstance(wanted, float) and isinstance(mine, int | float):
            return f"{place} istenen {tr(wanted, '.4g')}, gelen {tr(mine, '.4g')}."
        return f"{place} istenen {wanted}, gelen {str(mine)[:20]}."
    pairs = zip(mine, wanted, strict=True) if isinstance(wanted, tuple) else [(mine, wanted)]
    gaps = [torch.as_tensor(a).double() - torch.as_tensor(b).double() for a, b in pairs]
    worst = float(torch.cat([gap.abs().flatten() for gap in gaps]).max())
    if math.isnan(worst):
        return "Şekil doğru, ama sonuçta NaN var."
    return f"Şekil doğru, sayılar farklı: en büyük fark {tr(worst, '.2g')}."


def all_solved(answers: Mapping[str, object]) -> bool:
    """Okurun verilen işlevlerinin (kimlik -> işlev) hepsi doğru mu?"""
    return all(judge_turn(TURNS[key], f).state == "solved" for key, f in answers.items())


def chosen(key: str, answer: Callable, role: str) -> Callable:
    """Doğruysa okurun işlevi, değilse yanıt. Hangisinin `role` olduğu yazılır."""
    right = all_solved({key: answer})
    who = "senin işlevin" if right else "kursun yanıtı (seninki doğru olunca o kullanılır)"
    print(f"{key}, {role}: {who}.")
    return answer if right else written(TURNS[key], TURNS[key].answer)


def yours(key: str, answer: Callable) -> Callable:
    """Dersin satırlarını ölçecek işlev: chosen'ınki; sonucu düz sayı ve tensörlerdir."""
    function = chosen(key, answer, "aşağıdakini ölçen")
    return lambda *arguments: plain(function(*arguments))


def with_forward(key: str, cls: type[torch.nn.Module], answer: Callable) -> type[torch.nn.Module]:
    """`cls`in, forward'ı chosen'ın işlevi olan alt sınıfı: okurun onarımı çalışsın, ölçülsün."""
    function = chosen(key, answer, "forward'ın yerine geçen")
    return type(
        f"Onarilmis{cls.__name__}", (cls,), {"forward": lambda block, x: function(block, x)}
    )


def place_of(turn: Turn, index: int) -> str:
    """Kaçıncı denemede: yoklamalar blokta, ötekiler girdide denenir."""
    probed = isinstance(inputs(turn)[index][0], torch.nn.Module)
    return f"{index + 1}. {'blokta' if probed else 'girdide'}"


def judge_turn(turn: Turn, answer: object) -> Verdict:
    """Okurun işlevinin yargısı; hiçbir şey kaydetmez, hiç hata fırlatmaz."""
    if not callable(answer):
        asked = f'dene işlevin kendisini ister, parantezsiz: dene("{turn.id}", {turn.name}).'
        return Verdict(turn.id, "uncheckable", (asked,))
    try:
        with within_limits(SECONDS):
            mine = outcomes(turn, answer)
    except LimitReached as problem:
        return Verdict(turn.id, "wrong", (str(problem),))
    if all(found is ... for found in mine):
        return Verdict(turn.id, "untried", (EMPTY,))
    wanted = outcomes(turn, written(turn, turn.answer))
    if same(mine, wanted):
        if any(map(holds_tensor, wanted)) and cuts_the_gradient(turn, answer):
            return Verdict(turn.id, "wrong", (CUT,))
        return Verdict(turn.id, "solved", (f"Doğru: {len(wanted)} girdide de beklenen sonuç.",))
    for known in turn.wrong:
        if same(mine, outcomes(turn, written(turn, known.code))):
            return Verdict(turn.id, "wrong", (known.says,))
    if all(type(w) is bool and m is (not w) for m, w in zip(mine, wanted, strict=True)):
        return Verdict(turn.id, "wrong", (INVERTED,))
    first = next(i for i, (a, b) in enumerate(zip(mine, wanted, strict=True)) if not same(a, b))
    return Verdict(
        turn.id, "wrong", (difference(mine[first], wanted[first], place_of(turn, first)),)
    )
