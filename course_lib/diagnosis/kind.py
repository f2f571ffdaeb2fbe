"""Tür: bir blok ailesinin sözleri, ikizi ve nasıl tanındığı. Söz, teşhisin baktığı tek şeydir."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn


@dataclass(frozen=True)
class Reading:
    """Bir ölçümün sonucu: söz tutuluyor mu (True, False; ölçülemediyse None) ve kanıt sayıları.

    mark: katalogdaki bir hatanın imzası olan iz ya da None. weak: bu hayır tek başına kanıt
    değildir, ölü bir ReLU da verebilir; her tohumda yinelenmelidir.
    """

    holds: bool | None
    evidence: dict[str, float] = field(default_factory=dict)
    mark: str | None = None
    note: str = ""
    weak: bool = False


NOT_APPLICABLE = "uygulanmaz"
NOT_COMPARABLE = "parametreleri yayımlanan bloğunkilerden başka; formülü karşılaştırılamaz"
BESIDE_THE_POINT = (NOT_APPLICABLE, NOT_COMPARABLE)  # karar verilmesine engel olmayan boşluklar
FLAGS = ("return_fusion_weights", "return_router_weights", "return_maps")  # dönüşü uzatanlar
REFERENCE_CHANNELS = 10  # `reference` kuruluşlarına verilen girdinin kanal sayısı
INAPPLICABLE = Reading(None, note=NOT_APPLICABLE)


@dataclass(frozen=True)
class Promise:
    """Sağlam bir bloğun verdiği söz: adı, cümlesi, ölçümü.

    once: sonuç tohuma bağlı değildir, bir kez ölçülür. unless: bunlardan biri bozuksa ölçülmez,
    aynı kusuru yineler.
    """

    name: str
    sentence: str
    measure: Callable[[Any], Reading]
    once: bool = False
    unless: tuple[str, ...] = ()


Parts = dict[str, tuple["Kind", nn.Module]]
Recognise = Callable[[object], "Kind | None"]
Settings = Mapping[str, object]
Published = Callable[[Any], Iterable[nn.Module]]


@dataclass(frozen=True)
class Kind:
    """Bir blok türü.

    block: kurstaki sınıf; twin: ölçülen kopyası; promises: derslerde öğretilen sözleri;
    further: ardından ölçülen, özetine ve kapısına bakan sözler; outputs: forward'ın
    döndürdüklerinin adları; fits: bir örneği parçalarından, fits_class: bir sınıfı argüman
    adlarından tanır; arguments: sınıf kurulurken verilen ilk argümanlar; settings: bir sınıfın
    ölçüldüğü kuruluşlar; reference: onarılan sınıfın kurstakiyle aynı sonucu vermesi gereken
    kuruluşlar; loud: o karşılaştırmada tek pikselli ve çok büyük sayılı girdi de verilsin mi;
    methods: forward dışında sonucu aynı olması gereken yöntemler; published: verilen bloğun
    parametreleriyle yayımlanan hesabı yapan modüller (biri yeter; hiç yoksa karşılaştırılamaz);
    relabellings: hesabı değil yalnız ağırlıkların yerini değiştiren yazımlar; mark_of_crash:
    çöken bloktan hatanın izini çıkaran ölçüm; signs: hata sayılmayan belirtiler; parts: kendi
    sözleri olan iç blokları, adlarıyla.
    """

    block: type[nn.Module]
    twin: Callable[[nn.Module, int], Any]
    promises: tuple[Promise, ...]
    outputs: tuple[str, ...]
    fits: Callable[[object], bool]
    fits_class: Callable[[type, set[str]], bool]
    settings: tuple[dict[str, Any], ...]
    reference: tuple[dict[str, Any], ...]
    further: tuple[Promise, ...] = ()
    arguments: tuple = ()
    loud: bool = True
    methods: tuple[str, ...] = ()
    published: Published = lambda _block: ()
    relabellings: Mapping[str, Callable[[dict], dict]] = field(default_factory=dict)
    mark_of_crash: Callable[[Any], str | None] = lambda _twin: None
    signs: Callable[[Any], tuple[str, ...]] = lambda _twin: ()
    parts: Callable[[nn.Module, Recognise], Parts] = lambda _block, _recognise: {}

    @property
    def name(self) -> str:
        return self.block.__name__

    @property
    def contract(self) -> dict[str, str]:
        """Sözün adı -> cümlesi."""
        return {p.name: p.sentence for p in self.promises}

    def explain_crash(self, block: nn.Module, seed: int) -> str | None:
        """Çöken bloğun bıraktığı iz; tanınmıyorsa None."""
        try:
            return self.mark_of_crash(self.twin(block, seed))
        except Exception:  # çöken blok her şeyi fırlatabilir: iz tanınmadı demektir
            return None

    def accepted(self, cls: type[nn.Module], settings: Mapping[str, object]) -> dict[str, object]:
        """Ayarlardan sınıfın tanıdıkları: bir sınıf sonradan eklediklerimizi bilmeyebilir."""
        known, open_ended = parameters_of(cls)
        return {k: v for k, v in settings.items() if open_ended or k in known}


def parameters_of(cls: type[nn.Module]) -> tuple[set[str], bool]:
    """Kurucunun argüman adları; **ayar alıyorsa üst sınıfınkiler de. İkincisi: sonu açık mı?"""
    known: set[str] = set()
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base in (nn.Module, object):
            continue
        given = inspect.signature(base.__init__).parameters.values()
        known |= {p.name for p in given}
        if not any(p.kind is p.VAR_KEYWORD for p in given):
            return known, False
    return known, True


def has_modules(block: object, *names: str) -> bool:
    return all(isinstance(getattr(block, name, None), nn.Module) for name in names)


def in_words(settings: Settings) -> str:
    """Kuruluşun iletide anılan ayarları."""
    shown = {k: getattr(v, "__name__", repr(v)) for k, v in settings.items() if k not in FLAGS}
    return ", ".join(f"{k}={v}" for k, v in shown.items())
