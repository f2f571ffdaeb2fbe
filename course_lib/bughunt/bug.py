"""Bir hata, veri olarak: nerede belgelendi, hangi metin değişti, nasıl tanınır, nasıl onarılır."""

from dataclasses import dataclass

Edit = tuple[str, str]  # (sağlam metin, yerine geçen metin): sağlam metin kaynakta tam bir kez geçer

# Öğretilen parçaların tam adları ("modül:ad").
INVERSE = "course_lib.attention.temperature:softplus_inverse"
TEMPERED = "course_lib.attention.temperature:Tempered"
COORDINATES = "course_lib.attention.coordinates:coordinate_maps"
BRANCH = "course_lib.attention.spatial:DepthwisePointwiseBranch"
CHANNEL = "course_lib.attention.channel:ChannelAttentionFusionT"
SPATIAL = "course_lib.attention.spatial:DynamicSpatialAttention"
CBAM = "course_lib.attention.cbam:CBAMResidualDynamicSA"
SE = "course_lib.attention.classic:SEBlock"
ECA_KERNEL = "course_lib.attention.classic:eca_kernel"
ECA = "course_lib.attention.classic:ECABlock"
PAPER_CBAM = "course_lib.attention.classic:CBAM"
COORDINATE = "course_lib.attention.classic:CoordinateAttention"
NEAR_IDENTITY = "course_lib.residual.fusion:NearIdentity"
RESIDUAL = "course_lib.residual.fusion:ResidualAttn"
P1, P2, P3, P4 = PATTERNS = tuple(f"course_lib.residual.fusion:ResidualAttn_P{i}" for i in (1, 2, 3, 4))
RESNET = "course_lib.residual.resnet:SmallResNet"


@dataclass(frozen=True)
class Fix:
    """Sağlam koda uygulanan bir yazım: `right_fixes`te kabul edilmeli, `wrong_fixes`te reddedilmeli."""

    edits: tuple[Edit, ...]
    why: str


@dataclass(frozen=True)
class Bug:
    """Katalogun bir satırı.

    id, title: kimlik ve başlık; chapter: anlatıldığı ders; sources: seed bölümü ve açık tartışmalar;
    target: değişen parçanın tam adı; method: hatanın oturduğu yöntem ya da işlev; edits: sağlam metin ->
    ekilen metin; property: bozduğu söz; mark: yoklamanın bıraktığı iz (imza); why: neden yanlış;
    symptoms: eğitimde ve çıktıda görülenler; checks: en hızlı kontroller; hints: belirti -> bozulan
    söz -> ölçüm -> bölge -> satır; right_fixes, wrong_fixes: başka türlü yazılmış doğru ve yanlış
    onarımlar; blocks: adının konabildiği bloklar, ilki alıştırmada görünen (verilmezse yalnız target).
    """

    id: str
    title: str
    chapter: str
    sources: tuple[str, ...]
    target: str
    method: str
    edits: tuple[Edit, ...]
    property: str
    mark: str
    why: str
    symptoms: tuple[str, ...]
    checks: tuple[str, ...]
    hints: tuple[str, str, str, str, str]
    right_fixes: tuple[Fix, ...]
    wrong_fixes: tuple[Fix, ...]
    blocks: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        """Hatanın gösterildiği blok."""
        return self.blocks[0] if self.blocks else self.target

    def named_in(self, block: str) -> bool:
        """Bu blokta (ve onu taşıyan CBAM'de) adı konabilir mi?"""
        return block in (self.blocks or (self.target,))


def fix(old: str, new: str, why: str) -> Fix:
    """Tek metin değiştiren onarım."""
    return Fix(((old, new),), why)
