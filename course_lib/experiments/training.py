"""Eğitim: tek adım ve tek döngü. Aynı tohum, ağ ve veri; yarıda kesilse de aynı ağırlıklar."""

# torch'un Dataset'i uzunluğunu bildirmez; len(...) her veri kümesinde vardır.
# pyright: reportArgumentType=false

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from course_lib.errors import BadInput
from course_lib.experiments.masks import mask_statistics
from course_lib.keeping import written_whole
from course_lib.validation import nonnegative_int, positive_float, positive_int

SEEN = 64  # maske istatistikleri testin ilk bu kadar görüntüsünden


class NonFiniteLoss(FloatingPointError):
    """Kayıp sonsuz ya da NaN oldu; `layer`, sonlu olmayan değeri ilk üreten katmanın adıdır."""

    def __init__(self, loss: float, layer: str):
        super().__init__(
            f"Kayıp sonlu değil ({loss}); sonlu olmayan değeri ilk üreten katman: {layer}."
        )
        self.layer = layer


@dataclass(frozen=True)
class Recipe:
    """Eğitimin kontrol değişkenleri: bir ablasyonda hepsi sabit tutulur.

    epochs, batch: adet; lr: en yüksek öğrenme hızı (OneCycle, AdamW); weight_decay: ağırlık sönümü;
    seed: karıştırma.
    """

    epochs: int = 8
    batch: int = 64
    lr: float = 0.01
    weight_decay: float = 0.01
    seed: int = 0

    def __post_init__(self):
        positive_int("epochs", self.epochs)
        positive_int("batch", self.batch)
        positive_float("lr", self.lr)
        nonnegative_int("seed", self.seed)


@contextmanager
def mixed_precision(device: torch.device) -> Iterator[None]:
    """CUDA bfloat16'yı donanımında tanıyorsa karma hassasiyet (AMP); değilse float32."""
    able = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=able):
        yield


def first_nonfinite(model: nn.Module, x: Tensor) -> str:
    """Sonlu olmayan değeri ilk üreten katmanın adı: önce ağırlıklara, sonra çıktılara bakılır."""
    for name, weight in model.named_parameters():
        if not weight.isfinite().all():
            return name.rpartition(".")[0]
    found: list[str] = []

    def look(name):
        def hook(_module, _given, out):
            out = out[0] if isinstance(out, tuple) else out
            if not found and not out.isfinite().all():
                found.append(name)

        return hook

    with ExitStack() as hooks, torch.no_grad():
        for name, module in model.named_modules():
            if name:
                hooks.enter_context(module.register_forward_hook(look(name)))
        model(x)
    return found[0] if found else "kayıp"


@torch.no_grad()
def accuracy(model: nn.Module, data: Dataset, batch: int = 256) -> float:
    """Doğruluk, 0..1: eval kipinde, modelin cihazında."""
    device, right = next(model.parameters()).device, 0
    model.eval()
    for x, label, *_ in DataLoader(data, batch):
        with mixed_precision(device):
            right += int((model(x.to(device)).argmax(dim=1) == label.to(device)).sum())
    return right / len(data)


def gradient_norm(model: nn.Module) -> float:
    """Bütün parametrelerin gradyanı tek vektör sayılsa normu."""
    grads = [p.grad for p in model.parameters() if p.grad is not None]
    return float(torch.nn.utils.get_total_norm(grads))


def save(path: Path, state: dict) -> None:
    """Kaydı tek adımda yerine koyar: yarım kayıt hiç görünmez."""
    with written_whole(path) as file:
        torch.save(state, file)


def step(model: nn.Module, x: Tensor, label: Tensor, optimizer, schedule) -> tuple[Tensor, Tensor]:
    """Bir batch'le bir adım: ham skorlar (B, sınıf) ve adımdan önceki kayıp ().

    Raises:
        NonFiniteLoss: kayıp sonlu değilse; ağırlıklara dokunulmaz.
    """
    with mixed_precision(x.device):
        scores = model(x)
    loss = F.cross_entropy(scores.float(), label)
    if not loss.isfinite():
        raise NonFiniteLoss(loss.item(), first_nonfinite(model, x))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    return scores, loss


