"""Muayene: herhangi bir dikkatin ne yaptığı, hangi sözleri tuttuğu, kurstakinden nerede ayrıldığı.

Kurstaki bloklar için `diagnose` hatanın adını koyar; bu, dünyanın geri kalanı içindir.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib import palette
from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.bugs.catalogue import CATALOGUE
from course_lib.card import card, inline
from course_lib.diagnosis.common import COMMON, first_of, gap
from course_lib.diagnosis.crashes import remembers_the_first_size, without_hidden_units
from course_lib.diagnosis.foreign import ForeignTwin
from course_lib.diagnosis.kind import BESIDE_THE_POINT, Promise, Reading
from course_lib.diagnosis.portrait import FORM_WORDS, WITHOUT_GATE, Portrait, portrait_of
from course_lib.diagnosis.probes import INDEPENDENCE
from course_lib.diagnosis.published import NotComparable
from course_lib.diagnosis.report import EDGES, Finding, Status, number, sentence_of
from course_lib.diagnosis.twin import RUNS, NotMeasurable, PromiseBroken, measuring, unwrapped
from course_lib.turkish import tr

EXIT_CODES: dict[Status, int] = {"healthy": 0, "departs": 0, "buggy": 1, "inconclusive": 2}
WORDS: dict[Status, str] = {"healthy": "sağlam", "buggy": "hatalı", "inconclusive": "ölçülemedi"}
IN_A_ROW = 16
COST_SIDE = 56  # işlem sayısının verildiği girdinin kenarı, piksel
SEEDS = 3
NEGLIGIBLE = 1e-6  # bundan küçük katsayı sıfır diye yazılır
SHOWN = 32  # resimde gösterilen kanal sayısı
CELL_STYLE = "text-align:left;vertical-align:top;padding:1px 0"


def half_precision(twin: ForeignTwin) -> Reading:
    try:
        out = first_of(copy.deepcopy(twin.block).half()(twin.images().half()))
    except RuntimeError as problem:
        return Reading(False, note=f"float16 girdide ve ağırlıklarda hata: {problem}")
    return Reading(bool(torch.isfinite(out).all()))


def gate_is_applied(twin: ForeignTwin) -> Reading:
    """Çıktı girdinin aynısı, ya da sabit bir katı değildir."""
    x = twin.images()
    gain = twin.output(x).detach() / torch.where(x.abs() > 1e-9, x, torch.nan)
    spread = float((gain - gain.nanmean()).abs().nan_to_num(0.0).max())
    return Reading(spread > 1e-9, {"çarpanın değişimi": spread}, weak=True)


APPLIED = Promise(
    "kapı-uygulanır", "Blok girdisini olduğu gibi geçirmez: kapı uygulanır.", gate_is_applied
)
HALF = Promise(
    "float16-çalışır", "float16'da da çalışır ve sonlu kalır.", half_precision, once=True
)
UNIVERSAL = (*COMMON, INDEPENDENCE, APPLIED, HALF)


@dataclass(frozen=True)
class Examination:
    """`examine`'in yanıtı.

    status: "healthy", "buggy" ya da "inconclusive"; portrait: ne yaptığı; findings: sözler ve
    kanıtları; bug_ids: kursun bloklarında aynı imzayı bırakan hatalar; nearest: en yakın kurstaki
    blok; departs: ondan ayrıldığı yerler; facts: sayılar; inner: artık bir bloğun içindeki
    dikkatlerin muayeneleri, adlarıyla; reason: ölçülemediyse nedeni.
    """

    status: Status
    name: str = ""
    portrait: Portrait | None = None
    findings: tuple[Finding, ...] = ()
    bug_ids: tuple[str, ...] = ()
    nearest: str = ""
    departs: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    inner: dict[str, Examination] = field(default_factory=dict)
    reason: str = ""

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.holds is False)

    @property
    def exit_code(self) -> int:
        """CI için: 0 sağlam, 1 hatalı, 2 ölçülemedi."""
        return EXIT_CODES[self.status]

    def __str__(self) -> str:
        lines = [f"Muayene: {self.name}: {WORDS[self.status]}"]
        if self.reason:
            lines.append(f"  neden: {self.reason}")
        if self.portrait is not None:
            lines += [f"  {line}" for line in described(self.portrait)]
        lines += [f"  {what}: {value}" for what, value in self.facts.items()]
        lines += [f"  bozulan söz · {f.promise}: {f.sentence}" for f in self.broken]
        lines += [f"  katalogda aynı imza · {i}: {CATALOGUE[i].title}" for i in self.bug_ids]
        if self.status == "healthy":
            kept = sum(f.holds is True for f in self.findings)
            lines.append(f"  ölçülen {kept} sözün hepsi tutuluyor")
        if self.nearest:
            said = "; ".join(self.departs) or "aynı parametrelerle aynı sonuç"
            lines.append(f"  en yakın kurstaki blok: {self.nearest} ({said})")
        for name, found in self.inner.items():
            lines += [
                f"  içindeki {name}: {WORDS[found.status]}",
                *(f"    {s}" for s in str(found).splitlines()[1:]),
            ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first, *rest = str(self).split("\n")
        rows = "".join(row_of(line) for line in rest)
        body = f'<table style="border-collapse:collapse">{rows}</table>'
        if self.portrait is not None and self.portrait.gate is not None:
            body += picture(self.portrait.form, self.portrait.gate)
        return card(first, body, edge=EDGES[self.status])

    def as_data(self) -> dict[str, object]:
        """JSON'a yazılabilen özeti."""
        p = self.portrait
        return {
            "blok": self.name,
            "durum": WORDS[self.status],
            "neden": self.reason,
            "portre": None
            if p is None
            else {
                "biçim": p.form, "geçen pay": p.floor, "aralık": [p.low, p.high],
                "duyduğu": list(p.hears),
                "yere bakar": p.sees_place, "erişim": p.reach, "kanal erişimi": p.channel_reach,
                "örnekler bağımsız": p.independent,
            },
            "bozulan sözler": {f.promise: f.sentence for f in self.broken},
            "katalogda aynı imza": list(self.bug_ids),
            "en yakın": self.nearest,
            "ayrıldığı yerler": list(self.departs),
            "sayılar": self.facts,
            "içindekiler": {name: found.as_data() for name, found in self.inner.items()},
        }  # fmt: skip


