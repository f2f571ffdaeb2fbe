"""Eğitim: ezberler, kesilip sürdürülünce bire bir aynıdır, sonlu olmayan kaybın yerini söyler."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from course_lib import device
from course_lib.experiments.data import ClutteredDigits
from course_lib.experiments.training import NonFiniteLoss, Recipe, accuracy, first_nonfinite, train
from course_lib.residual.resnet import SmallResNet

RECIPE = Recipe(epochs=4, batch=32, seed=3)


def small(attention="se", **options):
    torch.manual_seed(0)
    return SmallResNet(10, in_channels=1, widths=(4, 8), attention=attention, **options)


def digits(count, *, train=True):
    return ClutteredDigits(count, train=train, level="kolay")


@pytest.fixture
def one_thread():
    with device.one_thread():
        yield


def same_weights(one, other):
    return all(
        torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


def test_thirty_two_images_are_learned_by_heart():
    torch.manual_seed(0)
    model, data = SmallResNet(10, in_channels=1, widths=(8, 16), attention="se"), digits(32)
    history = train(model, data, data, Recipe(epochs=90, batch=16, lr=0.01))
    assert (
        history[-1]["train_accuracy"] == history[-1]["test_accuracy"] == accuracy(model, data) == 1
    )


def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    data = digits(96)
    models = [small() for _ in range(3)]
    runs = [
        train(m, data, data, r)
        for m, r in zip(models, (RECIPE, RECIPE, replace(RECIPE, seed=4)), strict=True)
    ]
    assert runs[0] == runs[1] != runs[2]
    assert same_weights(models[0], models[1])
    assert not same_weights(models[0], models[2])


def test_a_row_of_the_history_holds_what_is_promised():
    model = small(
        "cbam_dynamic", attention_options={"learnable_temperature": True, "alpha_init": 0.6}
    )
    row = train(model, digits(64), digits(40, train=False), replace(RECIPE, epochs=1))[0]
    assert set(row) == {
        "epoch", "loss", "train_accuracy", "test_accuracy", "grad_norm", "grad_norm_max",
        "mask_mean", "mask_std", "mask_saturated", "T", "alpha",
    }  # fmt: skip
    assert 0 < row["grad_norm"] <= row["grad_norm_max"]
    assert 0 < row["mask_mean"] < 1
    assert row["alpha"] == pytest.approx(0.6)
    assert row["T"] == pytest.approx(1, abs=0.2)
    assert (
        "mask_mean" not in train(small(None), digits(64), digits(40), replace(RECIPE, epochs=1))[0]
    )


def test_gradient_norm_is_that_of_the_whole_step():
    model, data = small(), digits(32)
    row = train(model, data, data, Recipe(epochs=1, batch=32, seed=3))[0]
    fresh = small().train()
    x = data.images.float() / 255
    loss = nn.functional.cross_entropy(
        fresh(x), data.labels
    )  # tek yığın: sıra gradyanı yalnız yuvarlamada değiştirir
    loss.backward()
    norm = sum(p.grad.square().sum() for p in fresh.parameters()).sqrt()
    assert row["grad_norm"] == pytest.approx(float(norm), rel=1e-3)
    assert row["loss"] == pytest.approx(float(loss.detach()), rel=1e-4)


KILLED = """
import sys, time, torch
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_training import RECIPE, digits, small
from course_lib.experiments import training
torch.set_num_threads(1)
kept = training.save
def slow(path, state):
    kept(path, state)
    if len(state["history"]) == int(sys.argv[2]):
        print("kaydedildi", flush=True)
        time.sleep(60)
