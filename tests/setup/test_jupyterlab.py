"""Görünmez tarayıcıda: JupyterLab açılır, ilk dersi Türkçe gösterir ve baştan sona çalıştırır."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from support.browser import needs_browser, opened_browser

from course_lib.paths import ROOT
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.turns import TURNS
from course_lib.setup import interface
from course_lib.setup.lab import FIRST

TOKEN = "deneme-anahtari"
OPENED = "notebooks/05_klasik_dikkat_modulleri.ipynb"
IDLE = "Python 3 (ipykernel) | Boşta"
# Kurs paketinin getirmediği jupytext'in ve yüz dilin listelendiği menüler.
SKIPPED_MENUS = re.compile("Jupytext|Text Notebook|Sözdizimi Vurgulaması")
# Çekirdeğin kendi bağlantıları, özel adlar, JupyterLab'in pakete hiç sormadığı bir başlık ve Türkçe
# paketi olmayan ipywidgets'in tek satırı.
ENGLISH_BY_RIGHT = {
    "Python Reference", "IPython Reference", "NumPy Reference", "SciPy Reference",
    "Matplotlib Reference", "SymPy Reference", "pandas Reference",
    "ReStructured Text", "Python File", "Save Widget State Automatically",
}  # fmt: skip

pytestmark = needs_browser


def git(folder, *arguments):
    identity = ["-c", "user.name=deneme", "-c", "user.email=deneme@ornek"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True
    )
    return done.stdout.decode()


def fill(folder):
    """Çıktısı silinmiş ilk ders ve olduğu gibi bir ders, git'in izlediği küçük bir depoda."""
    folder.mkdir(parents=True)
    lesson = nbformat.read(ROOT / FIRST, as_version=4)
    for cell in lesson.cells:  # çıktılar silinir: görünen her şey burada çalışmış olmalı
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(lesson, folder / "ders.ipynb")
    shutil.copy(ROOT / OPENED, folder / "acilan.ipynb")
    shutil.copy(ROOT / ".gitignore", folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "dersler")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`make lab`'in açtığı sunucu ve içinde derslerin kopyaları duran klasör."""
    home = tmp_path_factory.mktemp("ev")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    folder = ROOT / "build" / f"tarayici-{port}"
    fill(folder)
    environment = {
        **os.environ, "JUPYTER_TOKEN": TOKEN, "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"), "COURSE_PROGRESS": str(home / "ilerleme.json"),
    }  # fmt: skip
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "course_lib.setup.lab", f"--port={port}", "--no-browser"]
    process = subprocess.Popen(
        [*command, *root],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
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
        yield f"http://127.0.0.1:{port}", folder
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


@pytest.fixture
def browser():
    with opened_browser() as opened:
        yield opened


def visit(browser, server, name, **options):
    """Defteri yeni bir pencerede açar; çekirdeği hazır olana dek bekler."""
    base, folder = server
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, **options)
    place = (folder / name).relative_to(ROOT).as_posix()
    page.goto(f"{base}/lab/tree/{place}?token={TOKEN}&reset", timeout=90_000)
    page.locator(".jp-Notebook h1").first.wait_for(timeout=90_000)
    page.get_by_text(IDLE).wait_for(timeout=120_000)
    return page


def reached(page, locator):
    """Aranan görünene dek aşağı iner: yalnız ekrana yakın hücreler belgededir."""
    panel = page.locator(".jp-WindowedPanel-outer").first
    for top in range(0, 9000, 400):
        panel.evaluate("(e, top) => { e.scrollTop = top }", top)
        page.wait_for_timeout(300)
        if locator.count():
            return locator.first
    raise AssertionError(f"sayfada bulunamadı: {locator}")


def write_turn(page, body):
    """00-uygula hücresine okurun yazdığını yazar ve çalıştırır."""
    turn = TURNS["00-uygula"]
    cell = page.locator(".jp-CodeCell", has_text=f'dene("{turn.id}"')
    reached(page, cell).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f'{turn.source(body)}\n\ndene("{turn.id}", {turn.name})')
    page.keyboard.press("Shift+Enter")


