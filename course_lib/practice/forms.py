"""Alıştırmanın biçimleri: onarım, şüpheliler, şekil okuma, av, kurma. Hepsinin yüzü aynıdır.

torch'u ancak yargı ya da sözler istenince yükler: `atolye ilerleme` hızlı açılsın.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.bugs.planting import plant
from course_lib.practice.builds.draft import draft
from course_lib.practice.exercises import Exercise
from course_lib.practice.verdict import PLANNED, SOUND, Verdict

if TYPE_CHECKING:
    from course_lib.practice.answer import Answer

NONE = "hiçbiri"  # avda: bozuk söz yok
RESULTS = ("çalışır", "kalıp")  # neden değil sonuç: çökme ve formülün tutmaması
READ_FIRST = (
    "Kurulumun sağlam; alıştırma böyle planlanmış: önce şekli oku, sonra kodda bir hata olup "
    "olmadığına karar ver."
)


class Form(ABC):
    """Bir alıştırmanın nasıl sorulduğu ve nasıl yargılandığı."""

    asks = "Hangi söz bozuk?"  # tahmin sorusu
    question = "hangi söz bozulmuştu, neden"  # "kendi cümlenle" sorusu
    guess_comes_first = False  # tahmin yazılmadan teşhis ve denetim açılmaz mı?

    def __init__(self, item: Exercise):
        self.item = item

    @property
    @abstractmethod
    def choices(self) -> tuple[str, ...]:
        """Tahminin kabul edilen seçenekleri."""

    @abstractmethod
    def judge(self, answer: Answer) -> Verdict:
        """Yanıtın yargısı."""

    @abstractmethod
    def remark_on(self, guess: str) -> str:
        """Çözülünce, baştaki tahminin tutup tutmadığı; söylenecek bir şey yoksa boş."""


def remark(guess: str, truth: tuple[str, ...]) -> str:
    verb = "tuttu" if guess in truth else f"tutmadı; doğrusu {' ve '.join(truth)} idi"
    return f"Baştaki tahminin ({guess}) {verb}."


class Repair(Form):
    """Tek bir blok: bozulan söz tahmin edilir, kod onarılır."""

    @property
    def choices(self) -> tuple[str, ...]:
        from course_lib.diagnosis import contract

        return self.item.choices or tuple(contract(self.item.block))

    def judge(self, answer: Answer) -> Verdict:
        from course_lib.practice.repair import judge_class

        (name,) = self.item.suspects
        return judge_class(self.item, name, answer.classes[name], answer.namespace)

    def truth(self) -> tuple[str, ...]:
        """Baştaki tahminin doğrusu."""
        from course_lib.diagnosis import diagnose

        broken = [f.name for f in diagnose(plant(*self.item.bugs, block=self.item.block)).broken]
        causes = {CATALOGUE[b].promise for b in self.item.bugs}
        asked = [name for name in broken if name in self.choices]
        return tuple(name for name in asked if name not in RESULTS or name in causes)

    def remark_on(self, guess: str) -> str:
        return remark(guess, self.truth())


class OpenHunt(Repair):
    """Açık av: tahmin bir söz değil, şüphelenilen parçadır; teşhis o yazılınca açılır."""

    asks = "Hangi parçadan şüpheleniyorsun?"
    guess_comes_first = True

    def truth(self) -> tuple[str, ...]:
        return tuple(CATALOGUE[b].piece for b in self.item.bugs)


class Hunt(Repair):
    """Tohumdan doğan av: blok sağlam da olabilir; o zaman yanıt "hiçbiri"dir."""

    asks = "Hangi söz bozuk? Blok sağlamsa: hiçbiri."

    @property
    def choices(self) -> tuple[str, ...]:
        return (NONE, *super().choices)

    def truth(self) -> tuple[str, ...]:
        return super().truth() if self.item.bugs else (NONE,)

    def judge(self, answer: Answer) -> Verdict:
        verdict = super().judge(answer)
        if self.item.bugs or verdict.state != "solved":
            return verdict
        if answer.guess is None:
            said = "Tahminin yazılmamış: kod sağlamsa hiçbiri de."
            return Verdict(self.item.id, "untried", (said,))
        if answer.guess != NONE:
            said = "Kod baştan sağlamdı; bozuk dediğin söz tutuluyordu. Söylentiye kanma, ölç."
            return Verdict(self.item.id, "wrong", (said,))
        return Verdict(self.item.id, "solved", ("Söylenti yanlıştı: blok baştan sağlam.",))


class Lineup(Form):
    """Birkaç şüpheli, biri masum: tahmin masumun adıdır ve yanıtın parçasıdır."""

    asks = "Hangisi masum?"

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.item.suspects)

    @property
    def innocent(self) -> str:
        return next(name for name, bugs in self.item.suspects.items() if not bugs)

    def judge(self, answer: Answer) -> Verdict:
        from course_lib.practice.repair import judge_class

        item, named = self.item, answer.guess
        verdicts = {
            name: judge_class(item, name, cls, answer.namespace)
            for name, cls in answer.classes.items()
        }
        bad = {name: v for name, v in verdicts.items() if v.state != "solved"}
        untouched = all(v.state == "untried" for v in bad.values())
        if named is None and untouched and len(bad) == len(item.suspects) - 1:
            said = "Masumun adı yazılmamış, kod da değişmemiş."
            return Verdict(item.id, "untried", (said,), PLANNED)
        unnamed = ("Masumun adı yazılmamış: tahmin hücresine yaz.",) if named is None else ()
        if bad:  # masumun kim olduğunu, suçlular onarılmadan söylemez
            return self.still_bad(bad, unnamed)
        if named is None:
            return Verdict(item.id, "wrong", unnamed)
        if named != self.innocent:
            said = f"Üç blok da artık sağlam; ama {named} baştan masum değildi."
            return Verdict(item.id, "wrong", (said,))
        return Verdict(item.id, "solved", (f"{named} masumdu; öteki ikisi onarıldı.",))

    def still_bad(self, bad: dict[str, Verdict], unnamed: tuple[str, ...]) -> Verdict:
        """Onarılmamış şüphelilerin durumu, tek yargıda."""
        said = {
            name: "kod henüz değişmemiş." if v.state == "untried" else " ".join(v.sentences)
            for name, v in bad.items()
        }
        planted = any(
            v.state == "untried" or set(v.bug_ids) & set(self.item.bugs) for v in bad.values()
        )
        uncheckable = any(v.state == "uncheckable" for v in bad.values())
        return Verdict(
            self.item.id,
            "uncheckable" if uncheckable else "wrong",
            (*unnamed, *(f"{name}: {words}" for name, words in said.items())),
            PLANNED if planted else SOUND,
            tuple(b for v in bad.values() for b in v.broken),
        )

    def remark_on(self, guess: str) -> str:
        return remark(guess, (self.innocent,))


class Reading(Form):
    """Şekil okuma: kod sağlamdır; tahmin şeklin okunuşudur ve yanıtın parçasıdır."""

    asks = "Şekil hangisini söylüyor?"
    question = "şekil neyi söylüyordu, neyi söylemiyordu"

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(r.text for r in self.item.readings)

    def judge(self, answer: Answer) -> Verdict:
        from course_lib.practice.repair import judge_class

        item = self.item
        (name,) = item.suspects
        code = judge_class(item, name, answer.classes[name], answer.namespace)
        if code.state != "solved":
            said = "Kod baştan sağlamdı; yaptığın değişiklik onu bozdu."
            return dataclasses.replace(code, sentences=(said, *code.sentences))
        if answer.guess is None:
            said = "Okuyuşun yazılmamış: tahmin hücresine yaz."
            return Verdict(item.id, "untried", (said,), READ_FIRST)
        chosen = next(r for r in item.readings if r.text == answer.guess)
        if not chosen.right:
            return Verdict(item.id, "wrong", (f"Şekil bunu söylemiyor. {chosen.why}",))
        return Verdict(item.id, "solved", (chosen.why,))

    def remark_on(self, guess: str) -> str:
        return ""


class Build(Form):
    """Kurma: sözleşmesi verilen yazılır; onu tutan her kuruluş geçer."""

    question = "neyi seçtin, hangi ölçüme güvendin"

    def __init__(self, item: Exercise):
        super().__init__(item)
        self.asks = draft(item.id).asks

    @property
    def choices(self) -> tuple[str, ...]:
        return self.item.choices

    def judge(self, answer: Answer) -> Verdict:
        from course_lib.practice.builds.contract import judge_build

        return judge_build(self.item, answer)

    def remark_on(self, guess: str) -> str:
        return remark(guess, (draft(self.item.id).truth,))


CLASSES = {
    "repair": Repair,
    "lineup": Lineup,
    "reading": Reading,
    "open-hunt": OpenHunt,
    "hunt": Hunt,
    "build": Build,
}


def form_of(item: Exercise) -> Form:
    """Alıştırmanın biçimi."""
    return CLASSES[item.form](item)
