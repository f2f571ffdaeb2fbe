"""e30'un sözleşmesi: verilen ağa, bütçeyi aşmadan ve yanıtını bozmadan dikkat yerleştirmek."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.diagnosis import examine
from course_lib.diagnosis.portrait import WITHOUT_GATE
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.measures import deaf_after_steps, must_be_sound
from course_lib.residual import SmallResNet
from course_lib.turkish import tr

Place = Callable[[nn.Module], nn.Module]
NETWORKS = (((16, 32, 64), 2), ((24, 48, 96), 3))  # (genişlikler, evre başına blok)
SIDE = 32
MORE_PARAMETERS, MORE_OPERATIONS = 0.01, 0.001  # ağınkine göre
MOVED = 0.1  # yanıtın oynayabileceği pay
OVER_PLACE = ("uzam", "kanal × uzam", "satır × sütun", "karışık")


@cache
def given(which: int) -> SmallResNet:
    """Verilen ağ; BN'leri birkaç batch görmüş, yani yanıtı yerine oturmuş."""
    widths, depth = NETWORKS[which]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(which)
        net = SmallResNet(10, widths=widths, depth=depth)
        for _ in range(8):
            net(torch.randn(16, 3, SIDE, SIDE))
    return net.eval()


def placed(place: Place, which: int) -> nn.Module:
    torch.manual_seed(1)
    net: Any = place(copy.deepcopy(given(which)))
    if not isinstance(net, nn.Module):
        raise Broken(f"place bir ağ döndürmeli; dönen: {type(net).__name__}.")
    return net.eval()


def new_gates(net: nn.Module, known: set[str]) -> dict[str, nn.Module]:
    """Sonradan konan en dıştaki modüller, adlarıyla; içinde ağın kendi katmanı olan açılır."""
    found: dict[str, nn.Module] = {}
    for name, module in net.named_modules():
        inside = {n for n, p in net.named_parameters() if n.startswith(f"{name}.")}
        own = [p for p in module.parameters()]
        inner = any(name.startswith(f"{outer}.") for outer in found)
        if name and own and not inner and not inside & known:
            found[name] = module
    return found


def kept_tensors(net: nn.Module, which: int) -> set[str]:
    """Yeni ağda, verilen ağın ağırlıklarını taşıyan parametrelerin adları."""
    left = [p for p in given(which).parameters()]
    names = set()
    for name, p in net.named_parameters():
        at = next(
            (i for i, old in enumerate(left) if old.shape == p.shape and torch.equal(old, p)), None
        )
        if at is not None:
            left.pop(at)
            names.add(name)
    if left:
        raise Broken(f"Ağın {len(left)} ağırlık tensörü kaybolmuş ya da değişmiş.")
    return names


def gates(place: Place, which: int) -> dict[str, tuple[nn.Module, int, int]]:
    """Yerleştirilmiş kapılar: adı -> (modül, kanal, girdisinin kenarı)."""
    net = placed(place, which)
    seen: dict[str, tuple[nn.Module, int, int]] = {}

    def note(name: str, module: nn.Module) -> Callable:
        def hook(_m: nn.Module, x: tuple, _out: object) -> None:
            if x and isinstance(x[0], Tensor) and x[0].dim() == 4:
                seen[name] = (module, x[0].shape[1], x[0].shape[3])

        return hook

    for name, module in new_gates(net, kept_tensors(net, which)).items():
        module.register_forward_hook(note(name, module))
    with torch.no_grad():
        net(torch.randn(1, 3, SIDE, SIDE))
    return seen


def operations(net: nn.Module) -> int:
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        net(torch.zeros(1, 3, SIDE, SIDE))
    return counter.get_total_flops() // 2


def forms(place: Place) -> dict[str, tuple[str, int]]:
    """İlk ağdaki her kapının biçimi ve girdisinin kenarı. Bozuk bir kapıda Broken."""
    found = {}
    for name, (module, channels, side) in gates(place, 0).items():
        seen = examine(module, channels=channels)
        must_be_sound(seen, f"{name} sağlam değil.")
        if seen.portrait is not None:
            found[name] = seen.portrait.form, side
    return found


def title(which: int) -> str:
    widths, depth = NETWORKS[which]
    return f"Genişlikleri {widths}, derinliği {depth} olan ağda"


def works(place: Place) -> str:
    for which in range(len(NETWORKS)):
        net = placed(place, which)
        for height, width in ((SIDE, SIDE), (24, 40)):
            x = torch.randn(2, 3, height, width)
            found = net(x)
            if found.shape != (2, 10):
                raise Broken(f"{title(which)} (2, 10) beklenirken {tuple(found.shape)} çıktı.")
    return f"{len(NETWORKS)} ağda, kare olmayan girdide de."


def same(one: Tensor, two: Tensor) -> bool:
    return one.shape == two.shape and torch.equal(one, two)