training.save = slow
data = digits(96), digits(40, train=False)
training.train(small("channel_fusion"), *data, RECIPE, checkpoint=Path(sys.argv[1]))
"""


def test_a_run_killed_twice_and_resumed_ends_with_the_same_weights(tmp_path, one_thread):
    data, code = (
        (digits(96), digits(40, train=False)),
        KILLED.format(tests=str(Path(__file__).parent)),
    )
    whole, resumed, path = small("channel_fusion"), small("channel_fusion"), tmp_path / "kayıt.pt"
    history = train(whole, *data, RECIPE)
    for epoch in (1, 3):
        with subprocess.Popen(
            [sys.executable, "-c", code, path, str(epoch)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "kaydedildi\n"
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert len(torch.load(path)["history"]) == epoch
    assert train(resumed, *data, RECIPE, checkpoint=path) == history
    assert same_weights(whole, resumed)
    assert [p.name for p in tmp_path.iterdir()] == ["kayıt.pt"]


def test_a_finished_run_is_not_trained_again(tmp_path):
    data, path = digits(64), tmp_path / "kayıt.pt"
    first = small()
    history = train(first, data, data, RECIPE, checkpoint=path)
    stamp, second = path.stat().st_mtime_ns, small()
    assert train(second, data, data, RECIPE, checkpoint=path) == history
    assert same_weights(first, second)
    assert path.stat().st_mtime_ns == stamp


def test_a_checkpoint_of_another_recipe_is_refused_and_kept(tmp_path):
    data, path = digits(64), tmp_path / "kayıt.pt"
    train(small(), data, data, replace(RECIPE, epochs=1), checkpoint=path)
    kept = path.read_bytes()
    with pytest.raises(ValueError, match=r"^checkpoint bu ayarların kaydı olmalı.*verilen: "):
        train(small(), data, data, RECIPE, checkpoint=path)
    assert path.read_bytes() == kept


class Spoils(nn.Module):
    """Belirli bir adımdan sonra NaN üretir."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def forward(self, x):
        self.left -= self.training
        return x / 0 * 0 if self.left < 0 else x


@pytest.mark.parametrize(("layer", "after"), [("stages.0.0.f.0", 0), ("stages.1", 4)])
def test_a_non_finite_loss_stops_at_once_and_names_the_layer(layer, after):
    model = small()
    model.get_submodule(layer).append(Spoils(after))
    last = f"{layer}.{len(model.get_submodule(layer)) - 1}"
    before = {k: v.clone() for k, v in model.named_parameters()}
    with pytest.raises(NonFiniteLoss, match=rf"sonlu değil \(nan\).*katman: {last}\.") as caught:
        train(model, digits(96), digits(40), RECIPE)
    assert caught.value.layer == last
    assert all(p.isfinite().all() for p in model.parameters())
    assert after or all(torch.equal(p, before[k]) for k, p in model.named_parameters())


def test_spoilt_weights_and_a_spoilt_loss_are_told_apart():
    model, x = small(), torch.rand(4, 1, 32, 32)
    assert first_nonfinite(model, x) == "kayıp"
    with torch.no_grad():
        model.stages[1][0].attn.fc1.weight[0] = float("inf")
    assert first_nonfinite(model, x) == "stages.1.0.attn.fc1"


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch": 0}, {"lr": 0.0}, {"lr": float("nan")}, {"seed": -1}]
)
def test_a_wrong_recipe_is_refused_before_training(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} .*verilen: "):
        Recipe(**wrong)


def test_the_progress_bar_shows_loss_and_accuracy_and_leaves_nothing_behind(capsys):
    data = digits(64)
    train(small(), data, data, replace(RECIPE, epochs=1), progress=True)
    shown = capsys.readouterr()
    assert "kayıp" in shown.out
    assert max(float(value) for value in re.findall(r"doğruluk (\d\.\d+)", shown.out)) <= 1
    assert shown.out.rstrip(" ").endswith("\r")
    assert shown.err == ""
    train(small(), data, data, replace(RECIPE, epochs=1))
    assert capsys.readouterr().out == ""


def test_the_accuracy_in_the_bar_counts_a_partial_last_batch_by_its_images(capsys):
    """40 görüntü, 16'lık yığınlar: sonuncusu 8'dir. Çubuktaki son doğruluk, epoğun doğruluğudur."""
    data = digits(40)
    row = train(small(), data, data, Recipe(epochs=1, batch=16, seed=3), progress=True)[0]
    shown = [float(value) for value in re.findall(r"doğruluk (\d\.\d+)", capsys.readouterr().out)]
    assert row["train_accuracy"] > 0
    assert shown[-1] == pytest.approx(row["train_accuracy"], abs=5e-4)


def test_any_data_set_with_images_and_labels_will_do():
    data = TensorDataset(torch.rand(40, 3, 16, 16), torch.arange(40) % 10)
    history = train(SmallResNet(10, widths=(4, 8)), data, data, replace(RECIPE, epochs=1))
    assert 0 <= history[0]["test_accuracy"] <= 1


def test_a_save_that_fails_keeps_the_old_checkpoint(tmp_path, monkeypatch):
    data, path = digits(64), tmp_path / "kayıt.pt"
    train(small(), data, data, replace(RECIPE, epochs=1), checkpoint=path)
    kept = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        train(small(), data, data, RECIPE, checkpoint=tmp_path / "yeni.pt")
    assert path.read_bytes() == kept
    assert [p.name for p in tmp_path.iterdir()] == ["kayıt.pt"]
