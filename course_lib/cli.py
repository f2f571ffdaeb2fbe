"""`atolye`: ilerleme, denetim, ipucu, sıfırlama ve ablasyon, uçbirimde."""

from __future__ import annotations

import argparse
import sys

from course_lib.practice import coach, workbook
from course_lib.practice import progress as store
from course_lib.practice.exercises import EXERCISES, Exercise, exercise


class Parser(argparse.ArgumentParser):
    """argparse'ın başlıklarını ve hatalarını Türkçe söyler."""

    def __init__(self, **options):
        super().__init__(**options, add_help=False)
        self._positionals.title, self._optionals.title = "komutlar", "seçenekler"
        self.add_argument("-h", "--yardim", "--help", action="help", help="bu yardım")

    def format_help(self) -> str:
        return super().format_help().replace("usage:", "kullanım:")

    def error(self, message: str):
        self.exit(2, f"Anlaşılmadı: {' '.join(sys.argv[1:]) or '(komut yok)'}\n{self.format_help()}")


def answer_of(item: Exercise) -> object:
    classes = workbook.student_classes(item)
    if item.innocent is None:
        return next(iter(classes.values()))
    return classes


def reset(item: Exercise) -> str:
    backup = workbook.reset(item)
    warning = store.update(lambda data: data["alistirmalar"].pop(item.id, None))
    return f"{item.id} sıfırlandı. Eski defterin: {backup}" + (f"\n! {warning}" if warning else "")


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(prog="atolye", description="Dikkat Atölyesi")
    commands = parser.add_subparsers(dest="command", required=True, metavar="komut", parser_class=Parser)
    commands.add_parser("ilerleme", help="bütün alıştırmaların durumu")
    for name, what in (
        ("kontrol", "kaydedilmiş defterdeki yanıtı denetler"),
        ("ipucu", "ipucu merdiveninde bir basamak çıkar"),
        ("sifirla", "kod hücresini ilk hâline döndürür, eskisini yedekler"),
    ):
        sub = commands.add_parser(name, help=what, aliases=["sıfırla"] if name == "sifirla" else [])
        sub.add_argument("exercise", metavar="alıştırma", help=", ".join(EXERCISES))
    grid = commands.add_parser("ablasyon", help="ızgaradaki eksik koşuları çalıştırır, raporunu yazar")
    grid.add_argument("grid", metavar="izgara.toml", help="koşuların listesi; satırlar yanındaki aynı adlı klasöre yazılır")
    grid.add_argument("--kume", metavar="tcp://…", help="çalışan bir Dask kümesinin adresi; verilmezse yerel süreçler")
    grid.add_argument("--isci", metavar="N", type=int, help="yerel süreç sayısı; verilmezse işlemci çekirdeği kadar")
    grid.add_argument("--evet", action="store_true", help="bir saatten uzun sürecekse sorma, başla")
    commands.add_parser("lab", help="JupyterLab'i açar (kalan argümanlar ona geçer)")
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["lab"]:
        from course_lib.setup import lab

        return lab.main(given[1:])
    chosen = parser.parse_args(given)
    if chosen.command == "ablasyon":
        from course_lib.experiments import command  # torch ve veri ancak istenince

        return command.main(chosen.grid, cluster=chosen.kume, workers=chosen.isci, agreed=chosen.evet)
    try:
        if chosen.command == "ilerleme":
            print(coach.progress())
            return 0
        item = exercise(chosen.exercise)
        if chosen.command == "ipucu":
            print(coach.hint(item.id))
        elif chosen.command in ("sifirla", "sıfırla"):
            print(reset(item))
        else:
            verdict = coach.check(item.id, answer_of(item))
            print(verdict)
            return 0 if verdict.state == "solved" else 1
    except (ValueError, workbook.WorkbookError, store.ProgressError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Yarıda kesildi; hiçbir şey değişmedi.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
