"""Kurulum: sınıf, istenen ayarlarla yayımlananın parçalarını kuruyor mu?"""

from __future__ import annotations

import torch
from torch import nn

from course_lib.diagnosis.common import first_of
from course_lib.diagnosis.formula import apart, guarded, inputs_of
from course_lib.diagnosis.kind import Kind, Promise, Reading, Settings, in_words
from course_lib.diagnosis.published import NotComparable, with_weights_of
from course_lib.diagnosis.twin import Twin

SETUP = "kurulum"
SENTENCE = "İstenen ayarlarla, yayımlanan bloğun parçaları kurulur."


def lacking_setup(kind: Kind, twin: Twin, asked: Settings) -> str:
    """İstenen ayarlarla kurulan kurstaki bloktan parametreleri ya da çıktısı bakımından ayrılıyorsa
    nedeni. Şekli uyuyor, parametrelerinin adları başkaysa NotComparable."""
    made = kind.block(*kind.arguments, **asked).double().eval()
    mine, theirs = (dict(b.named_parameters()) for b in (twin.block, made))
    other = [n for n in mine.keys() & theirs.keys() if mine[n].numel() != theirs[n].numel()]
    if other:
        return f"Şu parametreler başka boyda: {', '.join(sorted(other))}."
    if mine.keys() < theirs.keys():
        return (
            f"Bulunması gereken parametreler yok: {', '.join(sorted(theirs.keys() - mine.keys()))}."
        )
    x = twin.images()
    with torch.no_grad():
        got, want = (tuple(first_of(b(x)).shape) for b in (twin.block, made))
    if got != want:
        return f"Çıktının şekli {want} olmalıydı; gelen {got}."
    if mine.keys() != theirs.keys():
        for name, value in asked.items():
            added = names_without(kind, asked, name) - theirs.keys()
            if added and theirs.keys() < mine.keys() <= theirs.keys() | added:
                return f"İstenen {in_words({name: value})} ayarı uygulanmıyor."
        raise NotComparable
    return misbuilt_layer(twin, made)


def misbuilt_layer(twin: Twin, made: nn.Module) -> str:
    """Aynı addaki katmanı başka kurulmuş ve hesabı bu yüzden ayrılıyorsa o katman."""
    mine, theirs = (dict(b.named_modules()) for b in (twin.block, made))
    for name, want in theirs.items():
        got = mine.get(name, want)
        leaf = not [*want.children(), *got.children()]
        # Başka yazılmış bir katman aynı hesabı yapabilir: ancak sonuç ayrılıyorsa söylenir.
        if leaf and repr(got) != repr(want):
            published = with_weights_of(twin.block, made)
            different = apart(twin.block, published, inputs_of(twin))[0]
            return f"{name}: {want} olmalıydı; kurulan {got}." if different else ""
    return ""


def names_without(kind: Kind, asked: Settings, option: str) -> set[str]:
    """O ayar verilmeden kurulan kurstaki bloğun parametrelerinin adları."""
    others = {k: v for k, v in asked.items() if k != option}
    return {name for name, _ in kind.block(*kind.arguments, **others).named_parameters()}


def setup_promise(kind: Kind, asked: Settings) -> Promise:
    """Sınıf, istenen ayarlarla yayımlananın parçalarını kuruyor mu?"""

    def measure(twin: Twin) -> Reading:
        problem = lacking_setup(kind, twin, asked)
        return Reading(not problem, note=problem)

    return Promise(SETUP, SENTENCE, guarded(measure), once=True)
