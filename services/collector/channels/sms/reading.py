"""What a person's text message means: a score, perhaps with a comment; a wish; or nothing clear. Pure.

A score is taken only where nothing else can be meant: a wrong one would be an answer that nobody gave, while an
unclear text is asked back. So a number counts when it begins the text, or is the only one and ends it, and is
no price, time, share or count of minutes; a number in letters when it begins the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.collector.channels.sms import vocabulary
from services.collector.channels.sms.folding import Folded, Word, folded
from services.collector.channels.sms.vocabulary import Vocabulary, plain
from shared.scales import Scale
from shared.wishes import wish

UP, DOWN = "\U0001f44d", "\U0001f44e"
STARS = re.compile("[★⭐🌟]+[☆]*")
ASTERISKS = re.compile(r"\s*(\*{1,5})\s*")
NUMBER = re.compile(r"\d+(?:[.,٫:'’/]\d+|\s+/\s+\d+)*")
WHOLE = re.compile("0|[1-9][0-9]?")
SHARE = re.compile(r"([0-9]+)\s*/\s*([0-9]+)")
SIGNS = "-+−±~<>≤≥"
NO_SCORE_BEFORE = re.compile(r"(?:[^\W\d]|[$€£#@*]|(?:^|[^\w])[.,٫])$")
NO_SCORE_AFTER = re.compile(r"\s*[%€$£°]|[^\W\d]|_|[+*]")
BETWEEN = " \t\r\n,;:.!?-–—)]}/\\»\"'’…=>"
BEFORE = re.compile(r"[\s\"'«([{=>:]*")
PAUSE = re.compile(r"\s*(?:$|[,;:.!?\n)–—-])")


@dataclass(frozen=True)
class Answered:
    """A score on the scale, and what was written with it, as it was written; None where nothing was.

    is_first: whether the score begins the text. One that ends it may be the number of a desk, if there is a score.
    """

    score: int
    comment: str | None = None
    is_first: bool = True


@dataclass(frozen=True)
class Unclear:
    """No score, or more than one. words: what was written, where it may be a comment on a score given before."""

    words: str | None = None


@dataclass(frozen=True)
class Wish:
    """What the person wants of the messages themselves."""

    kind: Literal["stop", "start", "help"]


Reading = Answered | Unclear | Wish


@dataclass(frozen=True)
class Number:
    """A number in a folded text. value: None where it can be no score: 9.5, -1, 9%, 3rd."""

    start: int
    end: int
    value: int | None


def read_reply(text: str, scale: Scale, lang: str) -> Reading:
    """What the text means as an answer on the scale. lang: in which the question was asked."""
    wanted = wish(text)
    if wanted is not None:
        return Wish(wanted)
    content = folded(text)
    words = vocabulary.of(lang)
    numbers = numbers_in(content.text, scale, words)
    if numbers:
        found = by_digits(content, numbers, scale, words)
    else:
        found = by_signs(content, scale) or by_words(content, scale, words)
    return found or Unclear(text.strip() if says_something(text) else None)


def says_something(text: str) -> bool:
    """Whether there are letters, or signs such as emoji: then it may be a comment, whatever numbers are in it."""
    return any(sign.isalpha() or ord(sign) > 0x2190 for sign in text)


def by_digits(content: Folded, numbers: list[Number], scale: Scale, words: Vocabulary) -> Answered | None:
    """The number that begins the text, or the only one at its end; None where two could be the score, or none."""
    first = numbers[0]
    possible = {number.value for number in numbers if number.value is not None and scale.has(number.value)}
    is_first = BEFORE.fullmatch(content.text[: first.start]) is not None
    if first.value not in possible or len(possible) > 1 or not (is_first or len(numbers) == 1):
        return None
    after = content.words_after(first.end)
    if is_first:
        is_other = after and (is_counted(after[0], words) or is_alternative(after, words))
        return None if is_other else Answered(first.value, comment_of(content.original_from(first.end), words))
    return None if after else Answered(first.value, comment_of(content.original, words), is_first=False)


def is_counted(word: Word, words: Vocabulary) -> bool:
    """`10 minutes` is no score."""
    return word.text in words.units


def is_alternative(after: list[Word], words: Vocabulary) -> bool:
    """`8 or nine` is no score."""
    return len(after) > 1 and after[0].text in words.alternatives and after[1].text in words.numbers


def numbers_in(text: str, scale: Scale, words: Vocabulary) -> list[Number]:
    found: list[Number] = []
    for place in NUMBER.finditer(text):
        if found and place.start() < found[-1].end:
            continue  # the 10 of "9 out of 10"
        value, end = value_at(text, place, scale), place.end()
        if value is not None:
            end = end_of_share(text, end, scale, words)
        found.append(Number(place.start(), end, value))
    return found


def value_at(text: str, place: re.Match[str], scale: Scale) -> int | None:
    """The whole number that stands there by itself; of `9/10` the 9, where 10 is the best score."""
    before, after = text[: place.start()], text[place.end() :]
    is_signed = before[-1:] in SIGNS and before[-1:] != "" and not before[-2:-1].isalnum()
    if is_signed or NO_SCORE_BEFORE.search(before) or NO_SCORE_AFTER.match(after):
        return None
    share = SHARE.fullmatch(place[0])
    digits = share[1] if share and share[2] == str(scale.high) else place[0]
    return int(digits) if WHOLE.fullmatch(digits) else None


def end_of_share(text: str, end: int, scale: Scale, words: Vocabulary) -> int:
    """Where `9 out of 10` ends, which is one number; `end` itself where nothing such follows."""
    joined = words.out_of.match(text, end)
    if joined is None:
        return end
    best = {word for word, value in words.numbers.items() if value == scale.high} | {str(scale.high)}
    follows = re.compile(r"\w+").match(text, joined.end())
    return follows.end() if follows and plain(follows[0]) in best else end


def by_signs(content: Folded, scale: Scale) -> Answered | None:
    """Thumbs or stars; None where there are none, or not one score's."""
    if scale.name == "thumbs":
        return by_thumbs(content)
    if scale.name != "stars":
        return None
    asterisks = ASTERISKS.fullmatch(content.text)
    runs = [asterisks[1]] if asterisks else [run[0] for run in STARS.finditer(content.text)]
    full = len(runs[0].rstrip("☆")) if len(runs) == 1 else 0
    rest = STARS.sub("", without_marks(content.original)).strip(" *")
    return Answered(full, comment_of(rest)) if scale.has(full) else None


