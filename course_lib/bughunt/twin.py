"""İkiz: verilen bloğun, ölçmeye elverişli duruma getirilmiş kopyası. Asıl bloğa dokunulmaz.

Kopya CPU'da, float64, eval modunda ve bütün parametreleri çözülmüş durumdadır. Matris biçimli
ağırlıklar tohumdan yeniden çekilir, doğrusal katmanların ötelemesi sıfırlanır, T bire alınır;
böylece teşhis eğitimin bıraktığı rastlantılara (ölü ReLU, doymuş kapı) değil koda bakar.
"""

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

SAMPLES = 6  # dim=0 hatası B = 1 iken saklanır; en az 3 örnek gerekir
HEIGHT, WIDTH = 4, 5
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


class Twin:
    """Ölçülen kopya ve onun üzerinde yinelenen işler: çalıştır, yeniden çek, T'yi değiştir."""

    def __init__(self, block: nn.Module, seed: int):
        self.block = private_copy(block).to("cpu").double().eval()
        self.channels = channel_count(block)
        self.generator = torch.Generator().manual_seed(seed)
        for p in self.block.parameters():
            p.requires_grad_(True)
            p.grad = None
        if hasattr(self.block, "return_fusion_weights"):
            self.block.return_fusion_weights = True
        self.redraw(self.block)
        self.set_temperature(T_RAW_AT_ONE, 1.0)

    # --- bloğun parçaları -------------------------------------------------------------------
    @property
    def has_router(self) -> bool:
        """Yönlendiricinin sözü beklenir mi? fusion="sum" iken beklenmez."""
        return getattr(self.block, "fusion", "softmax") != "sum"

    def group(self, name: str) -> list[nn.Parameter]:
        """Parametre öbeği: "router", "temperature" ya da geriye kalan her şey, "mlp"."""
        found = {"router": [], "temperature": [], "mlp": []}
        for key, p in self.block.named_parameters():
            leaf = key.rsplit(".", 1)[-1]
            place = "temperature" if leaf in T_NAMES else "router" if key.startswith("fusion_router") else "mlp"
            found[place].append(p)
        return found[name]

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
    def redraw(self, module: nn.Module) -> None:
        """Matris biçimli ağırlıkları yeniden çeker, doğrusal katmanların ötelemesini sıfırlar."""
        with torch.no_grad():
            for part in module.modules():
                norm = isinstance(part, (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm))
                for name, p in part.named_parameters(recurse=False):
                    if p.dim() >= 2:
                        fan_in = p[0].numel()
                        p.copy_(self.normal(p.shape) * math.sqrt(2 / fan_in))
                    elif not norm and name not in T_NAMES:
                        p.zero_()

    def redraw_group(self, name: str) -> None:
        for p in self.group(name):
            if p.dim() >= 2:
                with torch.no_grad():
                    p.copy_(self.normal(p.shape) * math.sqrt(2 / p[0].numel()))

    def normal(self, shape) -> Tensor:
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    # --- girdi ve çıktı ---------------------------------------------------------------------
    def images(self, samples: int = SAMPLES) -> Tensor:
        """Rastgele girdi; kanal ötelemesi sayesinde özetler iki işareti de alır (tepe hep artı kalmaz)."""
        return self.normal((samples, self.channels, HEIGHT, WIDTH)) + 3 * self.normal((samples, self.channels, 1, 1))

    def planes(self, samples: int = SAMPLES) -> Tensor:
        """Düz girdi: her kanal tek bir sayı, öyleyse ortalama = tepe. Şekil (B, C, 1, 1)."""
        return self.normal((samples, self.channels, 1, 1))

    def run(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(y, ca, fusion_w); bloğun vermediği None olur. Şekil uymuyorsa NotMeasurable."""
        try:
            out = self.block(x.clone())
        except Exception as error:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            raise NotMeasurable(f"Blok çalışırken hata verdi: {type(error).__name__}: {error}") from error
        parts = out if isinstance(out, (tuple, list)) else (out,)
        y, ca, weights = (*parts, None, None)[:3]
        if len(parts) > 3 or not isinstance(y, Tensor) or y.shape != x.shape:
            got = tuple(y.shape) if isinstance(y, Tensor) else type(y).__name__
            raise NotMeasurable(
                f"Blok (y, ca) ya da (y, ca, fusion_w) döndürmeli ve y girdiyle aynı şekilde olmalı: "
                f"beklenen {tuple(x.shape)}, gelen {got} ({len(parts)} değer)."
            )
        if ca is not None and (not isinstance(ca, Tensor) or ca.numel() != x.shape[0] * x.shape[1]):
            got = tuple(ca.shape) if isinstance(ca, Tensor) else type(ca).__name__
            raise NotMeasurable(f"ca (B, C, 1, 1) şeklinde olmalı; gelen {got}.")
        if ca is not None:
            ca = ca.detach().reshape(*x.shape[:2], 1, 1)
        if weights is not None:
            weights = weights.detach().double()
        return y.double(), ca, weights

    def mask(self, x: Tensor) -> Tensor:
        """Gerçekte uygulanan maske, çıktıdan okunur: y / x'in uzamsal ortancası, (B, C)."""
        with torch.no_grad():
            y = self.run(x)[0]
            safe = torch.where(x.abs() > 1e-12, x, torch.full_like(x, torch.nan))
            return (y / safe).flatten(2).nanmedian(dim=2).values

    def flat(self, v: Tensor) -> Tensor:
        return v.expand(-1, -1, HEIGHT, WIDTH).contiguous()

    def unsaturated(self, x: Tensor) -> Tensor:
        """Girdiyi, kapı hiçbir yerde doymayana dek küçültür."""
        for _ in range(24):
            mask = self.mask(x)
            if torch.isfinite(mask).all() and ((mask - 0.5).abs() < 0.4).all():
                return x
            x = x / 2
        raise NotMeasurable(
            "Girdi ne kadar küçültülürse küçültülsün kapı doygun kalıyor (maske girdiye bakmıyor olabilir); "
            "ölçüm etkisiz."
        )
