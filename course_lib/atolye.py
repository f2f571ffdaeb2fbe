"""`atolye` komutunun kapısı: doktor, bozuk bir ortamda da konuşsun diye ötekilerden önce gelir."""

from __future__ import annotations

import sys


def main() -> int:
    if sys.argv[1:2] == ["doktor"]:
        from course_lib.setup import doctor

        return doctor.main()
    from course_lib import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
