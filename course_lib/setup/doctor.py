"""`atolye doktor`: ortamın bir ekranlık özeti; sorun bildirirken olduğu gibi yapıştırılabilir.

Eksik ya da bozuk pakette de sonuna dek gider. Ev klasörü ve kullanıcı adı yazılmaz.
"""

from __future__ import annotations

import io
import locale
import os
import platform
import re
import shutil
import sys
import textwrap
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from course_lib.paths import ROOT
from course_lib.practice import ipynb
from course_lib.setup import environment
from course_lib.terminal import prepare_streams, show
from course_lib.turkish import tr

WIDTH = 80
FIRST_LESSON = "notebooks/00_baslangic.ipynb"
SHOWN = ("torch", "torchvision", "numpy", "matplotlib", "jupyterlab")
FONT = "DejaVu Sans"
LETTERS = "çğıöşüÇĞİÖŞÜ"
ENOUGH_DISK = 1000**3
SEE_KERNELS = "`jupyter kernelspec list` yerini gösterir: o klasörün adını değiştir."
INSTALL = "`make lab` (conda'da `conda env update -f environment.yml`) kurulumu tamamlar."
PATH_END = r"(?=[\\/:;,'\"\s)\]]|$)"


@dataclass
class Look:
    """Bakılan bir şey: adı, görülen ve bir sorun varsa ne yapılacağı."""

    name: str
    seen: str
    remedy: str = ""


def private(text: str) -> str:
    """Kurs klasörünü `.`, ev klasörünü `~`, yollardaki kullanıcı adını `…` yapar."""
    flags = re.IGNORECASE if os.name == "nt" else 0
    home = os.path.expanduser("~")
    folders = [(str(ROOT), "."), (os.path.realpath(home), "~"), (home, "~")]
    for folder, short in folders:
        if len(folder.strip("\\/~")) > 0:
            text = re.sub(re.escape(folder) + PATH_END, short, text, flags=flags)
    names = {os.path.basename(home), *(os.environ.get(v) for v in ("USER", "USERNAME", "LOGNAME"))}
    for name in filter(None, names - {"~"}):
        text = re.sub(rf"(?<=[\\/]){re.escape(name)}{PATH_END}", "…", text, flags=flags)
    return text


def version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "yok"


def course() -> Look:
    seen = f"{version_of(environment.COURSE)}; Python {platform.python_version()}, {sys.executable}"
    return Look("kurs", seen)


def packages() -> Look:
    seen = ", ".join(f"{name} {version_of(name)}" for name in SHOWN)
    found = environment.problems("lab")
    return Look("paketler", seen, " ".join([*found, INSTALL]) if found else "")


def system() -> Look:
    return Look("sistem", f"{platform.system()} {platform.release()}, {platform.machine()}")


def device() -> Look:
    if environment.problems():
        return Look("cihaz", "bakılamadı: önce paketler")
    found = environment.block_problems()
    if found:
        return Look("cihaz", "blok çalışmıyor", " ".join(found))
    import torch

    from course_lib.device import get_device

    chosen = get_device()
    name = f"CUDA, {torch.cuda.get_device_name()}" if chosen.type == "cuda" else "CPU"
    return Look("cihaz", f"{name}; deneme bloğu çalıştı")


def disk() -> Look:
    free = shutil.disk_usage(ROOT).free
    seen = f"{tr(free / 1000**3, 1)} GB boş"
    few = "Diskte 1 GB'tan az yer var: yer aç." if free < ENOUGH_DISK else ""
    return Look("disk", seen, few)


def language() -> Look:
    try:
        name = locale.getlocale()[0] or "C"
    except ValueError:  # macOS'ta LC_CTYPE=UTF-8 tanınmaz
        name = "tanınmıyor"
    return Look("yerel ayar", name)


def encodings() -> Look:
    encoding = getattr(sys.stdout, "encoding", None)  # çıktı kapalı olabilir
    out, files = encoding or "yok", sys.getfilesystemencoding()
    seen = f"çıktı {out}, dosya adı {files}, varsayılan {locale.getpreferredencoding(False)}"
    encoding = encoding or "utf-8"
    if LETTERS.encode(encoding, "ignore").decode(encoding) == LETTERS:
        return Look("kodlama", seen)
    command = "set PYTHONUTF8=1" if os.name == "nt" else "export PYTHONUTF8=1"
    return Look("kodlama", seen, f"Çıktı {out} ile Türkçe harf yazamıyor: önce `{command}`.")


