"""The registry over HTTP: what its routes take, give and refuse."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from services.registry.app import PAGE, app
from services.registry.messages import Scope
from shared.auth import SCOPES, digest
from tests.http import ask
from tests.registry import SECRET, Caller, caller, fake_deps, shop

HOOK = {"web": {"name": "Web team", "subscriptions": {"hook": {"webhook": "https://example.com/h", "secret": SECRET}}}}


@pytest.fixture
def admin() -> Caller:
    return caller(fake_deps())


def put(admin: Caller, base: int = 0, query: str = "", **changes: Any) -> Any:
    return admin.ask("PUT", f"/v1/documents/shop{query}", {"document": shop(**changes), "base_version": base})


def pointers(reply: Any) -> list[str]:
    assert reply.status == 422, reply.body
    return sorted(error["pointer"] for error in reply.body["errors"])


def test_a_document_can_be_applied_read_and_listed(admin: Caller) -> None:
    """Its whole life over HTTP."""
    made = put(admin)
    assert (made.status, made.body["version"], made.body["changed"]) == (200, 1, True)
    read = admin.ask("GET", "/v1/documents/shop")
    assert (read.status, read.body["version"], read.body["applied_at"]) == (200, 1, "2024-03-01T10:00:00Z")
    assert read.body["document"]["touchpoints"]["checkout"]["owner"] == "web"
    assert put(admin, read.body["version"], lang="fr").body["version"] == 2
    assert "lang" not in admin.ask("GET", "/v1/documents/shop/versions/1").body["document"]
    assert admin.ask("GET", "/v1/documents/shop/versions/2").body["document"]["lang"] == "fr"
    assert [line["name"] for line in admin.ask("GET", "/v1/documents").body["documents"]] == ["shop"]


def test_what_was_read_can_be_applied_and_changes_nothing(admin: Caller) -> None:
    """Secrets are hidden on the way out and kept on the way in."""
    put(admin, owners=HOOK)
    read = admin.ask("GET", "/v1/documents/shop").body["document"]
    again = admin.ask("PUT", "/v1/documents/shop", {"document": read, "base_version": 1})
    assert (again.status, again.body["changed"], again.body["difference"]) == (200, False, [])


def test_no_route_ever_shows_a_secret(admin: Caller) -> None:
    """Neither a document, nor a touchpoint, nor a difference, nor a refusal."""
    replies = [
        put(admin, query="?dry_run=true", owners=HOOK),
        put(admin, owners=HOOK),
        put(admin, 9, owners=HOOK, lang="fr"),
        put(admin, 1, owners=HOOK, lang="?"),
        *(
            admin.ask("GET", path)
            for path in ("/v1/documents/shop", "/v1/documents/shop/versions/1", "/v1/touchpoints/checkout")
        ),
    ]
    assert [reply.status for reply in replies] == [200, 200, 409, 422, 200, 200, 200]
    assert SECRET not in json.dumps([reply.body for reply in replies])


def test_what_is_only_called_secret_is_shown(admin: Caller) -> None:
    """Ids are free to be words of ours."""
    point = {"owner": "web", "stage": "secret", "survey": "ease"}
    names = {"journeys": {"secret": {"stages": {"secret": "Hush"}}}, "touchpoints": {"secret": point}}
    put(admin, **names)
    document = admin.ask("GET", "/v1/documents/shop").body["document"]
    assert document["touchpoints"]["secret"]["stage"] == "secret"
    assert document["journeys"]["secret"]["stages"] == {"secret": {"en": "Hush"}}


def test_a_dry_run_answers_the_difference(admin: Caller) -> None:
    """And leaves no document behind."""
    reply = put(admin, query="?dry_run=true")
    assert (reply.body["dry_run"], reply.body["version"], len(reply.body["difference"])) == (True, 0, 5)
    assert admin.ask("GET", "/v1/documents/shop").status == 404


def test_warnings_come_with_the_outcome(admin: Caller) -> None:
    """What may be meant is said, and applied."""
    reply = put(admin, owners={"web": {"name": "Web team"}})
    assert reply.body["warnings"][0]["pointer"] == "#/document/owners/web"
    assert "nobody is told" in reply.body["warnings"][0]["detail"]


def test_a_stale_base_version_answers_409(admin: Caller) -> None:
    """With a code that programs can branch on."""
    put(admin)
    reply = put(admin, 0, lang="fr")
    assert (reply.status, reply.body["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#/base_version", "#/document"]),
        ({"document": [], "base_version": -1, "x": 1}, ["#/base_version", "#/document", "#/x"]),
        ({"document": {}, "base_version": "0"}, ["#/base_version"]),
        ({"document": {"owners": 3, "surveys": []}, "base_version": 0}, ["#/document/owners", "#/document/surveys"]),
        ([], ["#"]),
        (3, ["#"]),
    ],
)
def test_a_wrong_body_is_refused_with_every_wrong_field(admin: Caller, body: Any, expected: list[str]) -> None:
    """RFC 9457, each field by its pointer."""
    assert pointers(admin.ask("PUT", "/v1/documents/shop", body)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents/none",
        "/v1/documents/a%23b",
        "/v1/documents/shop/versions/1",
        "/v1/documents/shop/versions/0",
        "/v1/documents/shop/versions/x",
        "/v1/documents/shop/versions/99999999999999999999",
        "/v1/touchpoints/none",
        "/v1/touchpoints/a%23b",
        "/v1/touchpoints/%00",
    ],
)
def test_what_is_not_there_answers_404(admin: Caller, path: str) -> None:
    """Whatever the name looks like."""
    assert admin.ask("GET", path).status == 404


def test_a_name_that_cannot_be_one_is_refused(admin: Caller) -> None:
    """The separator of our keys, for one."""
    assert pointers(admin.ask("PUT", "/v1/documents/a%23b", {"document": {}, "base_version": 0})) == ["#/document/name"]


@pytest.mark.parametrize("query", ["?dry_run=yes", "?dry_run=1", "?dry_run=TRUE"])
def test_a_dry_run_that_is_neither_true_nor_false_is_refused(admin: Caller, query: str) -> None:
    """Rather than applied."""
    assert pointers(put(admin, query=query)) == ["dry_run"]
    assert admin.ask("GET", "/v1/documents").body["documents"] == []


def test_touchpoints_are_listed_in_pages(admin: Caller) -> None:
    """As many as there are, by id, none twice."""
    points = {f"t{n:04}": {"owner": "web", "stage": "pay", "survey": "ease"} for n in range(PAGE + 1)}
    put(admin, touchpoints=points)
    first = admin.ask("GET", "/v1/touchpoints").body
    second = admin.ask("GET", f"/v1/touchpoints?cursor={first['next_cursor']}").body
    assert [line["id"] for line in first["touchpoints"] + second["touchpoints"]] == sorted(points)
    assert "next_cursor" not in second
    line = {"id": "t0000", "name": {"en": "t0000"}, "owner": "web", "journey": "buy", "stage": "pay"}
    assert first["touchpoints"][0] == line | {"paused": False, "document": "shop"}


def test_a_cursor_that_was_made_up_is_refused(admin: Caller) -> None:
    """By its name."""
    assert pointers(admin.ask("GET", "/v1/touchpoints?cursor=%23")) == ["cursor"]


def test_a_removed_touchpoint_can_still_be_read(admin: Caller) -> None:
    """And says that it was removed."""
    put(admin)
    put(admin, 1, touchpoints={})
    reply = admin.ask("GET", "/v1/touchpoints/checkout")
    assert (reply.status, reply.body["removed"], reply.body["document"]) == (200, True, "shop")


def test_a_key_is_shown_once_and_works(admin: Caller) -> None:
    """What is kept of it is its digest, which is never shown."""
    made = admin.ask("POST", "/v1/keys", {"name": " the till ", "scopes": ["registry:read", "registry:read"]})
    assert made.status == 201
    key = made.body["key"]
    assert key.startswith("etk_")
    assert (made.body["name"], made.body["scopes"]) == ("the till", ["registry:read"])
    assert Caller(admin.deps, key).ask("GET", "/v1/documents").status == 200
    listed = admin.ask("GET", "/v1/keys")
    assert key not in json.dumps(listed.body)
    assert digest(key) not in json.dumps(listed.body)


def test_a_revoked_key_is_refused_and_stays_listed(admin: Caller) -> None:
    """Revoking it again is no error."""
    made = admin.ask("POST", "/v1/keys", {"name": "till", "scopes": ["registry:read"]}).body
    for _ in range(2):
        assert admin.ask("DELETE", f"/v1/keys/{made['id']}").status == 204
    assert Caller(admin.deps, made["key"]).ask("GET", "/v1/documents").status == 401
    [line] = [line for line in admin.ask("GET", "/v1/keys").body["keys"] if line["id"] == made["id"]]
    assert (line["revoked_at"], line["revoked_by"]) == ("2024-03-01T10:00:00Z", line["created_by"])


def test_a_key_that_is_not_there_cannot_be_revoked(admin: Caller) -> None:
    """404, whatever the id looks like."""
    assert admin.ask("DELETE", "/v1/keys/none").status == 404
    assert admin.ask("DELETE", "/v1/keys/a%23b").status == 404


def test_nobody_makes_a_key_that_may_more_than_theirs(admin: Caller) -> None:
    """The last line of defence: a key for keys is not a key for everything."""
    few = caller(admin.deps, "keys:write", "registry:read")
    refused = few.ask("POST", "/v1/keys", {"name": "x", "scopes": ["registry:read", "registry:write"]})
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    assert "registry:write" in refused.body["detail"]
    assert few.ask("POST", "/v1/keys", {"name": "x", "scopes": ["registry:read"]}).status == 201


def test_who_signs_in_is_changed_by_a_key_for_keys_only(admin: Caller) -> None:
    """Without `keys:write` none is added, changed or removed, and a dry run says so, too; all else may change."""
    ana = {"ana": {"email": "ana@example.com", "role": "pilot"}}
    few = caller(admin.deps, "registry:read", "registry:write")
    assert put(few, people={}).status == 200
    for path in ("/v1/documents/shop", "/v1/documents/shop?dry_run=true"):
        refused = few.ask("PUT", path, {"document": shop(people=ana), "base_version": 1})
        assert (refused.status, refused.body["code"]) == (403, "forbidden")
        assert "`people`, which needs a key with keys:write" in refused.body["detail"]
    assert admin.deps.sign_in.people.person("ana") is None
    assert put(admin, 1, people=ana).status == 200
    assert put(few, 2, people={}).status == 403
    assert put(few, 2, people={"ana": ana["ana"] | {"sessions": 2}}).status == 403
    assert put(few, 2, people=ana, touchpoints={}).status == 200
    assert admin.deps.sign_in.people.person("ana") is not None


def test_nobody_revokes_a_key_that_may_more_than_theirs(admin: Caller) -> None:
    """Nor one that is revoked already; as much as it may itself, it may take away."""
    strong, weak = (
        admin.ask("POST", "/v1/keys", {"name": "x", "scopes": scopes}).body
        for scopes in (["registry:read", "registry:write"], ["registry:read"])
    )
    few = caller(admin.deps, "keys:write", "registry:read")
    refused = few.ask("DELETE", f"/v1/keys/{strong['id']}")
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    assert "registry:write" in refused.body["detail"]
    assert Caller(admin.deps, strong["key"]).ask("GET", "/v1/documents").status == 200
    assert few.ask("DELETE", f"/v1/keys/{weak['id']}").status == 204
    assert Caller(admin.deps, weak["key"]).ask("GET", "/v1/documents").status == 401


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["#/name", "#/scopes"]),
        ({"name": "", "scopes": []}, ["#/name", "#/scopes"]),
        ({"name": "a\nb", "scopes": ["everything"], "key": "etk_mine"}, ["#/key", "#/name", "#/scopes/0"]),
        ({"name": 3, "scopes": "registry:read"}, ["#/name", "#/scopes"]),
    ],
)
def test_a_wrong_key_request_is_refused_with_every_wrong_field(admin: Caller, body: Any, expected: list[str]) -> None:
    """Each by its pointer."""
    assert pointers(admin.ask("POST", "/v1/keys", body)) == expected


@pytest.mark.parametrize(
    ("method", "path", "scope"), [(o.method, o.path, o.scope) for o in app.operations if not o.is_page]
)
def test_every_route_needs_its_scope(admin: Caller, method: str, path: str, scope: str) -> None:
    """Nothing is open by default: 401 without a key, 403 with every other scope."""
    assert scope is not None
    place = path.replace("{n}", "1").replace("{name}", "shop").replace("{id}", "x").replace("{touchpoint}", "x")
    others = caller(admin.deps, *(other for other in SCOPES if other != scope))
    assert others.ask(method, place, {}).status == 403
    assert Caller(admin.deps, "etk_unknown").ask(method, place, {}).status == 401
    assert Caller(admin.deps, "").ask(method, place, {}).status == 401


def test_the_scopes_a_key_may_have_are_those_that_routes_ask_for() -> None:
    """One list for the schema, one for the code: the same."""
    assert get_args(Scope) == SCOPES


def test_an_unknown_method_never_reaches_the_app() -> None:
    """API Gateway answers for it."""
    assert ask(app, "POST", "/v1/documents").status == 403
