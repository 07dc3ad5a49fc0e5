"""Messages as they leave: e-mails that any reader shows, texts that cost one part, headers nobody can break."""

from __future__ import annotations

import random
import re
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import dkim
import pytest
from smsutil import split

from services.collector.channels.page.render import TRAP
from services.invitations.messages import mail, sms
from services.invitations.messages.asked import Asked
from services.invitations.messages.words import frames, language
from shared.catalogue import Owner, Survey, Touchpoint
from shared.colours import contrast
from shared.gsm import BASIC, EXTENDED, count, plain

URL, SMS_URL = "https://answers.example.com/s/Abcdefghij123456", "https://answers.example.com/s/Abcdefghij1"
CHOOSE = "https://answers.example.com/p/" + "A" * 110
QUESTIONS = {
    "en": "How was your visit to the store?",
    "fr": "Comment s'est passée votre visite en magasin ?",
    "ar": "كيف كانت زيارتك؟",
}
LABELS = {"en": ("Bad", "Great"), "fr": ("Mauvaise", "Très bonne"), "ar": ("سيئة", "رائعة")}


def asked(lang: str = "en", scale: str = "nps", number: int = 1, **more: Any) -> Asked:
    """A message of the shop's; `more`: fields of the touchpoint, `url`, `owner`."""
    low, high = ({one: labels[end] for one, labels in LABELS.items()} for end in (0, 1))
    survey = Survey(id="s", version=1, scale=scale, question=QUESTIONS, low_label=low, high_label=high)
    url, owner = more.pop("url", URL), more.pop("owner", Owner(id="shop", name="La Boutique"))
    fields = {
        "id": "store",
        "name": {"en": "Store", "fr": "Magasin"},
        "journey": "j",
        "stage": "s",
        "pillar": "process",
    }
    return Asked(
        Touchpoint.model_validate(fields | {"owner": owner, "channels": ("email",), "survey": survey} | more),
        lang,
        number,
        url,
        CHOOSE,
    )


# -- counting parts ---------------------------------------------------------------------------------------------


def test_parts_are_counted_as_an_independent_library_counts_them() -> None:
    """Twenty thousand random texts, pairs on the borders of parts among them."""
    draw, letters = random.Random(7), sorted(BASIC) + sorted(EXTENDED) * 4
    for number in range(20_000):
        alphabet = [*letters, "ê", "😀", "ا"] if number % 2 else letters
        text = "".join(draw.choices(alphabet, k=draw.choice([0, 1, 69, 70, 71, 134, 152, 159, 160, 161, 306, 400])))
        assert count(text).parts == max(1, len(split(text).parts)), text


def test_french_loses_its_accents_and_not_its_sense() -> None:
    """What is no GSM character is written plainly; what is one stays."""
    assert plain("« L’été, ça s’arrête à 8 h… où ? »") == "\" L'été, ca s'arrete à 8 h... où ? \""
    assert plain("شكراً") == "شكراً", "another script is left alone"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("scale", ["nps", "csat", "ces", "stars", "thumbs"])
@pytest.mark.parametrize("number", [1, 2])
def test_the_invitation_by_text_is_one_part(lang: str, scale: str, number: int) -> None:
    """With the link of 11 characters, how to answer, and how to stop."""
    text, counted = sms.counted(asked(lang, scale, number, url=SMS_URL))
    assert (counted.encoding, counted.parts) == ("GSM-7", 1), text
    assert SMS_URL + " " in text
    assert "STOP" in text
    assert "La Boutique" in text


def test_the_touchpoint_s_own_line_is_said_where_it_costs_nothing() -> None:
    """A long one is left out of the text message; the question never is."""
    short = sms.text(asked(url=SMS_URL, invite={"en": "Thanks!"}))
    long = sms.text(asked(url=SMS_URL, invite={"en": "Thank you for coming to our store last Tuesday. " * 2}))
    assert "Thanks! How was your visit" in short
    assert "Tuesday" not in long
    assert count(long).parts == 1


def test_a_question_too_long_for_one_part_is_told_whole() -> None:
    """It costs more, and the preview says so."""
    question = "Please tell us how you would rate " + "the very long journey " * 8
    long = asked(url=SMS_URL)
    survey = long.survey.model_copy(update={"question": {"en": question}})
    told = Asked(long.touchpoint.model_copy(update={"survey": survey}), "en", 1, SMS_URL, CHOOSE)
    text, counted = sms.counted(told)
    assert counted.parts == 2
    assert " ".join(question.split()) in text


def test_a_price_names_its_source_and_no_other_is_made_up() -> None:
    """Countries that nobody told us the price of have none."""
    price = sms.price("jp")
    assert price is not None
    assert price.amount == 0.07451
    assert price.source
    assert sms.price("ZZ") is None


# -- the e-mail -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("scale", ["nps", "csat", "ces", "stars", "thumbs"])
def test_an_e_mail_is_small_and_has_a_link_for_each_score_in_both_parts(lang: str, scale: str) -> None:
    """At most 20 kB; every score preselects, in the language of the message."""
    told = asked(lang, scale, 2, invite={"en": "Thank you.", "fr": "Merci.", "ar": "شكراً"})
    raw = mail.mail(told, "ask@example.com", "jane@example.com").as_bytes()
    assert len(raw) <= 20_000
    message = message_from_bytes(raw, policy=SMTP)
    plain_part, html_part = message.get_body(("plain",)), message.get_body(("html",))
    assert plain_part is not None
    assert html_part is not None
    measure = told.survey.measure
    for score in range(measure.low, measure.high + 1):
        link = f"{URL}?s={score}&lang={lang}"
        assert link in plain_part.get_content()
        assert link.replace("&", "&amp;") in html_part.get_content()
    assert CHOOSE in plain_part.get_content()
    assert told.question in plain_part.get_content()


