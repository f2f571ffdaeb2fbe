"""Klasik dikkatlerin hataları: sessizce kayan, karışan ya da tek sayıya inen kapılar."""

from course_lib.bughunt.bug import COORDINATE, ECA, ECA_KERNEL, SE, Bug, fix

CHAPTER = "05_klasik_dikkat_modulleri"

ODD = "return max(t if t % 2 == 1 else t + 1, 3)"
SPLIT = "s_h, s_w = s.split([height, width], dim=2)"
FC2 = "self.fc2 = nn.Conv2d(self.hidden, channels, kernel_size=1)"

CLASSIC_BUGS = (
    Bug(
        id="eca-even-kernel",
        title="ECA'nın çekirdeği çift kalıyor: pencere bir yana kayıyor",
        chapter=CHAPTER,
        sources=("seed 004 §1.2", "arxiv.org/abs/1910.03151 (çekirdek en yakın tek sayıdır)"),
        target=ECA_KERNEL,
        method="eca_kernel",
        edits=((ODD, "return max(t, 3)"),),
        blocks=(ECA,),
        property="komşuluk-ortalı",
        mark="off-centre",
        why="Formülün verdiği t çift olabilir (128 ve 256 kanalda 4). Çift bir pencerenin ortası yoktur: bir yandan iki, "
        "öteki yandan bir komşu dinlenir ve her kanalın kapısı yarım kanal kayar. Dolgu elle k // 2 verilmiş bir "
        "yazımda ise çıktı bir kanal uzar ve kod çöker.",
        symptoms=(
            "64 kanalda kusursuz çalışır; 128 ve 256 kanalda çekirdek 4 olur.",
            "PyTorch bir kez, çift çekirdekte 'same' dolgusunun kopya istediğini söyler; kimse okumaz.",
        ),
        checks=("eca_kernel(128) tek mi?", "Ortadaki bir kanalı değiştir: solda ve sağda eşit sayıda kapı mı kıpırdıyor?"),
        hints=(
            "Belirti: 128 kanalda bir kanalı değiştirince bir yanda iki, öteki yanda bir kapı kıpırdıyor.",
            "Bozulan söz: her kanal, iki yanından eşit sayıda komşuyu dinlemeliydi.",
            "Ölçüm: block.kernel'i 64, 128, 256, 512 kanal için yazdır. Hangileri tuhaf?",
            "Bölge: evrişim kendisine verilen boyu kullanıyor. Boyun hesaplandığı yere bak.",
            "Satır: t çiftse ne olması gerekiyordu? Formülün son satırı.",
        ),
        right_fixes=(
            fix(ODD, "return max(t + (t + 1) % 2, 3)", "Çiftse bir ekler."),
            fix(ODD, "return max(t | 1, 3)", "Son bit 1 olur: çift sayı bir artar, tek sayı kalır."),
        ),
        wrong_fixes=(
            fix(ODD, "return max(t if t % 2 == 1 else t - 1, 3)", "Tek, ama bir küçük: 128 kanalda 5 yerine 3."),
            fix(ODD, "return 3", "Hep tek; kanal sayısına artık bakmıyor."),
            fix(ODD, "return max(t if t % 2 == 0 else t + 1, 3)", "Koşul ters: bu kez tek olanlar çift oldu."),
        ),
    ),
    Bug(
        id="coord-axes-swapped",
        title="Koordinat dikkatinde satır ile sütun özetleri yer değiştirmiş",
        chapter=CHAPTER,
        sources=("seed 004 §1.2", "arxiv.org/abs/2103.02907"),
        target=COORDINATE,
        method="gates",
        edits=((f"{SPLIT}  # (B, hidden, H, 1) ve (B, hidden, W, 1)", "s_w, s_h = s.split([width, height], dim=2)  # (B, hidden, W, 1) ve (B, hidden, H, 1)"),),
        property="satır-sütun",
        mark="axes-swapped",
        why="Uç uca eklenen özette önce satırlar, sonra sütunlar durur. Ters sırayla bölününce satır özeti sütun kapısını, "
        "sütun özeti satır kapısını kurar. Şekiller her boyda tutar, kod hiç çökmez; kare olmayan girdide iki özet "
        "birbirine de karışır.",
        symptoms=(
            "Sütun toplamları aynı kaldığı hâlde bir satırdaki değişiklik sütun kapısını oynatır.",
            "Kod, H = W iken de H ≠ W iken de çökmez.",
        ),
        checks=("Bir satırı değiştir (sütun toplamları aynı kalsın): kapısı değişen satır mı, sütun mu?",
                "cat'in sırası ile split'in sırası aynı mı?"),
        hints=(
            "Belirti: bir satırın içeriği değişince o satırın değil, bir sütunun kapısı kıpırdıyor.",
            "Bozulan söz: satır özeti satır kapısını, sütun özeti sütun kapısını kurmalıydı.",
            "Ölçüm: iki satır arasında parlaklık taşı; sütun toplamları aynı kalsın. Maskenin hangi yerleri değişti?",
            "Bölge: özetler doğru, evrişimler doğru. Birleştirme ile ayırma arasına bak.",
            "Satır: split. Uç uca eklerken hangisi öndeydi?",
        ),
        right_fixes=(
            fix(SPLIT, "s_h, s_w = s[:, :, :height], s[:, :, height:]", "Aynı bölme, dilimle."),
            fix(SPLIT, "s_h, s_w = torch.split(s, (height, width), dim=2)", "Aynı bölme, işlev olarak."),
        ),
        wrong_fixes=(
            fix(SPLIT, "s_h, s_w = s[:, :, width:], s[:, :, :width]", "Adlar düzeldi, dilimler hâlâ ters."),
            fix(SPLIT, "s_h, s_w = s.split([height, width], dim=2)\n        s_w = s_w.flip(2)", "Sütunlar doğru yerde, ama aynadaki gibi."),
            fix(SPLIT, "s_w, s_h = s.roll(width, 2).split([width, height], dim=2)\n        s_h = s_h.mean(2, keepdim=True).expand_as(s_h)",
                "Sıra düzeldi; ama bütün satırlar aynı kapıyı alıyor."),
        ),
    ),
    Bug(
        id="fusion-broadcast-gate",
        title="Kapının tek kanalı var; yayma (broadcasting) bunu sessizce herkese dağıtıyor",
        chapter="08_fuzyon_hata_avi",
        sources=("seed 004 §12.1",),
        target=SE,
        method="__init__",
        edits=((FC2, "self.fc2 = nn.Conv2d(self.hidden, 1, kernel_size=1)"),),
        property="kapı-ayırt-eder",
        mark="one-gate",
        why="(B, 1, 1, 1) şeklindeki bir kapı, (B, C, H, W) ile çarpılabilir: yayma eksik kanalları kendisi doldurur. "
        "Sonuç, kanal dikkati değil, bütün haritayı kısan tek bir düğmedir. Yanlış şekil çökmedi, anlamını yitirdi.",
        symptoms=("Her kanal aynı katsayıyı alır.", "Parametre sayısı beklenenden azdır; şekil hatası yoktur."),
        checks=("attention_map(x).shape[1] C mi?", "Maskenin kanallar arasındaki farkı sıfır mı?"),
        hints=(
            "Belirti: kanal dikkati her kanalı tam aynı oranda kısıyor.",
            "Bozulan söz: kapı tek bir sayıya inmemeli, kanaldan kanala değişmeliydi.",
            "Ölçüm: attention_map(x)'in şeklini yazdır; kaç kanalı var?",
            "Bölge: çarpma doğru, sıkıştırma doğru. Kapının genişliğini belirleyen katman hangisi?",
            "Satır: son katmanın çıkış kanalı.",
        ),
        right_fixes=(
            fix(FC2, "self.fc2 = nn.Conv2d(self.hidden, self.channels, kernel_size=1)", "Aynı sayı, saklanan adıyla."),
            fix(FC2, "self.fc2 = nn.Conv2d(self.hidden, out_channels=channels, kernel_size=(1, 1))", "Aynı katman, açık adlarla."),
        ),
        wrong_fixes=(
            fix(FC2, "self.fc2 = nn.Conv2d(self.hidden, self.hidden, kernel_size=1)", "Kapı hidden genişliğinde: C 32'den küçükken yine tek kanal, büyükken çöker."),
            fix(FC2, "self.fc2 = nn.Conv2d(self.hidden, channels, kernel_size=1, bias=False)", "Kanallar geri geldi, öteleme terimi gitti."),
            fix(FC2, "self.fc2 = nn.Conv2d(self.hidden, channels, kernel_size=1)\n        nn.init.zeros_(self.fc2.weight)\n"
                "        self.fc2.weight.requires_grad_(False)", "Kapı hep 0,5'te donmuş."),
        ),
    ),
)
