"""İkiz: verilen bloğun, ölçmeye elverişli duruma getirilmiş kopyası. Asıl bloğa dokunulmaz.

Kopya CPU'da, float64, eval modunda ve bütün parametreleri çözülmüş durumdadır. Matris biçimli
ağırlıklar tohumdan yeniden çekilir, doğrusal katmanların ötelemesi sıfırlanır, T bire alınır;
böylece teşhis eğitimin bıraktığı rastlantılara (ölü ReLU, doymuş kapı) değil koda bakar.

Maske her blokta aynı biçimde tutulur: (B, N). Kanal dikkatinde N = C, uzamsal dikkatte N = H·W.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

SAMPLES = 6  # dim=0 hatası B = 1 iken saklanır; en az 3 örnek gerekir
HEIGHT, WIDTH = 4, 5
SPATIAL_CHANNELS = 6
T_NAMES = ("t_raw", "T")
T_RAW_AT_ONE = 0.5413248546129181  # softplus(t) = 1


class NotMeasurable(Exception):
    """Blok ölçülemiyor: neden, kullanıcıya gösterilecek Türkçe cümledir."""


@contextmanager
def measuring() -> Iterator[None]:
    """Çağıranın no_grad, inference_mode ve autocast ayarlarından bağımsız ölçüm bağlamı.

    Tek iş parçacığı kullanır: tensörler çok küçüktür, paylaştırmak hesaptan pahalıdır.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(False), torch.enable_grad(), torch.autocast("cpu", enabled=False):
            yield
    finally:
        torch.set_num_threads(threads)


def private_copy(block: nn.Module) -> nn.Module:
    """Derin kopya; blokta saklanmış, grafa bağlı ara tensörler koparılarak kopyalanır."""
    memo = {}
    for module in block.modules():
        for value in vars(module).values():
            if isinstance(value, Tensor) and value.grad_fn is not None:
                memo[id(value)] = value.detach().clone()
    return copy.deepcopy(block, memo)


def orphans(block: nn.Module) -> dict[str, nn.Module]:
    """Düz listede, demette ya da sözlükte duran, bu yüzden PyTorch'un göremediği modüller."""
    known = set(map(id, block.modules()))
    found = {}
    for path, module in block.named_modules():
        for attribute, value in vars(module).items():
            if attribute in ("_modules", "_parameters", "_buffers"):
                continue
            items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
            for key, item in items:
                if isinstance(item, nn.Module) and id(item) not in known:
                    found[".".join(filter(None, (path, attribute, str(key))))] = item
    return found


def ready(block: nn.Module) -> nn.Module:
    """Ölçülecek kopya: CPU, float64, eval; kayıtsız parçalar da çevrilir, çünkü `.double()` onları göremez."""
    block = private_copy(block).to("cpu").double().eval()
    for module in orphans(block).values():
        module.to("cpu").double().eval()
    return block


