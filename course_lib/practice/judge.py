"""Yargı: bir yanıtı sözleşmeye, sonra da kurstaki blokla aynı hesaba tutar. Hiçbir şey kaydetmez."""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import textwrap
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from course_lib.attention.classic import CoordinateAttention, ECABlock, SEBlock
from course_lib.bughunt.bug import CBAM, CHANNEL, COORDINATE, ECA, PAPER_CBAM, PATTERNS, RESNET, SE, SPATIAL
from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.contract import bare
from course_lib.bughunt.diagnosis import Diagnosis, breaks, diagnose
from course_lib.bughunt.kinds import KINDS, Kind
from course_lib.bughunt.planting import class_from_sources, name_of, target_class
from course_lib.bughunt.twin import measuring
from course_lib.practice.exercises import Exercise, exercise
from course_lib.residual.branches import BottleneckBranch, PreActBranch, WideBranch

STATE_WORDS = {
    "untried": "DENENMEDİ",
    "wrong": "OLMADI",
    "solved": "ÇÖZÜLDÜ",
    "uncheckable": "DENETLENEMEDİ",
}
PLANNED = "Kurulumun sağlam; alıştırma böyle planlanmış: aranan hata kodun içinde."
SOUND = "Kurulumun sağlam; ekilen hata gitmiş, ama onarım başka bir şeyi bozmuş."
UNTOUCHED_SLIPS = "Kod henüz değişmemiş: sınıf bu hâliyle kurulmuyor. Python'un iletisini oku; adı o veriyor."
UNTOUCHED = "Kod henüz değişmemiş; sözlerden en az biri bozuk. Hangisi? Önce sen tahmin et."
READING = "Kurulumun sağlam; alıştırma böyle planlanmış: önce şekli oku, sonra kodda bir hata olup olmadığına karar ver."
REFERENCE_CHANNELS = 10
TEMPERED_BLOCKS = (CHANNEL, SPATIAL, CBAM)
SILENT = ("return_fusion_weights", "return_router_weights", "return_maps")  # iletide anılmaz
# (B, H, W, ölçek): kare olmayan ve tek pikselli kenarlı girdiler de var.
REFERENCE_INPUTS = ((3, 4, 6, 1.0), (1, 5, 1, 1.0), (2, 1, 4, 1.0), (17, 4, 6, 1.0))
# Sıcaklığı olmayan bloklara tek pikselli ve çok büyük sayılı girdi de: kırpan ya da şekle bakan kaçamağı ayırır.
LOUD_INPUTS = ((4, 1, 1, 1.0), (2, 5, 4, 1e4))


def plain_branch(ch: int, out: int, *, stride: int = 1) -> nn.Module:
    """Etkinleştirmesinin yerini söylemeyen dal: notlardaki gibi toplamdan sonra ReLU beklenir."""
    return nn.Sequential(nn.Conv2d(ch, out, 3, stride=stride, padding=1))


