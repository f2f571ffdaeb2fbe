"""`sen yaz`: okurun bir iki satırını kendi yazdığı işlevler (turns.toml).

Yanıt tek yerde, turns.toml'da durur: defterin kuruluşu ondan boş hücreyi ve katlanmış yanıtı,
`dene` ölçütünü çıkarır. Tanınan yanlışlar da koddur: yanlış, davranışından tanınır.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from course_lib.entries import EntryError, check_fields, prose, read_entries
from course_lib.errors import BadInput
from course_lib.turkish import typed

FILE = Path(__file__).with_name("turns.toml")
REQUIRED = {
    **dict.fromkeys(("id", "task", "head", "answer"), str),
    **dict.fromkeys(("calls", "others", "wrong"), list),
}
OPTIONAL = {"setup": str}
HEAD = re.compile(r"def (\w+)\(.*\):(  # .+)?")
BLANK = "return ...  # sen yaz"


@dataclass(frozen=True)
class WrongTurn:
    """Akla yakın bir yanlış: işlevin gövdesi ve hangi düşüncenin onu doğurduğu."""

    code: str
    says: str


@dataclass(frozen=True)
class Turn:
    """Bir "sen yaz".

    id: "01-agirlik" gibi, dersin numarasıyla; task: istenen, tek cümle; head: işlevin ilk satırı,
    şekilleriyle; answer: gövdesi; others: başka yazılmış doğru gövdeler; calls: denendiği
    girdiler, her biri argümanların demetini veren bir deyim; setup: deyimlerin ve gövdelerin
    kullandığı adlar (torch ve math hazırdır).
    """

    id: str
    task: str
    head: str
    answer: str
    calls: tuple[str, ...]
    others: tuple[str, ...]
    wrong: tuple[WrongTurn, ...]
    setup: str = ""

    @property
    def name(self) -> str:
        found = HEAD.fullmatch(self.head)
        assert found is not None  # okunurken denetlendi
        return found[1]

    def source(self, body: str) -> str:
        """Gövdesi verilen işlevin kaynağı."""
        return f"{self.head}\n{textwrap.indent(body, '    ')}\n"

    @property
    def stub(self) -> str:
        """Defterdeki hücre: istenen, gövdesi boş işlev ve denetimi."""
        return f'# {self.task}\n{self.source(BLANK)}\n\ndene("{self.id}", {self.name})'

    @property
    def folded_answer(self) -> str:
        """Hücrenin altında katlanmış duran yanıt, Markdown."""
        code = self.source(self.answer)
        return f"<details><summary>Yanıt</summary>\n\n```python\n{code}```\n\n</details>"


def read_wrong(entry: dict, where: str) -> WrongTurn:
    check_fields(entry, where, {"code": str, "says": str}, {})
    return WrongTurn(entry["code"].strip(), prose(entry["says"]))


def read_turn(entry: dict, file: str) -> Turn:
    where = f"{file} · {entry['id']}"
    if not HEAD.fullmatch(entry["head"]):
        raise EntryError(f"{where} · head: 'def ad(…):' olmalı; verilen: {entry['head']!r}.")
    return Turn(
        id=entry["id"],
        task=prose(entry["task"]),
        head=entry["head"],
        answer=entry["answer"].strip(),
        calls=tuple(entry["calls"]),
        others=tuple(code.strip() for code in entry["others"]),
        wrong=tuple(read_wrong(e, f"{where} · wrong") for e in entry["wrong"]),
        setup=entry.get("setup", ""),
    )


def read_turns(path: Path) -> dict[str, Turn]:
    """Kimlik -> sen yaz; kusurlu kayıtta EntryError dosyayı, kaydı ve alanı söyler."""
    return {
        e["id"]: read_turn(e, path.name) for e in read_entries(path, "turn", REQUIRED, OPTIONAL)
    }


TURNS = MappingProxyType(read_turns(FILE))


def turn(key: object) -> Turn:
    """Kimliğiyle bir "sen yaz".

    Raises:
        BadInput: kimlik bilinmiyorsa; ileti bilinenleri sayar.
    """
    name = typed(key) if isinstance(key, str) else ""
    if name not in TURNS:
        raise BadInput(f"key şunlardan biri olmalı: {', '.join(TURNS)}; verilen: {key!r}.")
    return TURNS[name]
