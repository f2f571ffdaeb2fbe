"""Veri: kutu rakamı sarar, yazılar sızmaz, pikseller her makinede aynı; CIFAR kendi biçiminde."""

import hashlib
import io
import pickle
import tarfile
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader
from torchvision.datasets import CIFAR10

from course_lib.experiments.data import (
    CLASSES,
    FIT_FORMS,
    LEVELS,
    SIDE,
    TEST_FORMS,
    TRAIN_FORMS,
    VALIDATION_FORMS,
    ClutteredDigits,
    cifar10,
    drawn,
    inked,
    words_of,
    written,
)

CHOSEN = st.fixed_dictionaries({"train": st.booleans(), "seed": st.integers(0, 2**40)})
LEVEL = st.sampled_from(list(LEVELS.values()))
QUICK = settings(max_examples=40, derandomize=True, deadline=None)
# İlk altmış görüntünün pikselleri ve kutuları: başka makine, başka numpy, aynı sayı.
FINGERPRINTS = {
    ("kolay", True): "c509e023560bed45", ("kolay", False): "806735d9c66947f9",
    ("orta", True): "1d48a0921262bf69", ("orta", False): "08c047a1ea0ce39f",
    ("zor", True): "48106047f88c2cb2", ("zor", False): "8d90a8db7a4fa900",
}  # fmt: skip


@QUICK
@given(CHOSEN, LEVEL, st.integers(0, 5000))
def test_the_box_holds_the_digit_tightly_and_lies_on_the_canvas(chosen, level, first):
    words, labels = words_of(first, 4, **chosen), np.arange(first, first + 4) % CLASSES
    ink, boxes = inked(words, labels, train=chosen["train"], level=replace(level, fragments=0))
    cluttered, same = inked(words, labels, train=chosen["train"], level=level)
    assert np.array_equal(boxes, same)
    for digit, crowd, (x0, y0, x1, y1) in zip(ink, cluttered, boxes, strict=True):
        rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
        assert (x0, y0, x1, y1) == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        assert x1 <= SIDE
        assert y1 <= SIDE
        assert (crowd >= digit).all()  # kırıntılar rakamı silmez


@QUICK
@given(CHOSEN, LEVEL, st.integers(0, 5000))
def test_an_image_depends_only_on_its_own_seed_and_index(chosen, level, first):
    many, alone = drawn(first, 7, level=level, **chosen), drawn(first + 4, 1, level=level, **chosen)
    assert all(np.array_equal(m[4:5], a) for m, a in zip(many, alone, strict=True))


def test_labels_are_uniform_and_images_differ():
    data = ClutteredDigits(200, train=True)
    assert torch.bincount(data.labels).tolist() == [20] * CLASSES
    assert len({image.numpy().tobytes() for image in data.images}) == 200
    other = ClutteredDigits(200, train=True, seed=1)
    assert not torch.equal(data.images, other.images)
    assert torch.equal(ClutteredDigits(1100, train=True).images[:200], data.images)


def test_the_label_is_the_digit_s_own():
    """Kırıntısız, ışıksız mürekkep, bölmenin aynı etiketli bir rakamının büyütülmüşüdür."""
    level = replace(LEVELS["kolay"], fragments=0, size=(8, 8))  # 8 pikselde büyütme yoktur
    words, labels = words_of(0, 50, train=False, seed=3), np.arange(50) % CLASSES
    ink, boxes = inked(words, labels, train=False, level=level)
    digits, members = written(False)
    for picture, label, (x0, y0, x1, y1) in zip(ink, labels, boxes, strict=True):
        cut = picture[y0:y1, x0:x1]
        same = [
            d
            for d in digits[members[label]] * 255 // 16
            if d[d.any(1)][:, d.any(0)].shape == cut.shape
        ]
        assert any((d[d.any(1)][:, d.any(0)] == cut).all() for d in same)


def test_no_writer_s_sample_is_on_both_sides():
    everything = load_digits()
    for start in (0, *TRAIN_FORMS[1:], TEST_FORMS[0]):  # her form aynı on rakamla başlar
        assert everything.target[start : start + 10].tolist() == list(range(10))
    assert TRAIN_FORMS[1] < TEST_FORMS[0]
    assert TEST_FORMS[1] == len(everything.target)
    train, test = ({d.tobytes() for d in written(side)[0]} for side in (True, False))
    assert len(train) > 1100
    assert len(test) > 500
    assert not train & test


def test_tuning_never_looks_at_the_test_forms_nor_splits_a_writer():
    target = load_digits().target
    for start in (FIT_FORMS[1], VALIDATION_FORMS[0]):
        assert target[start : start + 10].tolist() == list(range(10))
    assert FIT_FORMS[1] + 100 < VALIDATION_FORMS[0]  # arada bir form boş kalır
    assert VALIDATION_FORMS[1] == TRAIN_FORMS[1] < TEST_FORMS[0]
    sides = [{d.tobytes() for d in written(*chosen)[0]} for chosen in ((True, True), (False, True))]
    train, test = ({d.tobytes() for d in written(side)[0]} for side in (True, False))
    assert not sides[0] & sides[1]
    assert sides[0] | sides[1] <= train
    assert not (sides[0] | sides[1]) & test
    one, two = (ClutteredDigits(40, train=False, tuning=tuned) for tuned in (True, False))
    assert not torch.equal(one.images, two.images)