# Onarılan blok bu ayarların hepsinde, aynı ağırlıklarla, kurstaki blokla aynı sonucu vermeli.
REFERENCE_SETTINGS = {
    CHANNEL: tuple(
        {**options, "return_fusion_weights": True}
        for options in (
            {"learnable_temperature": True, "temperature": 1.7},
            {"act": "silu", "bias": False, "temperature": 2.5},
            {"fusion": "sum", "gate": "hardsigmoid", "act": "silu", "learnable_temperature": True, "temperature": 0.6},
        )
    ),
    SPATIAL: tuple(
        {**options, "return_router_weights": True}
        for options in (
            {"learnable_temperature": True, "temperature": 1.7},
            {"gate": "hardsigmoid", "temperature": 2.5, "kernels": (2, 5), "dilated_kernel": 3, "dilated_d": 3, "bias": False},
            {"use_dilated": False, "router_pool": "moments", "coord_norm": "0to1", "router_hidden": 3},
        )
    ),
    CBAM: tuple(
        {**options, "return_maps": True}
        for options in (
            {"learnable_temperature": True, "alpha_init": 0.7, "learnable_alpha": True, "sa_dilated_d": 3},
            {"ca_fusion": "sum", "ca_gate": "hardsigmoid", "sa_gate": "hardsigmoid", "alpha_init": 0.4, "sa_dilated_kernel": 3},
            {"residual": False, "sa_router_pool": "moments", "sa_kernels": (3,), "ca_act": "silu"},
        )
    ),
    SE: ({}, {"hidden": 3}),
    ECA: ({"channels": 128}, {"kernel": 5}),
    PAPER_CBAM: ({}, {"hidden": 3}),
    COORDINATE: ({}, {"hidden": 3}),
    **dict.fromkeys(
        PATTERNS[:3],
        (
            {"attn": SEBlock, "out": 12, "stride": 2},
            {"attn": CoordinateAttention, "out": 6, "f": PreActBranch},
            {"attn": ECABlock, "out": 12, "f": BottleneckBranch},
            {"attn": SEBlock, "stride": 2},
            {"f": WideBranch},
            {"f": plain_branch},
            {},
        ),
    ),
    PATTERNS[3]: (
        {"attn_skip": SEBlock, "attn_res": ECABlock, "out": 12, "stride": 2, "skip_alpha": 0.3},
        {"attn_res": CoordinateAttention, "out": 6, "f": PreActBranch},
        {"attn_skip": SEBlock, "stride": 2},
        {},
    ),
    RESNET: tuple(
        {"in_channels": REFERENCE_CHANNELS, **options}
        for options in (
            {
                "widths": (8, 12, 16), "attention": "channel_fusion", "attention_stages": (2,), "pattern": "P4",
                "skip_alpha": 0.05,
            },
            {"widths": (8, 12), "block": "preact", "attention": "eca", "attention_stages": (1,), "depth": 2},
            {"widths": (8, 16), "block": "bottleneck", "attention": "coordinate", "pattern": "P2"},
            {"widths": (8,), "block": "se", "pattern": "P3"},
        )
    ),
}


@dataclass(frozen=True)
class Verdict:
    """Bir yanıtın durumu: state "untried", "wrong", "solved" ya da "uncheckable"."""

    exercise_id: str
    state: str
    sentences: tuple[str, ...]
    broken: tuple[str, ...] = ()
    bug_ids: tuple[str, ...] = field(default=(), repr=False)
    warning: str = ""

    @property
    def word(self) -> str:
        """Durumun Türkçesi."""
        return STATE_WORDS[self.state]

    def __str__(self) -> str:
        lines = [f"{self.exercise_id}: {self.word}", *(f"  {s}" for s in self.sentences)]
        return "\n".join([*lines, *([f"  ! {self.warning}"] if self.warning else [])])

    __repr__ = __str__


class Different(Exception):
    """Yanıt referanstan ayrıldı; ileti nerede olduğunu söyler."""


def shape_of(cls: type, names: tuple[str, ...]) -> dict[str, str] | None:
    """Hücredeki her parçanın her yöntemi -> sözdizimi ağacı: yorum ve biçimden bağımsız öz.

    Parçalar, sınıfın tanımlandığı yerdeki adlarıyla bulunur. Kaynak okunamıyorsa None.
    """
    here = next((f.__globals__ for f in vars(cls).values() if inspect.isfunction(f)), {})
    found = {}
    try:
        for name in names:
            piece = cls if name == cls.__name__ else inspect.unwrap(here.get(name))
            functions = {f.__name__: f for f in vars(piece).values() if inspect.isfunction(f)} if inspect.isclass(piece) else {
                name: piece
            }
            for method, function in functions.items():
                found[f"{name}.{method}"] = ast.dump(ast.parse(textwrap.dedent(inspect.getsource(function))))
    except (OSError, TypeError):
        return None
    return found


