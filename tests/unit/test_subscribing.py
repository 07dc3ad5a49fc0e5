"""Subscriptions by API: the file's rules and its words, secrets that are never read back, and who changed what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.registry import usecases
from services.registry.domain.difference import HIDDEN
from shared.catalogue import Subscription
from shared.catalogue_table import TableCatalogue
from shared.dynamo import Table
from shared.errors import InvalidInput
from tests import aws
from tests.http import Reply
from tests.registry import ADMIN, NOW, SECRET, asked, caller, empty, shop, table_deps

OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtdGhlLXRlc3RzLTI0Yg=="
HOOK = {"webhook": "https://example.com/hook", "secret": SECRET}


class Registry:
    """The app over the true table, asked with a key that may do everything."""

    def __init__(self, table: Table) -> None:
        self.table, self.deps = table, table_deps(table)
        self.ask = caller(self.deps).ask

    def apply(self, base: int, **changes: Any) -> None:
        usecases.apply_document("shop", asked(base, **changes), ADMIN, self.deps)


@pytest.fixture(scope="module")
def stack() -> Iterator[Table]:
    with aws.data_stack():
        yield aws.table("registry")


@pytest.fixture
def registry(stack: Table) -> Registry:
    """With the web team's journey applied, and nothing else."""
    empty(stack)
    made = Registry(stack)
    made.apply(0)
    return made


def put(registry: Registry, identifier: str, sent: Any, base: int = 0, owner: str = "web") -> Reply:
    body = {"subscription": sent, "base_version": base}
    return registry.ask("PUT", f"/v1/owners/{owner}/subscriptions/{identifier}", body)


def listed(registry: Registry, owner: str = "web") -> dict[str, dict[str, Any]]:
    reply = registry.ask("GET", f"/v1/owners/{owner}/subscriptions")
    assert reply.status == 200, reply.body
    return {one["id"]: one for one in reply.body["subscriptions"]}


def told(registry: Registry) -> dict[str, Subscription]:
    """As the services that tell people read the web team."""
    owner = TableCatalogue(registry.table, lambda: NOW).owner("web")
    assert owner is not None
    return {one.id: one for one in owner.subscriptions}


def test_one_that_is_made_here_stands_beside_the_files_and_is_told(registry: Registry) -> None:
    """With everything a file may say of it; language and time zone are the team's where it says none."""
    wanted = {
        "sms": "+33612345678",
        "lang": "fr",
        "everywhere": True,
        "touchpoints": ["checkout"],
        "journeys": ["buy"],
        "pillars": ["process"],
        "kinds": ["drop"],
        "severities": ["high"],
        "digest": {"every": "week", "at": "07:30", "except_for": ["high"]},
        "quiet_hours": {"start": "20:00", "end": "07:00", "weekends": True, "except_for": ["high"]},
        "time_zone": "Europe/Paris",
    }
    made = put(registry, "boss", wanted)
    assert made.status == 200, made.body
    shown = listed(registry)
    assert [(name, one["made"]) for name, one in shown.items()] == [("boss", "here"), ("mail", "file")]
    assert shown["boss"] == made.body["subscription"]
    target = wanted.pop("sms")
    assert {name: shown["boss"][name] for name in wanted} == wanted
    assert (shown["boss"]["kind"], shown["boss"]["target"]) == ("sms", target)
    assert list(told(registry)) == ["mail", "boss"]
    assert [owner.id for owner in TableCatalogue(registry.table, lambda: NOW).watchers()] == ["web"]
    assert put(registry, "short", "you@example.com").body["subscription"]["lang"] == "en"


@pytest.mark.parametrize(
    ("sent", "pointer", "words"),
    [
        ("nobody", "#/subscription/email", "is no e-mail address"),
        ({"email": "a@example.com", "sms": "+33612345678"}, "#/subscription", "is email and sms at once"),
        ({"everywhere": True}, "#/subscription", "says none of email"),
        ({"email": "a@example.com", "secret": SECRET}, "#/subscription/secret", "an e-mail is not signed"),
        ({"webhook": "http://example.com"}, "#/subscription/webhook", "no address that may be called"),
        ({"slack": "C024BE91L"}, "#/subscription/slack", "a channel needs a bot's token"),
        ({"email": "a@example.com", "pilars": []}, "#/subscription/pilars", "did you mean `pillars`"),
        ({"email": "a@example.com", "kinds": ["drops"]}, "#/subscription/kinds/0", "did you mean `drop`"),
        ({"email": "a@example.com", "time_zone": "Paris"}, "#/subscription/time_zone", "is no time zone"),
        ({"webhook": "https://a.example.com", "secret": HIDDEN}, "#/subscription/secret", "no secret is kept here yet"),
    ],
)
def test_what_is_wrong_is_told_as_of_a_file(registry: Registry, sent: Any, pointer: str, words: str) -> None:
    """In the same words, at its place; nothing is kept."""
    refused = put(registry, "new", sent)
    assert refused.status == 422
    found = {error["pointer"]: error["detail"] for error in refused.body["errors"]}
    assert words in found[pointer]
    assert list(listed(registry)) == ["mail"]


