"""Çöken bloğun izi: hangi girdide çöküyor, hangisinde çökmüyor? Hata iletisi okunmaz."""

from __future__ import annotations

from course_lib.diagnosis.common import plain_tensors
from course_lib.diagnosis.twin import NotMeasurable, Twin, private_copy

SIZES = ((2, 4, 5), (2, 5, 7))  # (B, H, W)


def runs(twin: Twin, shape: tuple[int, int, int]) -> bool:
    """Blok, hiç çağrılmamış gibi, bu boyda çalışıyor mu?"""
    return runs_in_turn(twin, shape)


def runs_in_turn(twin: Twin, *shapes: tuple[int, int, int], forgetful: bool = False) -> bool:
    """Bloğun yeni bir kopyası, bu boylarda art arda çalışıyor mu? forgetful: önce, kayıtsız tensör
    alanları (eski bir çağrının önbelleği olabilir) silinir."""
    kept, twin.block = twin.block, private_copy(twin.block)
    for holder, name in plain_tensors(twin.block) if forgetful else ():
        delattr(holder, name)
    try:
        for shape in shapes:
            twin.call(twin.sized(*shape))
    except NotMeasurable:
        return False
    finally:
        twin.block = kept
    return True


def remembers_the_first_size(twin: Twin) -> bool:
    """Her boyda çalışıyor, ama yalnız gördüğü ilk boyda mı?"""
    orders = (SIZES, SIZES[::-1])
    alone = all(runs_in_turn(twin, size, forgetful=True) for size in SIZES)
    return alone and not any(runs_in_turn(twin, *order, forgetful=True) for order in orders)


def without_hidden_units(twin: Twin) -> str | None:
    """Bir katmanın genişliği 0'a mı inmiş?"""
    return "no-hidden" if any(not p.numel() for p in twin.parameters().values()) else None