def test_the_first_lesson_opens_in_turkish_and_runs(server, browser, tmp_path):
    base, _ = server
    with pytest.raises(urllib.error.HTTPError, match="403"):  # anahtarsız girilmez
        urllib.request.urlopen(f"{base}/api/contents", timeout=5)
    page = visit(browser, server, "ders.ipynb")
    assert page.locator(".jp-Notebook h1", has_text="Başlangıç: ilk dikkat bloğun").count() == 1
    menu = page.locator(".lm-MenuBar-itemLabel")
    assert {"Dosya", "Düzenle", "Çalıştır", "Yardım"} <= {m.inner_text() for m in menu.all()}
    menu.get_by_text("Çalıştır", exact=True).click()
    items = page.locator(".lm-Menu-itemLabel")
    items.get_by_text("Tüm Hücreleri Çalıştır", exact=True).click()
    # Ekranda olmayan hücreler belgede de yoktur: çekirdek boşalana dek bekle, sonra sona in.
    page.get_by_text(IDLE).wait_for(timeout=120_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".every(e => !e.textContent.includes('*'))",
        timeout=120_000,
    )
    panel = page.locator(".jp-WindowedPanel-outer").first
    panel.evaluate("e => { e.scrollTop = 0 }")
    page.get_by_text("Ortam sağlam").first.wait_for(timeout=60_000)
    panel.evaluate("e => { e.scrollTop = 1e6 }")
    page.get_by_text(f"0/{len(EXERCISES)} alıştırma çözüldü").first.wait_for(timeout=60_000)
    image = reached(page, page.locator("figure img[alt]"))
    assert image.evaluate("e => e.naturalWidth") > 300
    knob = reached(page, page.get_by_label("mavi"))  # çalışan hücrenin sürgüsü canlıdır
    knob.press("Home")
    assert knob.get_attribute("aria-valuetext") == "0,00"
    choice = page.get_by_role("button", name="açık benek", exact=True)
    reached(page, choice).press("Enter")  # klavyeyle de yanıtlanır; düğmelerin yerini yanıt alır
    page.get_by_text("Tahminin saklandı: açık benek.").first.wait_for(timeout=30_000)
    assert choice.count() == 0
    write_turn(page, "return x * ca")
    page.get_by_text("00-uygula: OLMADI").wait_for(timeout=30_000)
    assert page.get_by_text("Eksenler sondan hizalanır").count() == 1
    write_turn(page, "return x * ca[:, :, None, None]")
    page.get_by_text("00-uygula: ÇÖZÜLDÜ").wait_for(timeout=30_000)
    errors = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    assert page.locator(errors).count() == 0
    page.screenshot(path=str(tmp_path / "ders.png"))
    if os.environ.get("COURSE_SCREENSHOT"):
        shutil.copy(tmp_path / "ders.png", os.environ["COURSE_SCREENSHOT"])


def test_a_released_lesson_is_alive_at_first_opening_a_changed_copy_is_not(server, browser):
    base, folder = server
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{base}/lab/tree/{FIRST}?token={TOKEN}&reset", timeout=90_000)
    page.locator(".jp-Notebook h1").first.wait_for(timeout=90_000)
    knob = reached(page, page.get_by_label("parlaklık"))  # hiçbir hücre çalıştırılmadı
    knob.press("Home")
    assert knob.get_attribute("aria-valuetext") == "0,00"
    page.close()

    changed = nbformat.read(ROOT / FIRST, as_version=4)
    changed.cells[0].source += "\n\nBir satır eklendi."
    nbformat.write(changed, folder / "degisen.ipynb")
    page = visit(browser, server, "degisen.ipynb")
    still = reached(page, page.locator("img[alt*='sekiz kanalın']"))
    assert still.evaluate("e => e.naturalWidth") > 300
    assert page.locator("input[type=range]").count() == 0