def test_a_webhook_without_a_secret_is_made_with_a_warning(registry: Registry) -> None:
    """As the file's is."""
    warned = put(registry, "hook", {"webhook": "https://example.com/hook"})
    assert warned.status == 200
    assert "this webhook is not signed" in warned.body["warnings"][0]["detail"]
    assert put(registry, "signed", HOOK).body["warnings"] == []


def test_secrets_go_in_and_never_come_out(registry: Registry) -> None:
    """Not in a list, not in the outcome, not among the versions; whether there is one does."""
    replies = [put(registry, "hook", HOOK), registry.ask("GET", "/v1/owners/web/subscriptions")]
    replies.append(registry.ask("GET", "/v1/owners/web/subscriptions/hook/versions"))
    assert SECRET not in str(replies)
    assert listed(registry)["hook"]["has_secret"] is True
    assert listed(registry)["hook"]["has_former_secret"] is False
    assert told(registry)["hook"].secret == SECRET


def test_a_secret_that_is_left_out_stays_and_a_new_one_makes_it_the_former(registry: Registry) -> None:
    """What was read, changed and sent back loses none; the changeover ends with null."""
    put(registry, "hook", HOOK)
    put(registry, "hook", {"webhook": "https://example.com/other"}, 1)
    assert (told(registry)["hook"].target, told(registry)["hook"].secret) == ("https://example.com/other", SECRET)
    put(registry, "hook", HOOK | {"secret": OTHER}, 2)
    assert (told(registry)["hook"].secret, told(registry)["hook"].former_secret) == (OTHER, SECRET)
    put(registry, "hook", {"webhook": "https://example.com/hook", "secret": HIDDEN, "former_secret": None}, 3)
    assert (told(registry)["hook"].secret, told(registry)["hook"].former_secret) == (OTHER, None)
    put(registry, "hook", HOOK | {"secret": SECRET, "former_secret": None}, 4)
    assert (told(registry)["hook"].secret, told(registry)["hook"].former_secret) == (SECRET, None)
    put(registry, "hook", {"webhook": "https://example.com/hook", "secret": None}, 5)
    assert told(registry)["hook"].secret is None


@pytest.mark.parametrize(
    ("way", "host"), [("slack", "https://hooks.slack.com"), ("teams", "https://x.logic.azure.com")]
)
def test_an_address_that_anybody_may_post_to_is_a_secret(registry: Registry, way: str, host: str) -> None:
    """Its host is shown; sent back so it stays, and what is another's, or another way's, is not taken."""
    url, shown = f"{host}/T0/B0?sig=private", f"{host}/{HIDDEN}"
    replies = [put(registry, "room", {way: url}), registry.ask("GET", "/v1/owners/web/subscriptions")]
    replies.append(registry.ask("GET", "/v1/owners/web/subscriptions/room/versions"))
    assert [str(one.body).count(shown) for one in replies] == [1, 1, 1]
    assert "private" not in str(replies) and "T0" not in str(replies)
    assert put(registry, "room", {way: shown, "lang": "fr"}, 1).status == 200
    assert (told(registry)["room"].target, told(registry)["room"].lang) == (url, "fr")
    for wrong in ({way: f"https://other.example.com/{HIDDEN}"}, {"teams" if way == "slack" else "slack": shown}):
        assert put(registry, "room", wrong, 2).status == 422
    assert put(registry, "new", {way: shown}).status == 422


def test_another_way_begins_without_the_secrets_of_the_one_before(registry: Registry) -> None:
    """An e-mail is not signed."""
    put(registry, "hook", HOOK)
    assert put(registry, "hook", "web@example.com", 1).status == 200
    assert put(registry, "hook", HOOK | {"secret": HIDDEN}, 2).status == 422


def test_the_same_again_changes_nothing_and_an_old_version_is_refused(registry: Registry) -> None:
    """Whatever version the same is based on; a change names the newest."""
    put(registry, "boss", "boss@example.com")
    for base in (0, 1, 7):
        assert put(registry, "boss", "boss@example.com", base).body["subscription"]["version"] == 1
    stale = put(registry, "boss", "other@example.com", 0)
    assert (stale.status, stale.body["code"]) == (409, "conflict")
    assert put(registry, "boss", "other@example.com", 1).body["subscription"]["version"] == 2