def row_of(line: str) -> str:
    """Bir satır metin, tablonun satırı: iki noktadan önceki ad, sonrası değer."""
    what, colon, value = line.strip().partition(": ")
    if not colon:
        return f'<tr><td colspan="2" style="{CELL_STYLE}">{inline(what)}</td></tr>'
    return (
        f'<tr><td style="{CELL_STYLE};white-space:nowrap;padding-right:1em">{inline(what)}</td>'
        f'<td style="{CELL_STYLE}">{inline(value)}</td></tr>'
    )


def described(p: Portrait) -> list[str]:
    """Portrenin cümleleri."""
    lines = [FORM_WORDS[p.form]]
    if p.form in WITHOUT_GATE:
        return lines
    if p.floor >= 1 - NEGLIGIBLE:
        lines.append("girdi ayrıca ekleniyor: x + x·kapı")
    elif p.floor > 0:
        lines.append(f"girdiyle karışım: girdiden her zaman geçen pay {tr(p.floor, '.2g')}")
    low = 0 if 0 < p.low < NEGLIGIBLE else p.low
    lines.append(f"çarpanın aralığı: {tr(low, '.2g')} ile {tr(p.high, '.2g')} arası")
    if p.form in ("kanal", "uzam", "kanal × uzam"):
        lines.append(f"duyduğu özetler: {', '.join(p.hears) or 'hiçbiri'}")
    lines.append(f"yere bakıyor mu: {'evet' if p.sees_place else 'hayır'}")
    if p.form in ("uzam", "karışık"):
        far = "bütün girdiye" if p.reach is None else f"{p.reach}×{p.reach} piksellik bir kareye"
        lines.append(f"ne kadar uzağa: {far}")
    if p.form == "kanal":
        wide = "bütün kanallar" if p.channel_reach is None else f"{p.channel_reach} kanal"
        lines.append(f"bir kanal değişince etkilenenler: {wide}")
    return lines


CELL = "display:inline-block;width:14px;height:14px;background:{};opacity:{:.2f}"


def picture(form: str, gate: Tensor) -> str:
    """Bir örneğin çarpanı, kareler olarak: kanal kapısı bir satır, uzamsal kapı bir harita."""
    wide = form == "kanal" and len(gate) > SHOWN
    values = gate.mean((1, 2))[None, :SHOWN] if form == "kanal" else gate.mean(0)
    low, high = float(values.nan_to_num(0.0).min()), float(values.nan_to_num(1.0).max())
    shades = ((values - low) / max(high - low, 1e-12)).nan_to_num(0.0).clamp(0, 1).tolist()
    rows = (
        "".join(f'<span style="{CELL.format(palette.BLUE, 0.08 + 0.92 * v)}"></span>' for v in row)
        for row in shades
    )
    squares = "".join(f'<div style="line-height:0">{row}</div>' for row in rows)
    which = f", {len(gate)} kanalın ilk {SHOWN}'i" if wide else ""
    label = f"Bir örneğin çarpanı{which}: en açık {tr(low, '.2g')}, en koyu {tr(high, '.2g')}"
    return (
        f'<figure role="img" aria-label="{label}" style="margin:4px 0">{squares}'
        f"<figcaption>{label}</figcaption></figure>"
    )