def test_opening_and_saving_a_lesson_leaves_git_clean(server, browser):
    _, folder = server
    page = visit(browser, server, "acilan.ipynb")
    # Yanıt, dosya tümüyle yazıldıktan sonra gelir; ondan önce git yarım dosyayı görebilir.
    with page.expect_response(
        lambda r: r.request.method == "PUT" and "acilan.ipynb" in r.url, timeout=60_000
    ) as saved:
        page.keyboard.press("Control+s")
    assert saved.value.ok, "defter kaydedilmedi"
    assert git(folder, "status", "--porcelain", "acilan.ipynb") == ""


def test_long_lines_and_names_show_whole_and_the_theme_follows_the_system(server, browser):
    for scheme, expected in (("light", "true"), ("dark", "false")):
        page = visit(browser, server, "acilan.ipynb", color_scheme=scheme)
        body = page.locator(f"body[data-jp-theme-light={expected}]")
        body.wait_for(state="attached", timeout=30_000)
        assert page.locator(".jp-CodeCell .cm-lineWrapping").count() > 0
        assert page.locator(".jp-DirListing-itemName:visible").count() > 0
        assert page.locator(".jp-DirListing-itemModified:visible").count() == 0
        page.close()


LABELS = """menus => [...document.querySelectorAll('.lm-Menu')].map(menu =>
    [...menu.querySelectorAll(':scope > .lm-Menu-content > .lm-Menu-item')]
    .filter(i => !i.classList.contains('lm-mod-hidden') && i.dataset.type !== 'separator')
    .map(i => i.querySelector('.lm-Menu-itemLabel').innerText))"""


def menus(page):
    """Menü çubuğundaki her menünün ve alt menünün etiketleri."""
    found = {}
    bar = page.locator(".lm-MenuBar-item")
    for i in range(bar.count()):
        name = bar.nth(i).inner_text()
        bar.nth(i).click()
        page.locator(".lm-Menu").first.wait_for()
        found[name] = page.evaluate(LABELS)[0]
        items = page.locator(".lm-Menu").first.locator(".lm-Menu-item[data-type=submenu]:visible")
        for k in range(items.count()):
            label = items.nth(k).locator(".lm-Menu-itemLabel").inner_text()
            items.nth(k).hover()
            page.locator(".lm-Menu").nth(1).wait_for()
            found[f"{name} > {label}"] = page.evaluate(LABELS)[1]
            page.keyboard.press("ArrowLeft")
            page.locator(".lm-Menu").nth(1).wait_for(state="detached")
        page.keyboard.press("Escape")
        page.locator(".lm-Menu").first.wait_for(state="detached")
    return found


def english_words():
    """Arayüzün İngilizce anahtarlarında geçip hiçbir Türkçe karşılıkta geçmeyen kelimeler."""

    def words(texts):
        return {word for text in texts for word in re.findall(r"[^\W\d_]+", text)}

    home = interface.write_language()
    path = home / interface.PACK / "locale" / "tr_TR" / "LC_MESSAGES" / interface.STRINGS
    strings = json.loads(path.read_text("utf-8"))
    del strings[""]
    turkish = words(form for forms in strings.values() for form in forms)
    return words(key.rsplit("\x04")[-1] for key in strings) - turkish


def test_every_menu_label_is_turkish(server, browser):
    found = menus(visit(browser, server, "acilan.ipynb"))
    assert len(found) >= 18
    shown = [
        label
        for menu, labels in found.items()
        if not SKIPPED_MENUS.search(menu)
        for label in labels
        if not SKIPPED_MENUS.search(label)
        and not label.endswith(".ipynb")
        and not label.startswith(str(ROOT))
    ]
    assert len(shown) > 180
    english = english_words()
    assert {"Cell", "Run", "Restart", "and"} <= english
    left = {s for s in shown if english & set(re.findall(r"[^\W\d_]+", s))}
    assert left <= ENGLISH_BY_RIGHT, left - ENGLISH_BY_RIGHT
