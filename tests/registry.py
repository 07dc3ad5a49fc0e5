"""What the registry's tests share: small documents, fakes of its ports, its table in moto, and its app over both."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from services.registry import usecases
from services.registry.adapters import AT_ONCE, TableDocuments, TableKeyRing
from services.registry.app import app
from services.registry.domain.compiling import Entry
from services.registry.signing_in import usecases as signing_in
from services.registry.signing_in.adapters import TableLinks, TableVisits
from services.registry.signing_in.usecases import SignInLink
from services.registry.subscribing import usecases as subscribing
from services.registry.subscribing.adapters import TableMutes, TableSubscriptions, without_secrets
from services.registry.subscribing.usecases import Kept, Team
from services.registry.usecases import ApiKey, Described, Documents, KeyRing, MadeHere, Version
from services.registry.wiring import Deps
from shared.auth import SCOPES, ApiKeys, Authenticator, Principal
from shared.catalogue import Owner, People, Person, Survey, address_digest
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.errors import Conflict, Gone, TooLarge
from shared.keyring import TableApiKeys
from shared.limits_table import TableCounters
from shared.sessions import Sessions
from shared.tables import registry as keys
from tests.fakes import FakeCounters
from tests.http import Reply, ask

NOW = datetime(2024, 3, 1, 10, tzinfo=UTC)
ADMIN = Principal("admin", frozenset(SCOPES))
PUBLIC_URL = "https://answers.example.com"
SECRET = "whsec_b25seS1hLXNhbXBsZS1uZXZlci1hLXNlY3JldA=="


def shop(name: str = "shop", **changes: Any) -> dict[str, Any]:
    """A small, whole document as a client sends it; `changes` replace its sections."""
    return {
        "name": name,
        "owners": {"web": {"name": "Web team", "subscriptions": {"mail": "web@example.com"}}},
        "journeys": {"buy": {"stages": {"choose": "Choose", "pay": "Pay"}}},
        "surveys": {"ease": {"scale": "thumbs", "question": "Was that easy?"}},
        "touchpoints": {"checkout": {"owner": "web", "stage": "pay", "survey": "ease"}},
    } | changes


def asked(base: int, **changes: Any) -> usecases.Application:
    return usecases.Application(document=shop(**changes), base_version=base)


@dataclass
class FakeDocuments:
    """Documents in memory: entries kept with the turn that wrote them, never replaced by an earlier one's."""

    turns: list[Version] = field(default_factory=list)
    published: dict[str, Version] = field(default_factory=dict)
    kept: dict[tuple[str, str], tuple[Version, Entry]] = field(default_factory=dict)
    surveys: dict[str, Survey] = field(default_factory=dict)
    subscriptions: dict[tuple[str, str], list[Kept]] = field(default_factory=dict)

    def head(self, name: str) -> Version | None:
        return self.published.get(name)

    def version(self, name: str, version: int) -> Version | None:
        return next((one for one in self.turns if (one.name, one.version) == (name, version)), None)

    def heads(self) -> list[tuple[str, int, datetime]]:
        return [(name, head.version, head.applied_at) for name, head in sorted(self.published.items())]

    def last_turn(self) -> tuple[int, Version | None]:
        last = self.turns[-1] if self.turns else None
        head = self.published.get(last.name) if last else None
        return len(self.turns), None if last is None or (head and head.version >= last.version) else last

    def commit(self, version: Version) -> bool:
        if len(str(version.document)) > 5_000_000:
            raise TooLarge("the document is too large to be kept")
        if version.turn != len(self.turns) + 1:
            return False
        self.turns.append(version)
        return True

    def publish(self, version: Version, entries: list[Entry]) -> None:
        for entry in entries:
            before = self.kept.get((entry.kind, entry.id))
            if before is None or before[0].turn <= version.turn:
                self.kept[entry.kind, entry.id] = (version, entry)
            if entry.kind == "SURVEY" and not entry.removed:
                self.surveys[entry.id] = Survey.model_validate(entry.value)
        head = self.published.get(version.name)
        self.published[version.name] = head if head and head.turn > version.turn else version

    def made_here(self) -> list[MadeHere]:
        return [
            MadeHere(owner, identifier, last.changed_by)
            for (owner, identifier), versions in sorted(self.subscriptions.items())
            if not (last := versions[-1]).is_removed
        ]

    def belongings(self) -> dict[tuple[str, str], str]:
        return {name: version.name for name, (version, entry) in self.kept.items() if not entry.removed}

    def newest_survey(self, survey: str) -> Survey | None:
        return self.surveys.get(survey)

    def touchpoint(self, touchpoint: str) -> Described | None:
        version, entry = self.kept.get(("TOUCHPOINT", touchpoint), (None, None))
        return Described(entry.value, version.name, entry.removed) if version and entry else None

    def touchpoints(self, after: str, limit: int) -> list[Described]:
        ids = sorted(
            i for (kind, i), (_, e) in self.kept.items() if kind == "TOUCHPOINT" and not e.removed and i > after
        )
        return [self._line(i) for i in ids[:limit]]

    def _line(self, touchpoint: str) -> Described:
        version, entry = self.kept["TOUCHPOINT", touchpoint]
        line = {name: entry.value[name] for name in ("id", "name", "journey", "stage", "paused")}
        return Described(line | {"owner": entry.value["owner"]["id"]}, version.name, False)