def load_same_weights(reference: nn.Module, answer: nn.Module) -> None:
    """Referansın ağırlıklarını yanıta koyar; ad ya da boyut uymuyorsa Different."""
    want, have = reference.state_dict(), answer.state_dict()
    extra, missing = sorted(set(have) - set(want)), sorted(set(want) - set(have))
    if extra or missing:
        parts = [f"fazla: {', '.join(extra)}"] * bool(extra) + [f"eksik: {', '.join(missing)}"] * bool(missing)
        listed = "; ".join(parts)
        raise Different(f"Parametre adları kurstaki bloğunkilerden farklı ({listed}). Onarılmış bloğunkiler aynı olmalı.")
    for key, value in want.items():
        # 1×1 evrişim ile doğrusal katman aynı matrisi taşır; ötekilerin şekli birebir tutmalı.
        flat = value.dim() >= 2 and have[key].dim() >= 2
        same = value.flatten(1).shape == have[key].flatten(1).shape if flat else value.shape == have[key].shape
        if not same:
            raise Different(
                f"{key} parametresinin şekli değişmiş: beklenen {tuple(value.shape)}, gelen {tuple(have[key].shape)}."
            )
    learned, kept = ({n for n, _ in b.named_parameters()} for b in (answer, reference))
    if learned != kept:
        raise Different(f"Öğrenilen parametreler değişmiş: {', '.join(sorted(learned ^ kept))}.")
    answer.load_state_dict({k: v.reshape(have[k].shape) for k, v in want.items()})


