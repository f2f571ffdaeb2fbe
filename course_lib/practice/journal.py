"""İlerleme: tek bir düz JSON. Bozulursa kenara konur, aynı anda yazılırsa sıraya girilir.

Yeri: COURSE_PROGRESS ortam değişkeni, yoksa kurs klasöründeki `ilerleme.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course_lib.errors import CourseError
from course_lib.keeping import set_aside, written_whole
from course_lib.paths import ROOT
from course_lib.practice.verdict import STATE_WORDS, State

VERSION = 2
# 1. sürümden sonra sırası değişen alıştırmalar: eski kimlik -> yeni kimlik.
RENUMBERED = {"e03": "e06", "e04": "e07", "e06": "e04", "e07": "e03"}
WAIT_SECONDS = 10
# Diskteki adlar ilk sürümden beri Türkçedir; eski dosyalar okunsun diye öyle kalır.
RECORD_KEYS = {
    "state": "durum",
    "attempts": "deneme",
    "hints": "ipucu",
    "solved_at": "cozum_zamani",
    "hints_of": "ipucu_hata",
    "left": "kalan",
}
OPTIONAL_KEYS = ("solved_at", "hints_of", "left")  # boşsa yazılmaz


class JournalError(CourseError):
    """İlerleme okunamadı ya da yazılamadı: ileti ne olduğunu ve neyin güvende olduğunu söyler."""


@dataclass
class Record:
    """Bir alıştırmada yapılanlar. state: STATE_WORDS'ten; solved_at: ilk çözüldüğü an ya da boş;
    hints_of: hata -> çıkılan basamak; left: son denetimde hâlâ duran hatalar."""

    state: State = "untried"
    attempts: int = 0
    hints: int = 0
    solved_at: str = ""
    hints_of: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


@dataclass
class Journal:
    """Bir öğrencinin ilerlemesi. warning: dosya kenara konduysa, yazılamadıysa nedeni."""

    records: dict[str, Record] = field(default_factory=dict)
    guesses: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)
    warning: str = ""

    def record(self, exercise_id: str) -> Record:
        """Bir alıştırmanın kaydı; yoksa boş bir kayıt açar."""
        return self.records.setdefault(exercise_id, Record())


def journal_path() -> Path:
    return Path(os.environ.get("COURSE_PROGRESS") or ROOT / "ilerleme.json")


def record_from(entry: object) -> Record:
    if not isinstance(entry, dict):
        raise ValueError("kayıt bir sözlük değil")
    record = Record(**{name: entry[key] for name, key in RECORD_KEYS.items() if key in entry})
    if not isinstance(record.hints_of, dict) or not isinstance(record.left, list):
        raise ValueError("kaydın basamakları ya da kalan hataları tanınmıyor")
    counts = (record.attempts, record.hints, *record.hints_of.values())
    texts = (record.state, record.solved_at, *record.left)
    if not all(isinstance(text, str) for text in texts) or record.state not in STATE_WORDS:
        raise ValueError("kaydın durumu ya da zamanı tanınmıyor")
    if not all(isinstance(n, int) and n >= 0 for n in counts):
        raise ValueError("kaydın sayıları tanınmıyor")
    return record


def section(data: dict, key: str) -> dict:
    if not isinstance(data.get(key), dict):
        raise ValueError(f"{key} bölümü eksik")
    return data[key]


def parsed(text: str) -> Journal:
    """Diskteki metinden ilerleme. Raises: ValueError, metin tanınmıyorsa."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("surum") not in (1, VERSION):
        raise ValueError("sürüm tanınmıyor")
    old = RENUMBERED if data["surum"] == 1 else {}

    def entries(name: str) -> dict[str, Any]:
        return {old.get(str(key), str(key)): entry for key, entry in section(data, name).items()}

    records = {key: record_from(entry) for key, entry in entries("alistirmalar").items()}
    return Journal(records, entries("tahminler"), entries("aciklamalar"))


def entry_of(record: Record) -> dict[str, object]:
    entry = {key: getattr(record, name) for name, key in RECORD_KEYS.items()}
    for name in OPTIONAL_KEYS:
        if not getattr(record, name):
            del entry[RECORD_KEYS[name]]
    return entry


def dumped(journal: Journal) -> str:
    data = {
        "surum": VERSION,
        "alistirmalar": {key: entry_of(record) for key, record in journal.records.items()},
        "tahminler": journal.guesses,
        "aciklamalar": journal.explanations,
    }
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)


def load(path: Path) -> Journal:
    """Dosya yoksa boş ilerleme; tanınmıyorsa kenara konur ve `warning` bunu söyler."""
    try:
        return parsed(path.read_text("utf-8"))
    except FileNotFoundError:
        return Journal()
    except ValueError:
        kept = set_aside(path)
    return Journal(
        warning="İlerleme dosyası okunamadı (bozuk ya da başka bir sürümden). "
        f"Silinmedi: {kept.name} adıyla duruyor; yeni bir dosya açıldı."
    )


def save(path: Path, journal: Journal) -> None:
    with written_whole(path) as file:
        file.write(dumped(journal).encode())


def require_writable(path: Path) -> None:
    """Kilitten önce: yazılamayacaksa OSError nedenini söyler."""
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError("dosya salt okunur")
    if not path.parent.is_dir() or path.is_dir():
        raise NotADirectoryError("klasörü yok ya da bu ad bir klasörün")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Yazarken çıkan işletim sistemi hatasını, çıkış yolunu söyleyen JournalError'a çevirir."""
    try:
        yield
    except Timeout as error:
        raise JournalError(
            f"İlerleme dosyasını şu an başka bir defter ya da komut kullanıyor ({path}); "
            f"{WAIT_SECONDS} saniye beklendi. Bu sonuç kaydedilmedi, eskiler duruyor. "
            "Öteki iş bitince yeniden dene."
        ) from error
    except OSError as error:
        raise JournalError(
            f"İlerleme kaydedilemedi: {path} ({error.strerror or error}). Eski kayıt duruyor. "
            "Klasörün yazma iznini düzelt ya da COURSE_PROGRESS ile başka bir yer göster."
        ) from error


@contextmanager
def editing() -> Iterator[Journal]:
    """Kilitler, okur, verir; blok hatasız biterse bütününü yazar, hata verirse hiçbir şey yazmaz.

    Raises:
        JournalError: dosya yazılamıyorsa. O zaman eldeki dosyaya dokunulmamıştır.
    """
    path = journal_path()
    lock = FileLock(f"{path}.lock", timeout=WAIT_SECONDS)
    with explained(path):
        require_writable(path)
        lock.acquire()
    try:
        with explained(path):
            journal = load(path)
        yield journal
        with explained(path):
            save(path, journal)
    finally:
        lock.release()


@contextmanager
def trying() -> Iterator[Journal]:
    """`editing` gibi; ama yazılamazsa hata yerine `warning` dolar: öğrencinin akışı kesilmez."""
    with ExitStack() as stack:
        try:
            journal = stack.enter_context(editing())
        except JournalError as problem:
            journal = Journal(warning=str(problem))
        yield journal
        try:
            stack.close()
        except JournalError as problem:
            journal.warning = str(problem)


def read() -> Journal:
    """Şimdiki ilerleme. Raises: JournalError, dosya okunamıyorsa."""
    path = journal_path()
    try:
        if not path.exists():
            return Journal()
        with FileLock(f"{path}.lock", timeout=WAIT_SECONDS):
            return load(path)
    except (OSError, Timeout) as error:
        raise JournalError(f"İlerleme okunamadı: {path} ({error}). Dosyaya dokunulmadı.") from error
