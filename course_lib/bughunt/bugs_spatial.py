"""Uzamsal dikkatin hataları: seed 002 B'nin tuzakları ve açık depolarda gerçekten görülenler."""

from course_lib.bughunt.bug import BRANCH, COORDINATES, SPATIAL, Bug, Fix, fix

CHAPTER = "03_uzamsal_dikkat"
TURKISH_REPOSITORY = "github.com/huseyin-dgn/pytorch-cnn-architecture-library (Torch_CNN/attention_modules/cbam)"

ROUTER = "logits = self.router(s).flatten(1)"
SOFTMAX = "return torch.softmax(logits, dim=1)"
MAX_MAP = "max_map = x.amax(dim=1, keepdim=True)"
CAT = "s = torch.cat([avg_map, max_map, xy], dim=1)"
PADDING = "padding = dilation * (kernel - 1) // 2"
MODULE_LIST = "self.branches = nn.ModuleList(branches)"
SCORES = "z = [branch(s) for branch in self.branches]"
MIX = "wlogit = sum(share * score for share, score in zip(shares, z, strict=True))"
SCALED = "scaled = wlogit / T"
GATE = "sa = self.gate_fn(scaled)"
XS = "xs = (2 * columns - (width - 1)) / max(width - 1, 1)"
YS = "ys = (2 * rows - (height - 1)) / max(height - 1, 1)"
INDENT = " " * 12

