"""Ortak sözler: bir dikkatin ya da artık bloğun, türü ne olursa olsun verdiği sözler.

Parçaların adına bakmazlar: blok çağrılır, girdisi ya da parametresi kıpırdatılır, sonuç ölçülür.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.diagnosis.kind import INAPPLICABLE, Promise, Reading
from course_lib.diagnosis.probes import EFFECT, logits
from course_lib.diagnosis.twin import (
    FORM_KEPT,
    INPUT_KEPT,
    RUNS,
    SAMPLES,
    MaskTwin,
    NotMeasurable,
    PromiseBroken,
    Twin,
    described,
    private_copy,
)

SAME = 1e-9
STEPS = (1e-6, 1e-8, 1e-3)  # sayısal türevin adımı; sonuncusu, içinde float32 hesap olana
CALLS = 16  # dropout'un izi için: aynı girdiyle çağrı sayısı
REPEATS, MANY = 3, 4 * SAMPLES
STEADY = "çağrıdan-bağımsız"
DRAWS = 12  # tek çekimde gizli birimler ölü olabilir
AGREE = 1e-3  # sayısal eğimin iki yanda, sonra geri yayılımınkiyle uyuşması
SHAPES = ((SAMPLES, 4, 5), (2, 6, 3), (2, 3, 6), (2, 5, 1), (2, 1, 4), (1, 1, 1))  # (B, H, W)
DROPS = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)


def gap(a: Tensor, b: Tensor) -> float:
    """İki sonucun en büyük farkı, büyüklüklerine göre; şekilleri farklıysa sonsuz."""
    if a.shape != b.shape:
        return float("inf")
    if not a.numel():
        return 0.0
    apart = (a.detach().double() - b.detach().double()).abs()
    size = max(float(a.detach().abs().max()), 1e-12)
    return float(torch.nan_to_num(apart, nan=torch.inf).max()) / size


# --- çalışır ----------------------------------------------------------------------------------
def runs_on_valid_inputs(twin: Twin) -> Reading:
    for shape in SHAPES:
        try:
            twin.call(twin.sized(*shape))
        except PromiseBroken as problem:
            return Reading(problem.promise != RUNS, note=str(problem))
    twin.block.train()
    try:
        twin.call(twin.sized(*SHAPES[0]))
    except PromiseBroken as problem:
        return Reading(problem.promise != RUNS, note=f"Eğitim kipinde: {problem}")
    return Reading(True)


def form_is_kept(twin: Twin) -> Reading:
    """Her şekilde çıktı, ilkindekiyle aynı kurala uyar: B korunur, dikkatte şekil korunur."""
    sizes = set()
    for shape in SHAPES:
        x = twin.sized(*shape)
        out = twin.call(x)
        if not isinstance(out[0], Tensor) or len(out[0]) != len(x):
            return Reading(False, note=f"{tuple(x.shape)} girdiden çıkan: {described(out[0])}.")
        if twin.keeps_shape and out[0].shape != x.shape:
            note = f"{tuple(x.shape)} girdiden çıkan: {tuple(out[0].shape)}."
            return Reading(False, note=note)
        sizes.add(len(out))
    if len(sizes) > 1:
        return Reading(False, note=f"Dönen değer sayısı girdiye göre değişiyor: {sorted(sizes)}.")
    problem = twin.form_problem()
    return Reading(not problem, note=problem)


# --- çağrıdan çağrıya -------------------------------------------------------------------------
def calls_do_not_matter(twin: Twin) -> Reading:
    unused = private_copy(twin.block)  # geçmişi başka olacak kopya
    x = twin.images(MANY)  # seyrek bir rastlantı da görünsün
    first = twin.output(x)
    again = max(gap(first, twin.output(x)) for _ in range(REPEATS))
    twin.output(twin.images(MANY))
    twin.output(twin.sized(2, 7, 3))
    later = gap(first, twin.output(x))
    with on(twin, unused):
        twin.output(twin.sized(2, 7, 3))
        twin.output(twin.images(MANY))
        elsewhere = gap(first, twin.output(x))
    evidence = {
        "aynı girdi iki kez: fark": again,
        "arada başka girdilerle çağrılınca: fark": later,
        "önce başka bir girdi verilince: fark": elsewhere,
    }
    if max(evidence.values()) < SAME:
        return Reading(True, evidence)
    mark = "stale-result" if again < SAME < elsewhere else None
    if again > SAME and isinstance(twin, MaskTwin) and scores_are_dropped(twin, x):
        mark = "dropout-on"
    return Reading(False, evidence, mark)


@contextmanager
def on(twin: Twin, block: nn.Module) -> Iterator[None]:
    """İkizin işleri bu süre içinde başka bir blokla yapılır."""
    kept, twin.block = twin.block, block
    try:
        yield
    finally:
        twin.block = kept


def scores_are_dropped(twin: MaskTwin, x: Tensor) -> bool:
    """Her ham skor çağrıdan çağrıya ya hep aynı sayı ya da 0 mı?"""
    masks = torch.stack([twin.mask(x) for _ in range(CALLS)])
    for z in logits(masks):
        zero = z.abs() < SAME
        low = z.masked_fill(zero, torch.inf).amin(0)
        high = z.masked_fill(zero, -torch.inf).amax(0)
        seen = ~zero.all(0)
        if zero.any() and bool((high - low)[seen].abs().max() < 1e-6):
            return True
    return False


def input_is_kept(twin: Twin) -> Reading:
    for shape in SHAPES[:3]:
        try:
            twin.call(twin.sized(*shape))
        except PromiseBroken as problem:
            if problem.promise == INPUT_KEPT:
                return Reading(False, note=str(problem))
            raise
    return Reading(True)


def types_are_kept(twin: Twin) -> Reading:
    block, x = twin.block, twin.images()
    for dtype in (torch.float32, torch.bfloat16):
        low = copy.deepcopy(block).to(dtype)
        try:
            out = first_of(low(x.to(dtype)))
        except RuntimeError as problem:
            return Reading(False, note=f"{dtype} girdide ve ağırlıklarda hata: {problem}")
        if out.dtype != dtype:
            return Reading(False, note=f"Girdi {dtype}, çıktı {out.dtype}.")
    return Reading(True)


def layout_does_not_matter(twin: Twin) -> Reading:
    x = twin.images()
    want = twin.output(x)
    turned = x.transpose(2, 3).contiguous().transpose(2, 3)  # bitişik değil
    strange = {"channels_last": x.contiguous(memory_format=torch.channels_last), "devrik": turned}
    for name, given in strange.items():
        try:
            got = first_of(twin.block(given))
        except Exception as problem:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            note = f"Bellek düzeni {name} iken hata: {problem}"
            return Reading(False, mark="layout-crash", note=note)
        if gap(want, got) > SAME:
            return Reading(False, {f"bellek düzeni {name} iken fark": gap(want, got)})
    return Reading(True)


def training_agrees(twin: Twin) -> Reading:
    if any(isinstance(m, DROPS) for m in twin.block.modules()):
        return INAPPLICABLE
    x = twin.images()
    want = twin.output(x)
    twin.block.train()
    apart = gap(want, twin.output(x))
    return Reading(apart < SAME, {"eğitim kipindeki çıktının farkı": apart})


# --- gradyan ----------------------------------------------------------------------------------
def moved_output(twin: Twin, x: Tensor, tensors: Sequence[Tensor], ways: list[Tensor], h: float):
    """`tensors`, `ways` yönünde h kadar itilince çıktı; sonra geri konur."""
    with torch.no_grad():
        for t, way in zip(tensors, ways, strict=True):
            t.add_(way, alpha=h)
        out = twin.output(x).clone()
        for t, way in zip(tensors, ways, strict=True):
            t.sub_(way, alpha=h)
    return out


def numeric_slope(
    twin: Twin, x: Tensor, tensors: Sequence[Tensor], ways: list[Tensor], target: Tensor
) -> float | None:
    """(f(+h) - f(-h)) / 2h; iki yandaki eğim aynı değilse (arada bir kırılma var) None."""
    middle = moved_output(twin, x, tensors, ways, 0.0)
    for h in STEPS:
        up, down = (moved_output(twin, x, tensors, ways, s) for s in (h, -h))
        sides = [float(((a - b) * target).sum()) / h for a, b in ((up, middle), (middle, down))]
        size = max(map(abs, sides))
        if size < 1e-7 or abs(sides[0] - sides[1]) <= AGREE * size:
            return sum(sides) / 2
    return None


def slopes_of(twin: Twin, x: Tensor) -> dict[str, tuple[float, float | None]]:
    """Yön -> (geri yayılımın, sayısal türevin) eğimi: girdi ve parametreler birlikte."""
    x = x.clone().requires_grad_()
    parameters = [p for p in twin.parameters().values() if p.is_floating_point()]
    y = twin.output(x)
    target = twin.normal(y.shape)
    everything = [x, *parameters]
    grads: Iterable[Tensor | None] = [None] * len(everything)
    if y.requires_grad:
        grads = torch.autograd.grad((y * target).sum(), everything, allow_unused=True)
    ways = [twin.normal(t.shape) for t in everything]
    along = [
        0.0 if g is None else float((g * way).sum()) for g, way in zip(grads, ways, strict=True)
    ]
    found = {"girdi": (along[0], numeric_slope(twin, x, [x], ways[:1], target))}
    if parameters:
        numeric = numeric_slope(twin, x, parameters, ways[1:], target)
        found["parametreler"] = (sum(along[1:]), numeric)
    return found


def gradients_are_right(twin: Twin) -> Reading:
    evidence, wrong, read = {}, False, False
    for name, (analytic, numeric) in slopes_of(twin, twin.clear_images()).items():
        if numeric is None:
            continue
        read = True
        evidence |= {f"{name} yönünde geri yayılım": analytic, f"{name} yönünde ölçülen": numeric}
        wrong = wrong or abs(analytic - numeric) > 10 * AGREE * max(abs(analytic), abs(numeric))
    if not read:
        raise NotMeasurable("Sayısal türev bu girdide kararsız; gradyan karşılaştırılamadı.")
    return Reading(not wrong, evidence)


def state_can_be_stored(twin: Twin) -> Reading:
    other = copy.deepcopy(twin.block)
    x = twin.images()
    want = twin.output(x)
    state = {k: v.clone() for k, v in twin.block.state_dict().items()}
    kept, twin.block = twin.block, other
    for p in twin.parameters().values():
        with torch.no_grad():
            p.add_(twin.away_from_zero(p.shape))
    try:
        other.load_state_dict(state)
    except RuntimeError as problem:
        return Reading(False, note=f"Saklanan durum geri yüklenemedi: {problem}")
    apart = gap(want, twin.output(x))
    twin.block = kept
    return Reading(apart < SAME, {"yüklendikten sonra çıktı farkı": apart})


def plain_tensors(block: nn.Module) -> list[tuple[nn.Module, str]]:
    """Kayıtlı olmayan tensör alanları: ne parametre ne buffer."""
    return [
        (module, name)
        for module in block.modules()
        for name, value in vars(module).items()
        if isinstance(value, Tensor) and value.is_floating_point()
    ]


def is_rebuilt(twin: Twin, holder: nn.Module, name: str, x: Tensor, want: Tensor) -> bool:
    """Alan boşaltılınca blok onu yeniden kuruyor mu? Öyleyse önbellektir, durum değil."""
    value = getattr(holder, name)
    for empty in (lambda: setattr(holder, name, None), lambda: delattr(holder, name)):
        empty()
        try:
            if gap(want, twin.output(x)) < SAME:
                return True
        except NotMeasurable:
            continue
        finally:
            setattr(holder, name, value)
    return False


def parts_are_registered(twin: Twin) -> Reading:
    known = dict(twin.block.named_parameters())
    hidden = {name: p for name, p in twin.parameters().items() if name not in known}
    x = twin.clear_images()
    want = twin.output(x)
    fields = [f for f in plain_tensors(twin.block) if not is_rebuilt(twin, *f, x, want)]
    with torch.no_grad():
        for p in hidden.values():
            twin.draw(p) if p.dim() >= 2 else p.add_(twin.away_from_zero(p.shape))
        for holder, name in fields:
            value = getattr(holder, name)
            setattr(holder, name, value.detach() + twin.away_from_zero(value.shape))
    effect = gap(want, twin.output(x)) if hidden or fields else 0.0
    evidence = {"kayıtsız parça": float(len(hidden) + len(fields)), "etkileri": effect}
    return Reading(effect <= EFFECT, evidence, "unregistered")


def every_parameter_speaks(twin: Twin) -> Reading:
    """Birkaç çekimde, itilince sonucu hiç değiştirmeyen parametre sustur.

    Hesaba katılan, ama etkisi birbirini götüren bir öteleme (softmax'tan önceki gibi) suskun
    sayılmaz: gereksizdir, kopuk değildir.
    """
    names = {id(p): name for name, p in twin.parameters().items()}
    silent = {id(p): p for p in twin.expected_to_speak() if p.numel()}
    reached: set[int] = set()
    for _ in range(DRAWS):
        x = twin.clear_images()
        y = twin.output(x)
        if y.requires_grad:
            held = list(silent.values())
            grads = torch.autograd.grad(y.sum(), held, allow_unused=True)
            reached |= {id(p) for p, g in zip(held, grads, strict=True) if g is not None}
        for key, p in list(silent.items()):
            state = p.detach().clone()
            with torch.no_grad():
                p.add_(0.5 * twin.normal(p.shape))
                if gap(y, twin.output(x)) > SAME:
                    del silent[key]
                p.copy_(state)
        if not silent:
            return Reading(True)
        twin.redraw_again()
    idle = [names[k] for k, p in silent.items() if k not in reached or p.dim() >= 2]
    note = f"Sonucu hiç değiştirmeyen: {', '.join(sorted(idle))}." if idle else ""
    return Reading(not idle, note=note)


def first_of(out: object) -> Tensor:
    value = out[0] if isinstance(out, (tuple, list)) else out
    if not isinstance(value, Tensor):
        raise NotMeasurable(f"forward bir tensör vermeli; gelen {type(value).__name__}.")
    return value


RUNS_WITHOUT_ERROR = Promise(
    RUNS, "Geçerli her girdide hatasız çalışır.", runs_on_valid_inputs, once=True
)
COMMON = (
    RUNS_WITHOUT_ERROR,
    Promise(FORM_KEPT, "Çıktının biçimi söylenen biçimdir.", form_is_kept, once=True),
    Promise(INPUT_KEPT, "Girdi yerinde değişmez: çağırana aittir.", input_is_kept, once=True),
    Promise(
        STEADY,
        "Aynı girdi her çağrıda aynı sonucu verir; önceki çağrılar iz bırakmaz.",
        calls_do_not_matter,
        once=True,
    ),
    Promise(
        "tür-korunur",
        "Çıktının türü girdininkidir: float32'de de bfloat16'da da.",
        types_are_kept,
        once=True,
    ),
    Promise(
        "düzenden-bağımsız",
        "Girdinin bellekteki düzeni (channels_last, devrik) sonucu değiştirmez.",
        layout_does_not_matter,
        once=True,
    ),
    Promise(
        "kipler-uyuşur",
        "Arada BN ya da dropout yoksa eğitim ve ölçüm kipi aynı sonucu verir.",
        training_agrees,
        once=True,
    ),
    Promise(
        "parçalar-kayıtlı",
        "Çıktıyı etkileyen her parça kayıtlıdır: eğitilir, taşınır, saklanır.",
        parts_are_registered,
        once=True,
        unless=("alpha-saklanır",),
    ),
    Promise(
        "parametre-duyulur",
        "Bloğun her parametresi çıktıyı değiştirir.",
        every_parameter_speaks,
        once=True,
        unless=("mlp-duyulur", "dallar-duyulur", "yönlendirici-duyulur", "sıcaklık-duyulur"),
    ),
    Promise(
        "saklanır",
        "Durum sözlüğü saklanıp geri yüklenince sonuç aynıdır.",
        state_can_be_stored,
        once=True,
        unless=("parçalar-kayıtlı", "alpha-saklanır"),
    ),
    Promise(
        "gradyan-doğru",
        "Geri yayılımın verdiği gradyan sayısal türevle aynıdır; girdiye giden de.",
        gradients_are_right,
        unless=("gradyan-ulaşır",),
    ),
)