@dataclass
class FakeKeyRing:
    """API keys in memory; it authenticates, too."""

    kept: dict[str, ApiKey] = field(default_factory=dict)

    def add(self, key: ApiKey) -> None:
        self.kept[key.id] = key

    def all(self) -> list[ApiKey]:
        return sorted(self.kept.values(), key=lambda key: key.id)

    def revoke(self, key: ApiKey, at: datetime, by: str) -> None:
        self.kept[key.id] = replace(key, revoked_at=at, revoked_by=by)

    def principal(self, digest: str) -> Principal | None:
        live = (key for key in self.kept.values() if key.digest == digest and key.revoked_at is None)
        return next((Principal(key.id, frozenset(key.scopes)) for key in live), None)


@dataclass
class FakeSubscriptions:
    """Every version of each subscription, in the fake documents, which know of them."""

    documents: FakeDocuments

    def team(self, owner: str) -> Team | None:
        version, entry = self.documents.kept.get(("OWNER", owner), (None, None))
        if version is None or entry is None or entry.removed:
            return None
        zone = self.documents.published[version.name].document.get("defaults", {}).get("time_zone", "UTC")
        return Team(Owner.model_validate(entry.value), zone)

    def teams(self) -> dict[str, str]:
        kept = self.documents.kept.items()
        return {i: entry.value["name"] for (kind, i), (_, entry) in kept if kind == "OWNER" and not entry.removed}

    def of(self, owner: str) -> list[Kept]:
        return [versions[-1] for (mine, _), versions in sorted(self.documents.subscriptions.items()) if mine == owner]

    def save(self, kept: Kept) -> None:
        versions = self.documents.subscriptions.setdefault((kept.owner, kept.id), [])
        if kept.version != len(versions) + 1:
            raise Conflict("somebody else changed it at this very moment; look at it again")
        versions.append(kept)

    def versions(self, owner: str, subscription: str) -> list[Kept]:
        return [without_secrets(one) for one in self.documents.subscriptions.get((owner, subscription), [])]


@dataclass
class FakeMutes:
    """kept: until when, by subscription and by what is muted."""

    kept: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def of(self, subscription: str, now: datetime) -> dict[str, datetime]:
        return {what: until for (who, what), until in self.kept.items() if who == subscription and until > now}


def counting_bytes() -> Any:
    """Random bytes that are different each time, and the same in each test."""
    numbers = itertools.count()
    return lambda n: bytes((next(numbers) * 37) % 248 for _ in range(n))


@dataclass
class FakePeople:
    """People of the documents in memory."""

    documents: FakeDocuments

    def person(self, person: str) -> Person | None:
        _, entry = self.documents.kept.get(("PERSON", person), (None, None))
        return Person.model_validate(entry.value) if entry and not entry.removed else None

    def person_at(self, email: str) -> Person | None:
        _, entry = self.documents.kept.get(("ADDRESS", address_digest(email)), (None, None))
        return self.person(entry.value["person"]) if entry and not entry.removed else None