def fonts() -> Look:
    if environment.problems():
        return Look("yazı tipi", "bakılamadı: önce paketler")
    reason = environment.broken("matplotlib")
    if reason:
        return Look("yazı tipi", "bakılamadı", f"{reason}. {environment.REINSTALL}")
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    try:
        known = FT2Font(font_manager.findfont(FONT, fallback_to_default=False)).get_charmap()
    except (ValueError, OSError, RuntimeError):
        return Look("yazı tipi", f"{FONT} yok", f"Şekillerde {FONT} gerek. {environment.REINSTALL}")
    absent = [letter for letter in LETTERS if ord(letter) not in known]
    if absent:
        return Look("yazı tipi", f"{FONT}'ta {' '.join(absent)} yok", environment.REINSTALL)
    return Look("yazı tipi", f"{FONT}; ğ ş ı İ var")


def same_folder(program: str) -> bool:
    here, there = (os.path.realpath(os.path.dirname(p)) for p in (sys.executable, program))
    return here == there


def kernel() -> Look:
    """JupyterLab'in `python3` çekirdeği bu ortamın Python'unu mu açıyor?"""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Look("çekirdek", "bakılamadı: jupyter_client yok")
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Look("çekirdek", "python3 yok", f"`python3` çekirdeği yok. {INSTALL}")
    except (OSError, ValueError, TypeError, IndexError):  # yarım kalmış kernel.json
        return Look("çekirdek", "python3 okunamıyor", f"`python3` çekirdeği bozuk. {SEE_KERNELS}")
    major, minor = sys.version_info[:2]
    # jupyter_client bu adları, kendisini çalıştıran Python'la değiştirir.
    own = program in ("python", f"python{major}", f"python{major}.{minor}")
    if own or same_folder(shutil.which(program) or program):
        return Look("çekirdek", "python3, bu ortamın Python'u")
    return Look(
        "çekirdek",
        f"python3, başka bir Python: {program}",
        f"`python3` adlı çekirdek başka bir ortamı açıyor. {SEE_KERNELS}",
    )


def printed(cell: dict) -> str | None:
    """Hücrenin saklı çıktısı yalnız yazdırılmış metinse o metin."""
    outputs = cell.get("outputs", [])
    if any(output.get("name") != "stdout" for output in outputs):
        return None
    return "".join(ipynb.joined(output.get("text", "")) for output in outputs)


def rerun(cells: list[dict]) -> str | None:
    """Yalnız yazdıran hücreleri sırayla çalıştırır; saklıdan ilk ayrılanı söyler."""
    names: dict[str, object] = {"__name__": "__main__"}
    for cell in cells:
        stored = printed(cell)
        if stored is None:
            continue
        out = io.StringIO()
        with redirect_stdout(out):
            try:
                exec(ipynb.joined(cell["source"]), names)
            except (Exception, SystemExit) as problem:  # hücrenin her hatası burada bir bulgudur
                return f"{cell.get('id')} hücresi hata verdi: {type(problem).__name__}: {problem}"
        if out.getvalue() != stored:
            return f"{cell.get('id')} hücresi saklı çıktısından başka şey yazdı"
    return None


def stored_outputs() -> Look:
    """İlk dersin yazdırdıkları bu makinede de aynı mı?"""
    name, lesson = "saklı çıktı", os.path.basename(FIRST_LESSON)
    if environment.problems() or environment.block_problems():
        return Look(name, "bakılamadı: önce yukarıdakiler")
    try:
        notebook = ipynb.read(ROOT / FIRST_LESSON, "Çıkış yolu: dosyayı kurstan yeniden al.")
    except ipynb.WorkbookError as problem:
        return Look(name, "bakılamadı", str(problem))
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    difference = rerun(cells)
    if difference:
        return Look(
            name,
            f"{lesson} tutmuyor",
            f"{lesson}: {difference}. Defteri değiştirdiysen olağandır; değiştirmediysen bildir.",
        )
    count = sum(bool(printed(cell)) for cell in cells)
    return Look(name, f"{lesson}: yeniden çalıştırılan {count} hücre aynı")


LOOKS = (
    course, packages, system, device, disk, language, encodings, fonts, kernel, stored_outputs,
)  # fmt: skip


def report() -> tuple[str, bool]:
    """Bir ekranlık metin ve ortamın sağlam olup olmadığı."""
    looks = [look() for look in LOOKS]
    lines = ["Dikkat Atölyesi, doktor"]
    for look in looks:
        mark = "!" if look.remedy else " "
        lines += wrapped(f"{mark} {look.name:<12}", private(look.seen))
    remedies = [look for look in looks if look.remedy]
    lines.append("Yapılacaklar:" if remedies else "Ortam sağlam.")
    for look in remedies:
        lines += wrapped("- ", private(f"{look.name}: {look.remedy}"))
    return "\n".join(lines), not remedies


def wrapped(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


def main() -> int:
    text, sound = report()
    prepare_streams()
    show(text)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
