"""İkiz: verilen bloğun, ölçmeye elverişli duruma getirilmiş kopyası. Asıl bloğa dokunulmaz.

Kopya CPU'da, float64, eval modunda ve bütün parametreleri çözülmüş durumdadır. Parametreler
rollerine göre tohumdan yeniden çekilir, doğrusal katmanların ötelemesi sıfırlanır, T bire alınır;
böylece teşhis eğitimin bıraktığı rastlantılara (ölü ReLU, doymuş kapı) değil koda bakar.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.device import one_thread
from course_lib.diagnosis.kind import parameters_of

SAMPLES = 6  # dim=0 hatası B = 1 iken saklanır; en az 3 örnek gerekir
HEIGHT, WIDTH = 4, 5
T_NAMES = ("t_raw", "T")
PLAIN = (str, int, float)  # bloktan okunup kurucuya yeniden verilebilecek ayarlar
EQUAL = 1e-9
T_RAW_AT_ONE = 0.5413248546129181  # softplus(t) = 1
RUNS, INPUT_KEPT, FORM_KEPT = "çalışır", "girdi-korunur", "dönüş-biçimi"
NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
LAYERS = (nn.modules.conv._ConvNd, nn.Linear, nn.Bilinear, nn.MultiheadAttention)


class NotMeasurable(Exception):
    """Blok ölçülemiyor: neden, kullanıcıya gösterilecek Türkçe cümledir."""


class PromiseBroken(NotMeasurable):
    """Blok ölçülemiyor, çünkü en temel sözlerinden birini tutmuyor; `promise` o sözün adı, `mark`
    bilinen bir hatanın izidir."""

    def __init__(self, promise: str, message: str, mark: str | None = None):
        super().__init__(message)
        self.promise, self.mark = promise, mark


@contextmanager
def measuring() -> Iterator[None]:
    """Çağıranın no_grad, inference_mode ve autocast ayarlarından bağımsız ölçüm bağlamı.

    Tek iş parçacığı kullanır: tensörler çok küçüktür, paylaştırmak hesaptan pahalıdır.
    """
    with (
        one_thread(),
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast("cpu", enabled=False),
    ):
        yield


def private_copy(block: nn.Module) -> nn.Module:
    """Derin kopya; blokta saklanmış, grafa bağlı ara tensörler koparılarak kopyalanır."""
    memo: dict[int, object] = {}
    for module in block.modules():
        for value in vars(module).values():
            for tensor in kept_tensors(value):
                memo[id(tensor)] = tensor.detach().clone()
    return copy.deepcopy(block, memo)


def kept_tensors(value: object) -> Iterator[Tensor]:
    """Bir alanda, iç içe kaplarda da, duran ve grafa bağlı tensörler."""
    if isinstance(value, Tensor) and value.grad_fn is not None:
        yield value
    for _, item in children(value):
        yield from kept_tensors(item)


def unwrapped(block: nn.Module) -> nn.Module:
    """Sarmalayıcıların (DataParallel, derlenmiş modül, tek öğeli Sequential) içindeki modül."""
    while True:
        inner = getattr(block, "_orig_mod", None)
        if isinstance(block, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            inner = block.module
        elif type(block) is nn.Sequential and len(block) == 1:
            inner = block[0]
        if not isinstance(inner, nn.Module):
            return block
        block = inner


def children(value: object) -> Iterable[tuple[object, object]]:
    """Düz bir kabın (liste, demet, sözlük) içindekiler, anahtarlarıyla."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, (list, tuple)) else ()


PYTORCHS = vars(nn.Module()).keys()  # her modülde bulunan alanlar: kayıtlar, kancalar


def orphans(block: nn.Module) -> dict[str, nn.Module]:
    """Düz listede, demette ya da sözlükte duran, bu yüzden PyTorch'un göremediği modüller."""
    known = set(map(id, block.modules()))
    found = {}
    for path, module in block.named_modules():
        for attribute, value in vars(module).items():
            if attribute in PYTORCHS:
                continue
            for key, item in children(value):
                if isinstance(item, nn.Module) and id(item) not in known:
                    found[".".join(filter(None, (path, attribute, str(key))))] = item
    return found


def ready(block: nn.Module) -> nn.Module:
    """CPU, float64, eval kopya; kayıtsız parçalar da çevrilir: `.double()` onları göremez."""
    block = private_copy(block).to("cpu").double().eval()
    for module in orphans(block).values():
        module.to("cpu").double().eval()
    return block


def is_number(value: object) -> bool:
    return isinstance(value, (float, int)) and not isinstance(value, bool)


