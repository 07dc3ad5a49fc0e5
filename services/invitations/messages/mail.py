"""The e-mail: the question with a plain link for each score, as HTML and as text, and the headers it travels under.

One table with inline styles, and nothing that the message needs to be understood by is beyond the oldest reader.
What newer ones add, rounded corners and a dark dress, it does without where it must.
"""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from services.invitations.messages.asked import Asked, Choice, line
from shared.catalogue import words
from shared.colours import mixed, paint
from shared.languages import direction
from shared.mails import POLICY
from shared.pages import jinja

TEMPLATES = Path(__file__).parent / "templates"
SPARK = "#b3400f"
PAPER, CARD, INK, SOFT = "#faf6f0", "#ffffff", "#221d19", "#665c54"
NIGHT = {"paper": "#171412", "card": "#221d1a", "ink": "#f5efe8", "soft": "#bbaea3"}
MOST_IN_A_ROW = 7


def mail(asked: Asked, sender: str, to: str) -> EmailMessage:
    """The whole message. sender: our address; it goes under the owner's name. Raises ValueError for no address."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(display_name=asked.owner, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject(asked)
    message["List-Unsubscribe"] = f"<{asked.preferences_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(asked))
    message.add_alternative(html(asked), subtype="html")
    return message


def subject(asked: Asked) -> str:
    return line(asked.frame.subject.format(owner=asked.owner, question=asked.question))


def text(asked: Asked) -> str:
    """The text part: everything that the HTML says, each score with its link."""
    frame = asked.frame
    lines = [
        asked.owner,
        "",
        *([frame.reminder] if asked.number > 1 else []),
        *([asked.invite] if asked.invite else []),
    ]
    lines += ["", asked.question, "", frame.choose]
    lines += [
        f"{choice.text}{f' ({choice.label})' if choice.label else ''}: {choice.url}" for choice in asked.choices()
    ]
    lines += ["", "-- ", *closing(asked), f"{frame.your_choice}: {asked.choose_url}", ""]
    return "\n".join(lines)


def closing(asked: Asked) -> list[str]:
    """Who reads the answer, and why the message came."""
    return [asked.frame.team.format(owner=asked.owner), asked.frame.why.format(where=asked.where)]


def html(asked: Asked) -> str:
    """The HTML part. Its table has as many columns as the longest row of scores."""
    choices = asked.choices()
    rows = rows_of(choices)
    colour = asked.touchpoint.owner.colour or SPARK
    by_day, by_night = paint(colour, CARD), paint(colour, NIGHT["card"])
    spoken = language_of(asked)
    return jinja.strict(TEMPLATES).get_template("mail.html").render(
        asked=asked,
        subject=subject(asked),
        closing=closing(asked),
        rows=rows,
        columns=len(rows[0]),
        ends=[f"{one.score} = {one.label}" if one.label else "" for one in (choices[0], choices[-1])],
        dir=direction(asked.lang),
        question_lang=spoken,
        question_dir=direction(spoken),
        day={"paper": PAPER, "card": CARD, "ink": INK, "soft": SOFT, "mark": by_day.colour, "tile": tint(colour, CARD)},
        night=NIGHT | {"mark": by_night.colour, "tile": tint(colour, NIGHT["card"])},
    )  # fmt: skip


def tint(colour: str, card: str) -> str:
    """What a score stands on: the card with a breath of the owner's colour."""
    return mixed(card, colour, 0.08)


def rows_of(choices: list[Choice]) -> list[list[Choice]]:
    """One row, or two where there are many, so that each can be hit with a thumb."""
    if len(choices) <= MOST_IN_A_ROW:
        return [choices]
    half = (len(choices) + 1) // 2
    return [choices[:half], choices[half:]]


def language_of(asked: Asked) -> str:
    """The language that the question is in, where the survey lacks the message's."""
    question = asked.survey.question
    spoken = {text: lang for lang, text in question.items()}
    return spoken.get(words(question, asked.lang), asked.lang)
