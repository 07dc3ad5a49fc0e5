"""How the page's form is read, and the one click of a mail program."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from services.invitations.usecases.preferences import CHOICES, Choice
from shared.errors import FieldError, InvalidInput, TooLarge

LARGEST_FORM = 4_000
ONE_CLICK = re.compile(r"""name="?List-Unsubscribe"?\s+One-Click\s""")
"""The field of RFC 8058 in a multipart form; its other spelling is that of any form."""


def is_one_click(raw: bytes | str) -> bool:
    """Whether a mail program sent it because its user pressed its own button. Raises TooLarge."""
    text = text_of(raw)
    return fields_of(text).get("List-Unsubscribe") == "One-Click" or bool(ONE_CLICK.search(text))


def choice_of(raw: bytes | str) -> Choice:
    """The choice that the form carries. Raises InvalidInput, TooLarge."""
    sent = fields_of(text_of(raw)).get("choice")
    found = next((one for one in CHOICES if one == sent), None)
    if found is None:
        raise InvalidInput(errors=[FieldError("#/choice", f"one of {', '.join(CHOICES)}", "choice")])
    return found


def fields_of(text: str) -> dict[str, str]:
    """The last value of each field; none where the text is no form."""
    try:
        return {name: values[-1] for name, values in parse_qs(text, max_num_fields=20).items()}
    except ValueError:
        return {}


def text_of(raw: bytes | str) -> str:
    if len(raw) > LARGEST_FORM:
        raise TooLarge()
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
