"""`make lab`: JupyterLab'i Türkçe ve anahtarlı (token) açar; yalnız bu makineden erişilir."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys

from course_lib.errors import CourseError
from course_lib.paths import ROOT
from course_lib.setup.environment import in_own_venv
from course_lib.setup.interface import prepare
from course_lib.setup.trust import STORE, sign_released

FIRST = "notebooks/00_baslangic.ipynb"
PORT = 8888
TRIES = 50
PORT_FLAGS = ("--port=", "--ServerApp.port=")
HOOK = "course_lib.setup.hooks.keep_clean"


def is_free(port: int) -> bool:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def joined(arguments: list[str]) -> list[str]:
    """`--port 9000` yazımını `--port=9000` yapar."""
    out: list[str] = []
    for argument in arguments:
        if out and out[-1] in ("--port", "--ServerApp.port"):
            out[-1] += f"={argument}"
        else:
            out.append(argument)
    return out


def again(arguments: list[str], added: str) -> str:
    """Önceki argümanları koruyan, yeniden denenecek komut; conda ortamında make aranmaz."""
    kept = [a for a in arguments if not a.startswith(("--port", "--ServerApp.port"))]
    rest = " ".join([*kept, added])
    return f'make lab ARGS="{rest}"' if in_own_venv() else f"atolye lab {rest}"


def choose_port(arguments: list[str]) -> int:
    """İstenen bağlantı noktası (--port=N) ya da 8888'den başlayan ilk boş olan.

    Raises:
        SystemExit: istenen sayı değilse, doluysa ya da hiç boş yer yoksa; ileti çıkış yolunu
            söyler.
    """
    asked = [a.split("=", 1)[1] for a in arguments if a.startswith(PORT_FLAGS)]
    if asked:
        digits = asked[-1].isascii() and asked[-1].isdecimal()
        if not digits or not 0 < int(asked[-1]) < 65536:
            raise SystemExit(
                f"--port 1 ile 65535 arasında bir sayı olmalı; verilen: {asked[-1]!r}."
            )
        port = int(asked[-1])
        if not is_free(port):
            raise SystemExit(
                f"{port} numaralı bağlantı noktası (port) kullanımda; büyük olasılıkla JupyterLab"
                " zaten açık.\nÇıkış yolu: açık olanı kullan ya da başka bir numara ver: "
                + again(arguments, f"--port={port + 1}")
            )
        return port
    for port in range(PORT, PORT + TRIES):
        if is_free(port):
            if port != PORT:
                print(
                    f"{PORT} numaralı bağlantı noktası (port) kullanımda; {port} kullanılıyor.",
                    file=sys.stderr,
                )
            return port
    raise SystemExit(
        f"{PORT}-{PORT + TRIES - 1} arasındaki bütün bağlantı noktaları kullanımda.\n"
        "Çıkış yolu: açık JupyterLab'leri kapat ya da bir numara seç: "
        + again(arguments, "--port=9999")
    )


def own_copies() -> list[str]:
    """Öğrencinin eksik kopyalarını yapar; ona söylenecekler. Yapılamazsa ders yine açılır."""
    from course_lib.practice import workbook

    try:
        return workbook.prepare()
    except CourseError as problem:
        return [str(problem)]


def signed_lessons() -> list[str]:
    """Dersleri imzalar; imza yazılamıyorsa kullanıcıya söylenecek. Ders yine açılır."""
    try:
        sign_released()
    except OSError as problem:
        return [f"Dersler imzalanamadı ({problem}); sürgüler, hücreleri çalışınca canlanır."]
    return []


def main(arguments: list[str]) -> int:
    arguments = joined(arguments)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in arguments:
        raise SystemExit(
            "JupyterLab yönetici (root) olarak açılmaz.\n"
            "Çıkış yolu: sıradan bir kullanıcıyla çalıştır; bir konteynerdeysen: "
            + again(arguments, "--allow-root")
        )
    port = choose_port(arguments)
    for line in [*own_copies(), *signed_lessons()]:
        print(line, file=sys.stderr)
    language = prepare()
    if language:
        paths = [str(language), os.environ.get("PYTHONPATH", "")]
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(24))
    print(
        f"\nDersler: http://127.0.0.1:{port}/lab/tree/{FIRST}?token={token}\n"
        "Tarayıcı kendiliğinden açılmazsa bu adresi yapıştır. "
        "Durdurmak için bu pencerede iki kez Ctrl-C.\n",
        file=sys.stderr,
        flush=True,
    )
    os.chdir(ROOT)
    command = [
        sys.executable, "-m", "jupyterlab", FIRST,
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={ROOT}", f"--ContentsManager.pre_save_hook={HOOK}",
        f"--NotebookNotary.data_dir={STORE}",
        *(a for a in arguments if not a.startswith(PORT_FLAGS)),
    ]  # fmt: skip
    if os.name == "nt":  # Windows'ta exec süreci arka plana düşürür
        return subprocess.call(command)
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