def outputs(block: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
    out = block(x)
    return out if isinstance(out, tuple) else (out,)


def compare(kind: Kind, reference: nn.Module, answer: nn.Module, x: Tensor, setting: str) -> None:
    given = x.clone()
    ours, theirs = outputs(reference, x), outputs(answer, given)
    if not torch.equal(given, x):
        raise Different(f"Blok girdisini yerinde değiştiriyor ({setting}); girdi, çağırana aittir.")
    if len(ours) != len(theirs):
        raise Different(f"forward {len(ours)} değer döndürmeli; {len(theirs)} döndürdü ({setting}).")
    for name, want, got in zip(kind.outputs, ours, theirs, strict=False):
        if (want is None) != (got is None):
            raise Different(f"{name} yanlış yerde None ({setting}).")
        same = want is None or (
            want.shape == got.shape and torch.allclose(want, got.to(want.dtype), rtol=1e-5, atol=1e-7)
        )
        if not same:
            raise Different(
                f"Ölçülen sözler tutuluyor, ama {name} kurstaki bloğunkinden farklı ({setting}). "
                "Onarım hesabı da değiştirmiş, ya da hata başka bir ayarda sürüyor: yalnız gereken yeri değiştir."
            )
    for method in kind.methods:
        if not callable(getattr(answer, method, None)):
            raise Different(f"{method} yöntemi kaldırılmış; dışarıdan çağrılır, yerinde durmalı.")
        wants, gots = (m if isinstance(m, tuple) else (m,) for m in (getattr(b, method)(x) for b in (reference, answer)))
        pairs = zip(wants, gots, strict=False)
        if len(wants) != len(gots) or not all(a.shape == b.shape and torch.allclose(a, b) for a, b in pairs):
            raise Different(f"forward doğru, ama {method} kurstakinden farklı bir sonuç veriyor ({setting}).")
    kept = dict(answer.named_buffers())
    for name, buffer in reference.named_buffers():
        if not torch.allclose(buffer.double(), kept[name].double(), rtol=1e-5, atol=1e-8):
            raise Different(
                f"Çıktı doğru, ama {name} başka birikiyor ({setting}): BN'li bir parça, bir ileri geçişte iki kez "
                "çağrılıyor ya da başka bir şey görüyor olabilir."
            )
    generator = torch.Generator().manual_seed(7)
    target = torch.randn(ours[0].shape, generator=generator, dtype=torch.float64)
    (ours[0] * target).sum().backward()
    (theirs[0] * target).sum().backward()
    others = dict(answer.named_parameters())
    for name, p in reference.named_parameters():
        got = others[name].grad
        if (p.grad is None) != (got is None) or (
            got is not None and not torch.allclose(p.grad.flatten(), got.flatten(), rtol=1e-4, atol=1e-7)
        ):
            raise Different(f"Çıktı doğru, ama {name} parametresine giden gradyan farklı ({setting}).")


def built(cls: type[nn.Module], kind: Kind, options: dict) -> nn.Module:
    rest = {k: v for k, v in options.items() if k != "channels"}
    return cls(*(options.get("channels", REFERENCE_CHANNELS) for _ in kind.arguments), **rest)


def same_parts(cls: type[nn.Module], kind: Kind) -> None:
    """Yanıtın parametreleri kurstaki bloğunkilerle aynı adda ve boyda değilse Different."""
    with torch.random.fork_rng(devices=[]):
        for options in REFERENCE_SETTINGS[kind.block]:
            load_same_weights(built(target_class(kind.block), kind, options), built(cls, kind, options))


def against_reference(cls: type[nn.Module], kind: Kind, *, mixed_types: bool = False) -> None:
    """Yanıtı aynı ağırlıklarla kurstaki blokla karşılaştırır; ayrılıyorsa Different.

    mixed_types: girdinin türü ağırlıklarınkinden farklıyken de karşılaştır (tür kazası olan alıştırmalarda).
    """
    with measuring(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        for options in REFERENCE_SETTINGS[kind.block]:
            setting = ", ".join(f"{k}={getattr(v, '__name__', repr(v))}" for k, v in options.items() if k not in SILENT)
            channels = options.get("channels", REFERENCE_CHANNELS)
            for batch, height, width, scale in (*REFERENCE_INPUTS, *(() if kind.block in TEMPERED_BLOCKS else LOUD_INPUTS)):
                reference = built(target_class(kind.block), kind, options).double()
                answer = built(cls, kind, options).double()
                load_same_weights(reference, answer)
                x = scale * torch.randn(batch, channels, height, width, dtype=torch.float64)
                where = ", ".join(filter(None, (f"B={batch}, {height}×{width}", setting)))
                compare(kind, reference, copy.deepcopy(answer), x, where)
        if mixed_types:
            same_in_low_precision(reference.float(), answer.float(), x.to(torch.bfloat16))


def same_in_low_precision(reference: nn.Module, answer: nn.Module, x: Tensor) -> None:
    """float32 bloğa bfloat16 girdi: yanıt çökmemeli ve aynı türde, yakın bir sonuç vermeli."""
    want = outputs(reference, x)[0]
    try:
        got = outputs(answer, x)[0]
    except RuntimeError as error:
        raise Different(f"Blok float32, girdi bfloat16 iken kurstaki blok çalışıyor, bu çöküyor: {error}") from error
    if want.dtype != got.dtype or not torch.allclose(want.float(), got.float(), rtol=0.05, atol=0.05):
        raise Different("Blok float32, girdi bfloat16 iken sonuç kurstaki bloğunkinden farklı.")


def as_class(answer: object) -> type[nn.Module]:
    cls = answer if inspect.isclass(answer) else type(answer)
    if not issubclass(cls, nn.Module):
        raise TypeError(f"answer onardığın sınıf olmalı, örneğin ChannelAttentionFusionT; verilen: {answer!r}.")
    return cls


def promises(found: Diagnosis) -> tuple[str, ...]:
    """Bozulan sözler; ağda aynı söz birkaç yerde bozulduysa ilki, yanında kaç yerde olduğu."""
    places: dict[str, list[str]] = {}
    for f in found.broken:
        places.setdefault(bare(f.name), []).append(f"Bozulan söz · {f.name}: {f.sentence}")
    said = [first + (f" (aynı söz {len(rest)} yerde daha)" if rest else "") for first, *rest in places.values()]
    return (*said, *([f"Ölçülemeyen · {found.reason}"] if found.reason and found.status == "buggy" else []))


def judge_class(item: Exercise, name: str, answer: object) -> Verdict:
    """Tek bir sınıfın yargısı."""
    cls, kind = as_class(answer), KINDS[item.block]
    found = diagnose(cls)
    broken = tuple(f.name for f in found.broken)
    changed = item.suspects[name] or item.slips
    if changed:
        planted = class_from_sources(item.sources(name, repaired=False))
        names = tuple(name_of(p) for p in item.pieces if p != item.block)
        mine, theirs = shape_of(cls, (cls.__name__, *names)), shape_of(planted, (planted.__name__, *names))
        if own_names(mine, cls) == own_names(theirs, planted):
            # Hangi sözün bozuk olduğunu söylemez: önce öğrenci tahmin etsin.
            return Verdict(item.id, "untried", (UNTOUCHED_SLIPS if item.slips else UNTOUCHED, PLANNED), broken, found.bug_ids)
    if found.status == "buggy":
        kinds_broken = len({bare(name) for name in broken})
        still = "Hâlâ bozuk bir söz var." if kinds_broken == 1 else f"Hâlâ {kinds_broken} söz bozuk."
        return Verdict(item.id, "wrong", (still, *promises(found), *whose_fault(item, found)), broken, found.bug_ids)
    measured = found.status == "healthy" or found.findings
    try:
        same_parts(cls, kind)
        if measured:
            against_reference(cls, kind, mixed_types=bool(item.slips))
            for piece, mine in other_pieces(item, cls).items():
                with_name(piece, mine)
    except Different as difference:
        return Verdict(item.id, "wrong", (str(difference),))
    if found.status == "inconclusive":
        return Verdict(item.id, "uncheckable", (f"Blok ölçülemedi: {found.reason}",))
    return Verdict(item.id, "solved", ("Bütün sözler tutuluyor ve sonuç kurstaki blokla aynı.",))


def other_pieces(item: Exercise, cls: type) -> dict[str, type[nn.Module]]:
    """Hücredeki öteki sınıflar: kendi sözleşmesi olan her parça, adıyla."""
    here = next((f.__globals__ for f in vars(cls).values() if inspect.isfunction(f)), {})
    found = {p: here.get(name_of(p)) for p in item.pieces if p in KINDS and p != item.block}
    return {p: c for p, c in found.items() if inspect.isclass(c) and c is not target_class(p)}


def with_name(piece: str, cls: type[nn.Module]) -> None:
    """Bir parçayı tek başına kurstakiyle karşılaştırır; iletinin başına parçanın adını koyar."""
    try:
        same_parts(cls, KINDS[piece])
        against_reference(cls, KINDS[piece])
    except Different as difference:
        raise Different(f"{name_of(piece)} tek başına: {difference}") from None
    except (RuntimeError, ValueError, TypeError) as error:
        raise Different(f"{name_of(piece)} tek başına çalışmıyor: {error}") from error


def whose_fault(item: Exercise, found: Diagnosis) -> tuple[str, ...]:
    """Bozukluk ekilen hatadan mı, onarımdan mı? Ad konmadıysa, ekilen hatanın sözü hâlâ bozuk mu diye bakılır."""
    if not item.bugs:
        return ()
    nameless = not found.bug_ids and any(breaks(found, CATALOGUE[b].property) for b in item.bugs)
    return (PLANNED,) if nameless or set(found.bug_ids) & set(item.bugs) else (SOUND,)


def own_names(shape: dict[str, str] | None, cls: type) -> dict[str, str] | None:
    """Sınıf adını anahtarlardan ve ağaçlardan siler: şüpheliler başka adlarla tanımlanır."""
    return shape and {k.replace(cls.__name__, "·"): v.replace(cls.__name__, "·") for k, v in shape.items()}


def judge_reading(item: Exercise, answer: object) -> Verdict:
    """Kodu sağlam alıştırma: {"okuma": okunuş, sınıf adı: sınıf}."""
    (name,) = item.suspects
    if not isinstance(answer, dict) or set(answer) != {"okuma", name}:
        raise TypeError(f"answer şu anahtarları taşıyan bir sözlük olmalı: okuma, {name}; verilen: {answer!r}.")
    said = answer["okuma"]
    if said is not None and said not in item.readings:
        raise ValueError(f"okuma şunlardan biri olmalı: {', '.join(item.readings)}; verilen: {said!r}.")
    code = judge_class(item, name, answer[name])
    if code.state != "solved":
        return dataclasses.replace(code, sentences=("Kod baştan sağlamdı; yaptığın değişiklik onu bozdu.", *code.sentences))
    if said is None:
        return Verdict(item.id, "untried", ("Okuyuşun yazılmamış: tahmin hücresine yaz.", READING))
    if said != item.right_reading:
        return Verdict(item.id, "wrong", (f"Şekil bunu söylemiyor. {item.readings[said]}",))
    return Verdict(item.id, "solved", (item.readings[said],))


def judge_suspects(item: Exercise, answer: object) -> Verdict:
    """Birkaç şüphelili alıştırma: {"masum": "SupheliX", "SupheliA": sınıf, …}."""
    wanted = ["masum", *item.suspects]
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise TypeError(f"answer şu anahtarları taşıyan bir sözlük olmalı: {', '.join(wanted)}; verilen: {answer!r}.")
    named = answer["masum"]
    if named is not None and named not in item.suspects:
        raise ValueError(f"masum şunlardan biri olmalı: {', '.join(item.suspects)}; verilen: {named!r}.")
    verdicts = {name: judge_class(item, name, answer[name]) for name in item.suspects}
    bad = {n: v for n, v in verdicts.items() if v.state != "solved"}
    sentences = [
        f"{name}: {'kod henüz değişmemiş.' if v.state == 'untried' else ' '.join(v.sentences[:-1] or v.sentences)}"
        for name, v in bad.items()
    ]
    untouched = all(v.state == "untried" for v in bad.values()) and len(bad) == len(item.suspects) - 1
    planned = PLANNED if any(v.state == "untried" or set(v.bug_ids) & set(item.bugs) for v in bad.values()) else SOUND
    if named is None and untouched:
        return Verdict(item.id, "untried", ("Masumun adı yazılmamış, kod da değişmemiş.", PLANNED))
    if named is None:
        sentences.insert(0, "Masumun adı yazılmamış: tahmin hücresine yaz.")
    if bad:  # masumun kim olduğunu, suçlular onarılmadan söylemez
        state = "uncheckable" if any(v.state == "uncheckable" for v in bad.values()) else "wrong"
        return Verdict(item.id, state, (*sentences, planned), tuple(b for v in bad.values() for b in v.broken))
    if named is None:
        return Verdict(item.id, "wrong", tuple(sentences))
    if named != item.innocent:
        return Verdict(item.id, "wrong", (f"Üç blok da artık sağlam; ama {named} baştan masum değildi.",))
    return Verdict(item.id, "solved", (f"{named} masumdu; öteki ikisi onarıldı.",))


def judge(exercise_id: str, answer: object) -> Verdict:
    """Bir yanıtı yargılar ve hiçbir şey kaydetmez; hiç hata fırlatmaz.

    Args:
        exercise_id: "e01" gibi.
        answer: onarılan sınıf; birkaç şüpheli varsa {"masum": ad, ad: sınıf, …} sözlüğü.
    """
    try:
        item = exercise(exercise_id)
        if len(item.suspects) > 1:
            return judge_suspects(item, answer)
        if item.readings:
            return judge_reading(item, answer)
        (name,) = item.suspects
        return judge_class(item, name, answer)
    except (Exception, SystemExit) as error:  # öğrencinin kodu her şeyi fırlatabilir; nedeni olduğu gibi gösterilir
        return Verdict(str(exercise_id), "uncheckable", (f"Nedeni · {type(error).__name__}: {error}",))
