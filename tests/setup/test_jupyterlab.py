"""Görünmez tarayıcıda: JupyterLab açılır, ilk dersi Türkçe gösterir ve baştan sona çalıştırır."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from course_lib.lab import FIRST, ROOT
from course_lib.practice.exercises import EXERCISES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
TOKEN = "deneme-anahtari"


@pytest.fixture
def server(tmp_path):
    """`make lab`'in açtığı sunucu, dersin bir kopyası üzerinde."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    copy = ROOT / "build" / f"tarayici-{port}" / "ders.ipynb"
    copy.parent.mkdir(parents=True)
    lesson = nbformat.read(ROOT / FIRST, as_version=4)
    for cell in lesson.cells:  # çıktılar silinir: görünen her şey burada çalışmış olmalı
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(lesson, copy)
    environment = {
        **os.environ, "JUPYTER_TOKEN": TOKEN, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "COURSE_PROGRESS": str(tmp_path / "ilerleme.json"),
    }  # fmt: skip
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "course_lib.lab", f"--port={port}", "--no-browser", *root]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            assert process.poll() is None, "JupyterLab açılmadan kapandı"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
                break
            except OSError:
                time.sleep(0.25)
        else:
            raise AssertionError("JupyterLab bir dakikada yanıt vermedi")
        yield f"http://127.0.0.1:{port}", copy.relative_to(ROOT).as_posix()
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(copy.parent)


@pytest.mark.skipif(CHROMIUM is None, reason="bildirim: chromium kurulu değil, tarayıcı denetimi yapılmadı")
def test_the_first_lesson_opens_in_turkish_and_runs(server, tmp_path):
    from playwright.sync_api import sync_playwright

    base, name = server
    with pytest.raises(urllib.error.HTTPError, match="403"):  # anahtarsız girilmez
        urllib.request.urlopen(f"{base}/api/contents", timeout=5)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{base}/lab/tree/{name}?token={TOKEN}", timeout=90_000)
        page.locator(".jp-Notebook h1", has_text="Başlangıç: iki dakikada").wait_for(timeout=90_000)
        menu = page.locator(".lm-MenuBar-itemLabel")
        assert {"Dosya", "Düzenle", "Çalıştır", "Yardım"} <= {label.inner_text() for label in menu.all()}
        menu.get_by_text("Çalıştır", exact=True).click()
        page.locator(".lm-Menu-itemLabel").get_by_text("Tüm Hücreleri Çalıştır", exact=True).click()
        # Ekranda olmayan hücreler belgede de yoktur: çekirdek boşalana dek bekle, sonra sona in.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
        page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every(e => !e.textContent.includes('*'))",
            timeout=120_000,
        )
        page.locator(".jp-WindowedPanel-outer").first.evaluate("e => { e.scrollTop = 0 }")
        page.get_by_text("Ortam sağlam").first.wait_for(timeout=60_000)
        page.locator(".jp-WindowedPanel-outer").first.evaluate("e => { e.scrollTop = 1e6 }")
        page.get_by_text(f"0/{len(EXERCISES)} çözüldü").first.wait_for(timeout=60_000)
        page.locator(".jp-WindowedPanel-outer").first.evaluate("e => { e.scrollTop = 1300 }")
        image = page.locator("figure img[alt]").first
        image.wait_for(timeout=30_000)
        assert image.evaluate("e => e.naturalWidth") > 300
        assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        page.screenshot(path=str(tmp_path / "ders.png"))
        if os.environ.get("COURSE_SCREENSHOT"):
            shutil.copy(tmp_path / "ders.png", os.environ["COURSE_SCREENSHOT"])
        browser.close()
