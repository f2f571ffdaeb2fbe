"""Kanal dikkatinin hataları: yedi belgelenmiş senaryo (seed 000) ve açık depolarda görülen ikisi."""

from course_lib.bughunt.bug import CHANNEL, INVERSE, SPATIAL, TEMPERED, Bug, Fix, fix

CHAPTER = "02_kanal_dikkati_hata_avi"

SOFTMAX = "fusion_w = torch.softmax(logits, dim=1)"
MIX = "z = w_avg * a + w_max * m"
MLP = "return self.fc2(self.act(self.fc1(s)))"
T_FLOOR = "return F.softplus(t_raw) + self.eps"
S_CAT = "s_cat = torch.cat([avg_s, max_s], dim=1)"
SCALED = "scaled = z / T"
GATE = "ca = self.gate_fn(scaled)"
INDENT = " " * 16


CHANNEL_BUGS = (
    Bug(
        id="ca-softmax-dim",
        title="Softmax yanlış eksende (dim=0)",
        chapter=CHAPTER,
        sources=(
            "seed 000, senaryo 1",
            "github.com/xmu-xiaoma666/External-Attention-pytorch/issues/18",
            "github.com/labmlai/annotated_deep_learning_paper_implementations/issues/146",
        ),
        target=CHANNEL,
        method="attention_map",
        edits=((SOFTMAX, "fusion_w = torch.softmax(logits, dim=0)"),),
        property="örnek-bağımsızlığı",
        mark="leak-persists",
        why="logits (B, 2) şeklindedir. dim=0 seçilince bir örneğin iki ağırlığı birbiriyle değil, "
        "batch'teki öteki örneklerin ağırlıklarıyla yarışır; satır toplamı 1 olmaktan çıkar.",
        symptoms=(
            "Aynı örnek, komşuları değişince başka ağırlık alır.",
            "Batch boyu değişince sonuç oynar; B = 1 iken ağırlıklar [1, 1] olur ve hata saklanır.",
        ),
        checks=("fusion_w.sum(dim=1) her örnek için 1 mi?", "fusion_w.sum(dim=0) [1, 1] mi? Öyleyse eksen yanlış."),
        hints=(
            "Belirti: aynı fotoğrafın maskesi, batch'teki komşularına göre değişiyor.",
            "Bozulan söz: her örneğin sonucu yalnız kendisine bağlı olmalıydı.",
            "Ölçüm: 0. örneği tut, ötekileri değiştir; hangi ara sonuç ilk kıpırdıyor? Bir de fusion_w'nin "
            "satır toplamlarına bak.",
            "Bölge: özetler ve ham skorlar temiz. Örnekleri birbirine karıştırabilen tek işlem bir eksen seçiyor.",
            "Satır: softmax'ın ekseni. (B, 2) tensöründe yarışması gerekenler satırın içi mi, sütunun içi mi?",
        ),
        right_fixes=(
            fix(SOFTMAX, "fusion_w = logits.softmax(-1)", "Son eksen, iki boyutlu tensörde dim=1'dir."),
            fix(
                SOFTMAX,
                "fusion_w = torch.exp(torch.log_softmax(logits, dim=1))",
                "log-softmax'ın üsteli softmax'tır.",
            ),
        ),
        wrong_fixes=(
            fix(
                SOFTMAX,
                f"fusion_w = torch.softmax(logits, dim=0)\n{INDENT}"
                "fusion_w = fusion_w / fusion_w.sum(dim=1, keepdim=True)",
                "Satır toplamı onarıldı, ama örnekler hâlâ birbirine karışıyor; büyük skorlarda 0/0 = NaN bile çıkıyor.",
            ),
            fix(SOFTMAX, "fusion_w = torch.sigmoid(logits)", "Karışma bitti, ama iki ağırlık artık yarışmıyor."),
            fix(
                SOFTMAX,
                "fusion_w = torch.full_like(logits, 0.5)",
                "Toplam 1, karışma yok; ama yönlendirici sustu.",
            ),
        ),
    ),
    Bug(
        id="ca-temperature-inverted",
        title="Sıcaklık bölmek yerine çarpıyor (z * T)",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 2",),
        target=CHANNEL,
        method="attention_map",
        edits=((SCALED, "scaled = z * T"),),
        property="sıcaklık-yumuşatır",
        mark="hardens",
        why="Sıcaklık ham skoru bölerek yumuşatır. Çarpınca düğme ters döner: T büyüdükçe maske sertleşir.",
        symptoms=(
            "T büyüyünce maske 0 ve 1'e yapışır.",
            "T = 1 iken iki yazım aynı sonucu verir: ileri geçişe bakarak görülemez.",
        ),
        checks=("T'yi büyüt: |ca - 0,5| küçülüyor mu?", "Ham skorun büyüklüğünün T'ye göre türevi hangi işarette?"),
        hints=(
            "Belirti: varsayılan ayarda her şey doğru görünüyor; T'yi artırınca maske yumuşayacağına sertleşiyor.",
            "Bozulan söz: T büyüyünce maske 0,5'e yaklaşmalıydı.",
            "Ölçüm: aynı girdide T = 1 ve T = 2 için |ca - 0,5|'i karşılaştır; kaç kanalda küçüldü?",
            "Bölge: MLP ve yönlendirici T'yi hiç görmez. T yalnız kapıdan hemen önce kullanılır.",
            "Satır: T'nin z ile buluştuğu işlem. Bir sayıyı yumuşatan işlem çarpmak mı, bölmek mi?",
        ),
        right_fixes=(
            fix(SCALED, "scaled = torch.div(z, T)", "Aynı bölme, işlev olarak yazılmış."),
            fix(SCALED, "scaled = z * (1 / T)", "Tersiyle çarpmak bölmektir."),
        ),
        wrong_fixes=(
            fix(SCALED, "scaled = z", "Tersine dönme bitti, ama T'nin söz hakkı kalmadı."),
            fix(SCALED, "scaled = z / (T * T)", "Yumuşatıyor, ama T = 2 iken dörde bölüyor."),
            fix(SCALED, "scaled = z - T", "T büyüyünce bütün maske 0'a kayar; yumuşamaz."),
        ),
    ),
    Bug(
        id="ca-raw-squeeze",
        title="z ham özetlerden kuruluyor (MLP'nin çıktısı atılıyor)",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 3",),
        target=CHANNEL,
        method="attention_map",
        edits=((MIX, "z = w_avg * avg_s + w_max * max_s"),),
        property="mlp-duyulur",
        mark="raw-statistics",
        why="a ve m, MLP'nin öğrendiği kanal skorlarıdır. Yerlerine avg_s ve max_s yazılınca MLP hesaplanır, "
        "ama sonucu kullanılmaz: fc1 ve fc2 hiçbir zaman öğrenmez.",
        symptoms=("fc1 ve fc2'nin gradyanı None kalır.", "MLP'nin ağırlıklarını değiştirmek çıktıyı değiştirmez."),
        checks=("fc2.weight'i değiştir: y kıpırdıyor mu?", "backward sonrası fc1.weight.grad None mı?"),
        hints=(
            "Belirti: blok çalışıyor ve öğreniyor gibi, ama fc1 ile fc2 ilk günkü değerlerinde duruyor.",
            "Bozulan söz: MLP'nin söz hakkı olmalıydı.",
            "Ölçüm: fc2'nin ağırlıklarını baştan aşağı değiştir; maske kıpırdıyor mu? Gradyanı None mı, 0 mı?",
            "Bölge: MLP doğru çağrılıyor, sonuçları da doğru. Sonra o sonuçlara ne oluyor?",
            "Satır: z'nin kurulduğu satır. Ağırlıklar neyi karıştırmalı: özetleri mi, özetlerden çıkan skorları mı?",
        ),
        right_fixes=(
            fix(MIX, "z = m + w_avg * (a - m)", "w_max = 1 - w_avg olduğundan aynı karışım."),
            fix(MIX, "z = torch.mul(w_avg, a).add(w_max * m)", "Aynı toplam, yöntem zinciriyle."),
        ),
        wrong_fixes=(
            fix(MIX, "z = w_avg * a + w_max * max_s", "Yarım onarım: tepe görüşü hâlâ ham."),
            fix(
                MIX,
                "z = self.mlp(w_avg * avg_s + w_max * max_s)",
                "Önce karıştırıp sonra MLP'den geçirmek başka bir blok kurar.",
            ),
            fix(MIX, "z = a + m", "MLP geri geldi, ama bu kez yönlendirici sustu."),
        ),
    ),
    Bug(
        id="ca-linear-mlp",
        title="MLP'de etkinleştirme yok (doğrusallaşma)",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 4",),
        target=CHANNEL,
        method="mlp",
        edits=((MLP, "return self.fc2(self.fc1(s))"),),
        property="mlp-doğrusal-değil",
        mark="linear",
        why="İki doğrusal katman art arda tek bir doğrusal katmandır. Aradaki etkinleştirme kalkınca gizli "
        "genişlik yalnızca bir darboğaz olur; MLP eğri bir ilişki kuramaz.",
        symptoms=(
            "Kod çalışır, parametre sayısı aynıdır, yalnız MLP'nin eğriliği yok olur.",
            "act alanı durur, ama çağrılmaz.",
        ),
        checks=(
            "Düz girdide f(v) + f(-v) - 2·f(0) sıfır mı? Öyleyse MLP doğrusal.",
            "act modülüne kanca tak: çağrılıyor mu?",
        ),
        hints=(
            "Belirti: hata yok, uyarı yok; act='relu' ile act='silu' aynı maskeyi veriyor.",
            "Bozulan söz: MLP doğrusal olmamalıydı.",
            "Ölçüm: düz bir girdiyi v ve -v ile ver; ham skorların ortalaması sıfır girdidekiyle aynı mı?",
            "Bölge: kapı ve sıcaklık yerinde. Eğrilik fc1 ile fc2 arasında doğmalıydı.",
            "Satır: mlp yönteminin return satırı. Üç modülden hangisi adı geçtiği hâlde çağrılmıyor?",
        ),
        right_fixes=(
            fix(MLP, "h = self.fc1(s)\n        return self.fc2(self.act(h))", "Aynı üç adım, iki satırda."),
            fix(MLP, "return nn.Sequential(self.fc1, self.act, self.fc2)(s)", "Aynı modüller, aynı sıra."),
        ),
        wrong_fixes=(
            fix(MLP, "return self.act(self.fc2(self.fc1(s)))", "Etkinleştirme sonda: ReLU'da ham skor eksiye inemez."),
            fix(MLP, "return self.fc2(torch.relu(self.fc1(s)))", "act='silu' isteyene de ReLU veriyor."),
            fix(MLP, "return self.fc2(self.fc1(self.act(s)))", "Etkinleştirme MLP'den önce: arası yine doğrusal."),
        ),
    ),
    Bug(
        id="ca-no-eps",
        title="get_T içinde eps yok (T sıfıra inebilir)",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 5",),
        target=TEMPERED,
        blocks=(CHANNEL, SPATIAL),
        method="get_T",
        edits=((T_FLOOR, "return F.softplus(t_raw)"),),
        property="sıcaklık-tabanı",
        mark="no-floor",
        why="softplus kâğıt üzerinde hep pozitiftir, ama sonlu duyarlıkta çok küçük t_raw için tam 0 verir. "
        "O anda z / T, 0/0 = NaN ya da sonsuz olur.",
        symptoms=("Eğitim uzun süre sağlıklı gider, sonra bir anda NaN.", "T kırmızı bölgeye iner ve durmaz."),
        checks=("t_raw'ı -10.000 yap: get_T() hâlâ sıfırdan büyük mü?", "torch.isfinite(z / T) her yerde doğru mu?"),
        hints=(
            "Belirti: T öğrenilirken giderek küçülüyor; bir gün çıktı NaN oluyor.",
            "Bozulan söz: T'nin bir alt sınırı olmalıydı.",
            "Ölçüm: t_raw'a çok küçük bir değer ver (-10.000) ve get_T()'nin ne döndürdüğüne bak.",
            "Bölge: T'nin üretildiği yöntem. Öğrenilen ve sabit T ayrı yollardan gelir; sabit olan sağlam.",
            "Satır: softplus'ın sonucu. Sıfıra inebilen bir bölene ne eklenir?",
        ),
        right_fixes=(
            fix(T_FLOOR, "return torch.clamp(F.softplus(t_raw), min=self.eps)", "Toplamak yerine alttan kesmek."),
            fix(
                T_FLOOR,
                "return torch.logaddexp(t_raw, torch.zeros_like(t_raw)) + self.eps",
                "softplus(t) = log(exp(t) + exp(0)).",
            ),
        ),
        wrong_fixes=(
            fix(T_FLOOR, "return F.softplus(t_raw + self.eps)", "eps içeride: softplus yine sıfıra iner."),
            fix(T_FLOOR, "return F.softplus(t_raw) * (1 + self.eps)", "Sıfırı büyütmek sıfırı değiştirmez."),
            fix(
                T_FLOOR,
                "return torch.ones_like(t_raw)",
                "T artık güvende, çünkü artık öğrenilmiyor: söz hakkı yok.",
            ),
        ),
    ),
    Bug(
        id="ca-batch-mean-router",
        title="Yönlendirici batch ortalamasına bakıyor",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 6",),
        target=CHANNEL,
        method="attention_map",
        edits=(
            (S_CAT, S_CAT + ".mean(dim=0, keepdim=True)"),
            ("w_avg = fusion_w[:, 0]", f"fusion_w = fusion_w.expand(x.shape[0], -1)\n{INDENT}w_avg = fusion_w[:, 0]"),
        ),
        property="örnek-bağımsızlığı",
        mark="leak-vanishes",
        why="Özetler batch boyunca ortalanınca yönlendirici tek bir 'ortalama örnek' görür; çıkan tek ağırlık "
        "çifti expand ile herkese dağıtılır. Şekil (B, 2) kalır, ama örnek bazlı seçim ölür.",
        symptoms=(
            "fusion_w'nin bütün satırları aynıdır.",
            "Aynı örnek başka bir batch'te başka ağırlık alır.",
        ),
        checks=(
            "0. örneği tut, ötekileri değiştir: fusion_w[0] kıpırdıyor mu?",
            "(fusion_w - fusion_w[0:1]).abs().max() sıfır mı? (Tek başına kanıt değildir: "
            "son katmanı sıfırla başlatılmış sağlam yönlendirici de eşit satır verir.)",
        ),
        hints=(
            "Belirti: fusion_w doğru şekilde, satır toplamları 1; ama bütün satırlar aynı ve batch'le birlikte oynuyor.",
            "Bozulan söz: her örneğin sonucu yalnız kendisine bağlı olmalıydı.",
            "Ölçüm: komşuları değiştir ve fusion_w[0]'a bak; sonra aynı deneyi düz girdilerle yinele.",
            "Bölge: softmax doğru eksende. Karışma ondan önce, yönlendiricinin girdisinde oluyor.",
            "Satır: s_cat. Batch eksenini yok eden bir işlem var mı; sonradan onu geri açan bir expand?",
        ),
        right_fixes=(
            fix(S_CAT, "s_cat = torch.hstack([avg_s, max_s])", "hstack, kanal ekseninde (dim=1) birleştirir."),
            Fix(
                (("w_avg = fusion_w[:, 0]", f"fusion_w = fusion_w.expand(x.shape[0], -1)\n{INDENT}w_avg = fusion_w[:, 0]"),),
                "Ortalama kalkınca expand etkisizdir: şekil zaten (B, 2).",
            ),
        ),
        wrong_fixes=(
            fix(
                S_CAT,
                S_CAT + ".mean(dim=0, keepdim=True).expand(x.shape[0], -1, -1, -1)",
                "expand'in yeri değişti, ortalama duruyor.",
            ),
            Fix(
                (
                    (S_CAT, S_CAT + "[:1]"),
                    ("w_avg = fusion_w[:, 0]", f"fusion_w = fusion_w.expand(x.shape[0], -1)\n{INDENT}w_avg = fusion_w[:, 0]"),
                ),
                "Ortalama gitti, ama herkes ilk örneğin ağırlığını kullanıyor.",
            ),
            fix(
                SOFTMAX,
                "fusion_w = torch.softmax(logits, dim=1).mean(dim=0, keepdim=True).expand(x.shape[0], -1)",
                "Ortalama girdiden çıktıya taşındı; karışma sürüyor.",
            ),
        ),
    ),
    Bug(
        id="ca-detach",
        title="detach gradyanı kesiyor",
        chapter=CHAPTER,
        sources=("seed 000, senaryo 7",),
        target=CHANNEL,
        method="attention_map",
        edits=((GATE, "ca = self.gate_fn(scaled.detach())"),),
        property="gradyan-ulaşır",
        mark="no-gradient",
        why="detach, tensörü hesap grafından koparır. Maske doğru hesaplanır ve uygulanır, ama MLP'ye, "
        "yönlendiriciye ve t_raw'a hiç gradyan gitmez: blok var, öğrenmiyor.",
        symptoms=(
            "Çıktı, sağlam bloğunkiyle birebir aynıdır; ileri geçişe bakarak görülemez.",
            "Bloğun bütün parametrelerinin gradyanı None kalır.",
        ),
        checks=("backward sonrası fc1.weight.grad None mı?", "ca.requires_grad True mu?"),
        hints=(
            "Belirti: ağ eğitiliyor, kayıp düşüyor, ama bu bloğun parametreleri epoch'lar boyunca hiç değişmiyor.",
            "Bozulan söz: söz hakkı olan her parametreye gradyan ulaşmalıydı.",
            "Ölçüm: girdiye requires_grad_() ver, y.sum().backward() çağır; parametrelerin grad alanları None mı, 0 mı?",
            "Bölge: hiçbirine ulaşmıyorsa kopukluk hepsinin ortak yolunda, sona yakındır.",
            "Satır: kapının girdisi. Değeri değiştirmeden grafı kesen bir çağrı var mı?",
        ),
        right_fixes=(
            fix(GATE, "ca = self.gate_fn(scaled.clone())", "clone grafı kesmez; yalnız gereksiz bir kopyadır."),
            fix(GATE, "gate = self.gate_fn\n            ca = gate(scaled)", "Aynı kapı, başka adla."),
        ),
        wrong_fixes=(
            fix(GATE, "ca = self.gate_fn(z.detach() / T)", "Yalnız T kurtuldu; MLP ve yönlendirici hâlâ kopuk."),
            fix(
                GATE,
                "ca = self.gate_fn(scaled.detach() + scaled - scaled)",
                "Graf bağlandı, ama gradyan hep sıfır.",
            ),
            fix(GATE, "ca = self.gate_fn(scaled.detach().requires_grad_())", "Yeni bir yaprak: geçmişi yine kopuk."),
        ),
    ),
)
INVERSE_LINE = "return y + math.log(-math.expm1(-y))"
ROUTER_LAYERS = """self.fusion_router = nn.Sequential(
                nn.Conv2d(2 * channels, router_hidden, kernel_size=1),
                nn.ReLU(),
                nn.Conv2d(router_hidden, 2, kernel_size=1),
            )"""
