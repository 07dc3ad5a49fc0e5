"""Touchpoints that a file names and the registry does not know: registered in the document `imported`, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.client import Answered, Client
from cli.printing import Failed
from cli.rows import Taken, snake

DOCUMENT = "imported"
STAGE = {"en": "Imported", "fr": "Importé"}
QUESTIONS = {
    "nps": {"en": "Would you recommend us?", "fr": "Nous recommanderiez-vous ?"},
    "csat": {"en": "How satisfied are you?", "fr": "Êtes-vous satisfait ?"},
    "ces": {"en": "How easy was it?", "fr": "Était-ce facile ?"},
    "stars": {"en": "How many stars?", "fr": "Combien d'étoiles ?"},
    "thumbs": {"en": "Are you satisfied?", "fr": "Êtes-vous satisfait ?"},
}


@dataclass
class Named:
    """What a file says of one touchpoint, over all of its rows. line: where it is first named."""

    line: int
    owners: set[str] = field(default_factory=set)
    scales: set[str] = field(default_factory=set)

    def trouble(self) -> str:
        """Why it cannot be registered from the file; empty where it can."""
        if len(self.owners) != 1:
            return "has no owner" if not self.owners else f"has several owners: {', '.join(sorted(self.owners))}"
        if len(self.scales) != 1:
            return "has no scale" if not self.scales else f"has several scales: {', '.join(sorted(self.scales))}"
        [scale] = self.scales
        return "" if scale in QUESTIONS else f"has a scale that does not exist: {scale}"


def named_in(rows: Iterable[Taken]) -> dict[str, Named]:
    """The touchpoints that rows name, in the order they are first named."""
    found: dict[str, Named] = {}
    for row in rows:
        if row.wrong or "touchpoint" not in row.body:
            continue
        named = found.setdefault(str(row.body["touchpoint"]), Named(row.line))
        if row.owner:
            named.owners.add(row.owner)
        if "scale" in row.body:
            named.scales.add(str(row.body["scale"]))
    return found


def unknown_among(named: Mapping[str, Named], client: Client) -> dict[str, Named]:
    """Those the registry does not know. A key that may not ask is told of them by the first batch it sends."""
    try:
        known = {touchpoint["id"] for touchpoint in client.every("/v1/touchpoints", "touchpoints")}
    except Answered as refusal:
        if refusal.status == 403:
            return {}
        raise
    return {name: about for name, about in named.items() if name not in known}


def register_unknown(unknown: Mapping[str, Named], client: Client) -> list[str]:
    """Registers them with the owner and scale the file gives, and returns them. Raises Failed naming those without."""
    troubles = tuple(
        f"{name} (line {about.line}) {about.trouble()}" for name, about in unknown.items() if about.trouble()
    )
    if troubles:
        raise Failed(
            f"{count(len(troubles), 'touchpoint')} of this file cannot be registered: apply a journey that has them, "
            "or give the file's rows an owner and a scale (--set owner=… --set scale=nps)",
            troubles,
        )
    if unknown:
        version, document = current(client)
        body = {"document": merged(document, unknown), "base_version": version}
        client.put(f"/v1/documents/{DOCUMENT}", body)
    return list(unknown)


def current(client: Client) -> tuple[int, dict[str, Any]]:
    """The document `imported` and its version; 0 and one without touchpoints where there is none yet."""
    try:
        held = client.get(f"/v1/documents/{DOCUMENT}")
    except Answered as refusal:
        if refusal.status != 404:
            raise
        return 0, {"name": DOCUMENT}
    return held["version"], held["document"]


def merged(document: Mapping[str, Any], unknown: Mapping[str, Named]) -> dict[str, Any]:
    """The document with the new touchpoints, their owners and a survey for each scale; what it held stays."""
    sections: dict[str, dict[str, Any]] = {
        name: dict(document.get(name, {})) for name in ("owners", "journeys", "surveys", "touchpoints")
    }
    sections["journeys"].setdefault(DOCUMENT, {"name": STAGE, "stages": {DOCUMENT: STAGE}})
    for name, about in unknown.items():
        [owner], [scale] = about.owners, about.scales
        sections["owners"].setdefault(owner_id(owner), {"name": owner})
        sections["surveys"].setdefault(f"{DOCUMENT}-{scale}", {"scale": scale, "question": QUESTIONS[scale]})
        sections["touchpoints"][name] = {
            "name": {"en": name},
            "owner": owner_id(owner),
            "journey": DOCUMENT,
            "stage": DOCUMENT,
            "survey": f"{DOCUMENT}-{scale}",
        }
    return dict(document) | sections


def owner_id(owner: str) -> str:
    """`Équipe web` is `equipe-web`; what is an id already stays as it is."""
    plain = owner.replace("-", "").replace(".", "").replace("_", "")
    if plain.isascii() and plain.isalnum() and len(owner) <= 64:
        return owner
    return snake(owner).replace("_", "-") or "owner"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
