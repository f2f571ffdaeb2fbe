"""CBAMResidualDynamicSA'nın hataları: seed 003'ün tuzakları ve açık depolarda gerçekten görülenler."""

from course_lib.bughunt.bug import CBAM, CHANNEL, Bug, Fix, fix

CHAPTER = "04_cbam_residual"

CA_CALL = "y, ca, fusion_w = self.ca(x)"
SA_CALL = "sa, router_w = self.sa.attention_map(y)"
KEPT = "out = (1 - self.alpha) * x"
ADDED = "out = out.addcmul_(y, self.alpha * sa)"
BUFFER = 'self.register_buffer("alpha", torch.tensor(alpha))'
DILATION = "dilated_d=sa_dilated_d,"
GUARD = "if self.return_fusion_weights:"

CBAM_BUGS = (
    Bug(
        id="cbam-sa-on-input",
        title="Uzamsal maske CA'nın çıktısından değil, girdiden çıkıyor",
        chapter=CHAPTER,
        sources=("seed 003 §1 ve §8",),
        target=CBAM,
        method="forward",
        edits=((SA_CALL, "sa, router_w = self.sa.attention_map(x)"),),
        property="sa-ca'yı-görür",
        mark="sa-blind",
        why="CBAM'in sırası budur: önce kanallar elenir, sonra kalanlara bakılıp yer seçilir. SA girdiye bakınca iki "
        "maske birbirinden habersiz kalır; blok koşut (parallel) bir dikkate döner.",
        symptoms=("Çıktının şekli, aralığı, maskesi akla yatkındır.", "CA'nın susturduğu bir kanal, uzamsal maskeyi yine etkiler."),
        checks=("CA'nın ağırlıklarını değiştir: sa kıpırdıyor mu?", "sa, self.sa(x * ca)'nın maskesine eşit mi?"),
        hints=(
            "Belirti: kanal dikkatinin kapattığı bir kanaldaki leke, uzamsal maskede hâlâ görünüyor.",
            "Bozulan söz: uzamsal maske, kanal dikkatinin çıktısından çıkmalıydı.",
            "Ölçüm: ca'nın ağırlıklarını baştan aşağı değiştir; ca değişti, sa da değişti mi?",
            "Bölge: iki blok tek tek sağlam. Aralarındaki bağ nerede kuruluyor?",
            "Satır: SA'nın çağrıldığı satır. Ona hangi tensör veriliyor?",
        ),
        right_fixes=(
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(x * ca)", "y zaten x · ca'dır."),
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(y.clone())", "Aynı değer; gereksiz bir kopya."),
        ),
        wrong_fixes=(
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(x + y)", "Girdi hâlâ karışıyor: SA başka bir harita görüyor."),
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(y.detach())", "Değer doğru, ama SA'dan CA'ya gradyan kesildi."),
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(y / ca.mean())", "Ölçek bozuldu: maske kurstakinden farklı."),
        ),
    ),
    Bug(
        id="cbam-alpha-adds",
        title="alpha karıştırmıyor, ekliyor: x + alpha · y",
        chapter=CHAPTER,
        sources=("seed 003 §3 ve §7",),
        target=CBAM,
        method="forward",
        edits=((KEPT, "out = x.clone()"),),
        property="alpha-karıştırır",
        mark="alpha-adds",
        why="x + alpha·(y - x) bir karışımdır: payların toplamı 1'dir. x + alpha·y ise bir toplamdır; alpha = 1 iken "
        "çıktı y değil x + y olur, hiçbir piksel bastırılamaz ve değerler blok blok büyür.",
        symptoms=("alpha = 0 iken her şey doğrudur.", "alpha büyüdükçe çıktı girdiden büyür; dikkat hiçbir yeri susturamaz."),
        checks=("alpha = 1 iken out ile SA(CA(x)) eşit mi?", "|out|, |x|'ten büyük olabiliyor mu?"),
        hints=(
            "Belirti: bloklar art arda dizilince çıktının büyüklüğü katlanıyor; maske 0 olan piksel bile sönmüyor.",
            "Bozulan söz: alpha = 1 iken çıktı SA(CA(x)) olmalıydı.",
            "Ölçüm: alpha'yı 0, 0,5 ve 1 yap; out / x oranının en büyüğünü yazdır.",
            "Bölge: maskeler doğru. Girdiyle karıştıran iki satıra bak.",
            "Satır: girdiden kalan pay. alpha büyüyünce o pay küçülüyor mu?",
        ),
        right_fixes=(
            fix(ADDED, "out = torch.lerp(x, y * sa, self.alpha.to(x.dtype))", "lerp, tam olarak bu karışımdır."),
            fix(KEPT, "out = x - self.alpha * x", "(1 - alpha) · x'in açılmışı."),
        ),
        wrong_fixes=(
            fix(KEPT, "out = self.alpha * x", "Paylar ters: alpha = 0'da girdi tümüyle yok oluyor."),
            fix(ADDED, "out = out.addcmul_(y, sa)", "Dikkatin payı alpha'ya bağlı değil."),
            fix(KEPT, "out = (1 - self.alpha.detach()) * x", "Değer doğru, ama alpha'nın gradyanının yarısı kayıp."),
        ),
    ),
    Bug(
        id="cbam-alpha-not-registered",
        title="Sabit alpha düz bir tensör: saklanmıyor, taşınmıyor",
        chapter=CHAPTER,
        sources=("seed 003 §4",),
        target=CBAM,
        method="__init__",
        edits=((BUFFER, "self.alpha = torch.tensor(alpha)"),),
        property="alpha-saklanır",
        mark="alpha-lost",
        why="Öğrenilmeyen sayı parametre olmaz, ama düz bir tensör de olmamalıdır: state_dict'e girmez, .to(device) "
        "ile taşınmaz. Kaydedilen model, yüklendiği yerde alpha'nın ilk değeriyle çalışır.",
        symptoms=("Yüklenen modelin çıktısı, kaydedileninkinden farklıdır.", "state_dict'te 'alpha' anahtarı yoktur."),
        checks=("'alpha' in block.state_dict() mi?", "block.to(torch.float64).alpha.dtype float64 mü?"),
        hints=(
            "Belirti: alpha'sı değiştirilip kaydedilen blok, yeni kurulan bir bloğa yüklenince başka çıktı veriyor.",
            "Bozulan söz: alpha modülle birlikte saklanmalıydı.",
            "Ölçüm: state_dict'in anahtarlarını yazdır; alpha orada mı?",
            "Bölge: forward temiz. alpha'nın kurulduğu yere bak; iki yol var, biri sağlam.",
            "Satır: sabit alpha'nın atandığı satır. Parametre olmayan bir tensörü modüle nasıl tanıtırsın?",
        ),
        right_fixes=(
            fix(BUFFER, 'self.register_buffer("alpha", torch.full((), alpha))', "Aynı buffer, başka kurulmuş sayı."),
            fix(BUFFER, "self.alpha = nn.Buffer(torch.tensor(alpha))", "nn.Buffer, register_buffer'ın kısa yoludur."),
        ),
        wrong_fixes=(
            fix(BUFFER, "self.alpha = nn.Parameter(torch.tensor(alpha))", "Saklanıyor, ama artık öğreniliyor: sabit kalmalıydı."),
            fix(BUFFER, 'self.register_buffer("alpha", torch.tensor(alpha), persistent=False)', "Taşınıyor, ama saklanmıyor."),
            fix(BUFFER, 'self.register_buffer("alpha", torch.tensor([alpha]))', "Şekli (1,) oldu: eski kayıtlar yüklenmez."),
        ),
    ),
    Bug(
        id="cbam-sum-return-maps",
        title='ca_fusion="sum" iken üç değer beklenip iki değer gelmesi',
        chapter=CHAPTER,
        sources=("seed 003 §5 (A)", "seed 002 A3"),
        target=CHANNEL,
        method="forward",
        edits=((GUARD, "if self.return_fusion_weights and fusion_w is not None:"),),
        blocks=(CBAM,),
        property="çalışır",
        mark="two-values",
        why="Notların kanal dikkati, ağırlık yoksa iki değer döndürür; CBAM ise hep üç değer bekler. Softmax kipinde "
        "hiç görünmez, toplama kipinde 'not enough values to unpack (expected 3, got 2)' ile çöker.",
        symptoms=('ca_fusion="softmax" iken kusursuz çalışır.', 'ca_fusion="sum" iken ilk forward ValueError verir.'),
        checks=('ca_fusion="sum" ile bir kez çalıştır.', "ca bloğu her kipte aynı sayıda değer döndürüyor mu?"),
        hints=(
            "Belirti: olağan ayarda çalışan blok, ca_fusion='sum' seçilince ilk çağrıda çöküyor.",
            "Bozulan söz: blok her ayarda çalışmalıydı.",
            "Ölçüm: block.ca'yı tek başına çağır; iki kipte kaç değer dönüyor?",
            "Bölge: CBAM'in açtığı demet hep üç değerli. Demeti kuran yer kanal dikkatinin sonu.",
            "Satır: üç değer döndüren return'ün koşulu. Ağırlık yokken de üç değer dönebilir mi?",
        ),
        right_fixes=(
            fix(
                GUARD,
                "if not self.return_fusion_weights:\n            return y, ca\n        if True:",
                "Önce kısa yol; kalan her durumda üç değer.",
            ),
            fix(GUARD, "if self.return_fusion_weights is True:", "Aynı koşul, açıkça."),
        ),
        wrong_fixes=(
            fix(GUARD, "if False:", "Şimdi her kipte iki değer dönüyor: CBAM her ayarda çöker."),
            fix(GUARD, 'if self.fusion == "softmax":', "Çökme sürüyor; üstelik istenmeden üç değer dönüyor."),
            fix(
                GUARD,
                "if fusion_w is None:\n            fusion_w = torch.full((x.shape[0], 2), 0.5, device=x.device)\n        "
                "if self.return_fusion_weights:",
                "Çökme bitti, ama var olmayan ağırlıklar uyduruldu: None olmalıydı.",
            ),
        ),
    ),
    Bug(
        id="cbam-detached-maps",
        title="Haritalar detach edilip uygulanıyor",
        chapter=CHAPTER,
        sources=("seed 003 §5", "seed 000, senaryo 7"),
        target=CBAM,
        method="forward",
        edits=(
            (CA_CALL, "y, ca, fusion_w = self.ca(x)\n        y = x * ca.detach()"),
            (SA_CALL, "sa, router_w = self.sa.attention_map(y)\n        sa = sa.detach()"),
        ),
        property="gradyan-ulaşır",
        mark="maps-detached",
        why="Haritalar yalnız bakmak için döndürülecekse detach edilebilir; ama uygulanan harita grafta kalmalıdır. "
        "Burada koparılmış haritalar uygulanıyor: çıktı birebir doğru, iki dikkat bloğu hiç öğrenmiyor.",
        symptoms=("Çıktı, sağlam bloğunkiyle birebir aynıdır.", "ca.* ve sa.* parametrelerinin gradyanı None kalır; alpha öğrenir."),
        checks=("backward sonrası ca.fc1.weight.grad None mı?", "Dönen sa.requires_grad True mu?"),
        hints=(
            "Belirti: eğitimde yalnız alpha değişiyor; iki dikkat bloğunun ağırlıkları ilk günkü gibi.",
            "Bozulan söz: gradyan iki dikkat bloğuna da ulaşmalıydı.",
            "Ölçüm: y.sum().backward() çağır; ca.* ve sa.* gradyanlarının kaçı None?",
            "Bölge: bloklar tek tek gradyan alıyor. Kopukluk, haritaların uygulandığı yerde.",
            "Satır: detach. Uygulanan harita mı koparılmış, döndürülen mi?",
        ),
        right_fixes=(
            Fix(
                (("return out, ca, sa, fusion_w, router_w", "return out, ca.detach(), sa.detach(), fusion_w, router_w"),),
                "Yalnız döndürülen kopya koparılmış; uygulanan grafta.",
            ),
            fix(CA_CALL, "y, ca, fusion_w = self.ca(x)\n        y = x * ca", "Aynı çarpım, bir kez daha yazılmış."),
        ),
        wrong_fixes=(
            fix(CA_CALL, "y, ca, fusion_w = self.ca(x)\n        y = x * ca.detach()", "SA öğreniyor, CA hâlâ öğrenmiyor."),
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(y)\n        sa = sa.detach()", "CA öğreniyor, SA hâlâ öğrenmiyor."),
            fix(SA_CALL, "sa, router_w = self.sa.attention_map(y)\n        y = y.detach()", "CA'nın maskesi uygulanıyor, ama grafı kesilmiş."),
        ),
    ),
    Bug(
        id="cbam-dilation-flag",
        title="Genişletmeye use_dilated'ın değeri verilmiş (True = 1)",
        chapter=CHAPTER,
        sources=("github.com/huseyin-dgn/pytorch-cnn-architecture-library (Torch_CNN/attention_modules/cbam)", "seed 003 §2"),
        target=CBAM,
        method="__init__",
        edits=((DILATION, "dilated_d=int(sa_use_dilated),"),),
        property="genişletme-ulaşır",
        mark="not-dilated",
        why="True, Python'da 1'dir. Genişletilmiş dal 1 ile genişletilince sıradan bir 7×7 olur: erişim 13 pikselden "
        "7'ye iner. Kurstaki blok True'yu reddeder; int(...) yazan, uyarıyı susturup hatayı saklar.",
        symptoms=("Kod çalışır, parametre sayısı aynıdır.", "sa_dilated_d değiştirilince hiçbir şey değişmez."),
        checks=("block.sa.kernels'in son çifti (7, 2) mi?", "Tek bir parlak nokta, maskede kaç piksellik bir kareyi oynatıyor?"),
        hints=(
            "Belirti: sa_dilated_d=2 ile 4 arasında çıktıda hiç fark yok.",
            "Bozulan söz: istenen genişletme uzamsal dikkate ulaşmalıydı.",
            "Ölçüm: tek bir parlak nokta ver; maskenin oynayan karesi kaç piksel? 13 mü, 7 mi?",
            "Bölge: uzamsal dikkat kendisine verileni yapıyor. Ona ne verildiğine bak: repr'deki kernels'e.",
            "Satır: dilated_d'ye geçirilen argüman. Adı benzeyen iki argümandan hangisi?",
        ),
        right_fixes=(
            fix(DILATION, "dilated_d=sa_dilated_d if sa_use_dilated else 1,", "Dal yoksa genişletmenin önemi de yok."),
            fix(DILATION, "**{'dilated_d': sa_dilated_d},", "Aynı argüman, sözlükle."),
        ),
        wrong_fixes=(
            fix(DILATION, "dilated_d=2,", "Varsayılan ayarda doğru; sa_dilated_d=3 isteyene yine 2 veriyor."),
            fix(DILATION, "", "Argüman hiç geçmiyor: hep varsayılan 2."),
            fix(DILATION, "dilated_d=max(1, sa_dilated_d * sa_dilated_kernel // 7),", "7'den farklı çekirdekte genişletme de değişiyor."),
        ),
    ),
)
