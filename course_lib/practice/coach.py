"""Öğrencinin defterde çağırdıkları: predict, outcome, check, explain, hint, progress."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.diagnosis import Diagnosis, diagnose
from course_lib.bughunt.planting import name_of, plant
from course_lib.practice import progress as store
from course_lib.practice.blackbox import black_box
from course_lib.practice.exercises import EXERCISES, exercise
from course_lib.practice.judge import PLANNED, STATE_WORDS, Verdict, judge
from course_lib.practice.plan import STEPS, total_minutes

OUTCOMES = ("çalışır", "kalıp")


class Message(str):
    """Defterde tırnaksız görünen metin."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def saved(change) -> str:
    """Kaydeder; uyarıyı ya da kaydedilemediyse nedenini döndürür. Öğrencinin akışını kesmez."""
    try:
        return store.update(change)
    except store.ProgressError as problem:
        return str(problem)


def with_warning(text: str, warning: str) -> Message:
    return Message(f"{text}\n! {warning}" if warning else text)


def predict(key: str, guess: str | None, choices: Collection[str]) -> Message:
    """Tahmini saklar ve yanıtlar; doğru olup olmadığını ölçüm söyler (`outcome`).

    Args:
        key: sorunun adı.
        guess: seçeneklerden biri; None ise henüz tahmin yok demektir ve saklanan değişmez.
        choices: kabul edilen seçenekler.

    Raises:
        ValueError: guess seçeneklerden biri değilse.
    """
    listed = " · ".join(choices)
    if guess is None:
        return Message(f"Tahminini None yerine yaz ve hücreyi yeniden çalıştır. Seçenekler: {listed}")
    if guess not in choices:
        raise ValueError(f"guess şunlardan biri olmalı: {listed}; verilen: {guess!r}.")
    warning = saved(lambda data: data["tahminler"].update({key: guess}))
    return with_warning(f"Tahminin saklandı: {guess}. Şimdi ölçelim.", warning)


def outcome(key: str, measured: str) -> Message:
    """Ölçümün sonucunu, saklanan tahminin yanına koyar."""
    try:
        data, warning = store.read()
    except store.ProgressError as problem:
        data, warning = {"tahminler": {}}, str(problem)
    guess = data["tahminler"].get(key)
    if guess is None:
        return with_warning(f"Ölçüm: {measured}. (Tahmin yazmamıştın.)", warning)
    verb = "tuttu" if guess == measured else "tutmadı; en çok bunlardan öğrenilir"
    return with_warning(f"Ölçüm: {measured}. Tahminin ({guess}) {verb}.", warning)


def explain(exercise_id: str, text: str) -> Message:
    """Açıklamanı kendi cümlelerinle saklar; boşsa bir şey değişmez."""
    key = exercise(exercise_id).id
    if not isinstance(text, str) or not text.strip():
        what = "şekil neyi söylüyordu, neyi söylemiyordu" if exercise(key).readings else "hangi söz bozulmuştu, neden"
        return Message(f"Açıklamanı tırnakların arasına yaz: {what}, nasıl anladın?")
    warning = saved(lambda data: data["aciklamalar"].update({key: text.strip()}))
    return with_warning("Açıklaman saklandı.", warning)


def check(exercise_id: str, answer: object) -> Verdict:
    """Yanıtı yargılar, sonucu ilerlemeye yazar ve Türkçe söyler. Hiç hata fırlatmaz."""
    key = exercise_id.strip().lower() if isinstance(exercise_id, str) else ""
    if key in EXERCISES and EXERCISES[key].open_hunt and locked(key):
        return Verdict(key, "untried", (f'Açık avda önce bir şüphelinin adı yazılır: predict("{key}", "…").', PLANNED))
    verdict = judge(exercise_id, with_stored_guess(key, answer))
    if verdict.state == "uncheckable":  # ölçülemeyen yanıt ilerlemeyi ne ileri ne geri götürür
        return verdict

    def change(data: dict) -> None:
        record = store.entry(data, key)
        if verdict.state != "untried":
            record["deneme"] += 1
        if record["durum"] != "solved":
            record["durum"] = verdict.state
            if verdict.state == "solved":
                record["cozum_zamani"] = time.strftime("%Y-%m-%d %H:%M")

    guesses: list[str] = []

    def change_and_look(data: dict) -> None:
        change(data)
        guesses.append(data["tahminler"].get(key, ""))

    warning = saved(change_and_look)
    said = verdict.sentences
    if verdict.state == "solved" and guesses and guesses[0] and not exercise(key).readings:
        said = (*said, compared(key, guesses[0]))
    return dataclasses.replace(verdict, sentences=said, warning=warning)


def with_stored_guess(exercise_id: str, answer: object) -> object:
    """Tahminin yanıtın parçası olduğu alıştırmalarda onu saklanandan ekler; defterde ve uçbirimde aynıdır."""
    item = EXERCISES.get(exercise_id)
    if item is None or not (item.innocent or item.readings):
        return answer
    key = "masum" if item.innocent else "okuma"
    if item.readings and not isinstance(answer, dict):
        answer = {name_of(item.block): answer}
    if not isinstance(answer, dict) or key in answer:
        return answer
    return {key: stored_guess(exercise_id), **answer}