ROUTER_CALL = "logits = self.fusion_router(s_cat).flatten(1)"

FIELD_BUGS = (
    Bug(
        id="ca-global-fusion",
        title="Yönlendirici yerine bütün veri için tek bir öğrenilen çift",
        chapter="04_cbam_residual",
        sources=(
            "github.com/huseyin-dgn/pytorch-cnn-architecture-library (Torch_CNN/attention_modules/cbam)",
            "seed 003 §5 (fusion_w için '(2,)')",
            "seed 002 A1",
        ),
        target=CHANNEL,
        method="attention_map",
        edits=(
            (ROUTER_LAYERS, "self.fusion_router = nn.Parameter(torch.zeros(2))"),
            (ROUTER_CALL, "logits = self.fusion_router.expand(x.shape[0], -1)"),
        ),
        property="yönlendirici-seçer",
        mark="one-pair",
        why="Ağırlıklar öğrenilir, toplamları 1'dir, örnekler karışmaz; ama her görüntü aynı çifti alır. Notlardaki "
        "'(2,)' bu eski sürümden kalmadır; örnek bazlı seçim hiç yoktur.",
        symptoms=(
            "fusion_w'nin bütün satırları her batch'te aynıdır ve komşular değişince kıpırdamaz.",
            "Parametre sayısı beklenenden azdır: yönlendirici iki sayıdır.",
        ),
        checks=("İki çok farklı görüntünün fusion_w satırları farklı mı?", "fusion_router'ın kaç parametresi var?"),
        hints=(
            "Belirti: fusion_w'nin satırları eşit; üstelik görüntülerin hepsi değişince bile aynı sayılar.",
            "Bozulan söz: yönlendirici kararını örneğe bakarak vermeliydi.",
            "Ölçüm: batch'i bütünüyle değiştir; fusion_w kıpırdıyor mu? Sonra fusion_router'ın parametrelerini say.",
            "Bölge: softmax doğru eksende, karışma yok. Ham skorlar nereden geliyor?",
            "Satır: logits. Özetler (s_cat) hesaplanıyor; kim kullanıyor? Yönlendirici, 2C'den fusion_router_hidden'a, oradan 2'ye giden "
            "iki 1×1 evrişim ve aralarında bir ReLU olmalıydı.",
        ),
        right_fixes=(
            fix(ROUTER_CALL, "logits = self.fusion_router(s_cat)[:, :, 0, 0]", "flatten yerine dizinleme: şekil aynı (B, 2)."),
            fix(ROUTER_CALL, "logits = self.fusion_router(s_cat).reshape(-1, 2)", "reshape de (B, 2) verir."),
        ),
        wrong_fixes=(
            fix(ROUTER_CALL, "logits = self.fusion_router(torch.ones_like(s_cat)).flatten(1)", "Yönlendirici geri geldi, ama hep aynı girdiyi görüyor."),
            fix(
                ROUTER_CALL,
                "logits = self.fusion_router(s_cat.mean(dim=0, keepdim=True)).flatten(1).expand(x.shape[0], -1)",
                "Girdiye bakıyor, ama batch'in ortalamasına: örnekler birbirine karıştı.",
            ),
            fix(ROUTER_CALL, "logits = self.fusion_router(s_cat).flatten(1) * 0.0", "Yönlendirici susturulmuş: hep yarı yarıya."),
        ),
    ),
    Bug(
        id="temperature-wrong-inverse",
        title="Ters softplus'ta parantez kaymış: log(exp(t - 1) + eps)",
        chapter="03_uzamsal_dikkat",
        sources=(
            "github.com/huseyin-dgn/pytorch-cnn-architecture-library (Torch_CNN/attention_modules/cbam)",
            "seed 001 §4",
        ),
        target=INVERSE,
        method="softplus_inverse",
        edits=((INVERSE_LINE, "return math.log(math.exp(y - 1.0) + 1e-6)"),),
        blocks=(SPATIAL, CHANNEL),
        property="sıcaklık-başlangıcı",
        mark="shifted-start",
        why="log(exp(y) - 1) yerine log(exp(y - 1)) yazılınca sonuç y - 1 olur; softplus'tan geçince T = 1 isteyen "
        "0,69'la başlar. Kod çalışır, T öğrenilir; yalnız başlangıç kayıktır.",
        symptoms=("T = 1 istenen blok 0,69'la başlar; maske beklenenden sert açılır.", "Sabit T'de fark yoktur."),
        checks=("temperature=1 ile kur: get_T() kaç?", "softplus(softplus_inverse(y)) y'ye eşit mi?"),
        hints=(
            "Belirti: sıcaklığı öğrenilen blok, aynı ayardaki sabit sıcaklıklı bloktan daha sert bir maskeyle başlıyor.",
            "Bozulan söz: öğrenilen T, istenen değerden başlamalıydı.",
            "Ölçüm: temperature=1, 2, 5 ile kur; get_T() ne veriyor?",
            "Bölge: get_T doğru. t_raw'ın ilk değerini veren işleve bak.",
            "Satır: parantez nerede kapanıyor: 1, exp'in içinden mi çıkarılıyor, dışından mı?",
        ),
        right_fixes=(
            fix(INVERSE_LINE, "return math.log(math.expm1(y)) if y < 30 else y", "exp(y) - 1; büyük y'de zaten y'dir."),
            fix(INVERSE_LINE, "return y + math.log1p(-math.exp(-y)) if y > 1e-3 else math.log(math.expm1(y))", "Küçük ve büyük y ayrı."),
        ),
        wrong_fixes=(
            fix(INVERSE_LINE, "return y", "Ters alma hiç yok: T = 1 isteyen 1,31'le başlar."),
            fix(INVERSE_LINE, "return math.log(y)", "softplus değil exp'in tersi: T = 1 isteyen 0,69'la başlar."),
            fix(INVERSE_LINE, "return math.log(math.exp(y) + 1.0)", "İşaret ters: softplus'ın tersi değil kendisi."),
        ),
    ),
)
