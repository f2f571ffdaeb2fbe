"""`atolye`: çalışma, denetim, ipucu, sıfırlama, ilerleme ve ablasyon, terminalde.

Ağır olan (torch, jupyter) ancak onu isteyen komutta yüklenir; `atolye ilerleme` anında yanıtlar.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable

from course_lib.arguments import Parser, turkish, whole_number
from course_lib.errors import CourseError
from course_lib.practice import coach, journal, workbook
from course_lib.practice.exercises import EXERCISES, HUNT, OWN, Exercise, exercise
from course_lib.practice.message import with_warnings
from course_lib.practice.published import Published
from course_lib.practice.table import next_unsolved, progress
from course_lib.practice.verdict import STATE_WORDS
from course_lib.terminal import abandon_output, prepare_streams, show
from course_lib.turkish import composed


def show_progress(_: Namespace) -> int:
    show(progress())
    show_notes(EXERCISES.values(), Published())
    return 0


def begin(chosen: Namespace) -> int:
    """Öğrencinin kopyasını açar: yoksa yapar, yerini ve nasıl açılacağını söyler."""
    if chosen.tasi:
        return move(chosen)
    item = exercise(chosen.exercise) if chosen.exercise else next_unsolved()
    if item is None:
        show("Bütün alıştırmalar çözüldü.")
        return 0
    workbook.prepare()
    published = Published()
    mine = workbook.mine(item, published)
    place = mine.parent.name if mine else workbook.folder().name
    show(
        f"{item.id} · {item.title}\n"
        f"Defterin: {mine}\n"
        f"Aç: JupyterLab'de soldaki {place} klasöründen; JupyterLab kapalıysa önce: make lab\n"
        f"Bitince defteri kaydet ve denetle: atolye kontrol {item.id}"
    )
    show_notes([item], published)
    return 0


def move(chosen: Namespace) -> int:
    """Kursun dosyasındaki çalışmayı kopyaya taşır; alıştırma verilmezse hepsini."""
    published = Published()
    left = [item for item in EXERCISES.values() if published.differs(item)]
    items = [exercise(chosen.exercise)] if chosen.exercise else left
    if not items:
        show("Kursun dosyaları değişmemiş; taşınacak bir şey yok.")
    for item in items:
        show(workbook.move(item))
    return 0


def check(chosen: Namespace) -> int:
    item = exercise(chosen.exercise)
    published = Published()
    path = workbook.mine(item, published)
    if path is None:
        show(
            f"{item.id}: {STATE_WORDS['untried']}\n"
            f"  Henüz bir çalışman yok. Başlamak için: atolye calis {item.id}"
        )
        return 1
    namespace = workbook.student_namespace(item, path)
    classes = {name: namespace[name] for name in item.suspects}
    verdict = coach.judged(item.id, classes, namespace=namespace)
    show(verdict)
    warn(coach.keep(verdict))
    show_notes([item], published)
    return 0 if verdict.state == "solved" else 1


def hint(chosen: Namespace) -> int:
    step = coach.next_step(chosen.exercise)
    show(with_warnings(step.text, step.warning))
    warn(coach.take(step))
    return 0


def reset(chosen: Namespace) -> int:
    item = exercise(chosen.exercise)
    what = ""
    try:
        with journal.editing() as j:
            what = reset_notebook(item)
            j.records.pop(item.id, None)
            j.guesses.pop(item.id, None)
        show(with_warnings(f"{item.id} sıfırlandı. {what}", j.warning))
    except CourseError as problem:  # defter değişmiş olabilir: yedeğinin yeri yine söylenir
        raise CourseError("\n".join(filter(None, [what, str(problem)]))) from problem
    return 0


def reset_notebook(item: Exercise) -> str:
    if item.id.startswith(OWN):
        from course_lib.practice import own_code

        return own_code.write(own_code.own(item.id))
    if not item.id.startswith(HUNT):
        return workbook.reset(item)
    from course_lib.practice import hunt_notebook
    from course_lib.practice.hunt import hunted

    return hunt_notebook.reset(hunted(item.id))


def hunt(chosen: Namespace) -> int:
    """Tohumdan bir av doğurur, çözülebildiğini kanıtlar, defterini yazar."""
    from course_lib.practice import hunt_notebook
    from course_lib.practice.hunt import fresh_seed, hunted, lab_of, proved

    lab = lab_of(chosen.bolum)
    seed = fresh_seed() if chosen.tohum is None else chosen.tohum
    item = proved(hunted(f"{HUNT}{lab}-{seed}"))
    place, new = hunt_notebook.prepare(item)
    show(
        f"{item.id} · {item.title}\n"
        f"Defterin: {place}{'' if new else ' (zaten vardı; dokunulmadı)'}\n"
        f"Bitince defteri kaydet ve denetle: atolye kontrol {item.id}"
    )
    return 0


def own_code(chosen: Namespace) -> int:
    """Öğrencinin onardığı sınıfa yeni bir hata eker, defterini yazar."""
    from course_lib.practice import own_code

    item, said = own_code.begin(chosen.exercise, chosen.tohum)
    show(f"{item.id} · {item.title}\n{said}\nDenetle: atolye kontrol {item.id}")
    return 0


def run_grid(chosen: Namespace) -> int:
    from course_lib.experiments import command

    return command.main(chosen.grid, cluster=chosen.kume, workers=chosen.isci, agreed=chosen.evet)


def open_lab(chosen: Namespace) -> int:
    from course_lib.setup import lab

    return lab.main(chosen.rest)


def examine(chosen: Namespace) -> int:
    from course_lib.diagnosis import command

    return command.main(chosen.target, chosen.kanal, chosen.ayar, as_json=chosen.json)


def doctor_says(_: Namespace) -> int:
    from course_lib.setup import doctor

    return doctor.main()


def show_notes(items: Iterable[Exercise], published: Published) -> None:
    for note in workbook.notes(items, published):
        show(note)


def warn(warning: str) -> None:
    if warning:
        show(f"! {warning}")


def build_parser() -> Parser:
    parser = Parser(prog="atolye", description="Dikkat Atölyesi")
    commands = parser.add_subparsers(required=True, metavar="komut", title="komutlar")

    def command(name: str, run, help: str, *aliases: str) -> Parser:
        sub = commands.add_parser(name, help=help, description=help, aliases=aliases)
        sub.set_defaults(run=run, takes_rest=False)
        return sub

    command("ilerleme", show_progress, "bütün alıştırmaların durumu")
    work = command("calis", begin, "alıştırmanın sana ait kopyasını hazırlar", "çalış")
    work.add_argument(
        "exercise", metavar="alıştırma", nargs="?", help="verilmezse çözülmemiş ilk alıştırma"
    )
    work.add_argument(
        "--tasi",
        action="store_true",
        help="kursun kendi dosyasında yaptığın çalışmayı kopyana taşır",
    )
    for sub in (
        command("kontrol", check, "kaydedilmiş defterdeki yanıtı denetler"),
        command("ipucu", hint, "ipucu merdiveninde bir basamak çıkar"),
        command("sifirla", reset, "defteri ilk hâline döndürür, eskisini yedekler", "sıfırla"),
    ):
        sub.add_argument("exercise", metavar="alıştırma", help=", ".join(EXERCISES))
    endless = command("av", hunt, "tohumdan yeni bir av doğurur; aynı tohum hep aynı avı verir")
    endless.add_argument("--bolum", metavar="NN", required=True, help="dersin numarası: 02 … 08")
    endless.add_argument(
        "--tohum", metavar="N", type=whole_number, help="verilmezse rastgele seçilir ve söylenir"
    )
    mine = command("kendi", own_code, "onardığın sınıfa, kendi adlarınla, yeni bir hata eker")
    mine.add_argument("exercise", metavar="alıştırma", help="çözdüğün tek sınıflı bir alıştırma")
    mine.add_argument(
        "--tohum", metavar="N", type=whole_number, default=1, help="başka bir hata için değiştir"
    )
    grid = command("ablasyon", run_grid, "ızgaradaki eksik çalıştırmaları yapar, raporunu yazar")
    grid.add_argument(
        "grid",
        metavar="izgara.toml",
        help="çalıştırmaların listesi; satırlar yanındaki aynı adlı klasöre yazılır",
    )
    grid.add_argument(
        "--kume",
        metavar="tcp://…",
        help="çalışan bir Dask kümesinin adresi; verilmezse yerel süreçler",
    )
    grid.add_argument(
        "--isci",
        metavar="N",
        type=whole_number,
        help="yerel süreç sayısı; verilmezse işlemci çekirdeği kadar",
    )
    grid.add_argument("--evet", action="store_true", help="bir saatten uzun sürecekse sorma, başla")
    lab = command("lab", open_lab, "JupyterLab'i açar (kalan argümanlar ona geçer)")
    lab.set_defaults(takes_rest=True)
    own = command(
        "muayene", examine, "kendi dikkat bloğunu ölçer: 0 sağlam, 1 hatalı, 2 ölçülemedi"
    )
    own.add_argument(
        "target", metavar="paket.modul:Sınıf", help="dosya yolu da olur: blogum.py:Blok"
    )
    own.add_argument("--kanal", metavar="C", type=whole_number, help="kanal sayısı")
    own.add_argument(
        "--ayar",
        metavar="ad=değer",
        action="append",
        default=[],
        help="kurucunun bir argümanı; yinelenebilir",
    )
    own.add_argument("--json", action="store_true", help="sonucu JSON olarak yazar")
    command("doktor", doctor_says, "kurulumu inceler, sorunların çıkış yolunu söyler")
    return parser


def read_command(given: list[str]) -> Namespace:
    with turkish():
        parser = build_parser()
        # Komut adı macOS'ta ayrışık harflerle gelebilir; dosya adlarına dokunulmaz.
        chosen, rest = parser.parse_known_args([*map(composed, given[:1]), *given[1:]])
        if rest and not chosen.takes_rest:
            parser.error(f"tanınmayan argüman: {' '.join(rest)}")
        chosen.rest = rest
        return chosen


def main(arguments: list[str] | None = None) -> int:
    prepare_streams()
    chosen = read_command(sys.argv[1:] if arguments is None else arguments)
    try:
        return chosen.run(chosen)
    except CourseError as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:  # okuyan gitti (`| head`): söylenecek kimse kalmadı
        abandon_output()
        return 141
    except KeyboardInterrupt:
        print(
            "Yarıda kesildi. Yarım dosya kalmadı; aynı komutu yeniden çalıştırabilirsin.",
            file=sys.stderr,
        )
        return 130


if __name__ == "__main__":
    sys.exit(main())