def stored_guess(exercise_id: str) -> str | None:
    """Saklanan tahmin; yoksa ya da ilerleme okunamıyorsa None."""
    try:
        return store.read()[0]["tahminler"].get(exercise_id)
    except store.ProgressError:
        return None


def locked(exercise_id: str) -> bool:
    """Açık avda bir şüpheli yazılmamış mı? İlerleme okunamıyorsa kilit yoktur: öğrenci dosya yüzünden takılmasın."""
    try:
        return not store.read()[0]["tahminler"].get(exercise_id)
    except store.ProgressError:
        return False


def locked_diagnosis(exercise_id: str, block: object) -> Diagnosis | Message:
    """Açık avda teşhis: bir şüpheli yazılmamışsa kapalıdır ve ne yapılacağını söyler.

    Raises:
        ValueError: alıştırma bilinmiyorsa.
    """
    key = exercise(exercise_id).id
    if locked(key):
        return Message(f'Teşhis kilitli: önce bir şüphelinin adını yaz, predict("{key}", "…").')
    return diagnose(block)


def compared(exercise_id: str, guess: str) -> str:
    """Saklanan tahmini, alıştırmada gerçekten bozuk olanla karşılaştıran cümle."""
    item = exercise(exercise_id)
    if item.innocent:
        true = (item.innocent,)
    elif item.open_hunt:
        true = tuple(name_of(CATALOGUE[b].target) for b in item.bugs)
    elif item.slips:  # kurulmayan sınıf ölçülemez; kazaları onarılmış hâli ölçülür
        true = tuple(f.name for f in diagnose(plant(*item.bugs, block=item.block)).broken)
    else:
        broken = [f.name for f in diagnose(black_box(item.id)).broken]
        causes = {CATALOGUE[b].property for b in item.bugs}
        # Çökme ve formülün tutmaması birer sonuçtur; nedeni söyleyen söz aranır.
        true = tuple(n for n in broken if n not in OUTCOMES or n in causes)
    verb = "tuttu" if guess in true else f"tutmadı; doğrusu {' ve '.join(true)} idi"
    return f"Baştaki tahminin ({guess}) {verb}."


def hint(exercise_id: str) -> Message:
    """İpucu merdiveninde bir basamak çıkar; son basamakta kalır. Birkaç hata varsa birini bitirip ötekine geçer."""
    item = exercise(exercise_id)
    ladder = list(item.opening_hints)
    for name, bugs in item.suspects.items():
        for number, bug in enumerate(bugs, 1):
            whose = f"[{name}] " if len(item.suspects) > 1 else f"[{number}. hata] " if len(bugs) > 1 else ""
            ladder += [whose + step for step in CATALOGUE[bug].hints]
    step = 0

    def change(data: dict) -> None:
        nonlocal step
        record = store.entry(data, item.id)
        step = min(record["ipucu"], len(ladder) - 1)
        record["ipucu"] = step + 1

    warning = saved(change)
    rest = "Bu son ipucuydu." if step == len(ladder) - 1 else "Bir basamak daha için yeniden çağır."
    return with_warning(f"İpucu {step + 1}/{len(ladder)} · {ladder[step]}\n{rest}", warning)


def progress() -> Message:
    """Bütün alıştırmaların durumu: tablo, çubuk, kalan süre ve sıradaki alıştırmanın dersi."""
    try:
        data, warning = store.read()
    except store.ProgressError as problem:
        return Message(str(problem))
    lines = []
    solved = 0
    for item in EXERCISES.values():
        record = data["alistirmalar"].get(item.id, {"durum": "untried", "deneme": 0, "ipucu": 0})
        solved += record["durum"] == "solved"
        state = STATE_WORDS[record["durum"]].replace("I", "ı").replace("İ", "i").lower()
        lines.append(
            f"{item.id}  {item.title:<38} {'★' * item.difficulty:<3}  {item.minutes:>2} dk  {state:<14} "
            f"{record['deneme']:>2} deneme  {record['ipucu']:>2} ipucu"
        )
    total = len(EXERCISES)
    bar = "█" * round(20 * solved / total)
    lines.append(f"[{bar:░<20}] {solved}/{total} çözüldü")
    left = [e for e in EXERCISES.values() if data["alistirmalar"].get(e.id, {}).get("durum") != "solved"]
    lines.append(f"Kalan alıştırma: {sum(e.minutes for e in left)} dakika (bütün kurs, dersleriyle: {total_minutes()} dakika).")
    if left:
        lesson = next(step.lesson for step in STEPS if left[0].id in step.exercises)
        lines.append(f"Sırada: {left[0].id} · {left[0].title} (dersi: {lesson})")
    return with_warning("\n".join(lines), warning)
