"""argparse'ın söyleyebildiği her gerekçe Türkçedir ve gerekçe söylenir."""

import argparse
import ast
import inspect
import re

import pytest

from course_lib import cli
from course_lib.arguments import TURKISH, Parser, turkish

# Programcının yanlışları: kullanıcının yazdığı hiçbir satır bunları söyletmez.
OURS = {
    ".__call__() not defined",
    "'required' is an invalid argument for positionals",
    "mutually exclusive arguments must be optional",
    "%r is not callable",
    "cannot merge actions - two groups are named %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "cannot have multiple subparser arguments",
    "conflicting option string: %s",
    "conflicting option strings: %s",
    "conflicting subparser: %s",
    "conflicting subparser alias: %s",
    'argument "-" with mode %r',
    "%(prog)s: warning: %(message)s\n",
}


def said_by_argparse():
    """Bu Python'daki argparse'ın gettext'e verdiği bütün cümleler."""
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        match node:
            case ast.Call(func=ast.Name("_" | "ngettext"), args=[ast.Constant(sentence), *_]):
                yield sentence


def test_every_sentence_of_argparse_is_translated():
    said = {s for s in said_by_argparse() if "is deprecated" not in s}
    assert len(said) > 20
    assert said - OURS - set(TURKISH) == set()


@pytest.mark.parametrize(("english", "said"), TURKISH.items())
def test_a_translation_has_the_blanks_of_its_sentence(english, said):
    blanks = [sorted(re.findall(r"%(?:\(\w+\))?[sr]", text)) for text in (english, said)]
    assert blanks[0] == blanks[1] or "argument_name" in english


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "komut verilmedi"),
        (["yok"], "'yok'"),
        (["yok"], "seçenekler: "),
        (["kontrol"], "alıştırma verilmedi"),
        (["kontrol", "e01", "e02"], "tanınmayan argüman: e02"),
        (["ilerleme", "--hepsi"], "tanınmayan argüman: --hepsi"),
        (["ablasyon"], "izgara.toml verilmedi"),
        (["ablasyon", "x.toml", "--isci"], "--isci: bir değer bekliyor"),
        (["ablasyon", "x.toml", "--isci", "üç"], "1 ya da daha büyük bir tam sayı olmalı"),
        (["ablasyon", "x.toml", "--isci", "üç"], "verilen: 'üç'"),
        (["ablasyon", "x.toml", "--isci", "1,5"], "--isci: 1 ya da"),
        (["ablasyon", "x.toml", "--evet=hayır"], "--evet: değer almaz; verilen: 'hayır'"),
    ],
)
def test_bad_commands_are_turkish(arguments, reason, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("Anlaşılmadı: ")
    assert reason in err
    assert "kullanım: atolye" in err
    english = ("usage", "argument", "invalid", "required", "expected", "unrecognized", "options")
    assert [word for word in english if word in err.lower()] == []


def every_kind():
    parser = Parser(prog="deneme")
    parser.add_argument("--kume")
    parser.add_argument("--kumeler")
    parser.add_argument("--sayi", type=int)
    parser.add_argument("--renk", choices=["mavi"])
    parser.add_argument("--cok", nargs="+")
    parser.add_argument("--iki", nargs=2)
    parser.add_argument("--dosya", type=argparse.FileType())
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--ak", action="store_true")
    either.add_argument("--kara", action="store_true")
    return parser


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--ku", "x"], "--ku birden çok seçeneğin başı: --kume, --kumeler"),
        (["--sayi", "üç"], "--sayi: geçersiz int değeri: 'üç'"),
        (["--renk", "al"], "--renk: 'al' seçeneklerden biri değil; seçenekler: mavi"),
        (["--cok"], "--cok: en az bir değer bekliyor"),
        (["--iki", "1"], "--iki: 2 değer bekliyor"),
        (["--dosya", "/yok/olan"], "'/yok/olan' açılamadı"),
        (["--ak", "--kara"], "--kara: --ak ile birlikte verilemez"),
        ([], "şunlardan biri gerekli: --ak --kara"),
    ],
)
def test_the_reasons_our_commands_cannot_give_are_turkish_too(arguments, reason, capsys):
    with turkish(), pytest.raises(SystemExit):
        every_kind().parse_args(arguments)
    assert reason in capsys.readouterr().err.replace("'mavi'", "mavi")  # 3.12'den beri tırnaksız


def test_help_is_turkish(capsys):
    for arguments in (["-h"], ["kontrol", "--yardim"], ["lab", "--help"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(arguments)
        assert stop.value.code == 0
        out = capsys.readouterr().out
        assert out.startswith("kullanım: atolye")
        assert "bu yardım" in out
        assert "options" not in out


def test_other_libraries_keep_their_argparse():
    before = argparse.__dict__["_"], argparse.__dict__["ngettext"]
    with pytest.raises(SystemExit):
        cli.main(["yok"])
    assert (argparse.__dict__["_"], argparse.__dict__["ngettext"]) == before