@dataclass
class FakeLinks:
    """Links to sign in by, in memory."""

    kept: dict[str, SignInLink] = field(default_factory=dict)

    def add(self, code_hash: str, link: SignInLink) -> None:
        self.kept[code_hash] = link

    def get(self, code_hash: str) -> SignInLink | None:
        return self.kept.get(code_hash)

    def use(self, code_hash: str) -> SignInLink | None:
        return self.kept.pop(code_hash, None)


@dataclass
class FakeVisits:
    kept: dict[str, datetime] = field(default_factory=dict)

    def began(self, person: str, asked_at: datetime, now: datetime) -> datetime | None:
        before = self.kept.get(person)
        if before and before > asked_at:
            raise Gone()
        self.kept[person] = now
        return before


@dataclass
class FakeMailer:
    """sent: to whom, and the address of the link."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, person: Person, address: str) -> None:
        self.sent.append((person.email, address))


@dataclass
class Clock:
    """A clock that stands still until it is waited for."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def wait_until(self, moment: datetime) -> None:
        self.at = max(self.at, moment)


def signing_in_deps(people: People, table: Table | None = None) -> signing_in.Deps:
    """What signing in needs: on a table, or on fakes where there is none."""
    clock = Clock()
    return signing_in.Deps(
        people=people,
        links=TableLinks(table) if table else FakeLinks(),
        visits=TableVisits(table) if table else FakeVisits(),
        counters=TableCounters(table, keys.limit_key) if table else FakeCounters(),
        mailer=FakeMailer(),
        secret=lambda: b"secret",
        random_bytes=counting_bytes(),
        now=clock.now,
        wait_until=clock.wait_until,
        public_url=PUBLIC_URL,
    )


def whole(
    documents: Documents, ring: KeyRing, keys: ApiKeys, sign_in: signing_in.Deps, subscribed: subscribing.Deps
) -> Deps:
    sessions = Sessions(sign_in.people, sign_in.secret, sign_in.now, sign_in.public_url)
    return Deps(documents, ring, lambda: NOW, counting_bytes(), Authenticator(keys), sessions, sign_in, subscribed)


def fake_deps() -> Deps:
    ring, documents = FakeKeyRing(), FakeDocuments()
    subscribed = subscribing.Deps(FakeSubscriptions(documents), FakeMutes(), lambda: NOW)
    return whole(documents, ring, ring, signing_in_deps(FakePeople(documents)), subscribed)


def table_deps(table: Table, at_once: int = AT_ONCE) -> Deps:
    """at_once: how many writes a transaction has."""
    sign_in = signing_in_deps(TableCatalogue(table, lambda: NOW, seconds=0), table)
    documents = TableDocuments(table, at_once)
    mutes = TableMutes(replace(table, name=table.name.replace("registry", "cases")))
    subscribed = subscribing.Deps(TableSubscriptions(table, documents), mutes, lambda: NOW)
    return whole(documents, TableKeyRing(table), TableApiKeys(table), sign_in, subscribed)


def empty(table: Table) -> None:
    """Deletes every item: building the stack anew for each test would take a second."""
    for item in table.client.scan(TableName=table.name)["Items"]:
        table.client.delete_item(TableName=table.name, Key={"pk": item["pk"], "sk": item["sk"]})


@dataclass(frozen=True)
class Caller:
    """Asks the registry's app with a key of the scopes."""

    deps: Deps
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        before, app._deps = app._deps, lambda: self.deps
        try:
            return ask(app, method, path, body, {"Authorization": f"Bearer {self.key}"})
        finally:
            app._deps = before


def caller(deps: Deps, *scopes: str) -> Caller:
    """scopes: all there are, where none is named."""
    made = usecases.NewKey(name="test", scopes=list(scopes or SCOPES))
    return Caller(deps, usecases.create_key(made, ADMIN, deps)[0])