def test_one_link_of_an_e_mail_is_for_programs_only() -> None:
    """It leads to the page's trap, comes before every score, and no person sees, hears or reaches it."""
    html = mail.html(asked())
    trap = f"{URL}?{TRAP}=1"
    assert f'<a href="{trap}" rel="nofollow" style="display:none" aria-hidden="true" tabindex="-1"></a>' in html
    assert html.index(trap) < html.index("?s=")
    assert trap not in mail.text(asked())


def test_the_table_is_one_and_needs_no_style_sheet() -> None:
    """Colours stand in attributes and inline; the sheet only dresses for the night."""
    html = mail.html(asked())
    assert html.count("<table") == 1
    assert html.count("bgcolor=") == 13
    sheet = html[html.index("<style>") : html.index("</style>")]
    assert sheet.count("@media") == 1
    assert "prefers-color-scheme:dark" in sheet
    assert not re.search(r"<(script|img|form|link)\b", html)


def test_arabic_runs_from_the_right_and_its_scale_from_the_left() -> None:
    """Also where a reader drops html and body."""
    html = mail.html(asked("ar"))
    assert '<div lang="ar" dir="rtl"' in html
    assert '<table role="presentation" dir="ltr"' in html


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#7f7f7f", "#0b6e6e"])
def test_an_owner_s_colour_never_makes_it_unreadable(colour: str) -> None:
    """The mark stands out from the card, and the ink from the tiles, by day and by night."""
    html = mail.html(asked(owner=Owner(id="o", name="O", colour=colour)))
    marks = [re.findall(pattern, html)[0] for pattern in (r"1px solid (#\w{6})", r"\.mark\{color:(#\w{6})")]
    tiles = [
        re.findall(pattern, html)[0] for pattern in (r'bgcolor="(#\w{6})" class="tile"', r"\.tile\{background:(#\w{6})")
    ]
    cards, inks = [mail.CARD, mail.NIGHT["card"]], [mail.INK, mail.NIGHT["ink"]]
    for mark, tile, card, ink in zip(marks, tiles, cards, inks, strict=True):
        assert contrast(mark, card) >= 3
        assert contrast(ink, tile) >= 4.5


NASTY = 'Evil\r\nBcc: all@example.com\r\n\r\n<b>"\u2028\0'


def test_nothing_that_an_owner_writes_can_start_a_header_or_a_tag() -> None:
    """Names and questions with line breaks, quotes and markup arrive as text."""
    told = asked(owner=Owner(id="o", name=NASTY), invite={"en": NASTY}, name={"en": NASTY})
    message = message_from_bytes(mail.mail(told, "ask@example.com", "jane@example.com").as_bytes(), policy=SMTP)
    assert "Bcc" not in message
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["From"].addresses[0].addr_spec == "ask@example.com"
    assert len(message["To"].addresses) == 1
    assert "<b>" not in mail.html(told)


HEADERS = [
    "From",
    "To",
    "Subject",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]


@pytest.mark.parametrize("to", ["jane@example.com\r\nBcc: x@example.com", "jane", "a@b, c@d"])
def test_what_is_no_address_is_refused(to: str) -> None:
    """Nothing is made of it."""
    with pytest.raises(ValueError):
        mail.mail(asked(), "ask@example.com", to)


def test_a_signature_covers_the_button_of_the_mail_program() -> None:
    """DKIM signs and verifies, List-Unsubscribe and its Post included; neither is folded or encoded."""
    raw = mail.mail(asked("fr"), "ask@example.com", "jane@example.com").as_bytes()
    assert f"\r\nList-Unsubscribe: <{CHOOSE}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    private, public = key_pair()
    covered = [b"from", b"to", b"subject", b"list-unsubscribe", b"list-unsubscribe-post"]
    signature = dkim.sign(raw, b"s1", b"example.com", private, include_headers=covered)
    record = b"v=DKIM1; k=rsa; p=" + public
    assert dkim.verify(signature + raw, dnsfunc=lambda *_, **__: record)
    assert not dkim.verify(signature + raw.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda *_, **__: record)


def key_pair() -> tuple[bytes, bytes]:
    """A fresh RSA key: PEM, and the public half in base64."""
    import base64

    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return private, base64.b64encode(public)


@pytest.mark.parametrize(
    ("locale", "expected"), [("fr-CA", "fr"), ("fr_FR", "fr"), ("ar", "ar"), ("sv", "en"), (None, "en")]
)
def test_a_person_is_asked_in_their_language_where_the_survey_has_it(locale: str | None, expected: str) -> None:
    """Else in English, else in the survey's first."""
    assert language(locale, asked().survey) == expected
    only = Survey(id="s", version=1, scale="nps", question={"nl": "Hoe was het?"})
    assert language(locale, only) == "nl"


@pytest.mark.parametrize("lang", sorted(frames()))
def test_every_language_of_ours_says_all_there_is_to_say(lang: str) -> None:
    """No text is empty, and each has the places that are filled in."""
    ours, english = vars(frames()[lang]), vars(frames()["en"])
    for name, text in ours.items():
        assert text.strip()
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[name])), name
