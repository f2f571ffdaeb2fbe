"""Boş makineden çalışan ortama: `.venv` kurar, yarım kalmışsa onarır.

Yalnız standart kütüphane kullanır ve eski Python 3'te de *okunabilir* kalır (f-string, tip
notu yok): sürümün neden yetmediğini söyleyebilmesi için önce ayrıştırılabilmesi gerekir.
Kullanım: python3 course_lib/setup/bootstrap.py lab [test]
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STAMP = "kurulum-tamam.txt"
GIGABYTE = 1000**3


class SetupProblem(Exception):
    """Kullanıcıya olduğu gibi gösterilecek, çıkış yolunu da söyleyen Türkçe cümle."""


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def required_bytes(platform=sys.platform):
    """Kurulum için diskte gereken bayt: Linux'ta torch'un CUDA sürümü yaklaşık 7 GB tutar."""
    return (8 if platform.startswith("linux") else 3) * GIGABYTE


def version_of(python):
    """`python` komutunun (büyük, küçük) sürümü; çalışmıyorsa None."""
    try:
        out = subprocess.check_output(
            [python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"],
            stderr=subprocess.DEVNULL,
        )
        major, minor = out.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def supported(version):
    return version is not None and OLDEST <= version <= NEWEST


def find_python(current=sys.executable, version=tuple(sys.version_info[:2])):
    """Desteklenen bir Python: önce çağıran, sonra PATH'teki 3.13, 3.12, 3.11."""
    if supported(version):
        return current
    for minor in (13, 12, 11):
        other = shutil.which("python3.%d" % minor)
        if other and supported(version_of(other)):
            say("Python %d.%d desteklenmiyor; %s kullanılıyor." % (version[0], version[1], other))
            return other
    raise SetupProblem(
        "Bu kurs Python 3.11, 3.12 ya da 3.13 ister; bulunan: %d.%d (%s).\n"
        "Çıkış yolu: bu sürümlerden birini kur ve komutu şöyle yinele: make lab PYTHON=python3.12"
        % (version[0], version[1], current)
    )


def require_venv_module(python):
    code = subprocess.call(
        [python, "-c", "import venv, ensurepip"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if code != 0:
        raise SetupProblem(
            "Bu Python'da `venv` modülü eksik (%s).\n"
            "Çıkış yolu: Debian ve Ubuntu'da `sudo apt install python3-venv`, sonra komutu yinele."
            % python
        )


def require_disk(root, needed, free=None):
    free = shutil.disk_usage(root).free if free is None else free
    if free < needed:
        raise SetupProblem(
            "Diskte yer yetmiyor: %.1f GB boş, kurulum için %.0f GB gerek (%s).\n"
            "Çıkış yolu: yer aç ya da torch'un küçük CPU sürümünü kur; "
            "README'nin 'Az disk' bölümü anlatır."
            % (free / float(GIGABYTE), needed / float(GIGABYTE), root)
        )


def venv_python(venv):
    folder = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(venv, *folder)


def fingerprint(root, extras):
    """Kurulumun neye göre yapıldığı: kilit, pyproject, Python ve istenen ekler."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(file.read())
    digest.update(",".join(sorted(extras)).encode())
    return digest.hexdigest()


def read_stamp(venv):
    path = os.path.join(venv, STAMP)
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return dict(line.strip().split("=", 1) for line in file if "=" in line)


def is_ours(venv):
    """Yalnız bir sanal ortamı (ya da yarım kalmışını) silmeye hakkımız var."""
    inside = set(os.listdir(venv))
    parts = {"bin", "lib", "lib64", "include", "Scripts", "Lib"}
    return not inside or "pyvenv.cfg" in inside or inside <= parts


def healthy(venv):
    python = venv_python(venv)
    return (
        supported(version_of(python))
        and subprocess.call(
            [python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        == 0
    )


def make_venv(python, venv):
    if os.path.isdir(venv) and not healthy(venv):
        if not is_ours(venv):
            raise SetupProblem(
                "%s bir sanal ortam değil; içindekilere dokunulmadı.\n"
                "Çıkış yolu: klasörün adını değiştir, sonra komutu yinele." % venv
            )
        say("Yarım kalmış bir .venv bulundu; yeniden kuruluyor.")
        shutil.rmtree(venv)
    if not os.path.isdir(venv):
        require_venv_module(python)
        say("Sanal ortam kuruluyor: %s" % venv)
        if subprocess.call([python, "-m", "venv", venv]) != 0:
            raise SetupProblem(
                "Sanal ortam kurulamadı (%s). Çıkış yolu: yukarıdaki iletiyi oku, "
                ".venv klasörünü sil, komutu yinele." % venv
            )


def install(root, venv, extras):
    wanted = fingerprint(root, extras)
    have = set(read_stamp(venv).get("ekler", "").split(",")) - {""}
    if read_stamp(venv).get("iz") == fingerprint(root, have) and set(extras) <= have:
        return
    extras = sorted(set(extras) | have)
    wanted = fingerprint(root, extras)
    stamp = os.path.join(venv, STAMP)
    if not have and not os.path.exists(stamp):
        torch_there = subprocess.call(
            [venv_python(venv), "-c", "import torch"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if torch_there != 0:
            require_disk(root, required_bytes())
    if os.path.exists(stamp):
        os.remove(stamp)
    say(
        "Paketler kuruluyor; ilk seferde birkaç dakika ve birkaç GB sürer, "
        "yarıda kalmışsa kaldığı yerden..."
    )
    command = [venv_python(venv), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["-c", os.path.join(root, "requirements.lock")]
    command += ["-e", "%s[%s]" % (root, ",".join(extras))]
    if subprocess.call(command) != 0:
        raise SetupProblem(
            "Paketler kurulamadı; yukarıdaki İngilizce ileti nedenini söyler "
            "(çoğunlukla ağ ya da disk).\n"
            "Çıkış yolu: nedeni giderip aynı komutu yinele; kurulum kaldığı yerden sürer."
        )
    with open(stamp, "w") as file:
        file.write("iz=%s\nekler=%s\n" % (wanted, ",".join(extras)))


def ensure(extras, root=ROOT):
    """`.venv`'i `extras` ile kullanılır duruma getirir ve Python'unun yolunu döndürür."""
    venv = os.path.join(root, ".venv")
    if not (os.path.isdir(venv) and healthy(venv)):
        make_venv(find_python(), venv)
    install(root, venv, extras)
    return venv_python(venv)


def main(arguments):
    try:
        ensure(arguments or ["lab"])
    except SetupProblem as problem:
        say("\n" + str(problem))
        return 1
    except KeyboardInterrupt:
        say("\nKurulum yarıda kesildi. Aynı komutu yeniden çalıştırman yeter; kurulum onarılır.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