def by_thumbs(content: Folded) -> Answered | None:
    is_up, is_down = UP in content.text, DOWN in content.text
    rest = content.original.replace(UP, "").replace(DOWN, "")
    return Answered(int(is_up), comment_of(without_marks(rest))) if is_up != is_down else None


def without_marks(text: str) -> str:
    return re.sub("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]", "", text)


def by_words(content: Folded, scale: Scale, words: Vocabulary) -> Answered | None:
    """A number in letters, or yes or no, that begins the text; None where none does, or another may be meant."""
    written = content.words
    if not written or not BEFORE.fullmatch(content.text[: written[0].start]):
        return None
    first = written[0]
    if scale.name == "thumbs" and first.text in vocabulary.every().yes | vocabulary.every().no:
        return by_yes_or_no(content, first, written[1:], words)
    is_alone = PAUSE.fullmatch(content.text[first.end :].rstrip(BETWEEN)) is not None
    value = (vocabulary.every() if is_alone else words).numbers.get(first.text)
    if value is None or not scale.has(value):
        return None
    end = end_of_share(content.text, first.end, scale, words)
    is_free = end > first.end or PAUSE.match(content.text, end) or first.text not in words.ordinary
    after = content.words_after(end)
    if not is_free or (after and is_counted(after[0], words)) or any(is_number(word, words) for word in after):
        return None
    return Answered(value, comment_of(content.original_from(end), words))


def is_number(word: Word, words: Vocabulary) -> bool:
    return word.text in words.numbers and word.text not in words.ordinary


def by_yes_or_no(content: Folded, first: Word, rest: list[Word], words: Vocabulary) -> Answered | None:
    """Yes with whatever follows; no only by itself or before a pause: `no problem` is no complaint."""
    is_yes = first.text in vocabulary.every().yes
    is_free = PAUSE.match(content.text, first.end) or (is_yes and first.text in words.yes)
    opposite = words.no if is_yes else words.yes
    if not is_free or any(word.text in opposite for word in rest):
        return None
    return Answered(int(is_yes), comment_of(content.original_from(first.end), words))


def comment_of(text: str, words: Vocabulary | None = None) -> str | None:
    """What was written beside the score, without the signs between; None where it says nothing more."""
    rest = text.lstrip(BETWEEN).rstrip()
    said = [word.text for word in folded(rest).words]
    is_said = any(sign.isalnum() or ord(sign) > 0x2190 for sign in rest)
    if words and said and all(word in words.points for word in said) and not any(map(str.isdigit, rest)):
        return None
    return rest if is_said else None