SPATIAL_BUGS = (
    Bug(
        id="sa-router-softmax-dim",
        title="Dal ağırlıklarının softmax'ı yanlış eksende (dim=0)",
        chapter=CHAPTER,
        sources=("seed 002 B3", "seed 000, senaryo 1", "github.com/xmu-xiaoma666/External-Attention-pytorch/issues/18"),
        target=SPATIAL,
        method="router_weights",
        edits=((SOFTMAX, "return torch.softmax(logits, dim=0)"),),
        property="örnek-bağımsızlığı",
        mark="leak-persists",
        why="logits (B, K) şeklindedir; yarışması gereken, bir örneğin K dalıdır. dim=0'da bir dalın payı, "
        "batch'teki öteki örneklerin aynı dala verdiği skorlara bağlanır; satır toplamı 1 olmaktan çıkar.",
        symptoms=(
            "Aynı görüntünün maskesi, batch'teki komşularına göre değişir.",
            "B = 1 iken bütün ağırlıklar 1 olur: dallar ölçüsüzce toplanır, hata saklanır.",
        ),
        checks=("router_w.sum(dim=1) her örnek için 1 mi?", "router_w.sum(dim=0) hep 1 mi? Öyleyse eksen yanlış."),
        hints=(
            "Belirti: bir görüntünün uzamsal maskesi, yanına konan görüntülere göre değişiyor.",
            "Bozulan söz: her örneğin sonucu yalnız kendisine bağlı olmalıydı.",
            "Ölçüm: 0. örneği tut, ötekileri değiştir; router_w[0] kıpırdıyor mu? Satır ve sütun toplamlarına da bak.",
            "Bölge: dallar her örneğe ayrı ayrı uygulanır. Örnekleri karıştırabilen işlem yönlendiricinin sonunda.",
            "Satır: softmax'ın ekseni. (B, K) tensöründe yarışması gerekenler dallar mı, örnekler mi?",
        ),
        right_fixes=(
            fix(SOFTMAX, "return logits.softmax(-1)", "Son eksen, iki boyutlu tensörde dim=1'dir."),
            fix(
                SOFTMAX,
                "shifted = (logits - logits.amax(1, keepdim=True)).exp()\n        "
                "return shifted / shifted.sum(1, keepdim=True)",
                "Softmax'ın elle yazılmışı.",
            ),
        ),
        wrong_fixes=(
            fix(SOFTMAX, "return torch.sigmoid(logits)", "Karışma bitti, ama dallar artık yarışmıyor."),
            fix(
                SOFTMAX,
                "w = torch.softmax(logits, dim=0)\n        return w / w.sum(dim=1, keepdim=True)",
                "Satır toplamı onarıldı, ama örnekler hâlâ birbirine karışıyor.",
            ),
            fix(SOFTMAX, "return torch.full_like(logits, 1 / logits.shape[1])", "Toplam 1; ama yönlendirici sustu."),
        ),
    ),
    Bug(
        id="sa-batch-mean-router",
        title="Dal yönlendiricisi batch ortalamasına bakıyor",
        chapter=CHAPTER,
        sources=("seed 002 B3", "seed 000, senaryo 6"),
        target=SPATIAL,
        method="router_weights",
        edits=((ROUTER, "logits = self.router(s.mean(dim=0, keepdim=True)).flatten(1).expand(s.shape[0], -1)"),),
        property="örnek-bağımsızlığı",
        mark="leak-vanishes",
        why="Haritalar batch boyunca ortalanınca yönlendirici tek bir 'ortalama görüntü' görür; çıkan ağırlıklar "
        "expand ile herkese dağıtılır. Şekil (B, K) kalır, ama her örnek aynı ölçekle bakar.",
        symptoms=("router_w'nin bütün satırları aynıdır.", "Aynı görüntü başka bir batch'te başka maske alır."),
        checks=(
            "0. örneği tut, ötekileri değiştir: router_w[0] kıpırdıyor mu?",
            "Satırlar eşitse yalnız kuşkulan: sıfırla başlatılmış sağlam bir yönlendirici de eşit satır verir.",
        ),
        hints=(
            "Belirti: router_w'nin satır toplamları 1; ama bütün satırlar aynı ve batch'le birlikte oynuyor.",
            "Bozulan söz: her örneğin sonucu yalnız kendisine bağlı olmalıydı.",
            "Ölçüm: komşuları değiştir ve router_w[0]'a bak; sonra sütun toplamlarının 1 olup olmadığına.",
            "Bölge: softmax doğru eksende. Karışma ondan önce, yönlendiricinin girdisinde oluyor.",
            "Satır: logits. Batch eksenini yok eden bir işlem ve onu geri açan bir expand var mı?",
        ),
        right_fixes=(
            fix(ROUTER, "logits = self.router(s).squeeze(3).squeeze(2)", "flatten yerine iki squeeze: şekil aynı (B, K)."),
            fix(ROUTER, "logits = torch.cat([self.router(one).flatten(1) for one in s.split(1)])", "Örnekler tek tek."),
        ),
        wrong_fixes=(
            fix(ROUTER, "logits = self.router(s[:1]).flatten(1).expand(s.shape[0], -1)", "Herkes ilk örneğin ağırlığını kullanıyor."),
            fix(
                ROUTER,
                "logits = self.router(s).flatten(1).mean(dim=0, keepdim=True).expand(s.shape[0], -1)",
                "Ortalama girdiden çıktıya taşındı; karışma sürüyor.",
            ),
            fix(ROUTER, "logits = self.router(s - s.mean(dim=0, keepdim=True)).flatten(1)", "Komşular bu kez çıkarılıyor: yine bağlı."),
        ),
    ),
    Bug(
        id="sa-coords-swapped",
        title="x ve y koordinatlarının paydaları yer değiştirmiş",
        chapter=CHAPTER,
        sources=("github.com/uber-research/CoordConv/issues/5", "seed 002 B1"),
        target=COORDINATES,
        method="coordinate_maps",
        edits=(
            (XS, "xs = (2 * columns - (width - 1)) / max(height - 1, 1)"),
            (YS, "ys = (2 * rows - (height - 1)) / max(width - 1, 1)"),
        ),
        blocks=(SPATIAL,),
        property="koordinat-ölçeği",
        mark="swapped-lengths",
        why="x, genişliğe bölünmelidir; yüksekliğe bölününce [-1, 1] aralığından taşar ya da ona ulaşmaz. Kare "
        "görüntüde H = W olduğundan iki payda aynıdır ve hiçbir şey görünmez.",
        symptoms=(
            "Kare görüntülerde sonuç birebir doğrudur; dikdörtgende maske bir yöne çekilir.",
            "Kare kesitle eğitilip geniş görüntüde denenince başarım nedensiz düşer.",
        ),
        checks=("H != W bir görüntüde koordinatların en küçüğü -1, en büyüğü 1 mi?", "x aralığı y aralığına eşit mi?"),
        hints=(
            "Belirti: kare görüntüde kurstaki blokla birebir aynı; görüntü dikdörtgen olunca maske değişiyor.",
            "Bozulan söz: koordinatlar, kenar kaç piksel olursa olsun aynı aralığı taramalıydı.",
            "Ölçüm: sıfır bir görüntü ver; maskede yalnız koordinatların izi kalır. İlk ve son sütunu karşılaştır.",
            "Bölge: haritaların ortalaması ve tepesi temiz. Kenar uzunluğunu kullanan tek yer koordinatların üretimi.",
            "Satır: xs ve ys. Sütun sayısı hangi uzunluğa, satır sayısı hangisine bölünmeli?",
        ),
        right_fixes=(
            Fix(
                (
                    (XS, "xs = 2 * columns / max(width - 1, 1) - 1 if width > 1 else 0 * columns"),
                    (YS, "ys = 2 * rows / max(height - 1, 1) - 1 if height > 1 else 0 * rows"),
                ),
                "0'dan 1'e giden oran, ikiye çarpılıp bir çıkarılmış.",
            ),
            Fix(
                (
                    (XS, "xs = torch.linspace(-1, 1, width, device=device, dtype=at_least) if width > 1 else 0 * columns"),
                    (YS, "ys = torch.linspace(-1, 1, height, device=device, dtype=at_least) if height > 1 else 0 * rows"),
                ),
                "Notlardaki linspace; tek pikselli kenar ayrıca düşünülmüş.",
            ),
        ),
        wrong_fixes=(
            Fix(
                (
                    (XS, "side = max(width, height) - 1\n    xs = (2 * columns - (width - 1)) / max(side, 1)"),
                    (YS, "ys = (2 * rows - (height - 1)) / max(side, 1)"),
                ),
                "Ortak payda: kısa kenar aralığın tamamını taramıyor.",
            ),
            fix(XS, "xs = (2 * columns - (width - 1)) / max(height - 1, 1)", "Yalnız y onarıldı."),
            Fix(
                ((XS, "xs = 2 * columns - (width - 1)"), (YS, "ys = 2 * rows - (height - 1)")),
                "Payda hiç yok: koordinat artık piksel sayısıyla büyüyor.",
            ),
        ),
    ),
    Bug(
        id="sa-missing-padding",
        title="Dolguda genişletme unutulmuş",
        chapter=CHAPTER,
        sources=("seed 002 B2 ve B4", TURKISH_REPOSITORY),
        target=BRANCH,
        method="__init__",
        edits=((PADDING, "padding = (kernel - 1) // 2"),),
        blocks=(SPATIAL,),
        property="çalışır",
        mark="branch-shrinks",
        why="k×k çekirdek d ile genişletilince d·(k - 1) + 1 piksele yayılır; boyu korumak için dolgu da d katı "
        "olmalıdır. Unutulunca genişletilmiş dalın haritası küçülür ve ötekilerle toplanamaz.",
        symptoms=(
            "use_dilated=False iken her şey yolundadır; True olunca forward çöker.",
            "İleti toplamayı suçlar ('size of tensor a must match'), oysa neden dolgudur.",
        ),
        checks=("Her dalın çıktısı, girdisiyle aynı H ve W'de mi?", "padding = dilation * (kernel - 1) // 2 mi?"),
        hints=(
            "Belirti: genişletilmiş dal açıkken forward, boyutları uyuşmayan iki tensörü toplarken çöküyor.",
            "Bozulan söz: blok geçerli her girdide çalışmalıydı.",
            "Ölçüm: dalları tek tek çağır ve çıktılarının şekline bak; hangisi küçülüyor, kaç piksel?",
            "Bölge: toplama doğru. Haritayı küçülten, dalın kendisi.",
            "Satır: padding. k×k çekirdek d ile genişletilince kaç piksele yayılır?",
        ),
        right_fixes=(
            fix(PADDING, "padding = (dilation * (kernel - 1) + 1) // 2", "Erişimin yarısı; tek sayılı çekirdek boyunda aynı sonuç."),
            fix(PADDING, 'padding = "same"', "PyTorch hesaplasın: adım 1 iken aynı dolgu."),
        ),
        wrong_fixes=(
            fix(PADDING, "padding = kernel // 2 * (1 if dilation == 1 else 0)", "Genişletilmiş dal daha da küçüldü."),
            fix(PADDING, "padding, dilation = (kernel - 1) // 2, 1", "Çökme bitti, çünkü genişletme silindi: erişim kısaldı."),
            fix(PADDING, "kernel, padding, dilation = 1, 0, 1", "Çökme bitti, çünkü dallar tek piksele bakıyor."),
        ),
    ),
    Bug(
        id="sa-max-is-avg",
        title="Tepe haritası yerine ikinci kez ortalama",
        chapter=CHAPTER,
        sources=("github.com/MenghaoGuo/Awesome-Vision-Attentions/issues/32", "seed 002 B1"),
        target=SPATIAL,
        method="describe_places",
        edits=((MAX_MAP, "max_map = x.mean(dim=1, keepdim=True)"),),
        property="tepe-duyulur",
        mark="peak-is-mean",
        why="Dalların ikinci girişi kanalların tepesi olmalıdır. Ortalama iki kez verilince tek kanalda parlayan "
        "bir nokta ortalamada erir ve maskeye hiç ulaşmaz.",
        symptoms=("Şekiller, parametreler, hız aynıdır; hiçbir uyarı çıkmaz.", "Tek kanalda parlayan nokta maskede iz bırakmaz."),
        checks=("Bir pikselde ortalamayı koruyup tepeyi değiştir: maske kıpırdıyor mu?", "s[:, 0] ile s[:, 1] aynı mı?"),
        hints=(
            "Belirti: bir pikselin kanallarından biri parlıyor, ortalaması aynı kalıyor; maske hiç değişmiyor.",
            "Bozulan söz: tepenin söz hakkı olmalıydı.",
            "Ölçüm: describe_places'in ilk iki kanalını karşılaştır; farkları sıfır mı?",
            "Bölge: dallar ve yönlendirici kendilerine verilene bakıyor. Onlara ne veriliyor?",
            "Satır: max_map. Adı tepe; hesapladığı ne?",
        ),
        right_fixes=(
            fix(MAX_MAP, "max_map = x.max(dim=1, keepdim=True).values", "Notlardaki yazım: yeri de bulur, değer aynıdır."),
            fix(MAX_MAP, "max_map = torch.amax(x, 1, keepdim=True)", "Aynı işlem, işlev olarak."),
        ),
        wrong_fixes=(
            fix(MAX_MAP, "max_map = x.abs().amax(dim=1, keepdim=True)", "İşaret yok oldu: koyu noktalar parlak sayılıyor."),
            fix(MAX_MAP, "max_map = x[:, :1]", "Tepe değil, yalnız ilk kanal."),
            fix(MAX_MAP, "max_map = x.amax(dim=(2, 3), keepdim=True).mean(1, keepdim=True).expand_as(avg_map)",
                "Görüntünün tepesi: her piksele aynı sayı."),
        ),
    ),
    Bug(
        id="sa-missing-gate",
        title="Kapı yok: maske ham skorun kendisi",
        chapter=CHAPTER,
        sources=("github.com/Peachypie98/CBAM/issues/2", "seed 002 B5"),
        target=SPATIAL,
        method="attention_map",
        edits=((GATE, "sa = scaled"),),
        property="maske-aralığı",
        mark="unbounded",
        why="Kapı uygulanmayınca maske [0, 1] aralığında kalmaz: eksi olup işareti çevirebilir, 1'i aşıp büyütebilir. "
        "Blok maske olmaktan çıkıp sınırsız bir çarpan olur.",
        symptoms=("Maskede eksi ve 1'den büyük değerler vardır.", "Birkaç blok art arda gelince çıktı patlar ya da söner."),
        checks=("sa.min() >= 0 ve sa.max() <= 1 mi?", "Girdiyi 1000 kat büyüt: maske de büyüyor mu?"),
        hints=(
            "Belirti: çıktının bazı pikselleri girdiyle ters işaretli; ağ derinleşince değerler büyüyor.",
            "Bozulan söz: maske [0, 1] aralığında olmalıydı.",
            "Ölçüm: sa'nın en küçüğünü ve en büyüğünü yazdır; sonra girdiyi bin kat büyüt.",
            "Bölge: ham skor sınırsız olabilir. Onu aralığa sokan adım nerede?",
            "Satır: sa'nın atandığı yer. gate_fn kurulmuş, çağrılıyor mu?",
        ),
        right_fixes=(
            fix(GATE, "gate = self.gate_fn\n            sa = gate(scaled)", "Aynı kapı, başka adla."),
            fix(GATE, "sa = self.gate_fn(torch.div(wlogit, T))", "Bölme kapının içinde."),
        ),
        wrong_fixes=(
            fix(GATE, "sa = scaled.clamp(0, 1)", "Aralık tamam, ama eksi skorda gradyan ölüyor ve T'nin yumuşatması bozuluyor."),
            fix(GATE, "sa = torch.tanh(scaled)", "Aralık [-1, 1]: işaret hâlâ dönebiliyor."),
            fix(GATE, "sa = torch.sigmoid(scaled)", "gate='hardsigmoid' isteyene de sigmoid veriyor."),
        ),
    ),
    Bug(
        id="sa-unregistered-branches",
        title="Dallar düz bir Python listesinde",
        chapter=CHAPTER,
        sources=(TURKISH_REPOSITORY,),
        target=SPATIAL,
        method="__init__",
        edits=((MODULE_LIST, "self.branches = branches"),),
        property="parçalar-kayıtlı",
        mark="unregistered",
        why="PyTorch, listenin içindeki modülleri görmez: parameters() onları saymaz, optimizer güncellemez, "
        ".to(device) taşımaz, state_dict saklamaz. CPU'da ileri geçiş kusursuz çalışır.",
        symptoms=(
            "Dalların ağırlıkları eğitim boyunca ilk günkü gibi kalır.",
            "GPU'ya taşıyınca 'weight is on cpu' hatası; kaydedip yükleyince başka çıktı.",
        ),
        checks=("state_dict()'te branches.0.dw.weight var mı?", "sum(p.numel() for p in parameters()) beklediğin kadar mı?"),
        hints=(
            "Belirti: kaydedip yeni bir bloğa yükleyince çıktı değişiyor; eğitimde dallar hiç öğrenmiyor.",
            "Bozulan söz: söz hakkı olan her parça kayıtlı olmalıydı.",
            "Ölçüm: state_dict'in anahtarlarını say; dallar orada mı?",
            "Bölge: kuruluş. Yönlendirici görünüyor, dallar görünmüyor: ikisi nasıl saklanmış?",
            "Satır: self.branches. Düz bir listeyi PyTorch'un görmesi için ne gerekir?",
        ),
        right_fixes=(
            fix(MODULE_LIST, "self.branches = nn.ModuleList()\n        self.branches.extend(branches)", "Boş liste, sonra ekleme."),
            fix(
                MODULE_LIST,
                "self.branches = nn.ModuleList([])\n        for branch in branches:\n            self.branches.append(branch)",
                "Tek tek ekleme.",
            ),
        ),
        wrong_fixes=(
            fix(MODULE_LIST, "self.branches = tuple(branches)", "Demet de düz bir kaptır: yine görünmez."),
            fix(
                MODULE_LIST,
                "self.branches = branches\n        self.first_branch = branches[0]",
                "Yalnız ilk dal kayıtlı, üstelik başka bir adla.",
            ),
            fix(MODULE_LIST, "self.branches = nn.ModuleList(branches[:1] * len(branches))", "Kayıtlı, ama hep aynı dal."),
        ),
    ),
    Bug(
        id="sa-gate-before-mix",
        title="Kapı karışımdan önce, her dala ayrı",
        chapter=CHAPTER,
        sources=(TURKISH_REPOSITORY, "seed 002 B5"),
        target=SPATIAL,
        method="attention_map",
        edits=(
            (SCORES, "z = [self.gate_fn(branch(s) / self.get_T()) for branch in self.branches]"),
            (GATE, "sa = wlogit"),
        ),
        property="önce-karışım",
        mark="gate-first",
        why="Kapı doğrusal değildir: kapılardan geçmiş haritaların ortalaması, ortalamanın kapısı değildir. Güçlü bir "
        "dal, zayıf ağırlık aldıysa maskeyi artık tek başına 0'a ya da 1'e götüremez.",
        symptoms=(
            "Maske [0, 1] aralığında ve akla yatkın görünür.",
            "Skorlar ne kadar büyürse büyüsün maske, dal ağırlıklarının toplamlarında takılır kalır.",
        ),
        checks=("Girdiyi çok büyüt: maske yalnız 0 ve 1'den mi oluşuyor?", "gate_fn kaç kez çağrılıyor: bir mi, K mı?"),
        hints=(
            "Belirti: skorlar devleşse de maske 0 ile 1'e varmıyor; arada birkaç basamakta takılıyor.",
            "Bozulan söz: dallar önce karışmalı, kapı sonra gelmeliydi.",
            "Ölçüm: yönlendiriciyi sabitle, girdiyi bir milyarla çarp ve maskedeki farklı değerleri say.",
            "Bölge: dallar doğru, ağırlıklar doğru. Doğrusal olmayan adım hangi sırada?",
            "Satır: z'nin kurulduğu yer ve sa'nın atandığı yer. Kapı kaç kez, nerede çağrılıyor?",
        ),
        right_fixes=(
            fix(
                MIX,
                'wlogit = torch.einsum("bk,kbchw->bchw", router_w, torch.stack(z))',
                "Aynı ağırlıklı toplam, einsum ile.",
            ),
            fix(
                SCALED,
                "scaled = sum(share * (score / T) for share, score in zip(shares, z, strict=True))",
                "Bölme doğrusaldır: toplamdan önce de yapılabilir.",
            ),
        ),
        wrong_fixes=(
            fix(SCORES, "z = [self.gate_fn(branch(s)) for branch in self.branches]", "Kapı iki kez: önce dallarda, sonra karışımda."),
            Fix(
                ((GATE, "sa = sum(share * self.gate_fn(score / T) for share, score in zip(shares, z, strict=True))"),),
                "Aynı yanlış, başka satırda.",
            ),
            fix(GATE, "sa = self.gate_fn(z[0] / T)", "Kapı bir kez, ama yalnız ilk dal için."),
        ),
    ),
    Bug(
        id="sa-stack-not-cat",
        title="Haritalar birleştirilmek yerine yığılmış (beşinci boyut)",
        chapter=CHAPTER,
        sources=(TURKISH_REPOSITORY, "seed 002 B1"),
        target=SPATIAL,
        method="describe_places",
        edits=((CAT, "s = torch.stack([avg_map, max_map, *xy.split(1, dim=1)], dim=1)"),),
        property="çalışır",
        mark="five-dimensions",
        why="cat var olan bir eksende uç uca ekler: (B, 4, H, W). stack yeni bir eksen açar: (B, 4, 1, H, W). "
        "Evrişim dört boyut bekler ve çöker.",
        symptoms=("forward ilk çağrıda çöker.", "İleti boyut sayısından ya da bellek biçiminden söz eder; ekseni söylemez."),
        checks=("s.dim() == 4 mü?", "torch.stack mi, torch.cat mi?"),
        hints=(
            "Belirti: blok kuruluyor, ilk forward çağrısında boyut sayısıyla ilgili bir hata veriyor.",
            "Bozulan söz: blok geçerli her girdide çalışmalıydı.",
            "Ölçüm: describe_places'in içinde s.shape'i yazdır; kaç boyut var?",
            "Bölge: dallar dört boyutlu bir harita bekliyor; beşinci boyut onlardan önce doğmuş.",
            "Satır: s. Haritaları uç uca eklemek mi gerek, üst üste yığmak mı?",
        ),
        right_fixes=(
            fix(CAT, "s = torch.hstack([avg_map, max_map, xy])", "hstack, dim=1'de uç uca ekler."),
            fix(CAT, "s = torch.concat((avg_map, max_map, xy), 1)", "cat'in öteki adı."),
        ),
        wrong_fixes=(
            fix(CAT, "s = torch.cat([avg_map, max_map, xy], dim=2)", "Yanlış eksende uç uca: şekiller uymuyor."),
            fix(CAT, "s = torch.cat([max_map, avg_map, xy], dim=1)", "Boyut doğru, sıra yanlış: eski ağırlıklar başka harita görür."),
            fix(CAT, "s = torch.cat([avg_map, max_map, avg_map, max_map], dim=1)", "Çökmüyor, ama koordinatlar yok oldu."),
        ),
    ),
)
