"""Sözleşmeler: sağlam bir bloğun verdiği sözler. Teşhis yalnız bunlara bakar.

Kaynak: seed 000 (değişmez ve mini kontrol listesi), 001 §21-22, 002 B1-B5, 003, 004 §3-§6 ve §12.
"""

TEMPERATURE = {
    "sıcaklık-duyulur": "Sıcaklığın söz hakkı vardır.",
    "sıcaklık-yumuşatır": "T büyüyünce maske yumuşar: 0,5'e yaklaşır.",
    "sıcaklık-tabanı": "T sıfıra inemez; bir alt sınırı vardır.",
    "sıcaklık-başlangıcı": "Öğrenilen T, istenen değerden başlar.",
}

CHANNEL_CONTRACT = {
    "maske-aralığı": "Maske [0, 1] aralığındadır.",
    "maske-uygulanır": "Çıktı, girdinin maskeyle çarpımıdır: y = x · ca.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "ağırlık-toplamı": "Bir örneğin iki ağırlığının toplamı 1'dir: iki görüş aynıysa karışım da odur.",
    "ortalama-duyulur": "Ortalamanın söz hakkı vardır.",
    "tepe-duyulur": "Tepenin (max) söz hakkı vardır.",
    "mlp-duyulur": "MLP'nin söz hakkı vardır.",
    "yönlendirici-duyulur": "Yönlendiricinin söz hakkı vardır.",
    "yönlendirici-seçer": "Yönlendirici kararını örneğe bakarak verir.",
    **TEMPERATURE,
    "mlp-doğrusal-değil": "MLP doğrusal değildir.",
    "gradyan-ulaşır": "Söz hakkı olan her parametreye gradyan ulaşır.",
}

SPATIAL_CONTRACT = {
    "çalışır": "Geçerli her girdide hatasız çalışır.",
    "parçalar-kayıtlı": "Söz hakkı olan her parça kayıtlıdır: eğitilir, taşınır, saklanır.",
    "maske-aralığı": "Maske [0, 1] aralığındadır.",
    "maske-uygulanır": "Çıktı, girdinin maskeyle çarpımıdır: y = x · sa.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "ağırlık-toplamı": "Bir örneğin dal ağırlıklarının toplamı 1'dir: dallar aynıysa karışım da odur.",
    "ortalama-duyulur": "Ortalama haritasının söz hakkı vardır.",
    "tepe-duyulur": "Tepe (max) haritasının söz hakkı vardır.",
    "koordinat-ölçeği": "x ve y koordinatları, kenar kaç piksel olursa olsun aynı aralığı tarar.",
    "dallar-duyulur": "Dalların söz hakkı vardır.",
    "yönlendirici-duyulur": "Yönlendiricinin söz hakkı vardır.",
    "yönlendirici-seçer": "Yönlendirici kararını örneğe bakarak verir.",
    "önce-karışım": "Dallar önce karışır, kapı sonra gelir: ham skor büyüyünce maske 0'a ya da 1'e varır.",
    "erişim": "Her dal, söylenen çekirdek ve genişletme kadar uzağa bakar.",
    **TEMPERATURE,
    "gradyan-ulaşır": "Söz hakkı olan her parametreye gradyan ulaşır.",
}

CBAM_CONTRACT = {
    "çalışır": "Geçerli her girdide, her ayarda hatasız çalışır.",
    "alpha-karıştırır": "alpha = 0 iken out = x, alpha = 1 iken out = SA(CA(x)); arası doğrusaldır.",
    "alpha-saklanır": "alpha modülle saklanır ve geri yüklenir.",
    "haritalar-uygulanır": "SA(CA(x)), girdinin iki maskeyle çarpımıdır: x · ca · sa.",
    "sa-ca'yı-görür": "Uzamsal maske, kanal dikkatinin çıktısından çıkar.",
    "genişletme-ulaşır": "İstenen genişletme uzamsal dikkate ulaşır.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "gradyan-ulaşır": "Gradyan iki dikkat bloğuna ve öğrenilen alpha'ya ulaşır.",
}

GATE = {
    "çalışır": "Geçerli her girdide hatasız çalışır.",
    "kapı-çarpar": "Dikkat bir çarpandır: girdinin sıfır olduğu yerde çıktı da sıfırdır.",
    "maske-aralığı": "Maske [0, 1] aralığındadır.",
    "kapı-duyar": "Kapı girdiye bakar: girdi değişince maske de değişir.",
    "kapı-ayırt-eder": "Kapı tek bir sayıya inmez: kanaldan kanala ya da yerden yere değişir.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "gradyan-ulaşır": "Söz hakkı olan her parametreye gradyan ulaşır.",
}

ECA_CONTRACT = GATE | {"komşuluk-ortalı": "Her kanal, iki yanından eşit sayıda komşuyu dinler."}

COORDINATE_CONTRACT = GATE | {"satır-sütun": "Satır özeti satır kapısını, sütun özeti sütun kapısını kurar."}

RESIDUAL_CONTRACT = {
    "çalışır": "Geçerli her girdide hatasız çalışır.",
    "kısayol-şekli": "Kısayol söylendiği gibidir: ya birim eşleme ya da F'nin şekline izdüşüm.",
    "dikkat-genişliği": "Dikkat, bulunduğu yerden geçen kanal sayısı için kurulmuştur.",
    "kısayol-açık": "F sussa bile girdi kısayoldan geçer.",
    "dikkat-çarpar": "Dikkatin çıktısı, kapıdan geçirdiği tensörün yerine geçer; ona eklenmez.",
    "etkinleştirme-yeri": "Toplamdan sonra, tasarım ne diyorsa o vardır: ReLU ya da hiçbir şey.",
    "kalıp": "Çıktı, söylenen kalıbın formülüdür.",
    "kısayol-başlangıcı": "Birim eşlemeye yakın istenen kısayol kapısı, gerçekten öyle başlar.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "gradyan-ulaşır": "Söz hakkı olan her parametreye gradyan ulaşır.",
}

RESNET_CONTRACT = {
    "çalışır": "Geçerli her girdide hatasız çalışır.",
    "dikkat-planı": "Dikkat, plandaki evrelerdedir; başka yerde değil.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
}


def part_promise(part: str, name: str) -> str:
    """Bir parçanın sözü: "ca: örnek-bağımsızlığı", ağda "stages.1.0: attn: maske-aralığı" gibi."""
    return f"{part}: {name}"


def bare(promise: str) -> str:
    """Parça adları atılmış söz: "stages.1.0: attn: maske-aralığı" -> "maske-aralığı"."""
    return promise.rsplit(": ", 1)[-1]


def every_promise() -> dict[str, str]:
    """Artık bloklarla dikkatlerin bütün sözleri, parça adları olmadan."""
    return {**RESNET_CONTRACT, **RESIDUAL_CONTRACT, **ECA_CONTRACT, **COORDINATE_CONTRACT}


def with_parts() -> dict[str, str]:
    """CBAM'in kendi sözleri, ardından iki parçasınınkiler."""
    parts = {"ca": CHANNEL_CONTRACT, "sa": SPATIAL_CONTRACT}
    return CBAM_CONTRACT | {part_promise(p, n): text for p, c in parts.items() for n, text in c.items()}
