"""What a text message means: a score only where nothing else can be meant."""

from __future__ import annotations

import pytest

from services.collector.channels.sms import vocabulary
from services.collector.channels.sms.reading import Answered, Unclear, Wish, read_reply
from shared.scales import SCALES

NPS, CSAT, STARS, THUMBS = SCALES["nps"], SCALES["csat"], SCALES["stars"], SCALES["thumbs"]
IN_LETTERS = {
    "en": "zero one two three four five six seven eight nine ten",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
}


@pytest.mark.parametrize("digits", ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])
def test_digits_of_every_script_are_read(digits: str) -> None:
    """Western, Arabic-Indic, Persian and full-width ones; 10 as two of them."""
    for value in range(11):
        written = "".join(digits[int(digit)] for digit in str(value))
        assert read_reply(written, NPS, "ar") == Answered(value)


@pytest.mark.parametrize("lang", IN_LETTERS)
def test_numbers_in_letters_are_read_in_every_language(lang: str) -> None:
    """In small and capital letters, with a full stop, in whatever language the question was."""
    for value, word in enumerate(IN_LETTERS[lang].split()):
        for written in (word, word.upper(), f" {word}. "):
            assert read_reply(written, NPS, lang) == Answered(value)
        assert read_reply(word, NPS, "en") == Answered(value)


def test_no_word_means_two_numbers() -> None:
    """Over all languages together, so that a number alone can be read in any of them."""
    meanings: dict[str, set[int]] = {}
    for one in vocabulary.vocabularies().values():
        for word, value in one.numbers.items():
            meanings.setdefault(word, set()).add(value)
    assert {word: values for word, values in meanings.items() if len(values) > 1} == {}


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("9 trop long", "fr", Answered(9, "trop long")),
        ("9, trop long !", "fr", Answered(9, "trop long !")),
        ("9. Trop long", "fr", Answered(9, "Trop long")),
        ("9\nTrop long", "fr", Answered(9, "Trop long")),
        ("9-trop long", "fr", Answered(9, "trop long")),
        ("9/10", "en", Answered(9)),
        ("9/10 great", "en", Answered(9, "great")),
        ("9 / 10", "en", Answered(9)),
        ("9 sur 10", "fr", Answered(9)),
        ("9 sur dix, merci", "fr", Answered(9, "merci")),
        ("neuf sur dix", "fr", Answered(9)),
        ("7 out of 10", "en", Answered(7)),
        ("8 von 10", "de", Answered(8)),
        ("٩ من ١٠", "ar", Answered(9)),
        ("(9)", "en", Answered(9)),
        ("9️⃣", "en", Answered(9)),
        ("⑨", "en", Answered(9)),
        ("🔟", "en", Answered(10)),
        ("9 👍", "en", Answered(9, "👍")),
        ("3 points", "fr", Answered(3)),
        ("Nine - too slow", "en", Answered(9, "too slow")),
        ("neuf, trop long", "fr", Answered(9, "trop long")),
        ("je mets 9 !", "fr", Answered(9, "je mets 9 !", is_first=False)),
        ("9 j'ai attendu 45 minutes", "fr", Answered(9, "j'ai attendu 45 minutes")),
        ("9 : ½ heure de retard", "fr", Unclear("9 : ½ heure de retard")),
        ("\u200f٩ شكرا", "ar", Answered(9, "شكرا")),
    ],
)
def test_one_score_and_what_is_said_beside_it(text: str, lang: str, expected: Answered | Unclear) -> None:
    """What follows the score is the comment, as it was written; where the score comes later, all of it is."""
    assert read_reply(text, NPS, lang) == expected


UNCLEAR = {
    "en": (
        *("8 or 9", "8 or nine", "9 to ten", "8-9", "8/9", "9/5", "12/11", "100", "11", "-1", "−1", "+9", "9.5", "0.9"),
        *("9½", "½", "9²", "007", "09", "9%", "9 %", "$9", "9h", "9:30", "3rd", "A9", "9a", "9+", "#9", "+33612345678"),
        *(
            "10 minutes of waiting",
            "2 people before me",
            "2 of your staff were rude",
            "I waited 45 min, 3",
            "in 2 days",
        ),
    ),
    "fr": ("8 ou 9", "8 ou neuf", "9,5", "9 €", "9h30", "10 minutes d'attente", "2 fois", "dans 2 jours", "3 sur 5"),
    "ar": ("١٠٠", "٩٫٥", "٨ أو ٩", "١٠ دقائق"),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in UNCLEAR.items() for text in texts])