class Twin:
    """Ölçülen kopya ve onun üzerinde yinelenen işler: çalıştır, yeniden çek, T'yi değiştir."""

    own = ""  # bloğun asıl parametre öbeği: "mlp" ya da "dallar"
    router = ""  # yönlendiricinin bloktaki adı
    returns = ""  # ağırlıkları da döndüren ayarın adı
    channels: int

    def __init__(self, block: nn.Module, seed: int):
        self.block = ready(block)
        self.generator = torch.Generator().manual_seed(seed)
        for p in self.parameters().values():
            p.requires_grad_(True)
            p.grad = None
        if hasattr(self.block, self.returns):
            setattr(self.block, self.returns, True)
        self.redraw()
        self.set_temperature(T_RAW_AT_ONE, 1.0)

    # --- bloğun parçaları -------------------------------------------------------------------
    def parameters(self) -> dict[str, nn.Parameter]:
        """Ad -> parametre; kayıtsız parçalardakiler de."""
        found = dict(self.block.named_parameters())
        for path, module in orphans(self.block).items():
            found |= {f"{path}.{name}": p for name, p in module.named_parameters()}
        return found

    def unregistered(self) -> dict[str, nn.Parameter]:
        known = dict(self.block.named_parameters())
        return {name: p for name, p in self.parameters().items() if name not in known}

    @property
    def has_router(self) -> bool:
        """Yönlendiricinin sözü beklenir mi?"""
        raise NotImplementedError

    def groups(self) -> dict[str, list[nn.Parameter]]:
        """Parametre öbekleri: asıl öbek, "router" ve "temperature"."""
        found = {self.own: [], "router": [], "temperature": []}
        for key, p in self.parameters().items():
            leaf = key.rsplit(".", 1)[-1]
            place = "temperature" if leaf in T_NAMES else "router" if key.startswith(self.router) else self.own
            found[place].append(p)
        return found

    def group(self, name: str) -> list[nn.Parameter]:
        return self.groups()[name]

    def temperature(self) -> Tensor | float | None:
        """T'nin tutulduğu yer: parametre, buffer ya da düz sayı; yoksa None."""
        for name in T_NAMES:
            value = getattr(self.block, name, None)
            if isinstance(value, (Tensor, float, int)):
                return value
        return None

    def set_temperature(self, raw: float, fixed: float) -> None:
        """t_raw varsa `raw`, sabit T varsa `fixed` olur."""
        with torch.no_grad():
            for name, new in zip(T_NAMES, (raw, fixed), strict=True):
                value = getattr(self.block, name, None)
                if isinstance(value, Tensor):
                    value.fill_(new)
                elif isinstance(value, (float, int)) and not isinstance(value, bool):
                    setattr(self.block, name, float(new))

    # --- ağırlıklar -------------------------------------------------------------------------
    def redraw(self) -> None:
        """Matris biçimli ağırlıkları yeniden çeker, doğrusal katmanların ötelemesini sıfırlar."""
        with torch.no_grad():
            for root in (self.block, *orphans(self.block).values()):
                for part in root.modules():
                    norm = isinstance(part, (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm))
                    for name, p in part.named_parameters(recurse=False):
                        if p.dim() >= 2:
                            self.draw(p)
                        elif not norm and name not in T_NAMES:
                            p.zero_()

    def draw(self, p: nn.Parameter) -> None:
        with torch.no_grad():
            p.copy_(self.normal(p.shape) * math.sqrt(2 / p[0].numel()))

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
        return {k: v.detach().clone() for k, v in (*self.parameters().items(), *self.block.named_buffers())}

    def restore(self, state: dict[str, Tensor]) -> None:
        with torch.no_grad():
            for key, value in (*self.parameters().items(), *self.block.named_buffers()):
                value.copy_(state[key])

    # --- girdi ve çıktı ---------------------------------------------------------------------
    def images(self, samples: int = SAMPLES) -> Tensor:
        """Rastgele girdi, (B, C, H, W); özetler iki işareti de alır."""
        raise NotImplementedError

    def others(self, x: Tensor) -> Tensor:
        """x ile aynı büyüklükte, başka içerikli girdi."""
        return self.images(len(x)) * (x.abs().max() / 2)

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Ağırlıkların toplamı 1 ise yönlendiricinin etkisini yitirdiği durum: (girdi, başka girdi)."""
        raise NotImplementedError

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        """(B, N) maskeyi x ile çarpılacak şekle açar."""
        raise NotImplementedError

    def call(self, x: Tensor) -> tuple:
        """Bloğun döndürdükleri, demet olarak; hata verirse NotMeasurable."""
        try:
            out = self.block(x.clone())
        except Exception as error:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            raise NotMeasurable(f"Blok çalışırken hata verdi: {type(error).__name__}: {error}") from error
        return tuple(out) if isinstance(out, (tuple, list)) else (out,)

    def run(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(y, maske (B, N), ağırlıklar); bloğun vermediği None olur. Şekil uymuyorsa NotMeasurable."""
        parts = self.call(x)
        y, mask, weights = (*parts, None, None)[:3]
        if len(parts) > 3 or not isinstance(y, Tensor) or y.shape != x.shape:
            got = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
            raise NotMeasurable(
                f"Blok (y, maske) ya da (y, maske, ağırlıklar) döndürmeli ve y girdiyle aynı şekilde olmalı: "
                f"beklenen {tuple(x.shape)}, gelen {got} ({len(parts)} değer)."
            )
        size = self.mask_size(x)
        if mask is not None and (not isinstance(mask, Tensor) or mask.numel() != len(x) * size):
            got = tuple(mask.shape) if isinstance(mask, Tensor) else type(mask).__name__
            raise NotMeasurable(f"Maske örnek başına {size} sayı taşımalı; gelen {got}.")
        if mask is not None:
            mask = mask.detach().reshape(len(x), size)
        if weights is not None:
            weights = weights.detach().double()
        return y.double(), mask, weights

    def mask_size(self, x: Tensor) -> int:
        raise NotImplementedError

    def read_mask(self, ratio: Tensor) -> Tensor:
        """y / x oranından maske, (B, N)."""
        raise NotImplementedError

    def mask(self, x: Tensor) -> Tensor:
        """Gerçekte uygulanan maske, çıktıdan okunur: y / x, (B, N)."""
        with torch.no_grad():
            y = self.run(x)[0]
            safe = torch.where(x.abs() > 1e-12, x, torch.full_like(x, torch.nan))
            return self.read_mask(y / safe)

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
            "Girdi ne kadar küçültülürse küçültülsün kapı doygun kalıyor (maske girdiye bakmıyor olabilir); "
            "ölçüm etkisiz."
        )