def body(place: Place) -> str:
    for which in range(len(NETWORKS)):
        net, old = placed(place, which), given(which)
        known = kept_tensors(net, which)
        now = list(net.buffers())
        lost = [b for b in old.buffers() if not any(same(b, other) for other in now)]
        if lost:
            raise Broken(f"Ağın BN istatistiklerinden {len(lost)} tanesi değişmiş.")
        frozen = [n for n, p in net.named_parameters() if n in known and not p.requires_grad]
        if frozen:
            raise Broken(f"Ağın şu ağırlıkları dondurulmuş: {', '.join(frozen[:3])}.")
    return "Bütün ağırlıklar ve BN istatistikleri yerinde."


def spent(place: Place, what: str, measure: Callable[[nn.Module], int], limit: float) -> str:
    shares = []
    for which in range(len(NETWORKS)):
        before, after = measure(given(which)), measure(placed(place, which))
        shares.append((after - before) / before)
        if shares[-1] > limit:
            raise Broken(
                f"{title(which)} {what} %{tr(100 * shares[-1], '.2f')} arttı; "
                f"sınır %{tr(100 * limit, 'g')}."
            )
    return f"En çok %{tr(100 * max(shares), '.2f')} arttı."


def parameters(place: Place) -> str:
    return spent(
        place, "parametre", lambda n: sum(p.numel() for p in n.parameters()), MORE_PARAMETERS
    )


def cost(place: Place) -> str:
    return spent(place, "çarpma-toplama", operations, MORE_OPERATIONS)


def everywhere(place: Place) -> str:
    counts = []
    multiply = {name for name, (form, _) in forms(place).items() if form not in WITHOUT_GATE}
    for which, (widths, _) in enumerate(NETWORKS):
        wanted = {SIDE >> stage for stage in range(len(widths))}
        found = gates(place, which)
        sides = [side for name, (_, _, side) in found.items() if which or name in multiply]
        missing = sorted(wanted - set(sides), reverse=True)
        if missing:
            listed = ", ".join(f"{s}×{s}" for s in missing)
            raise Broken(f"{title(which)} şu boylarda girdisini çarpan bir kapı yok: {listed}.")
        counts.append(len(sides))
    return f"Ağlarda {' ve '.join(map(str, counts))} kapı."


def sound(place: Place) -> str:
    found = {form for form, _ in forms(place).values()}
    if not found & set(OVER_PLACE):
        listed = ", ".join(sorted(found)) or "hiçbiri"
        raise Broken(f"Biçimleri: {listed}; girdiye bakıp yerden yere değişen yok.")
    return f"Biçimleri: {', '.join(sorted(found))}."


def answers(place: Place) -> str:
    worst = 0.0
    for which in range(len(NETWORKS)):
        x = torch.randn(8, 3, SIDE, SIDE)
        with torch.no_grad():
            before, after = given(which)(x), placed(place, which)(x)
        before = before - before.mean(0)
        moved = float((after - after.mean(0) - before).norm() / before.norm())
        worst = max(worst, moved)
        if moved > MOVED:
            raise Broken(f"{title(which)} yanıt %{tr(100 * moved, '.0f')} oynadı.")
    return f"En çok %{tr(100 * worst, '.1f')} oynadı."


def learns(place: Place) -> str:
    net = placed(place, 0).train()
    new = {
        f"{name}.{n}" for name, (module, _, _) in gates(place, 0).items()
        for n, _ in module.named_parameters()
    }  # fmt: skip
    if not new:
        raise Broken("Ağın içinde çağrılan, sonradan konmuş bir modül bulunamadı.")
    x, goal = torch.randn(16, 3, SIDE, SIDE), torch.randint(0, 10, (16,))
    deaf = new & {*deaf_after_steps(net, lambda: nn.functional.cross_entropy(net(x), goal))}
    if deaf:
        raise Broken(f"Üç adımda gradyan görmeyen: {', '.join(sorted(deaf))}.")
    return f"Konan {len(new)} tensörün hepsine gradyan ulaştı."


CONTRACT = (
    Clause(
        "çalışır",
        "Ağ (B, 3, H, W) alır, (B, 10) verir; genişliği ve derinliği başka bir ağda da.",
        works,
        first=True,
    ),
    Clause(
        "gövde",
        "Verilen ağın hiçbir ağırlığı, BN istatistiği değişmez, dondurulmaz.",
        body,
        first=True,
    ),
    Clause("parametre", "Parametre en çok %1 artar.", parameters),
    Clause("işlem", "Çarpma-toplama en çok %0,1 artar (32×32 girdide).", cost),
    Clause("her evrede", "Her çözünürlükte en az bir dikkat vardır.", everywhere),
    Clause("yer", "Konan kapılar sağlamdır; en az birinin katsayısı yerden yere değişir.", sound),
    Clause(
        "yanıt",
        "Taze kapılarla, yanıtın fotoğraftan fotoğrafa değişen kısmı en çok %10 oynar.",
        answers,
    ),
    Clause("öğrenir", "İlk üç adımda konan her parametreye gradyan ulaşır.", learns),
)
