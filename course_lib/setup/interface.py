"""JupyterLab'in görünüşü: ayarları ve Türkçesi bu ortamın içinde durur, kullanıcınınki değişmez.

Kurulu dil paketine dokunulmaz. Yanında onun bir kopyası tutulur, eksik metinler kopyaya eklenir;
kopya silinirse paketin kendisi görünür, paket yenilenirse kopya bir sonraki açılışta yenilenir.
"""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from course_lib.keeping import set_aside, written_whole

CATALOGUE = Path(__file__).with_name("arayuz.toml")
PACK = "jupyterlab_language_pack_tr_TR"
STRINGS = "jupyterlab.json"
SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/translation-extension:plugin": {"locale": "tr_TR"},
    # Ders açılırken haber sorusu çıkmasın, ağa gidilmesin.
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/apputils-extension:themes": {
        "adaptive-theme": True,
        "preferred-light-theme": "JupyterLab Light",
        "preferred-dark-theme": "JupyterLab Dark",
    },
    # Uzun satır kesilmesin; dosya adları tarih sütununa yer açmak için kısalmasın.
    "@jupyterlab/notebook-extension:tracker": {
        "codeCellConfig": {"lineNumbers": False, "lineWrap": True},
    },
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
}


def put(path: Path, content: bytes) -> None:
    """Değişen dosyayı yazar; aynıysa dokunmaz, öyleyse hazır bir ortam salt okunur olabilir."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        file.write(content)
    path.chmod(0o644)  # ortak bir kurulumda öteki kullanıcılar da okur


def write_settings(prefix: str = sys.prefix) -> Path:
    """Ortamın JupyterLab ayarlarına kursunkileri katar; oradaki başka ayarlar kalır."""
    path = Path(prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings: dict[str, dict[str, Any]] = {}
    if path.exists():
        try:
            settings = json.loads(path.read_text("utf-8"))
        except ValueError:
            aside = set_aside(path)
            print(f"! {path.name} okunamadı; {aside.name} adıyla kenara kondu.", file=sys.stderr)
    for plugin, values in SETTINGS.items():
        settings[plugin] = {**settings.get(plugin, {}), **values}
    put(path, (json.dumps(settings, indent=2) + "\n").encode())
    return path


def read_catalogue() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Paketin anahtarlarıyla iki sözlük: pakette eksik olanlar, pakette yanlış olanlar."""
    data = tomllib.loads(CATALOGUE.read_text("utf-8"))
    missing = dict(data["eksik"])
    for context, entries in data["eksik-baglam"].items():
        missing |= {f"{context}\x04{text}": turkish for text, turkish in entries.items()}
    listed = [
        {key: [value] if isinstance(value, str) else value for key, value in entries.items()}
        for entries in (missing, data["duzeltme"])
    ]
    return listed[0], listed[1]


def merged(pack: bytes) -> bytes:
    """Paketin metinleri, eksikleri tamamlanmış ve yanlışları düzeltilmiş."""
    missing, corrected = read_catalogue()
    return json.dumps({**missing, **json.loads(pack), **corrected}, indent=1).encode()


def write_language(prefix: str = sys.prefix, pack: Path | None = None) -> Path:
    """Dil paketinin tamamlanmış kopyasını yazar; içinde durduğu klasörü verir."""
    # Kurulu paket dağıtımından bulunur: import, önceki açılışın kopyasını bulabilirdi.
    pack = pack or Path(str(distribution(PACK).locate_file(PACK)))
    home = Path(prefix) / "share" / "dikkat-atolyesi" / "dil"
    for source in sorted(pack.rglob("*")):
        if source.suffix in (".py", ".json", ".mo"):
            content = source.read_bytes()
            content = merged(content) if source.name == STRINGS else content
            put(home / PACK / source.relative_to(pack), content)
    return home


def prepare(prefix: str = sys.prefix) -> Path | None:
    """Ayarları ve Türkçeyi hazırlar; Python yoluna eklenecek klasörü verir.

    Ortama yazılamıyorsa ya da dil paketi yoksa JupyterLab yine açılır; ne eksik kaldığı söylenir.
    """
    try:
        write_settings(prefix)
        return write_language(prefix)
    except OSError as problem:
        print(
            f"! Ortamın klasörüne yazılamadı ({problem.strerror}): JupyterLab'in menüleri yarı\n"
            "  İngilizce kalabilir, uzun satırlar kesilebilir. Dersler yine çalışır.",
            file=sys.stderr,
        )
    except PackageNotFoundError:
        print(
            "! JupyterLab'in Türkçe paketi kurulu değil: menüler İngilizce açılacak.\n"
            "  Çıkış yolu: `make lab` (conda'da `conda env update -f environment.yml`).",
            file=sys.stderr,
        )
    return None
