"""Gündelik kazalar: torch'un ve Python'un sık görülen İngilizce iletilerinin Türkçe karşılığı."""

from __future__ import annotations

import re

SAID = (
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\).*dimension (\d+)",
        "İki tensörün {2}. ekseni tutmuyor: biri {0}, öteki {1}.",
    ),
    (
        r"Expected 3D .* or 4D .* input .* input of size: \[(.*?)\]",
        "Evrişim (B, C, H, W) ister, gelen [{0}]. keepdim=True unutulmuş olabilir.",
    ),
    (
        r"to have (\d+) channels, but got (\d+) channels",
        "Evrişim {0} kanal bekliyor, {1} kanal geldi.",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "Matrisler çarpılamıyor: ({0}, {1}) ile ({2}, {3}); ortadaki iki sayı eşit olmalı.",
    ),
    (
        r"Sizes of tensors must match except in dimension (\d+)",
        "cat: {0}. eksenden başka bütün eksenler aynı olmalı.",
    ),
    (r"Dimension out of range", "Olmayan bir eksen istendi: dim'e bak."),
    (r"name '(\w+)' is not defined", "{0} adı tanımlı değil: yazımına ya da içe aktarmaya bak."),
    (r"'([\w.]+)' object has no attribute '(\w+)'", "{0} nesnesinde {1} diye bir alan yok."),
    (
        r"^(?:TypeError: )?(\w+)\(\).* invalid combination of arguments",
        "{0} bu argümanlarla çağrılamaz: eksik, fazla ya da yanlış sırada biri var.",
    ),
    (r"missing \d+ required .*argument", "Bir çağrıda argüman eksik."),
    (r"got an unexpected keyword argument '(\w+)'", "{0} adlı bir argüman yok: yazımına bak."),
)  # fmt: skip


def slip(message: str) -> str:
    """İletinin Türkçesi; tanınmıyorsa boş."""
    for pattern, said in SAID:
        if found := re.search(pattern, message, re.S):
            return said.format(*found.groups())
    return ""
