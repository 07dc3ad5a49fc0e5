"""One subscription outside a journey file: checked by the rules of the file; its secrets, which nobody reads back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.registry.domain import journey
from services.registry.domain.checking import check
from services.registry.domain.difference import ADDRESSES, HIDDEN, SECRETS, is_hidden, put_back
from services.registry.domain.journey import with_kind
from services.registry.domain.mistakes import Mistake
from shared.bodies import pointer
from shared.catalogue import Subscription
from shared.errors import FieldError

MOST = 20
"""In a journey file, and made here."""


@dataclass(frozen=True)
class Checked:
    """subscription: as the file would have it; None where a mistake is an error."""

    subscription: journey.Subscription | None
    mistakes: list[Mistake]


def checked(owner: str, identifier: str, sent: Any) -> Checked:
    """Every mistake of a subscription, in the words in which a file's are told; paths begin at the subscription."""
    place = ("owners", owner, "subscriptions", identifier)
    document = {"name": "here", "owners": {owner: {"name": owner, "subscriptions": {identifier: sent}}}}
    found = check(document)
    mine = [Mistake(one.path[4:], one.what, one.hint, one.warning) for one in found.mistakes if one.path[:4] == place]
    if any(not one.warning for one in mine) or found.document is None:
        return Checked(None, mine)
    return Checked(found.document.owners[owner].subscriptions[identifier], mine)


def with_secrets(sent: Any, known: Subscription | None) -> tuple[Any, list[Mistake]]:
    """What was sent, with the secrets that it leaves as they are, an address among them; and those it hides wrongly.

    A reading never has secrets, so what was read, changed and sent back keeps them. They belong to a way: another way
    begins without.
    """
    body = with_kind(sent)
    if not isinstance(body, dict):
        return sent, []
    whole = dict(body)
    held = {name: getattr(known, name) for name in SECRETS} if known and whole.get(known.kind) is not None else {}
    is_new = whole.get("secret") not in (None, HIDDEN, held.get("secret"))
    if is_new and known and known.kind == "webhook" and "former_secret" not in whole and held.get("secret"):
        whole["former_secret"] = held["secret"]
    if "secret" in whole and whole["secret"] is None:
        held = {}
    unknown = []
    for way in ADDRESSES:
        if is_hidden(whole.get(way)):
            kept = put_back(way, whole[way], known.target if known and known.kind == way else None)
            unknown += [] if kept else [Mistake((way,), "this address is not kept here; write it out")]
            whole[way] = kept or whole[way]
    for name in SECRETS:
        if whole.get(name, HIDDEN) == HIDDEN:
            if name in whole and not held.get(name):
                unknown.append(Mistake((name,), "no secret is kept here yet; write it out"))
            whole[name] = held.get(name)
    return {name: value for name, value in whole.items() if value is not None}, unknown


def field_error(mistake: Mistake) -> FieldError:
    what = f"{mistake.what}; {mistake.hint}" if mistake.hint else mistake.what
    return FieldError(pointer(("subscription", *mistake.path)), what)