class ChannelTwin(Twin):
    """ChannelAttentionFusionT gibi davranması beklenen bloğun ikizi."""

    own, router, returns = "mlp", "fusion_router", "return_fusion_weights"

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
        super().__init__(block, seed)

    @property
    def has_router(self) -> bool:
        return getattr(self.block, "fusion", "softmax") != "sum"

    def images(self, samples: int = SAMPLES) -> Tensor:
        return self.normal((samples, self.channels, HEIGHT, WIDTH)) + 3 * self.normal((samples, self.channels, 1, 1))

    def planes(self, samples: int = SAMPLES) -> Tensor:
        """Düz girdi: her kanal tek bir sayı, öyleyse ortalama = tepe. Şekil (B, C, 1, 1)."""
        return self.normal((samples, self.channels, 1, 1))

    def flat(self, v: Tensor) -> Tensor:
        return v.expand(-1, -1, HEIGHT, WIDTH).contiguous()

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scale = x.abs().max() / 2
        return self.unsaturated(self.flat(self.planes() * scale)), self.flat(self.planes() * scale)

    def mask_size(self, x: Tensor) -> int:
        return x.shape[1]

    def read_mask(self, ratio: Tensor) -> Tensor:
        return ratio.flatten(2).nanmedian(dim=2).values

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask[:, :, None, None]

    def quieten(self, x: Tensor) -> Tensor:
        return x / 2

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        """Ortalama değişir, tepe değişmez."""
        return lowered(x.flatten(2), 2).view_as(x)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        """Tepe değişir, ortalama değişmez."""
        return raised(x.flatten(2), 2).view_as(x)