def read(block: nn.Module, channels: int, promise: Promise, seed: int) -> Reading:
    try:
        reading = promise.measure(ForeignTwin(block, seed, channels))
        if promise.name == RUNS and reading.holds is False:
            mark = mark_of_crash(ForeignTwin(block, seed, channels))
            return replace(reading, mark=mark)
        return reading
    except PromiseBroken as problem:
        return Reading(False if problem.promise == promise.name else None, note=str(problem))
    except NotMeasurable as problem:
        return Reading(None, note=str(problem))
    except Exception as problem:  # yabancı kod her şeyi fırlatabilir: nedeni gösterilir
        return Reading(None, note=f"'{promise.name}' ölçülürken hata: {problem}")


def mark_of_crash(twin: ForeignTwin) -> str | None:
    return "first-size" if remembers_the_first_size(twin) else without_hidden_units(twin)


def measured(
    block: nn.Module, channels: int, seed: int
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """(evrensel sözler, bozulanların izini taşıyan hatalar). Tohuma bağlı söz birkaç tohumla
    ölçülür; bir tutan yeter."""
    found, marks = [], set()
    for promise in UNIVERSAL:
        seeds = 1 if promise.once else SEEDS
        readings = [read(block, channels, promise, seed + i) for i in range(seeds)]
        firm = [r for r in readings if r.holds is False and not r.weak]
        kept = [r for r in readings if r.holds]
        chosen = (firm or kept or readings)[0]
        found.append(
            Finding(promise.name, chosen.holds, sentence_of(promise, chosen), chosen.evidence)
        )
        if chosen.holds is False and chosen.mark:
            marks.add(chosen.mark)
    return tuple(found), same_signature(marks)


def same_signature(marks: set[str]) -> tuple[str, ...]:
    """Kursun bir bloğunda aynı izi bırakan, kataloğa girmiş hatalar."""
    return tuple(bug_id for bug_id, bug in CATALOGUE.items() if bug.mark in marks)


def fresh_facts(block: nn.Module, channels: int, *, multiplying: bool) -> dict[str, str]:
    """Verilen ağırlıklarla: ortanca çarpan, art arda 16 kez; parametre ve işlem sayısı."""
    block = copy.deepcopy(block).cpu().float().eval()
    x = torch.randn(4, channels, 14, 14, generator=torch.Generator().manual_seed(0))
    facts = {}
    with torch.no_grad():
        if multiplying:
            facts["verilen ağırlıklarla ortanca çarpan"] = number(
                float((first_of(block(x)) / x).median())
            )
        deep = x
        for _ in range(IN_A_ROW):
            deep = first_of(block(deep))
        facts[f"{IN_A_ROW} tanesi art arda, çıktı / girdi"] = number(float(deep.std() / x.std()))
        counter = FlopCounterMode(display=False)
        with counter:
            block(torch.zeros(1, channels, COST_SIDE, COST_SIDE))
    facts["parametre"] = str(sum(p.numel() for p in block.parameters()))
    facts[f"çarpma-toplama ({COST_SIDE}×{COST_SIDE})"] = str(counter.get_total_flops() // 2)
    return facts


def nearest_block(p: Portrait, channels: int) -> type[nn.Module] | None:
    """Aynı biçimi ve aynı özetleri taşıyan kurstaki klasik blok."""
    if p.form == "kanal" and p.hears == ("ortalama",) and not p.sees_place:
        narrow = p.channel_reach is not None and p.channel_reach < channels
        if p.channel_reach == 1:  # kanallar birbirini dinlemiyor: ikisi de değil
            return None
        return ECABlock if narrow else SEBlock
    return {"kanal × uzam": CBAM, "satır × sütun": CoordinateAttention}.get(p.form)


def sized_like(block: nn.Module, ours: type[nn.Module], channels: int) -> nn.Module:
    """Kurstaki blok, verilenin genişliğinde: gizli genişlik ya da çekirdek ağırlıklardan okunur."""
    first = next((p for p in block.parameters() if p.dim() >= 2), None)
    if first is None:
        raise NotComparable
    if ours is ECABlock:
        return ECABlock(channels, kernel=first.shape[-1] | 1)
    return ours(channels, hidden=first.shape[0])


def departures(block: nn.Module, ours: type[nn.Module], twin: ForeignTwin) -> tuple[str, ...]:
    """Aynı parametreleri sırayla alan kurstaki bloktan nerede ayrılıyor? Boşsa ayrılmıyor."""
    try:
        with torch.random.fork_rng(devices=[]):
            made = sized_like(block, ours, twin.channels).double().eval()
    except (NotComparable, ValueError, TypeError):
        return ("parametreleri başka; formülü karşılaştırılamaz",)
    mine, theirs = (
        [t for t in b.state_dict().values() if t.is_floating_point()] for b in (twin.block, made)
    )
    if [t.numel() for t in mine] != [t.numel() for t in theirs]:
        return ("parametreleri başka; formülü karşılaştırılamaz",)
    with torch.no_grad():
        for want, got in zip(theirs, mine, strict=True):
            want.copy_(got.reshape(want.shape))
        x = twin.images()
        apart = gap(made(x), twin.output(x))
    return () if apart < 1e-6 else (f"aynı parametrelerle çıktının farkı {number(apart)}",)


def inner_attentions(block: nn.Module, twin: ForeignTwin, seed: int) -> dict[str, Examination]:
    """Artık bir bloğun içindeki kapılar: girdisini çarpan, başka piksellere bakan modüller."""
    shapes: dict[str, torch.Size] = {}

    def note(name: str) -> Callable:
        def hook(_module: nn.Module, given: tuple, out: object) -> None:
            first = out[0] if isinstance(out, (tuple, list)) and len(out) else out
            x = given[0] if given else None
            if isinstance(x, Tensor) and isinstance(first, Tensor) and x.shape == first.shape:
                shapes[name] = first.shape

        return hook

    for name, module in twin.block.named_modules():
        if name and any(True for _ in module.children()):
            module.register_forward_hook(note(name))
    twin.output(twin.images())
    found: dict[str, Examination] = {}
    known = dict(block.named_modules())
    for name, shape in shapes.items():
        if len(shape) != 4 or any(name.startswith(f"{outer}.") for outer in found):
            continue
        inner = examine(known[name], channels=shape[1], seed=seed)
        if inner.portrait is not None and inner.portrait.form not in WITHOUT_GATE:
            found[name] = inner
    return found


def examine(block: nn.Module, *, channels: int | None = None, seed: int = 0) -> Examination:
    """Herhangi bir dikkati muayene eder: ne yapıyor, hangi sözleri tutuyor, nerede ayrılıyor?

    Args:
        block: (B, C, H, W) girdiyi aynı şekle (ya da onunla başlayan bir demete) götüren modül.
            Değiştirilmez; sarmalayıcıları (DataParallel, derlenmiş) açılır.
        channels: C; verilmezse bloğun katmanlarından bulunur.
        seed: ölçümlerin tohumu.

    Returns:
        Examination: durum "healthy" (bütün sözler tutuluyor), "buggy" (biri bozuk) ya da
        "inconclusive" (bu biçimde bir modül değil, ya da ölçülemedi; nedeni `reason`'dadır).

    Raises:
        TypeError: `block` bir nn.Module değilse.
    """
    if not isinstance(block, nn.Module):
        raise TypeError(f"block bir nn.Module olmalı; verilen: {type(block).__name__}.")
    name = type(unwrapped(block)).__name__
    block = unwrapped(block)
    with measuring():
        try:
            twin = ForeignTwin(block, seed, channels)
            portrait = portrait_of(twin)
        except PromiseBroken as problem:
            broken = Finding(problem.promise, False, str(problem))
            ids = same_signature({problem.mark} if problem.mark else set())
            return Examination("buggy", name, findings=(broken,), bug_ids=ids)
        except NotMeasurable as problem:
            return Examination("inconclusive", name, reason=str(problem))
        except Exception as problem:  # yabancı kod her şeyi fırlatabilir: nedeni gösterilir
            reason = f"{type(problem).__name__}: {problem}"
            return Examination("inconclusive", name, reason=reason)
        count = twin.channels
        findings, bug_ids = measured(block, count, seed)
        ours = nearest_block(portrait, count)
        fresh = ForeignTwin(block, seed, count)
        inner = {}
        multiplying = portrait.form not in ("artık", "çarpan değil")
        if not multiplying:
            inner = inner_attentions(block, ForeignTwin(block, seed, count), seed)
        facts = fresh_facts(block, count, multiplying=multiplying)
        departs = () if ours is None else departures(block, ours, fresh)
    broken = any(f.holds is False for f in findings)
    unread = [f for f in findings if f.holds is None and not beside_the_point(f)]
    status: Status = "buggy" if broken else "inconclusive" if unread else "healthy"
    reason = unread[0].sentence if status == "inconclusive" else ""
    nearest = "" if ours is None else ours.__name__
    return Examination(
        status, name, portrait, findings, bug_ids, nearest, departs, facts, inner, reason
    )


def beside_the_point(f: Finding) -> bool:
    return any(f.sentence.endswith(note) for note in BESIDE_THE_POINT)


def assert_keeps_promises(block: nn.Module, *, channels: int | None = None) -> None:
    """pytest için: blok sağlam değilse muayenesini yazan AssertionError."""
    found = examine(block, channels=channels)
    if found.status != "healthy":
        raise AssertionError(str(found))
