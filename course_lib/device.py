"""Cihaz seçimi: CUDA varsa o, yoksa CPU. COURSE_DEVICE ortam değişkeni seçimi değiştirir."""

import os

import torch


def get_device() -> torch.device:
    """Dersin çalışacağı cihaz.

    Raises:
        ValueError: COURSE_DEVICE tanınmıyorsa ya da istenen cihaz bu makinede yoksa.
    """
    possible = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    wanted = os.environ.get("COURSE_DEVICE", "").strip().lower() or possible[-1]
    if wanted not in possible:
        raise ValueError(
            f"COURSE_DEVICE bu makinede şunlardan biri olmalı: {', '.join(possible)}; "
            f"verilen: {wanted!r}." + (" Bu makinede CUDA bulunamadı." if wanted == "cuda" else "")
        )
    if wanted == "cuda":
        # Saklı çıktılar iki cihazda da tutsun: float32 gerçekten float32 kalsın (TF32 kapalı).
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    return torch.device(wanted)