@pytest.mark.parametrize(("level", "train"), FINGERPRINTS)
def test_pixels_are_the_same_on_every_platform(level, train):
    data = ClutteredDigits(60, train=train, level=level, seed=7)
    found = hashlib.sha256(data.images.numpy().tobytes() + data.boxes.numpy().tobytes()).hexdigest()
    assert found[:16] == FINGERPRINTS[level, train]


def test_an_item_is_an_image_a_label_and_a_box():
    image, label, box = ClutteredDigits(10, train=True)[3]
    assert (image.shape, image.dtype, label.shape, box.shape) == (
        (1, SIDE, SIDE),
        torch.float32,
        (),
        (4,),
    )
    assert int(label) == 3
    assert 0 <= float(image.min()) <= float(image.max()) <= 1
    x, labels, boxes = next(iter(DataLoader(ClutteredDigits(10, train=True), 5)))
    assert (x.shape, labels.shape, boxes.shape) == ((5, 1, SIDE, SIDE), (5,), (5, 4))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"level": "imkansız"}, "level"),
        ({"count": 0}, "count"),
        ({"seed": -1}, "seed"),
        ({"train": 1}, "train"),
    ],
)
def test_wrong_arguments_are_named(wrong, name):
    with pytest.raises(ValueError, match=f"^{name} .*verilen: "):
        ClutteredDigits(**{"count": 5, "train": True, **wrong})


# CIFAR-10


def cifar_files(folder, monkeypatch, images=20):
    """CIFAR'ın kendi biçiminde küçük dosyalar; sağlamaları torchvision'ın listesine işlenir."""
    base = folder / CIFAR10.base_folder
    base.mkdir(parents=True)
    generator, lists = np.random.default_rng(0), {"train_list": [], "test_list": []}
    names = {"train_list": [f"data_batch_{i}" for i in range(1, 6)], "test_list": ["test_batch"]}
    for kind, files in names.items():
        for name in files:
            content = {
                "data": generator.integers(0, 256, (images, 3072), np.uint8),
                "labels": generator.integers(0, 10, images).tolist(),
            }
            (base / name).write_bytes(pickle.dumps(content))
            lists[kind].append([name, hashlib.md5((base / name).read_bytes()).hexdigest()])
    meta = pickle.dumps({"label_names": ["uçak", *map(str, range(9))]})
    (base / "batches.meta").write_bytes(meta)
    for kind, listed in lists.items():
        monkeypatch.setattr(CIFAR10, kind, listed)
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": hashlib.md5(meta).hexdigest()})
    return base


def test_cifar_reads_its_own_format(tmp_path, monkeypatch):
    base = cifar_files(tmp_path, monkeypatch)
    train, test = cifar10(tmp_path)
    assert (len(train), len(test)) == (100, 20)
    image, label = train[0]
    raw = pickle.loads((base / "data_batch_1").read_bytes())
    assert torch.equal(image, torch.from_numpy(raw["data"][0].reshape(3, 32, 32)).float() / 255)
    assert label == raw["labels"][0]
    assert train.classes[0] == "uçak"


def test_cifar_offline_says_where_the_files_belong(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"root içinde .*cifar-10-batches-py/data_batch_1"):
        cifar10(tmp_path / "yok")
    assert not (tmp_path / "yok").exists()


def test_a_spoilt_cifar_file_is_not_used(tmp_path, monkeypatch):
    base = cifar_files(tmp_path, monkeypatch)
    (base / "data_batch_3").write_bytes(b"bozuk")
    with pytest.raises(FileNotFoundError, match="sağlam bir CIFAR-10 bulunamadı"):
        cifar10(tmp_path)


def archive_of(base, monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(base, arcname=CIFAR10.base_folder)
    monkeypatch.setattr(CIFAR10, "tgz_md5", hashlib.md5(packed.getvalue()).hexdigest())
    return packed.getvalue()


@pytest.fixture
def server(tmp_path):
    """`tmp_path`i yerel HTTP üzerinden sunar."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_cifar_is_downloaded_checked_and_unpacked(tmp_path, monkeypatch, server):
    archive = archive_of(cifar_files(tmp_path / "sunucu", monkeypatch), monkeypatch)
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(archive)
    monkeypatch.setattr(CIFAR10, "url", f"{server}/cifar-10-python.tar.gz")
    train, test = cifar10(tmp_path / "gelen", download=True)
    assert (len(train), len(test)) == (100, 20)
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(archive[:-100])
    with pytest.raises(ConnectionError, match="sağlaması tutmadı"):
        cifar10(tmp_path / "yarım", download=True)


def test_cifar_without_a_network_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(CIFAR10, "url", "http://127.0.0.1:9/cifar-10-python.tar.gz")
    with pytest.raises(ConnectionError, match=r"indirilemedi.*başka bir yerden getir"):
        cifar10(tmp_path, download=True)
