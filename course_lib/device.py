"""Cihaz seçimi ve tek iş parçacığı. CUDA varsa o, yoksa CPU; COURSE_DEVICE seçimi değiştirir."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from course_lib.errors import BadInput


def get_device() -> torch.device:
    """Dersin çalışacağı cihaz.

    Raises:
        BadInput: COURSE_DEVICE tanınmıyorsa ya da istenen cihaz bu makinede yoksa.
    """
    possible = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    wanted = os.environ.get("COURSE_DEVICE", "").strip().lower() or possible[-1]
    if wanted not in possible:
        raise BadInput(
            f"COURSE_DEVICE bu makinede şunlardan biri olmalı: {', '.join(possible)}; "
            f"verilen: {wanted!r}." + (" Bu makinede CUDA bulunamadı." if wanted == "cuda" else "")
        )
    if wanted == "cuda":
        # Saklı çıktılar iki cihazda da tutsun: float32 gerçekten float32 kalsın (TF32 kapalı).
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    return torch.device(wanted)


@contextmanager
def one_thread() -> Iterator[None]:
    """Tek iş parçacığı, sonra eski sayı.

    İş parçacığı sayısı toplamların sırasını, böylece son basamağı değiştirir; küçük tensörlerde
    paylaştırmak da hesaptan pahalıdır.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