def test_what_became_of_it_is_kept_with_who_changed_it(registry: Registry) -> None:
    """Also that it was removed; made again, it goes on from there."""
    put(registry, "boss", "boss@example.com")
    put(registry, "boss", "other@example.com", 1)
    path = "/v1/owners/web/subscriptions/boss"
    assert registry.ask("DELETE", f"{path}?base_version=1").status == 409
    assert registry.ask("DELETE", f"{path}?base_version=x").status == 422
    assert registry.ask("DELETE", f"{path}?base_version=2").status == 204
    assert registry.ask("DELETE", path).status == 404
    assert list(listed(registry)) == ["mail"]
    assert list(told(registry)) == ["mail"]
    assert put(registry, "boss", "third@example.com").body["subscription"]["version"] == 4
    found = registry.ask("GET", f"{path}/versions").body["versions"]
    assert [(one["version"], one["target"], one["removed"]) for one in found] == [
        (1, "boss@example.com", False),
        (2, "other@example.com", False),
        (3, "other@example.com", True),
        (4, "third@example.com", False),
    ]
    assert all(one["changed_by"].startswith("key ") for one in found)


def test_what_the_file_has_is_changed_in_the_file(registry: Registry) -> None:
    """409 for both; the file's stays."""
    assert put(registry, "mail", "other@example.com").status == 409
    assert registry.ask("DELETE", "/v1/owners/web/subscriptions/mail").status == 409
    assert told(registry)["mail"].target == "web@example.com"


def test_a_file_never_replaces_or_removes_what_was_made_here(registry: Registry) -> None:
    """The same id is refused, naming who made it; anything else stays, and applying says so."""
    put(registry, "boss", "boss@example.com")
    both = {"web": {"name": "Web team", "subscriptions": {"mail": "web@example.com", "boss": "me@example.com"}}}
    with pytest.raises(InvalidInput) as raised:
        registry.apply(1, owners=both)
    [error] = raised.value.errors
    assert error.pointer == "#/document/owners/web/subscriptions/boss"
    assert "was made by API or on the page, last changed by key" in error.detail
    alone = {"web": {"name": "The web team", "subscriptions": {"post": "web@example.com"}}}
    applied = registry.ask("PUT", "/v1/documents/shop", {"document": shop(owners=alone), "base_version": 1})
    assert applied.body["kept"] == [{"owner": "web", "id": "boss", "is_told": True}]
    assert list(told(registry)) == ["post", "boss"]


def test_a_team_that_leaves_the_file_is_told_nothing_more_until_it_comes_back(registry: Registry) -> None:
    """What was made here for it waits; applying says that it is told nothing."""
    put(registry, "boss", "boss@example.com")
    others = {"shopkeepers": {"name": "Shopkeepers", "subscriptions": {"mail": "web@example.com"}}}
    touchpoints = {"checkout": {"owner": "shopkeepers", "stage": "pay", "survey": "ease"}}
    body = {"document": shop(owners=others, touchpoints=touchpoints), "base_version": 1}
    assert registry.ask("PUT", "/v1/documents/shop", body).body["kept"] == [
        {"owner": "web", "id": "boss", "is_told": False}
    ]
    assert told(registry) == {}
    assert registry.ask("GET", "/v1/owners/web/subscriptions").status == 404
    registry.apply(2)
    assert list(told(registry)) == ["mail", "boss"]


@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("PUT", "/boss"), ("DELETE", "/boss"), ("GET", "/boss/versions")]
)
@pytest.mark.parametrize("owner", ["nobody", "a%23b"])
def test_an_owner_that_is_not_there_has_none(registry: Registry, method: str, rest: str, owner: str) -> None:
    """404, and no key is made of what can be none."""
    body = {"subscription": "a@example.com", "base_version": 0} if method == "PUT" else None
    assert registry.ask(method, f"/v1/owners/{owner}/subscriptions{rest}", body).status == 404


def test_an_id_that_can_be_none_is_refused(registry: Registry) -> None:
    """On every route that takes one."""
    assert put(registry, "a%23b", "a@example.com").status == 422
    assert registry.ask("DELETE", "/v1/owners/web/subscriptions/a%23b").status == 422
    assert registry.ask("GET", "/v1/owners/web/subscriptions/a%23b/versions").status == 404


def test_a_change_is_seen_after_half_a_minute_at_the_latest(registry: Registry) -> None:
    """By whoever tells people; until then the owner is remembered as it was."""
    now = [NOW]
    catalogue = TableCatalogue(registry.table, lambda: now[0])
    before = catalogue.owner("web")
    put(registry, "boss", "boss@example.com")
    assert catalogue.owner("web") == before
    now[0] += timedelta(seconds=31)
    after = catalogue.owner("web")
    assert after is not None
    assert len(after.subscriptions) == 2
