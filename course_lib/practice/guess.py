"""predict ve outcome: tahmin önce yazılır ya da tıklanır, ölçümle sonra karşılaştırılır."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from course_lib.card import ASKING, NEUTRAL, RIGHT, WARNING, card, numbered, paragraphs
from course_lib.errors import BadInput
from course_lib.practice import buttons, journal
from course_lib.practice.choice import chosen, number
from course_lib.practice.exercises import EXERCISES, HUNT, OWN, exercise
from course_lib.practice.forms import form_of
from course_lib.practice.journal import JournalError
from course_lib.practice.message import Message, with_warnings
from course_lib.turkish import composed, counted

NEAR = 0.1  # sayı sorusunda bu kadar uzak tahmin tutmuş sayılır


@dataclass(frozen=True)
class Question:
    """Bir tahmin sorusu: seçenekli, ya da bir birimle sorulan sayı.

    keeps_first: derste ilk tahmin kalır; alıştırmada tahmin yanıtın parçasıdır, değişebilir.
    """

    key: str
    text: str
    choices: tuple[str, ...]
    unit: str

    @property
    def keeps_first(self) -> bool:
        return self.key not in EXERCISES and not self.key.startswith((HUNT, OWN))

    @property
    def wanted(self) -> str:
        if self.unit:
            return f"bir sayı ({self.unit})"
        return " · ".join(self.choices)

    def read(self, guess: object) -> str | None:
        """Saklanacak biçimiyle tahmin; anlaşılmadıysa None."""
        if not self.unit:
            return chosen(guess, self.choices)
        found = number(guess)
        return None if found is None else counted(found)

    def asked(self) -> Message:
        """Soru, henüz tahmin yokken."""
        how = "`None` yerine tahminini yaz ve hücreyi yeniden çalıştır."
        listed = numbered(self.choices) if self.choices else paragraphs([f"Yanıt: {self.wanted}."])
        lines = [f"{n}. {choice}" for n, choice in enumerate(self.choices, 1)]
        text = "\n".join([self.text or "Tahmin et.", *(lines or [f"Yanıt: {self.wanted}."])])
        face = card(self.text or "Tahmin et", listed + paragraphs([how]), edge=ASKING)
        return Message(f"{text}\nTahminini None yerine yaz ve hücreyi yeniden çalıştır.", face)

    def not_understood(self, guess: object) -> Message:
        how = "Bir sayı yaz" if self.unit else "Kendisini, başını ya da sırasını (1, 2, …) yaz"
        said = f"Tahminin anlaşılmadı: {guess!r}. {how}. Kabul edilen: {self.wanted}"
        return Message(said, card("", paragraphs([said]), edge=WARNING))

    def keep(self, guess: object) -> Message:
        """Tahmini saklar ve yanıtlar."""
        found = self.read(guess)
        if found is None:
            return self.not_understood(guess)
        with journal.trying() as j:
            kept = j.guesses.get(self.key, found)
            if not self.keeps_first or self.read(kept) is None:
                kept = found  # ders sonradan değiştiyse saklanan artık bir yanıt olmayabilir
            j.guesses[self.key] = kept
        first = f"İlk tahminin kalıyor: {kept}. Ölçümle o karşılaştırılacak."
        said = first if kept != found else f"Tahminin saklandı: {found}. Şimdi ölçelim."
        face = card(self.text, paragraphs([said]), edge=ASKING)
        return with_warnings(said, j.warning, face=face)


def question_of(
    key: str, text: str = "", choices: Collection[str] | None = None, unit: str = ""
) -> Question:
    """Dersin sorusu; ne seçenek ne birim verildiyse `key` alıştırmasınınki.

    Raises:
        BadInput: alıştırma bilinmiyorsa.
    """
    if choices is None and not unit:
        form = form_of(exercise(key))
        return Question(form.item.id, text or form.asks, form.choices, "")
    return Question(composed(key), text, tuple(choices or ()), unit)


def predict(
    key: str,
    guess: object = None,
    choices: Collection[str] | None = None,
    *,
    question: str = "",
    unit: str = "",
) -> Message | buttons.Buttons:
    """Tahmini saklar ve yanıtlar; doğru olup olmadığını ölçüm söyler (`outcome`).

    Dersteki sorularda ilk tahmin kalır. Alıştırmada tahmin yanıtın parçasıdır, değişebilir.

    Args:
        key: sorunun adı.
        guess: seçeneklerden biri, ayırt eden başı ya da 1'den başlayan sırası; sayı sorusunda
            sayı. None ise soru sorulur: canlı defterde düğmelerle. Saklanan tahmin değişmez.
        choices: kabul edilen seçenekler; ne bu ne `unit` verilirse `key` alıştırmasınınkiler.
        question: sorunun kendisi.
        unit: verilirse bir sayı sorulur; sayılan şeyin adı.
    """
    try:
        asked = question_of(key, question, choices, unit)
    except BadInput as problem:  # yazım yanlışı hücreyi durdurmasın
        return Message(str(problem))
    if guess is not None:
        return asked.keep(guess)
    if buttons.can_be_pressed():
        return buttons.Buttons(asked)
    return asked.asked()


def near(guess: str, measured: float) -> bool:
    found = number(guess)
    return found is not None and abs(found - measured) <= NEAR * abs(measured)


def outcome(key: str, measured: str | float, *, unit: str = "") -> Message:
    """Ölçümün sonucunu, saklanan tahminin yanına koyar.

    Args:
        measured: ölçümün seçtiği seçenek ya da, sayı sorusunda, ölçülen sayı; sayının onda biri
            kadar uzak tahmin tutmuş sayılır.
        unit: sayılan şeyin adı.
    """
    try:
        now = journal.read()
    except JournalError as problem:
        now = journal.Journal(warning=str(problem))
    guess = now.guesses.get(composed(key))
    shown = measured if isinstance(measured, str) else f"{counted(measured)} {unit}".strip()
    if guess is None:
        face = card(f"Ölçüm: {shown}", edge=NEUTRAL)
        return with_warnings(f"Ölçüm: {shown}.", now.warning, face=face)
    held = guess == measured if isinstance(measured, str) else near(guess, measured)
    verb = "tuttu" if held else "tutmadı"
    face = card(
        f"Ölçüm: {shown}",
        paragraphs([f"Tahminin: {guess}. {verb.capitalize()}."]),
        edge=RIGHT if held else WARNING,
    )
    return with_warnings(f"Ölçüm: {shown}. Tahminin ({guess}) {verb}.", now.warning, face=face)
