"""Blok testlerinin ortak yardımcıları. Sayılar hep CPU'da çekilir; `make gpu` aynı testleri CUDA'da
koşar."""

import copy
import warnings

import torch

from course_lib.device import get_device

DEVICE = get_device()


def drawn(shape, dtype=torch.float32, seed=0):
    return torch.randn(
        shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    ).to(DEVICE, dtype)


# CUDA'nın hardsigmoid'i float64'te de 1/6'nın float32'sini kullanır: bağıl 3e-8 sapar.
EXACT = 1e-10 if DEVICE.type == "cpu" else 1e-7


def assert_near(actual, expected, tolerance):
    assert actual.shape == expected.shape
    torch.testing.assert_close(
        actual.cpu().double(), expected.cpu().double(), rtol=tolerance, atol=tolerance
    )


def several(out):
    return out if isinstance(out, tuple) else (out,)


def assert_same_when_compiled_and_exported(block, x, tolerance=1e-6):
    want = several(block(x))
    compiled = torch.compile(copy.deepcopy(block), fullgraph=True, backend="eager")(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = torch.export.export(copy.deepcopy(block), (x,)).module()(x)
    for got in (compiled, exported):
        for one, two in zip(several(got), want, strict=True):
            if two is None:
                assert one is None
            else:
                assert_near(one, two, tolerance)