class SpatialTwin(Twin):
    """DynamicSpatialAttention gibi davranması beklenen bloğun ikizi."""

    own, router, returns = "dallar", "router", "return_router_weights"
    channels = SPATIAL_CHANNELS

    @property
    def branches(self) -> list[nn.Module]:
        return list(self.block.branches)

    @property
    def has_router(self) -> bool:
        return len(self.branches) > 1

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, HEIGHT, WIDTH)
        places = self.normal((samples, 1, HEIGHT, WIDTH))
        return self.normal(shape) + 2 * places + 3 * self.normal((samples, 1, 1, 1))

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x))

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        # Bütün dallar aynı tek noktalı çekirdeğe indirilir: ağırlıkların toplamı 1 ise karışım da odur.
        taps = self.normal((2,)).tolist()
        self.one_tap([[taps[0], taps[1], 0.3, 0.2]] * len(self.branches))
        return self.unsaturated(x), self.others(x)

    def one_tap(self, rows: list[list[float]]) -> None:
        """k. dal, yalnız bulunduğu pikselin dört sayısını `rows[k]` ile tartar."""
        with torch.no_grad():
            for branch, row in zip(self.branches, rows, strict=True):
                wide, narrow = branch_weights(branch)
                wide.zero_()
                wide[..., wide.shape[-2] // 2, wide.shape[-1] // 2] = 1.0
                narrow.copy_(torch.tensor(row, dtype=torch.float64).view_as(narrow))

    def freeze_router(self) -> None:
        """Yönlendiricinin kararını girdiden bağımsız yapar: matrisleri sıfır."""
        with torch.no_grad():
            for p in self.group("router"):
                p.zero_()

    def descriptor(self, x: Tensor, channel: int) -> Tensor:
        """Dalların `channel`. sırada gördüğü harita, bir çarpan farkıyla: (B, H·W)."""
        row = [0.0] * 4
        self.one_tap([row] * len(self.branches))
        silent = self.mask(x)
        row[channel] = 1e-5  # kapı 0'ın bu kadar yakınında doğrusaldır
        self.one_tap([row] * len(self.branches))
        return (self.mask(x) - silent) / row[channel]

    def mask_size(self, x: Tensor) -> int:
        return x.shape[2] * x.shape[3]

    def read_mask(self, ratio: Tensor) -> Tensor:
        return ratio.nanmedian(dim=1).values.flatten(1)

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask.view(len(x), 1, *x.shape[2:])

    def quieten(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            for branch in self.branches:
                branch_weights(branch)[1].div_(2)
        return x

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        """Ortalama haritası değişir, tepe haritası değişmez."""
        return lowered(x, 1)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        """Tepe haritası değişir, ortalama haritası değişmez."""
        return raised(x, 1)


class CbamTwin(Twin):
    """CBAMResidualDynamicSA gibi davranması beklenen bloğun ikizi: parçaların birleşimine bakar."""

    returns, has_router = "return_maps", True
    ALPHA = 0.6

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block.ca)
        super().__init__(block, seed)
        with torch.no_grad():
            for branch in getattr(self.block.sa, "branches", []):
                branch_weights(branch)[1].mul_(0.3)
        self.set_alpha(self.ALPHA)

    @property
    def mixes(self) -> bool:
        """Girdiyle karışım var mı?"""
        return bool(getattr(self.block, "residual", True))

    def groups(self) -> dict[str, list[nn.Parameter]]:
        found = {"ca": [], "sa": [], "alpha": []}
        for key, p in self.parameters().items():
            found.setdefault(key.split(".")[0], []).append(p)
        return found

    def set_temperature(self, raw: float, fixed: float) -> None:
        whole = self.block
        for self.block in (whole.ca, whole.sa):
            super().set_temperature(raw, fixed)
        self.block = whole

    def set_alpha(self, value: float) -> None:
        alpha = getattr(self.block, "alpha", None)
        if isinstance(alpha, Tensor):
            with torch.no_grad():
                alpha.fill_(value)
        elif alpha is not None:
            self.block.alpha = float(value)

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, HEIGHT, WIDTH)
        return 0.15 * (self.normal(shape) + 3 * self.normal((samples, self.channels, 1, 1)))

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(out, ca (B, C, 1), sa (B, 1, H·W)); haritalar dönmüyorsa None."""
        parts = self.call(x)
        out = parts[0]
        if not isinstance(out, Tensor) or out.shape != x.shape:
            got = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise NotMeasurable(f"Blok girdiyle aynı şekilde bir çıktı vermeli: beklenen {tuple(x.shape)}, gelen {got}.")
        if len(parts) == 1:
            return out, None, None
        if len(parts) != 5:
            raise NotMeasurable(f"return_maps açıkken beş değer beklenir: out, ca, sa, fusion_w, router_w; gelen {len(parts)}.")
        return out, parts[1].detach().flatten(2), parts[2].detach().flatten(2)

    def run(self, x: Tensor) -> tuple[Tensor, None, None]:
        return self.maps(x)[0], None, None

    def mask(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return (self.maps(x)[0] / x).flatten(1)

    def unsaturated(self, x: Tensor) -> Tensor:
        return x

    def product(self, x: Tensor) -> Tensor:
        """Bloğun girdiye uyguladığı toplam çarpan, (B, C, H·W): karışım tam dikkatteyken y / x."""
        with torch.no_grad():
            self.set_alpha(1.0)
            full = self.maps(x)[0]
            self.set_alpha(0.0)
            none = self.maps(x)[0]
            self.set_alpha(self.ALPHA)
            safe = torch.where(x.abs() > 1e-12, x, torch.full_like(x, torch.nan))
            ratio = (full / safe).flatten(2)
            added = self.mixes and bool((ratio.nan_to_num(1.0) > 1 - 1e-9).all())
            return ((full - none) / safe).flatten(2) if added else ratio


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


def branch_weights(branch: nn.Module) -> tuple[nn.Parameter, nn.Parameter]:
    """Dalın k×k ve 1×1 ağırlıkları; `dw` ve `pw` adlarıyla."""
    try:
        return branch.dw.weight, branch.pw.weight
    except AttributeError as error:
        raise NotMeasurable("Dallarda `dw` (k×k) ve `pw` (1×1) evrişimleri bulunamadı.") from error


def channel_count(block: nn.Module) -> int:
    """Bloğun beklediği kanal sayısı C: `channels` alanından ya da fc1'in girişinden."""
    count = getattr(block, "channels", None)
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        return count
    weight = getattr(getattr(block, "fc1", None), "weight", None)
    if isinstance(weight, Tensor) and weight.dim() >= 2:
        return int(weight.shape[1])
    raise NotMeasurable(
        "Kanal sayısı anlaşılamadı: blokta ne `channels` alanı ne de `fc1` katmanı var. Çıkış yolu: self.channels = C."
    )
