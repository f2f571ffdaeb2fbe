"""Sözleşme: sağlam bir kanal dikkati bloğunun verdiği sözler. Teşhis yalnız bunlara bakar.

Kaynak: seed 000 (değişmez ve mini kontrol listesi), 001 §21-22.
"""

CHANNEL_CONTRACT = {
    "maske-aralığı": "Maske [0, 1] aralığındadır.",
    "maske-uygulanır": "Çıktı, girdinin maskeyle çarpımıdır: y = x · ca.",
    "örnek-bağımsızlığı": "Her örneğin sonucu yalnız kendisine bağlıdır.",
    "ağırlık-toplamı": "Bir örneğin iki ağırlığının toplamı 1'dir: iki görüş aynıysa karışım da odur.",
    "ortalama-duyulur": "Ortalamanın söz hakkı vardır.",
    "tepe-duyulur": "Tepenin (max) söz hakkı vardır.",
    "mlp-duyulur": "MLP'nin söz hakkı vardır.",
    "yönlendirici-duyulur": "Yönlendiricinin söz hakkı vardır.",
    "sıcaklık-duyulur": "Sıcaklığın söz hakkı vardır.",
    "sıcaklık-yumuşatır": "T büyüyünce maske yumuşar: 0,5'e yaklaşır.",
    "sıcaklık-tabanı": "T sıfıra inemez; bir alt sınırı vardır.",
    "mlp-doğrusal-değil": "MLP doğrusal değildir.",
    "gradyan-ulaşır": "Söz hakkı olan her parametreye gradyan ulaşır.",
}
