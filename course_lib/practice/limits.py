"""Yanıtın sınırları: sonsuz döngü ve taşan bellek, çekirdeği değil yalnız yargıyı durdurur."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from course_lib.errors import CourseError
from course_lib.turkish import tr

SECONDS = 180.0  # en uzun yargı (üç hatalı ağ) yavaş bir makinede bir dakikayı bulur
GROWTH = 3 * 2**30  # bayt; en büyük yargı yarım GiB'ın altında kalır
EVERY = 0.2  # saniye


class LimitReached(CourseError):
    """Yanıt süre ya da bellek sınırını aştı; ileti hangisi olduğunu söyler."""


def too_long(seconds: float) -> str:
    return (
        f"Yanıtın {tr(seconds, 'g')} saniyede bitmedi ve durduruldu: sonu gelmeyen bir döngü "
        "olabilir."
    )


class Watch(threading.Thread):
    """Süreyi ve belleği izler; sınır aşılınca ana iş parçacığını keser."""

    def __init__(self, seconds: float, growth: float):
        super().__init__(daemon=True)
        self.seconds, self.growth = seconds, growth
        self.over = threading.Event()
        self.reason = ""

    def run(self) -> None:
        process = psutil.Process()
        start, waited = process.memory_info().rss, 0.0
        while not self.over.wait(EVERY):
            waited += EVERY
            grown = process.memory_info().rss - start
            if waited > self.seconds:
                self.reason = too_long(self.seconds)
            elif grown > self.growth:
                self.reason = (
                    f"Yanıtın {tr(grown / 2**30, '.1f')} GiB bellek istedi ve durduruldu: her "
                    "çağrıda büyüyen bir liste ya da çok büyük bir tensör olabilir."
                )
            if self.reason:
                _thread.interrupt_main()  # kesmeyi yutan koda yeniden gelir


@contextmanager
def within_limits(seconds: float = SECONDS) -> Iterator[None]:
    """İçindeki iş sınırları aşarsa LimitReached. Ana iş parçacığı dışında sınır konmaz.

    Kabuğun arka planda (`&`) başlattığı süreç SIGINT'e kulağını kapar; kesme ona da ulaşsın.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    deaf = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if deaf:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    watch = Watch(seconds, GROWTH)
    watch.start()
    try:
        yield
    except KeyboardInterrupt:
        if watch.reason:
            raise LimitReached(watch.reason) from None
        raise
    finally:
        watch.over.set()
        watch.join()
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
