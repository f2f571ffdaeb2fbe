"""Artık bloğun ve ağın hataları: seed 004 §12'nin dört yanlışı ve yakınları."""

from course_lib.bughunt.bug import NEAR_IDENTITY, P1, P4, PATTERNS, RESIDUAL, RESNET, Bug, fix

CHAPTER = "08_fuzyon_hata_avi"

ATTN = "self.attn = fitted(attn, self.out)"
SHORTCUT = "self.shortcut = shortcut_path(ch, self.out, stride)"
ACT = 'self.act = nn.ReLU() if activation == "post" else nn.Identity()'
FUSE = "return self.act(self.shortcut(x) + attend(self.attn, self.f(x)))"
PLAN = "attention=self.plan[stage - 1],"
LERP = "return torch.lerp(x, attend(self.attn, x), self.alpha.to(x.dtype))"

FUSION_BUGS = (
    Bug(
        id="fusion-channel-mismatch",
        title="Dikkat, çıkan değil giren kanal sayısıyla kurulmuş",
        chapter=CHAPTER,
        sources=("seed 004 §12.1",),
        target=P1,
        method="__init__",
        edits=((ATTN, "self.attn = fitted(attn, self.ch)"),),
        property="dikkat-genişliği",
        mark="attention-width",
        why="Kalıp 1'de dikkat F'nin çıkışında durur: oradan `out` kanal geçer. Genişlik değişmeyen bloklarda iki sayı "
        "aynıdır ve hata görünmez; genişleyen ilk blokta SE çöker. Kanal denetimi olmayan bir ECA ise çökmez: yanlış boyda bir çekirdekle sürebilir.",
        symptoms=("Genişliği değişmeyen bloklar çalışır, ilk genişleyen blok çöker.", "Kanal denetimi olmayan bir ECA çökmez; yalnız çekirdeği yanlış boydadır."),
        checks=("block.attn.channels, block.out'a eşit mi?", "Dikkate gelen tensörün kanal sayısını bir kancayla (hook) oku."),
        hints=(
            "Belirti: out=ch iken çalışan blok, out farklı verilince ilk çağrıda çöküyor.",
            "Bozulan söz: dikkat, bulunduğu yerden geçen kanal sayısı için kurulmalıydı.",
            "Ölçüm: iletideki iki kanal sayısını oku; hangisi giren, hangisi çıkan?",
            "Bölge: F ve kısayol doğru şekli veriyor. Dikkatin kurulduğu yere bak.",
            "Satır: fitted'a verilen sayı. Kalıp 1'de dikkat F'den önce mi durur, sonra mı?",
        ),
        right_fixes=(
            fix(ATTN, "self.attn = fitted(attn, channels=self.out)", "Aynı sayı, adıyla."),
            fix(ATTN, "width = self.out\n        self.attn = fitted(attn, width)", "Önce bir ada bağlanmış."),
        ),
        wrong_fixes=(
            fix(ATTN, "self.attn = fitted(attn, max(self.ch, self.out))", "Genişlerken doğru, daralırken yanlış."),
            fix(ATTN, "self.attn = fitted(attn if self.ch == self.out else None, self.out)", "Çökme bitti: genişleyen blokta dikkat atıldı."),
            fix(ATTN, "self.attn = fitted(None, self.out)", "Dikkat hiçbir blokta yok."),
        ),
    ),
    Bug(
        id="fusion-missing-projection",
        title="Kısayolda izdüşüm yok: genişlik ya da boy değişince şekiller tutmuyor",
        chapter=CHAPTER,
        sources=("seed 004 §12.2",),
        target=RESIDUAL,
        method="__init__",
        edits=((SHORTCUT, "self.shortcut = nn.Identity()"),),
        blocks=PATTERNS,
        property="kısayol-şekli",
        mark="no-projection",
        why="Adım 2 iken F'nin çıktısı yarı boydadır, genişlik değişince kanal sayısı başkadır; x ile toplanamaz. "
        "Tek kanallı bir girdide yayma toplamayı yine de yapar ve hata sessizleşir.",
        symptoms=("İlk küçülen ya da genişleyen blok çöker.", "ch=1 iken çökmez: tek kanal bütün kanallara dağıtılır."),
        checks=("block.shortcut(x).shape, block.f(x).shape'e eşit mi?", "stride=2 ile bir kez çalıştır."),
        hints=(
            "Belirti: blok stride=1 ve out=ch iken çalışıyor, birini değiştirince toplamada çöküyor.",
            "Bozulan söz: kısayol söylendiği gibi, F'nin şekline izdüşürülmüş olmalıydı.",
            "Ölçüm: block.shortcut(x) ile block.f(x)'in şekillerini yan yana yazdır.",
            "Bölge: F kendi işini yapıyor; şekli değişmeyen, öteki yol.",
            "Satır: kısayolun kurulduğu satır. Boy değiştiğinde ne kurulmalı?",
        ),
        right_fixes=(
            fix(SHORTCUT, "self.shortcut = nn.Identity() if ch == self.out and stride == 1 else shortcut_path(ch, self.out, stride)",
                "Koşul bir kez daha, burada."),
            fix(SHORTCUT, "self.shortcut = shortcut_path(self.ch, self.out, self.stride)", "Aynı sayılar, saklanan adlarıyla."),
        ),
        wrong_fixes=(
            fix(SHORTCUT, "self.shortcut = nn.AvgPool2d(stride) if ch == self.out else shortcut_path(ch, self.out, stride)",
                "Küçülürken izdüşüm yerine havuzlama: kurstaki blok değil, kenarı tek sayı olan girdide de çöker."),
            fix(SHORTCUT, "self.shortcut = shortcut_path(ch, self.out, 1)", "Genişlik tuttu, boy hâlâ tutmuyor."),
            fix(SHORTCUT, "self.shortcut = shortcut_path(ch, self.out, stride) if stride > 1 else nn.Identity()",
                "Adım 1 iken genişleyen blok hâlâ çöküyor."),
        ),
    ),
    Bug(
        id="fusion-skip-dropped",
        title="Şekiller tutmayınca kısayol sessizce atılıyor",
        chapter=CHAPTER,
        sources=("seed 004 §12.2 ve §2.1",),
        target=P1,
        method="forward",
        edits=((FUSE, "fx = attend(self.attn, self.f(x))\n        return self.act(x + fx if x.shape == fx.shape else fx)"),),
        property="kısayol-açık",
        mark="skip-dropped",
        why="MobileNetV2'nin 'şekil aynıysa topla' kuralı orada bir tasarımdır; izdüşümü olan bir artık blokta ise "
        "kısayolu yok eder. İzdüşümün ağırlıkları durur, sayılır, kaydedilir, ama hiçbir zaman öğrenmez.",
        symptoms=("Kod hiç çökmez; yalnız küçülen ya da genişleyen bloklar kısayolsuzdur.", "shortcut parametrelerinin gradyanı None kalır."),
        checks=("F'yi sustur (çıktısını sıfırla): y girdiye hâlâ bağlı mı?", "backward sonrası shortcut'ın gradyanı None mı?"),
        hints=(
            "Belirti: F'nin çıktısı sıfırlanınca genişleyen blok tam sıfır veriyor; genişlemeyen, girdiyi geçiriyor.",
            "Bozulan söz: F sussa bile girdi kısayoldan geçmeliydi.",
            "Ölçüm: bir kancayla F'yi sıfırla; ch=out ve ch≠out için çıktıya bak.",
            "Bölge: kısayol kuruluşta var. Onu kullanan yere bak.",
            "Satır: toplama. Şekil farklıysa ne yapılıyor, ne yapılmalıydı?",
        ),
        right_fixes=(
            fix(FUSE, "fx = attend(self.attn, self.f(x))\n        return self.act(fx + self.shortcut(x))", "Toplamanın sırası değişmiş."),
            fix(FUSE, "y = self.shortcut(x)\n        y = y + attend(self.attn, self.f(x))\n        return self.act(y)", "Adım adım."),
        ),
        wrong_fixes=(
            fix(FUSE, "return self.act(self.shortcut(x) + attend(self.attn, self.f(self.f(x))) if x.shape == self.f(x).shape else "
                "self.shortcut(x) + attend(self.attn, self.f(x)))", "Kısayol geri geldi; boy değişmeyince F iki kez."),
            fix(FUSE, "return self.act(self.shortcut(x).detach() + attend(self.attn, self.f(x)))", "Değer doğru, kısayoldan gradyan geçmiyor."),
            fix(FUSE, "return self.act(0.5 * self.shortcut(x) + 0.5 * attend(self.attn, self.f(x)))", "Ortalama: kalıp bu değil."),
        ),
    ),
    Bug(
        id="fusion-activation-order",
        title="Ön-etkinleştirmeli bloğun toplamından sonra da ReLU var",
        chapter=CHAPTER,
        sources=("seed 004 §12.3 ve §9", "arxiv.org/abs/1603.05027"),
        target=RESIDUAL,
        method="__init__",
        edits=((ACT, "self.act = nn.ReLU()"),),
        blocks=PATTERNS,
        property="etkinleştirme-yeri",
        mark="relu-after-add",
        why="Ön-etkinleştirmenin amacı kısayolun çıplak kalmasıdır: giren, olduğu gibi çıkar. Toplamdan sonraki ReLU "
        "eksi değerleri her blokta yeniden keser; iki sıra karışınca hiçbirinin iyi yanı kalmaz.",
        symptoms=("Bloğun çıktısı hiç eksi olmaz.", "Derin ağda ortalama, bloktan bloğa yukarı kayar."),
        checks=("F'yi sustur, eksi bir girdi ver: aynen çıkıyor mu?", "Çıktının en küçük değeri tam 0 mı?"),
        hints=(
            "Belirti: ön-etkinleştirmeli blok eksi değer geçirmiyor; çıktının en küçüğü tam 0.",
            "Bozulan söz: toplamdan sonra, tasarım ne diyorsa o olmalıydı.",
            "Ölçüm: F'yi sustur, eksi sayılardan bir girdi ver. Kısayol onu olduğu gibi geçirmeli.",
            "Bölge: dal kendi BN ve ReLU'sunu başta yapıyor. Toplamdan sonrasına bak.",
            "Satır: act'in kurulduğu satır. Hangi dal ondan sonra ReLU ister?",
        ),
        right_fixes=(
            fix(ACT, 'self.act = nn.Identity() if activation == "pre" else nn.ReLU()', "Koşul ters yazılmış, sonuç aynı."),
            fix(ACT, 'self.act = {"post": nn.ReLU, "pre": nn.Identity}[activation]()', "Aynı seçim, sözlükle."),
        ),
        wrong_fixes=(
            fix(ACT, "self.act = nn.Identity()", "Bu kez de 'post' dalın ReLU'su yok."),
            fix(ACT, 'self.act = nn.ReLU() if activation == "post" else nn.LeakyReLU(0.5)', "Eksiler geçiyor, ama yarıya inerek."),
            fix(ACT, 'activation = "post"\n        self.act = nn.ReLU()', "Davranış değil, söylenen tasarım değiştirilmiş."),
        ),
    ),
    Bug(
        id="fusion-attention-added",
        title="Dikkat F'nin yerine geçmiyor, ona ekleniyor",
        chapter=CHAPTER,
        sources=("seed 004, baştaki uyarı ve §3 (Kalıp 1)",),
        target=P1,
        method="forward",
        edits=((FUSE, "fx = self.f(x)\n        return self.act(self.shortcut(x) + fx + attend(self.attn, fx))"),),
        property="dikkat-çarpar",
        mark="attention-added",
        why="A(F) zaten kapısıyla çarpılmış F'dir. Ona F'yi de eklemek, çarpanı [0, 1] aralığından [1, 2]'ye taşır: kapı "
        "bütünüyle kapansa bile F olduğu gibi geçer. Dikkat artık hiçbir şeyi kısamaz, yalnız büyütür.",
        symptoms=("Kapı 0'a çekilince bile F geçer.", "Çıktının yayılımı beklenenden büyüktür."),
        checks=("Kapıyı kapat (son ötelemesi -1000): y, act(S(x))'e eşit mi?", "ReLU'suz blokta (y - S(x)) / F(x) oranı 1'i geçiyor mu?"),
        hints=(
            "Belirti: SE'nin bütün kapıları kapatıldı, ama F hâlâ geçiyor.",
            "Bozulan söz: dikkatin çıktısı, kapıdan geçirdiği tensörün yerine geçmeli, ona eklenmemeliydi.",
            "Ölçüm: kapıyı kapat ve (y - kısayol) / F oranına bak: 0 mı, 1 mi?",
            "Bölge: dikkat modülünün kendisi sağlam. Sonucunun kullanıldığı yere bak.",
            "Satır: toplama. Kaç terim var, kaç terim olmalıydı?",
        ),
        right_fixes=(
            fix(FUSE, "fx = self.f(x)\n        fx = attend(self.attn, fx)\n        return self.act(self.shortcut(x) + fx)", "Notlardaki yazım, adım adım."),
            fix(FUSE, "return self.act(torch.add(attend(self.attn, self.f(x)), self.shortcut(x)))", "Aynı toplam, işlev olarak."),
        ),
        wrong_fixes=(
            fix(FUSE, "fx = self.f(x)\n        return self.act(self.shortcut(x) + (fx + attend(self.attn, fx)) / 2)", "Çarpan bu kez [0,5, 1]: kapı yine kapanamıyor."),
            fix(FUSE, "fx = self.f(x)\n        return self.act(self.shortcut(x) + fx * attend(self.attn, fx))", "Çarpıldı, ama maskeyle değil: F · A(F)."),
            fix(FUSE, "return self.act(self.shortcut(x) + self.f(x))", "Ekleme bitti; dikkat de."),
        ),
    ),
    Bug(
        id="fusion-attention-everywhere",
        title="Dikkat, plandaki evreler yerine her yerde",
        chapter=CHAPTER,
        sources=("seed 004 §12.4",),
        target=RESNET,
        method="__init__",
        edits=((PLAN, "attention=attention,"),),
        property="dikkat-planı",
        mark="attention-everywhere",
        why="Plan yazılmış, describe() onu söylüyor; ama bloklar kurulurken bakılmamış. Sonuç hatasız çalışır: yalnız "
        "istenmeyen evrelerin de parametresini, hesabını, bellek trafiğini öder.",
        symptoms=("describe() 'dikkat yok' der, ama evrenin parametresi dikkatsiz evreninkinden çoktur.", "Erken, geniş haritalı evreler daha çok bellek taşır."),
        checks=("Planda olmayan evredeki dikkati birim eşlemeyle değiştir: çıktı değişiyor mu?", "Evre başına parametreyi dikkatsiz ağınkiyle karşılaştır."),
        hints=(
            "Belirti: yalnız son evrede dikkat isteniyor, ama ilk evrenin parametreleri de artmış.",
            "Bozulan söz: dikkat, plandaki evrelerde olmalı, başka yerde olmamalıydı.",
            "Ölçüm: net.plan'ı yazdır; sonra her evredeki bloğun attn modülünü.",
            "Bölge: plan doğru kurulmuş. Blokların kurulduğu döngüde kullanılıyor mu?",
            "Satır: residual_block'a verilen attention.",
        ),
        right_fixes=(
            fix(PLAN, "attention=attention if stage in chosen else None,", "Plan yerine aynı koşul."),
            fix(PLAN, "attention=dict(zip(everywhere, self.plan, strict=True))[stage],", "Aynı plan, evre adıyla."),
        ),
        wrong_fixes=(
            fix(PLAN, "attention=self.plan[-1],", "Son evreye bakıyor: plan başka bir evredeyse dikkat ya her yerde ya hiç yok."),
            fix(PLAN, "attention=self.plan[stage - 1] if number > 0 else None,", "Evrenin ilk bloğu dikkatsiz kaldı."),
            fix(PLAN, "attention=attention if stage > 1 else None,", "Yalnız ilk evre düzeldi."),
        ),
    ),
    Bug(
        id="fusion-p4-cold-skip",
        title="Kısayol kapısı birim eşlemeye yakın değil, 0,5'in yakınında başlıyor",
        chapter="07_fuzyon_kaliplari",
        sources=("seed 004 §3 (Kalıp 4) ve §6.2",),
        target=NEAR_IDENTITY,
        method="forward",
        edits=((LERP, "return torch.lerp(attend(self.attn, x), x, self.alpha.to(x.dtype))"),),
        blocks=(P4,),
        property="kısayol-başlangıcı",
        mark="cold-skip",
        why="lerp'in iki ucu yer değiştirmiş: küçük alpha, x'in değil kapılı kısayolun payını büyütür. Eğitimin başında "
        "kapı 0,5 dolayındadır; blok başına yarıya inen kısayol on altı blokta söner.",
        symptoms=("Derin bir dizide girdi daha ilk adımda söner.", "skip_alpha büyüdükçe kısayol daha da açılır: düğme ters."),
        checks=("F'yi sustur, artı bir girdi ver: y / x, 1 - alpha'dan büyük mü?", "skip_alpha = 0 iken A_s(x), x'e eşit mi?"),
        hints=(
            "Belirti: skip_alpha=0,05 istendi; kısayol yine de girdinin yarısını yitiriyor.",
            "Bozulan söz: birim eşlemeye yakın istenen kısayol kapısı, gerçekten öyle başlamalıydı.",
            "Ölçüm: F'yi sustur; skip_alpha = 0, 0,05 ve 1 için y / x oranını yazdır.",
            "Bölge: A_s'nin kendisi sağlam. Onu x ile karıştıran sarmalayıcıya bak.",
            "Satır: lerp(a, b, alpha): alpha = 0 iken hangisi döner?",
        ),
        right_fixes=(
            fix(LERP, "alpha = self.alpha.to(x.dtype)\n        return (1 - alpha) * x + alpha * attend(self.attn, x)", "Karışım, açık yazılmış."),
            fix(LERP, "return x + self.alpha.to(x.dtype) * (attend(self.attn, x) - x)", "Notların karışım yazımı."),
        ),
        wrong_fixes=(
            fix(LERP, "return torch.lerp(x, attend(self.attn, x), self.alpha.detach().to(x.dtype))", "Değer doğru, ama alpha öğrenmiyor."),
            fix(LERP, "return x + self.alpha.to(x.dtype) * attend(self.attn, x)", "Karıştırmıyor, ekliyor: çarpan 1'i aşıyor."),
            fix(LERP, "return x", "Hep açık: dikkatin söz hakkı kalmadı."),
        ),
    ),
)