def set_field(holder: nn.Module, name: str, value: float) -> None:
    """Modülün tensör ya da düz sayı olan alanını `value` yapar; başkasına dokunmaz."""
    now = getattr(holder, name, None)
    if isinstance(now, Tensor):
        with torch.no_grad():
            now.fill_(value)
    elif is_number(now):
        setattr(holder, name, float(value))


def is_matrix(p: Tensor) -> bool:
    """Karıştıran ağırlık mı (evrişim, doğrusal katman), yoksa çarpan ya da öteleme mi?"""
    return p.dim() >= 2 and p.numel() > max(p.shape)


class Twin:
    """Ölçülen kopya ve onun üzerinde yinelenen işler: çalıştır, yeniden çek, geri koy."""

    block: Any  # öğrencinin bloğu: hangi alanları taşıdığını ölçüm söyler
    channels: int
    arguments: tuple = ()  # sınıfı yeniden kurarken verilen ilk argümanlar

    def __init__(self, block: nn.Module, seed: int):
        self.block = ready(block)
        self.generator = torch.Generator().manual_seed(seed)
        for p in self.parameters().values():
            p.requires_grad_(True)
            p.grad = None
        self.redraw_again()

    def redraw_again(self) -> None:
        """Baştan, başka sayılarla çekilmiş parametreler; T bir."""
        self.redraw()
        self.set_temperature(T_RAW_AT_ONE, 1.0)

    # --- bloğun parçaları -------------------------------------------------------------------
    def parameters(self) -> dict[str, nn.Parameter]:
        """Ad -> parametre; kayıtsız parçalardakiler de."""
        found = dict(self.block.named_parameters())
        for path, module in orphans(self.block).items():
            found |= {f"{path}.{name}": p for name, p in module.named_parameters()}
        return found

    def groups(self) -> dict[str, list[nn.Parameter]]:
        """Etkisi birlikte yoklanan parametre öbekleri."""
        return {"parametreler": list(self.parameters().values())}

    def group(self, name: str) -> list[nn.Parameter]:
        return self.groups()[name]

    keeps_shape = False  # çıktı girdiyle aynı şekilde mi: dikkatte öyledir

    def form_problem(self) -> str:
        """İstenen dönüş biçimi ile gelen ayrılıyorsa nedeni, yoksa boş."""
        return ""

    def expected_to_speak(self) -> list[nn.Parameter]:
        """Çıktıyı etkilemesi beklenen parametreler."""
        return [p for group in self.groups().values() for p in group]

    def missing(self) -> list[str]:
        """Sözlerin dayandığı, ama blokta bulunmayan parçalar."""
        return []

    def set_temperature(self, raw: float, fixed: float) -> None:
        """Bloktaki her sıcaklık: t_raw varsa `raw`, sabit T varsa `fixed` olur."""
        for holder in self.block.modules():
            for name, value in zip(T_NAMES, (raw, fixed), strict=True):
                set_field(holder, name, value)

    def set_alpha(self, value: float) -> None:
        """Girdiyle karıştıran her alpha'yı `value` yapar."""
        for holder in self.block.modules():
            set_field(holder, "alpha", value)

    def fresh(self) -> nn.Module | None:
        """Aynı ayarlarla, kendi başlangıç değerleriyle kurulmuş yeni blok; sınıf bilinen
        argümanlarla kurulamıyorsa None."""
        cls = type(self.block)
        known, _ = parameters_of(cls)
        said = {k: v for k, v in vars(self.block).items() if k in known and isinstance(v, PLAIN)}
        for options in (said, {}):
            try:
                named = inspect.signature(cls).bind_partial(*self.arguments).arguments
                options = {k: v for k, v in options.items() if k not in named}
                return cls(*self.arguments, **options).double().eval()
            except Exception:  # kurucu her şeyi fırlatabilir: başka ayarlarla denenir
                continue
        return None

    # --- ağırlıklar -------------------------------------------------------------------------
    def redraw(self) -> None:
        """Parametreleri rollerine göre yeniden çeker; ortak kullanılan parametre bir kez yazılır.

        Katmanın ağırlığı rastgele, ötelemesi sıfır olur; BN'in gamma'sı 1 dolayında, ötelemesi
        küçüktür. Rolü bilinmeyen parametre 0'dan uzak durur: 0 ya da 1'de başlayan bir çarpan,
        ölçülecek etkiyi gizler.
        """
        written: set[int] = set()
        with torch.no_grad():
            for root in (self.block, *orphans(self.block).values()):
                for part in root.modules():
                    if isinstance(part, NORMS):
                        self.redraw_norm(part)
                        written |= {id(p) for p in part.parameters(recurse=False)}
                    for name, p in part.named_parameters(recurse=False):
                        if id(p) not in written and name not in T_NAMES:
                            self.redraw_parameter(part, name, p)
                        written.add(id(p))

    def redraw_parameter(self, part: nn.Module, name: str, p: nn.Parameter) -> None:
        if isinstance(part, LAYERS) and name.startswith("bias"):
            p.zero_()
        elif isinstance(part, LAYERS) or is_matrix(p):
            self.draw(p)
        else:
            p.copy_(self.away_from_zero(p.shape))

    def redraw_norm(self, norm: nn.Module) -> None:
        """Sıfırla başlatılmış gamma kendinden öncesini susturur: o da yeniden çekilir."""
        held: Any = norm
        if isinstance(held.weight, Tensor):
            held.weight.copy_(self.away_from_zero(held.weight.shape) + 0.2)
        if isinstance(held.bias, Tensor):
            held.bias.copy_(0.2 * self.normal(held.bias.shape))
        if isinstance(getattr(held, "running_mean", None), Tensor):
            held.running_mean.copy_(0.2 * self.normal(held.running_mean.shape))
            held.running_var.fill_(1.0)

    def away_from_zero(self, shape) -> Tensor:
        """[0,5, 1] aralığında sayılar."""
        return 0.5 + 0.5 * torch.rand(shape, generator=self.generator, dtype=torch.float64)

    def draw(self, p: nn.Parameter) -> None:
        with torch.no_grad():
            p.copy_(self.normal(p.shape) * math.sqrt(2 / max(math.prod(p.shape[1:]), 1)))

    def redraw_group(self, name: str) -> None:
        """Öbeğin matrislerini yeniden çeker; matrisi yoksa parametrelerini iter."""
        group = self.group(name)
        matrices = [p for p in group if p.dim() >= 2]
        for p in matrices or group:
            if p.dim() >= 2:
                self.draw(p)
            else:
                with torch.no_grad():
                    p.add_(self.normal(p.shape))

    def normal(self, shape) -> Tensor:
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def snapshot(self) -> dict[str, Tensor]:
        """Parametrelerin ve buffer'ların kopyası; kayıtsız parçalar da."""
        held = (*self.parameters().items(), *self.block.named_buffers())
        return {k: v.detach().clone() for k, v in held}

    def restore(self, state: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for key, value in (*self.parameters().items(), *self.block.named_buffers()):
                value.copy_(state[key])

    # --- girdi ve çıktı ---------------------------------------------------------------------
    def images(self, samples: int = SAMPLES) -> Tensor:
        """Rastgele girdi, (B, C, H, W); özetler iki işareti de alır."""
        raise NotImplementedError

    def sized(self, batch: int, height: int, width: int) -> Tensor:
        """İstenen boyda rastgele girdi."""
        return self.normal((batch, self.channels, height, width))

    def others(self, x: Tensor) -> Tensor:
        """x ile aynı büyüklükte, başka içerikli girdi."""
        return self.images(len(x))

    def clear_images(self) -> Tensor:
        """Etkilerin çıktıda görülebildiği girdi."""
        return self.images()

    def call(self, x: Tensor) -> tuple:
        """Bloğun döndürdükleri, demet olarak; hata verirse NotMeasurable."""
        given = x.clone()
        try:
            out = self.block(given)
        except Exception as error:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            raise PromiseBroken(
                RUNS,
                f"Blok {tuple(x.shape)} girdide hata verdi: {type(error).__name__}: {error}",
            ) from error
        parts = tuple(out) if isinstance(out, (tuple, list)) else (out,)
        if not torch.equal(given, x):
            raise PromiseBroken(
                INPUT_KEPT,
                "Blok girdisini yerinde değiştiriyor (örneğin s = x; s += …): "
                "girdi, çağırana aittir.",
                mark="input-overwritten" if parts[0] is given else None,
            )
        return parts

    def output(self, x: Tensor) -> Tensor:
        """Bloğun asıl çıktısı, grafa bağlı; biçimi uymuyorsa NotMeasurable."""
        raise NotImplementedError

    def look(self, x: Tensor) -> Tensor:
        """Ölçümlerin karşılaştırdığı sonuç, örnek başına bir satır: (B, N)."""
        raise NotImplementedError


class MaskTwin(Twin):
    """Girdisini bir maskeyle çarpan bloğun ikizi.

    Maske her blokta aynı biçimde tutulur: (B, N). Kanal dikkatinde N = C, uzamsal dikkatte
    N = H·W, ikisini de taşıyanda N = C·H·W.
    """

    keeps_shape = True
    has_router: Any = False  # yönlendiricinin sözü beklenir mi?

    def peak_share(self, x: Tensor) -> Tensor | None:
        """Tepe görüşünün ham skordaki payı, (B,); blok söylemiyorsa None."""
        return None

    def views(self) -> tuple:
        """Ayrı ayrı özetlenen kapılara bakışlar (summaries.GateView)."""
        raise NotImplementedError

    def mask_size(self, x: Tensor) -> int:
        """Örnek başına maske sayısı N."""
        raise NotImplementedError

    def read_mask(self, gain: Tensor) -> Tensor:
        """y / x oranından maske, (B, N)."""
        raise NotImplementedError

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        """(B, N) maskeyi x ile çarpılacak şekle açar."""
        raise NotImplementedError

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x)) * (x.abs().max() / 2)

    def run(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(y, maske (B, N), ağırlıklar); vermediği None olur. Şekil uymuyorsa NotMeasurable."""
        parts = self.call(x)
        y, mask, weights = (*parts, None, None)[:3]
        if len(parts) > 3 or not isinstance(y, Tensor) or y.shape != x.shape:
            raise PromiseBroken(
                FORM_KEPT,
                "Blok (y, maske) ya da (y, maske, ağırlıklar) döndürmeli ve y girdiyle aynı "
                "şekilde olmalı: "
                f"beklenen {tuple(x.shape)}, gelen {described(y)} ({len(parts)} değer).",
            )
        size = self.mask_size(x)
        if mask is not None:
            if not isinstance(mask, Tensor) or mask.numel() != len(x) * size:
                raise PromiseBroken(
                    FORM_KEPT, f"Maske örnek başına {size} sayı taşımalı; gelen {described(mask)}."
                )
            mask = mask.detach().reshape(len(x), size)
        if weights is not None:
            if not isinstance(weights, Tensor) or weights.dim() != 2 or len(weights) != len(x):
                raise PromiseBroken(
                    FORM_KEPT, f"Ağırlıklar ({len(x)}, K) olmalı; gelen {described(weights)}."
                )
            weights = weights.detach().double()
        return y.double(), mask, weights

    def output(self, x: Tensor) -> Tensor:
        return self.run(x)[0]

    def mask(self, x: Tensor) -> Tensor:
        """Gerçekte uygulanan maske, çıktıdan okunur: y / x, (B, N)."""
        with torch.no_grad():
            return self.read_mask(ratio(self.output(x), x))

    def look(self, x: Tensor) -> Tensor:
        return self.mask(x)


class RoutedTwin(MaskTwin):
    """Yönlendiricisi ve sıcaklığı olan dikkatin ikizi: kanal ve uzamsal dikkat."""

    own: str  # bloğun asıl parametre öbeği: "mlp" ya da "dallar"
    own_words: str  # o öbeğin kullanıcıya söylenen adı
    router: str  # yönlendiricinin bloktaki adı
    returns: str  # ağırlıkları da döndüren ayarın adı

    def __init__(self, block: nn.Module, seed: int):
        super().__init__(block, seed)
        if hasattr(self.block, self.returns):
            setattr(self.block, self.returns, True)

    @property
    def has_router(self) -> bool:
        """Yönlendiricinin sözü beklenir mi?"""
        raise NotImplementedError

    def peak_share(self, x: Tensor) -> Tensor | None:
        weights = self.run(x)[2] if self.has_router else None
        return None if weights is None else weights[:, 1]

    def form_problem(self) -> str:
        if not hasattr(self.block, self.returns):
            return ""
        x, given = self.images(), []
        for asked in (False, True):
            setattr(self.block, self.returns, asked)
            given.append(self.call(x))
        lengths = [len(parts) for parts in given]
        if lengths not in ([2, 3], [1, 1]):
            return (
                f"{self.returns} kapalıyken 2, açıkken 3 değer beklenir; "
                f"gelen {lengths[0]} ve {lengths[1]}."
            )
        for name, off, on in zip(("y", "maske"), *given, strict=False):
            if not isinstance(off, Tensor) or described(off) != described(on):
                apart = f"kapalıyken {described(off)}, açıkken {described(on)}"
            elif (size := float((off.double() - on.double()).detach().abs().max())) > EQUAL:
                apart = f"fark {size:.2g}"
            else:
                continue
            return f"{self.returns} açılıp kapanınca {name} değişmemeli; {apart}."
        if given[0][0].requires_grad != given[1][0].requires_grad:
            return f"{self.returns} y'yi değiştirmemeli; iki durumdan birinde gradyan kopuk."
        return ""

    def groups(self) -> dict[str, list[nn.Parameter]]:
        """Asıl öbek, "router" ve "temperature"."""
        found: dict[str, list[nn.Parameter]] = {self.own: [], "router": [], "temperature": []}
        for key, p in self.parameters().items():
            leaf = key.rsplit(".", 1)[-1]
            routed = key.startswith(self.router)
            place = "temperature" if leaf in T_NAMES else "router" if routed else self.own
            found[place].append(p)
        return found

    def expected_to_speak(self) -> list[nn.Parameter]:
        groups = self.groups()
        if not self.has_router:
            groups["router"] = []
        return [p for group in groups.values() for p in group]

    def temperature(self) -> Tensor | float | None:
        """T'nin tutulduğu yer: parametre, buffer ya da düz sayı; yoksa None."""
        for name in T_NAMES:
            value = getattr(self.block, name, None)
            if isinstance(value, (Tensor, float, int)):
                return value
        return None

    def missing(self) -> list[str]:
        found = []
        if self.temperature() is None:
            found.append("sıcaklık (t_raw ya da T)")
        if self.has_router and not self.group("router"):
            found.append(f"yönlendirici ({self.router})")
        if not self.group(self.own):
            found.append(self.own_words)
        return found

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Ağırlıklar 1'e toplanıyorsa yönlendiricinin etkisiz kaldığı (girdi, başka girdi)."""
        raise NotImplementedError

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        """Ortalama özet değişir, tepe özeti değişmez."""
        raise NotImplementedError

    def raise_the_peak(self, x: Tensor) -> Tensor:
        """Tepe özeti değişir, ortalama özet değişmez."""
        raise NotImplementedError

    def quieten(self, x: Tensor) -> Tensor:
        """Ham skorları yarıya indirecek girdi (ya da ağırlık) değişikliği."""
        raise NotImplementedError

    def unsaturated(self, x: Tensor) -> Tensor:
        """Ham skorları, kapı hiçbir yerde doymayana dek küçültür."""
        for _ in range(24):
            mask = self.mask(x)
            if torch.isfinite(mask).all() and ((mask - 0.5).abs() < 0.4).all():
                return x
            x = self.quieten(x)
        raise NotMeasurable(
            "Girdi ne kadar küçültülürse küçültülsün kapı doygun kalıyor (maske girdiye bakmıyor "
            "olabilir); ölçüm etkisiz."
        )

    def clear_images(self) -> Tensor:
        return self.unsaturated(self.images())


def described(value: object) -> str:
    """Beklenmeyen bir sonucun kullanıcıya söylenen özeti: şekli ya da türü."""
    return str(tuple(value.shape)) if isinstance(value, Tensor) else type(value).__name__


def channel_count(block: nn.Module) -> int:
    """Bloğun beklediği kanal sayısı C: `channels` alanından ya da fc1'in girişinden."""
    count = getattr(block, "channels", None)
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        return count
    weight = getattr(getattr(block, "fc1", None), "weight", None)
    if isinstance(weight, Tensor) and weight.dim() >= 2:
        return int(weight.shape[1])
    raise NotMeasurable(
        "Kanal sayısı anlaşılamadı: blokta ne `channels` alanı ne de `fc1` katmanı var. "
        "Çıkış yolu: self.channels = C."
    )


def ratio(y: Tensor, x: Tensor) -> Tensor:
    """y / x; x'in sıfır olduğu yerde NaN."""
    return y / torch.where(x.abs() > 1e-12, x, torch.full_like(x, torch.nan))


def lowered(values: Tensor, dim: int) -> Tensor:
    """En küçükler daha da küçülür: ortalama değişir, tepe değişmez."""
    values = values.clone()
    step = -2 * values.std(dim=dim, keepdim=True)
    return values.scatter_add_(dim, values.argmin(dim, keepdim=True), step)


def raised(values: Tensor, dim: int) -> Tensor:
    """Tepeye eklenen, en küçükten çıkarılır: tepe değişir, ortalama değişmez."""
    values = values.clone()
    step = values.std(dim=dim, keepdim=True)
    values.scatter_add_(dim, values.argmax(dim, keepdim=True), step)
    return values.scatter_add_(dim, values.argmin(dim, keepdim=True), -step)
