"""nbval her defteri kendi geçici ilerleme dosyasıyla koşar: öğrencinin ilerlemesine dokunulmaz."""

import os
import tempfile

import pytest

FOLDER = tempfile.TemporaryDirectory(prefix="ilerleme-")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if type(item).__name__ == "IPyNbCell":  # çekirdek, dosyanın ilk hücresi kurulurken açılır
        os.environ["COURSE_PROGRESS"] = f"{FOLDER.name}/{item.path.stem}.json"
