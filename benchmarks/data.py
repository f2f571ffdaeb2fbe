"""ClutteredDigits'in üretim hızı: iki süreç yan yana, saniyede görüntü. Sınır: 20.000.

Kullanım: make bench.
"""

import time
from concurrent.futures import ProcessPoolExecutor

from course_lib.experiments.data import ClutteredDigits

COUNT = 20_000


def made(seed: int) -> int:
    return len(ClutteredDigits(COUNT, train=True, seed=seed))


def main() -> None:
    with ProcessPoolExecutor(2) as workers:
        list(
            workers.map(made, range(2))
        )  # ısınma: süreçler açılsın, büyütülmüş rakamlar hazırlansın
        start = time.perf_counter()
        images = sum(workers.map(made, range(2, 4)))
        print(
            f"ClutteredDigits, iki işçi: saniyede {images / (time.perf_counter() - start):.0f} görüntü"
        )


if __name__ == "__main__":
    main()
