"""Yazım kazaları: sınıfı kurdurmayan ya da ilk çağrıda çökerten, gerçekten yapılmış yazım yanlışları.

Kaynak: açık bir depodaki altı modülden beşi böyle bir kazayla hiç çalışmıyordu (FACTS 4). Kaza hata değildir:
davranışından değil, Python'un iletisinden tanınır; teşhis onlara ad koymaz.
"""

from dataclasses import dataclass

from course_lib.bughunt.bug import SPATIAL, Edit
from course_lib.bughunt.bugs_spatial import TURKISH_REPOSITORY


@dataclass(frozen=True)
class Slip:
    """id, title: kimlik ve başlık; target: parçası; edits: sağlam metin -> kazalı metin; error: Python'un dediği;
    why: neden; source: nerede görüldü.
    """

    id: str
    title: str
    target: str
    edits: tuple[Edit, ...]
    error: str
    why: str
    source: str = TURKISH_REPOSITORY


SLIPS = {
    slip.id: slip
    for slip in (
        Slip(
            "turkish-capital-i",
            "Türkçe klavyeden noktalı büyük İ",
            SPATIAL,
            (("self.branches = nn.ModuleList(branches)", "self.branches = nn.ModuleLİst(branches)"),),
            "module 'torch.nn' has no attribute 'ModuleLİst'",
            "Küçük i yerine Türkçe klavyenin noktalı büyük İ'si. Göz, alıştığı adı okuyup geçer; Python için bambaşka bir ad.",
        ),
        Slip(
            "misspelt-attribute",
            "Yanlış yazılmış alan adı",
            SPATIAL,
            (("self.num_branches = len(self.branches)", "self.num_branch = len(self.branches)"),),
            "has no attribute 'num_branches'",
            "Atarken başka, kullanırken başka ad: atama hiç uyarı vermez, kullanım çöker.",
        ),
        Slip(
            "keyword-of-another-layer",
            "Başka bir katmanın argüman adı",
            SPATIAL,
            (
                (
                    "nn.Conv2d(pool.width, router_hidden, kernel_size=1, bias=bias)",
                    "nn.Conv2d(pool.width, router_hidden, kernel=1, bias=bias)",
                ),
            ),
            "unexpected keyword argument 'kernel'",
            "Dalın argümanı kernel, nn.Conv2d'ninki kernel_size: biri ötekinin yerine yazılmış.",
        ),
        Slip(
            "device-for-dtype",
            "Tür beklenen yere cihaz",
            SPATIAL,
            (("return s.to(self.router[1].weight.dtype, memory", "return s.to(dtype=self.router[1].weight.device, memory"),),
            "dtype=torch.device",
            "weight.dtype yerine weight.device: ikisi de .to'ya verilebilir, ama dtype= adıyla yalnız biri.",
        ),
    )
}