def train(
    model: nn.Module,
    train_set: Dataset,
    test_set: Dataset,
    recipe: Recipe,
    *,
    checkpoint: Path | None = None,
    progress: bool = False,
) -> list[dict[str, float]]:
    """Modeli eğitir; epok başına bir satır ölçüm döndürür.

    Args:
        model: sınıflandırıcı, (B, C, H, W) -> (B, sınıf); kendi cihazında, yerinde eğitilir.
        train_set, test_set: öğeleri (görüntü, etiket, …) olan veri.
        checkpoint: verilirse her epoğun sonunda oraya kaydedilir; dosya varsa eğitim oradan sürer.
        progress: True ise ilerleme çubuğu: kayıp ve doğruluk.

    Returns:
        epoch, loss, train_accuracy, test_accuracy, grad_norm, grad_norm_max (epok boyunca ortalama
        ve en büyük) ve maske istatistikleri (mask_statistics).

    Raises:
        NonFiniteLoss: kayıp sonlu değilse; hiçbir adım daha atılmaz.
        BadInput: checkpoint başka ayarların kaydıysa.
    """
    device = next(model.parameters()).device
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay
    )
    order = torch.Generator()
    loader = DataLoader(train_set, recipe.batch, shuffle=True, generator=order)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.lr, total_steps=recipe.epochs * len(loader)
    )
    history = resumed(checkpoint, recipe, model, optimizer, schedule)
    seen = next(iter(DataLoader(test_set, SEEN)))[0].to(device)

    for epoch in range(len(history) + 1, recipe.epochs + 1):
        order.manual_seed(recipe.seed * 1_000_003 + epoch)  # sıra yalnız (seed, epok)'a bağlı
        torch.manual_seed(recipe.seed * 1_000_003 + epoch)
        model.train()
        total, right, norms = 0.0, 0, []
        bar = tqdm(
            loader,
            f"epok {epoch}/{recipe.epochs}",
            file=sys.stdout,
            leave=False,
            disable=not progress,
        )
        for x, label, *_ in bar:
            x, label = x.to(device), label.to(device)
            scores, loss = step(model, x, label, optimizer, schedule)
            norms.append(gradient_norm(model))
            total += loss.item() * len(label)
            right += int((scores.argmax(dim=1) == label).sum())
            bar.set_postfix_str(
                f"kayıp {loss.item():.3f}, "
                f"doğruluk {right / min(len(norms) * recipe.batch, len(train_set)):.3f}"
            )
        history.append(
            {
                "epoch": epoch,
                "loss": total / len(train_set),
                "train_accuracy": right / len(train_set),
                "test_accuracy": accuracy(model, test_set),
                "grad_norm": sum(norms) / len(norms),
                "grad_norm_max": max(norms),
                **mask_statistics(model, seen),
            }
        )
        if checkpoint is not None:
            parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
            states = {name: part.state_dict() for name, part in parts.items()}
            save(checkpoint, {"recipe": asdict(recipe), "history": history, **states})
    return history


def resumed(
    checkpoint: Path | None, recipe: Recipe, model: nn.Module, optimizer, schedule
) -> list[dict[str, float]]:
    """Kayıt varsa yükler ve o ana kadarki ölçümleri verir; yoksa boş liste."""
    if checkpoint is None or not checkpoint.exists():
        return []
    state = torch.load(checkpoint, map_location=next(model.parameters()).device, weights_only=True)
    if state["recipe"] != asdict(recipe):
        raise BadInput(
            f"checkpoint bu ayarların kaydı olmalı: {asdict(recipe)}; "
            f"verilen: {str(checkpoint)!r}, ayarları {state['recipe']}."
        )
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["history"]
