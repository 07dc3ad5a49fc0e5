"""What a first start begins with: an API key, a sample journey, and links to answer by; `sample.steps` brings the rest.

Every step looks first at what is there, so that a start that was interrupted is completed by the next one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from infra.local import notes, resources, wire
from infra.local.environment import SENDER, name
from infra.local.sample.answers import CUSTOMER_HABITS
from shared.auth import SCOPES, digest
from shared.tables.registry import api_key_key

CREDENTIALS = "credentials.json"
JOURNEY = Path(__file__).parent / "sample" / "journey.yaml"
PILOT = "camille"
"""Of the sample."""


class NotSeeded(Exception):
    """A service refused what the sample needs."""


@dataclass(frozen=True)
class Site:
    """Where the services answer, and a key for them."""

    url: str
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.request(method, self.url + path, json=body, headers=headers, timeout=60)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The reply's JSON. Raises NotSeeded where it is no success."""
        reply = self.ask(method, path, body)
        if reply.is_error:
            raise NotSeeded(f"{method} {path} answered {reply.status_code}: {reply.text[:500]}")
        return reply.json()


def site(home: Path, url: str, endpoint: str) -> Site:
    """The site with this stack's own key; made, and written to `credentials.json`, where there is none yet."""
    file = home / CREDENTIALS
    known = json.loads(file.read_text()) if file.exists() else {}
    key = known.get("key", "")
    if not is_known(key, endpoint):
        key = first_key(endpoint)
    fresh = file.with_suffix(".writing")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        json.dump({"url": url, "key": key}, output)
    fresh.replace(file)
    return Site(url, key)


def is_known(key: str, endpoint: str) -> bool:
    """Whether the engine still has the key: a crash loses what was written last."""
    place = dict(zip(("pk", "sk"), api_key_key(digest(key)), strict=True))
    reply = wire.Wire(endpoint).call(
        wire.DYNAMODB, "GetItem", TableName=name("registry"), Key=notes.text_item(**place), ConsistentRead=True
    )
    return "Item" in reply


def first_key(endpoint: str) -> str:
    """A key for everything, made by the registry's own use case: whoever may write to its table may do so."""
    from services.registry import usecases, wiring
    from services.registry.adapters import TableDocuments, TableKeyRing
    from services.registry.messages import NewKey
    from shared.dynamo import Table

    table = Table(resources.client("dynamodb", endpoint), name("registry"))
    deps = usecases.Deps(TableDocuments(table), TableKeyRing(table), lambda: datetime.now(UTC), os.urandom)
    key, _ = usecases.create_key(NewKey(name="this machine", scopes=list(SCOPES)), wiring.BOOTSTRAP, deps)
    return key


def sign_in_link(site: Site, endpoint: str, secret: str) -> str:
    """A link by which the sample's pilot signs in, made by the registry's own use case; empty where there is none.

    secret: the stack's own, by which the registry will know the link again.
    """
    from services.registry import wiring
    from services.registry.signing_in import usecases as signing_in
    from shared.dynamo import Table
    from shared.settings import Environment

    settings = {"SENDER_EMAIL": SENDER, "PUBLIC_URL": site.url, "SECRET": secret}
    table = Table(resources.client("dynamodb", endpoint), name("registry"))
    deps = wiring.signing_in_deps(Environment(settings), table)
    pilot = deps.people.person(PILOT)
    return signing_in.link_for(pilot, "/", deps) if pilot else ""


def journey(site: Site) -> None:
    """Applies the sample journey, unless a journey of that name is there already."""
    document = yaml.safe_load(JOURNEY.read_text().replace("${PUBLIC_URL}", site.url))
    path = f"/v1/documents/{document['name']}"
    if site.ask("GET", path).status_code == 404:
        site.done("PUT", path, {"document": document, "base_version": 0})


def links(site: Site, engine: wire.Wire) -> list[notes.Record]:
    """A lasting survey link for each touchpoint of the sample, made once: `touchpoint`, `name` and `path`."""
    if not notes.sample_links(engine):
        notes.set_sample_links(engine, [link(site, habit.touchpoint, habit.channel) for habit in CUSTOMER_HABITS])
    return notes.sample_links(engine)


def link(site: Site, touchpoint: str, channel: str) -> dict[str, str]:
    made = site.done("POST", "/v1/links", {"touchpoint": touchpoint, "channel": channel, "mode": "open"})
    name = site.done("GET", f"/v1/touchpoints/{touchpoint}")["touchpoint"]["name"]["en"]
    return {"touchpoint": touchpoint, "name": name, "path": "/" + made["url"].split("/", 3)[3]}
