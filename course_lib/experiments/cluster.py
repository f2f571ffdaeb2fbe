"""Dask kümesi: bağlanmak, koşuları dağıtmak; işçiler yitince söylemek."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from course_lib.errors import CourseError
from course_lib.experiments.run import Run

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10
Result = TypeVar("Result")


class GridStopped(CourseError, ConnectionError):
    """Kümeye ulaşılamadı, bağlantı koptu ya da bir işçi öldü; biten koşular duruyor."""


def stopped(why: str, folder: str) -> GridStopped:
    return GridStopped(
        f"Izgara durdu: {why}. Biten koşular {folder} klasöründe; aynı komut yalnız eksikleri "
        "koşar."
    )


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """En az bir işçisi olan Dask kümesine bağlanır.

    Raises:
        GridStopped: `distributed` kurulu değilse, adreste küme ya da kümede işçi yoksa.
    """
    try:
        from distributed import Client
    except ImportError:
        raise GridStopped(
            "--kume için `distributed` paketi gerek; kurulumu: pip install -e '.[kume]'."
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as problem:
        raise GridStopped(
            "kume çalışan bir Dask kümesinin adresi olmalı (tcp://…:8786); "
            f"verilen: {address!r} ({problem})."
        ) from None
    with client:
        if not workers_of(client):
            raise GridStopped(
                f"kume adresinde en az bir işçi olmalı; verilen: {address!r}, işçi yok. "
                f"Çıkış yolu: dask worker --nthreads 1 {address}"
            )
        yield client


def workers_of(client: Client) -> int:
    return len(cast(dict[str, int], client.ncores()))


def on_cluster(
    work: Callable[[Run, str], Result], runs: Sequence[Run], folder: str, address: str
) -> Iterator[Result]:
    """Koşuları kümenin işçilerinde çalıştırır; her biri bittikçe sonucunu verir.

    Ölen işçinin koşusunu küme başka işçiye verir.

    Raises:
        GridStopped: bağlantı koparsa ya da küme bir koşuyu vermekten vazgeçerse.
    """
    from distributed import CancelledError, KilledWorker, as_completed
    from distributed.comm.core import CommClosedError

    with connected(address) as client:
        # pure=False: koşu, aynı kümedeki başka bir ızgaranın işiyle bir sayılmasın
        futures: list[Any] = client.map(work, runs, folder=folder, pure=False)
        try:
            for future in as_completed(futures):
                yield future.result()
        except (CancelledError, CommClosedError) as problem:  # ikincisi, sonuç okunurken kopunca
            raise stopped("kümeyle bağlantı koptu", folder) from problem
        except KilledWorker as problem:
            why = "bir koşu, verildiği işçileri öldürdü (bellek yetmemiş olabilir)"
            raise stopped(why, folder) from problem