def test_what_may_mean_something_else_is_asked_back(lang: str, text: str) -> None:
    """Two scores, none on the scale, fractions, prices, times, shares, dates, counts of minutes."""
    is_comment = any(sign.isalpha() or sign == "−" for sign in text)
    assert read_reply(text, NPS, lang) == Unclear(text if is_comment else None)


@pytest.mark.parametrize("text", ["un peu long", "Dix minutes d'attente", "Neuf et beau", "trop long", "merci", "🙂"])
def test_words_without_a_score_may_be_a_comment(text: str) -> None:
    """Everyday words that are numbers too do not make a score."""
    assert read_reply(text, NPS, "fr") == Unclear(text)


@pytest.mark.parametrize(
    ("text", "lang", "score"),
    [
        *(("oui", "fr", 1), ("Non.", "fr", 0), ("YES", "en", 1), ("no", "en", 0), ("sí", "es", 1), ("nein", "de", 0)),
        *(("sì", "it", 1), ("não", "pt", 0), ("nee", "nl", 0), ("نعم", "ar", 1), ("لا", "ar", 0), ("👍", "en", 1)),
        *(("👎🏽", "en", 0), ("👍👍👍", "en", 1), ("1", "en", 1), ("0", "en", 0), ("oui", "de", 1), ("zero", "en", 0)),
    ],
)
def test_thumbs_are_yes_and_no_in_every_language(text: str, lang: str, score: int) -> None:
    """In words, as signs of any colour, as 1 and 0."""
    assert read_reply(text, THUMBS, lang) == Answered(score)


@pytest.mark.parametrize("text", ["no problem", "yes and no", "oui et non", "👍👎", "5", "non merci", "maybe"])
def test_a_doubtful_yes_or_no_is_asked_back(text: str) -> None:
    """`No problem` is no complaint, and both is neither."""
    assert isinstance(read_reply(text, THUMBS, "fr" if "non" in text else "en"), Unclear)


def test_a_thumb_carries_a_comment() -> None:
    """After yes anything; after no behind a pause; beside the sign."""
    assert read_reply("oui très bien", THUMBS, "fr") == Answered(1, "très bien")
    assert read_reply("Non, trop long", THUMBS, "fr") == Answered(0, "trop long")
    assert read_reply("👎 trop long", THUMBS, "fr") == Answered(0, "trop long")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("★★★★", Answered(4)),
        ("⭐️⭐️⭐️ bof", Answered(3, "bof")),
        ("★★★★☆", Answered(4)),
        ("****", Answered(4)),
        ("4 étoiles", Answered(4)),
        ("4★", Answered(4, "★")),
        ("★★★★★★", Unclear("★★★★★★")),
        ("0", Unclear()),
    ],
)
def test_stars_are_counted(text: str, expected: Answered | Unclear) -> None:
    """One row of at most five; empty ones do not count."""
    assert read_reply(text, STARS, "fr") == expected


def test_signs_of_another_scale_are_no_score() -> None:
    """A thumb says nothing from 0 to 10, nor do stars; yes neither."""
    for text in ("👍", "★★★★", "oui"):
        assert read_reply(text, NPS, "fr") == Unclear(text)


def test_the_ends_of_the_scale_are_its_own() -> None:
    """0 and 6 are no answers from 1 to 5."""
    assert [isinstance(read_reply(str(n), CSAT, "en"), Answered) for n in range(7)] == [False, *[True] * 5, False]


def test_wishes_come_first() -> None:
    """STOP, even beside a score, and words for help."""
    assert read_reply("STOP", NPS, "en") == Wish("stop")
    assert read_reply("stop 9", NPS, "en") == Wish("stop")
    assert read_reply("Aide", NPS, "fr") == Wish("help")
