"""Applying documents: once, in order, each id in one document, and nothing half done."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry import usecases
from services.registry.domain.difference import HIDDEN, hidden
from services.registry.usecases import Applied, Deps
from shared.errors import Conflict, InvalidInput
from tests.registry import ADMIN, SECRET, asked, fake_deps, shop


def apply(deps: Deps, base: int, name: str = "shop", dry_run: bool = False, **changes: Any) -> Applied:
    return usecases.apply_document(name, asked(base, name=name, **changes), ADMIN, deps, dry_run=dry_run)


def survey(question: str, **more: Any) -> dict[str, Any]:
    return {"ease": {"scale": "thumbs", "question": question} | more}


def refused(deps: Deps, name: str = "shop", base: int = 0, **changes: Any) -> list[tuple[str, str]]:
    """Pointers and details of the refusal."""
    with pytest.raises(InvalidInput) as refusal:
        apply(deps, base, name, **changes)
    return [(error.pointer, error.detail) for error in refusal.value.errors]


def test_a_new_document_is_version_one_and_everything_in_it_is_added() -> None:
    """The difference from nothing is everything."""
    applied = apply(fake_deps(), 0)
    assert applied.version == 1
    assert {(change.kind, change.id, change.change) for change in applied.changes} == {
        ("document", "shop", "added"),
        ("owner", "web", "added"),
        ("journey", "buy", "added"),
        ("survey", "ease", "added"),
        ("touchpoint", "checkout", "added"),
    }


def test_the_same_again_writes_nothing_whatever_the_base_version_says() -> None:
    """A retry after a lost reply is no conflict."""
    deps = fake_deps()
    apply(deps, 0)
    again = apply(deps, 0)
    assert (again.version, again.changes) == (1, [])
    assert deps.documents.last_turn() == (1, None)


def test_spelling_out_a_default_or_a_language_changes_nothing() -> None:
    """Documents are compared by what they mean."""
    deps = fake_deps()
    apply(deps, 0)
    spelt = {"checkout": {"owner": "web", "stage": "pay", "survey": "ease", "paused": False, "pillar": "process"}}
    assert apply(deps, 1, touchpoints=spelt, surveys=survey({"en": "Was that easy?"})).changes == []


def test_a_stale_base_version_is_a_conflict_that_names_both() -> None:
    """Somebody else applied meanwhile."""
    deps = fake_deps()
    apply(deps, 0)
    with pytest.raises(Conflict, match="at version 1, not 0"):
        apply(deps, 0, lang="fr")
    with pytest.raises(Conflict, match="at version 1, not 7"):
        apply(deps, 7, lang="fr")


def test_a_dry_run_says_what_would_change_and_changes_nothing() -> None:
    """Not even a turn is taken."""
    deps = fake_deps()
    apply(deps, 0)
    dry = apply(deps, 1, dry_run=True, surveys=survey("Easy?"))
    assert dry.version == 1
    [change] = dry.changes
    assert (change.kind, change.id, change.change) == ("survey", "ease", "changed")
    assert change.before["question"] == {"en": "Was that easy?"}
    assert change.after["question"] == {"en": "Easy?"}
    assert deps.documents.last_turn() == (1, None)
    assert deps.documents.newest_survey("ease").question == {"en": "Was that easy?"}


def test_a_changed_survey_gets_the_next_version_and_the_touchpoint_follows() -> None:
    """Answers keep the version they were given to."""
    deps = fake_deps()
    apply(deps, 0)
    apply(deps, 1, surveys=survey("Easy?"))
    assert deps.documents.newest_survey("ease").version == 2
    assert deps.documents.touchpoint("checkout").value["survey"]["version"] == 2
    assert deps.documents.head("shop").surveys == {"ease": 2}


def test_a_survey_that_did_not_change_keeps_its_version() -> None:
    """However often the document around it changes."""
    deps = fake_deps()
    apply(deps, 0)
    apply(deps, 1, lang="fr", surveys=survey({"en": "Was that easy?"}))
    assert deps.documents.head("shop").surveys == {"ease": 1}


def test_a_survey_that_comes_back_as_it_was_takes_its_version_up_again_and_a_new_one_the_next() -> None:
    """No version number ever means two questions."""
    deps = fake_deps()
    apply(deps, 0)
    none: dict[str, Any] = {"surveys": {}, "touchpoints": {}}
    apply(deps, 1, **none)
    apply(deps, 2)
    assert deps.documents.head("shop").surveys == {"ease": 1}
    apply(deps, 3, **none)
    apply(deps, 4, surveys=survey("Easy?"))
    assert deps.documents.head("shop").surveys == {"ease": 2}


def test_the_order_of_stages_is_a_change() -> None:
    """Stages are in the customer's order."""
    deps = fake_deps()
    apply(deps, 0)
    changed = apply(deps, 1, journeys={"buy": {"stages": {"pay": "Pay", "choose": "Choose"}}})
    assert [(change.kind, change.id) for change in changed.changes] == [("journey", "buy")]


def test_the_order_of_owners_is_none() -> None:
    """Ids of mappings have no order."""
    deps = fake_deps()
    owners = {"web": {"name": "Web"}, "shop": {"name": "Shop"}}
    apply(deps, 0, owners=owners)
    assert apply(deps, 1, owners=dict(reversed(owners.items()))).changes == []


def test_an_id_of_another_document_is_refused_by_name() -> None:
    """Every kind of id, all at once; and nothing is written."""
    deps = fake_deps()
    apply(deps, 0, pressure={"rest_days": 30})
    found = refused(deps, "other", pressure={"rest_days": 60})
    assert {pointer for pointer, _ in found} == {
        "#/document/owners/web",
        "#/document/journeys/buy",
        "#/document/surveys/ease",
        "#/document/touchpoints/checkout",
        "#/document/pressure",
    }
    assert {detail for _, detail in found} == {"belongs to the document `shop`"}
    assert deps.documents.head("other") is None


def test_an_id_that_one_document_gave_up_may_move_to_another() -> None:
    """Its facts stay under the same id."""
    deps = fake_deps()
    apply(deps, 0)
    apply(deps, 1, owners={}, journeys={}, surveys={}, touchpoints={})
    apply(deps, 0, "other")
    moved = deps.documents.touchpoint("checkout")
    assert (moved.document, moved.removed) == ("other", False)


def test_a_removed_touchpoint_is_paused_and_marked_and_comes_back_whole() -> None:
    """What was answered there stays readable."""
    deps = fake_deps()
    apply(deps, 0)
    apply(deps, 1, touchpoints={})
    gone = deps.documents.touchpoint("checkout")
    assert (gone.removed, gone.value["paused"]) == (True, True)
    apply(deps, 2)
    back = deps.documents.touchpoint("checkout")
    assert (back.removed, back.value["paused"]) == (False, False)


def test_a_removed_owner_is_written_to_no_more() -> None:
    """People who left do not get our mail."""
    deps = fake_deps()
    apply(deps, 0)
    apply(deps, 1, owners={}, touchpoints={})
    assert deps.documents.kept["OWNER", "web"][1].value["subscriptions"] == []


def test_a_document_without_journeys_is_one_journey_of_its_name() -> None:
    """So that answers can be imported before anybody drew a journey."""
    deps = fake_deps()
    bare = {"checkout": {"owner": "web", "survey": "ease"}}
    apply(deps, 0, "imported", journeys={}, touchpoints=bare)
    value = deps.documents.touchpoint("checkout").value
    assert (value["journey"], value["stage"], value["name"]) == ("imported", "all", {"en": "checkout"})


def test_what_a_touchpoint_leaves_out_comes_from_the_defaults() -> None:
    """Its own word first, then the document's, then ours."""
    deps = fake_deps()
    defaults = {"time_zone": "Europe/Paris", "detection": {"false_alarms_per_year": 2, "least_answers": 5}}
    point = {"owner": "web", "stage": "pay", "survey": "ease", "detection": {"least_answers": 9}}
    apply(deps, 0, defaults=defaults, touchpoints={"checkout": point})
    value = deps.documents.touchpoint("checkout").value
    assert value["time_zone"] == "Europe/Paris"
    assert value["detection"] == {"share_false": 0.05, "false_alarms_per_year": 2, "least_answers": 9}


def test_what_is_typical_is_said_by_scale_and_kept_where_it_is_asked_on() -> None:
    """Of the document's scales only those that the touchpoint asks on; its own word goes first."""
    deps = fake_deps()
    thumbs, csat = {"shares": [20, 80]}, {"shares": [1, 2, 3, 4, 5], "worth": 90}
    point = {"owner": "web", "stage": "pay", "survey": "ease"}
    own = point | {"detection": {"typical": {"thumbs": {"shares": [1, 9], "worth": 30}}}}
    defaults = {"detection": {"typical": {"thumbs": thumbs, "csat": csat}}}
    apply(deps, 0, defaults=defaults, touchpoints={"checkout": point, "returns": own})
    found = {name: deps.documents.touchpoint(name).value["typical"] for name in ("checkout", "returns")}
    assert found == {
        "checkout": {"thumbs": {"shares": [20, 80], "worth": 60}},
        "returns": {"thumbs": {"shares": [1, 9], "worth": 30}},
    }


@pytest.mark.parametrize(
    ("scale", "shares", "at", "words"),
    [
        ("csat", [1, 2, 3], "/csat/shares", "csat has 5 scores"),
        ("csat", [1] * 12, "/csat/shares", "here are 12"),
        ("thumbs", [0, 1], "/thumbs/shares/0", "or equal to 0.000001"),
        ("thumbs", [1e-200, 1], "/thumbs/shares/0", "or equal to 0.000001"),
        ("smiles", [1, 1], "/smiles", "thumbs"),
    ],
)
def test_what_is_typical_has_a_share_for_each_score(scale: str, shares: list[float], at: str, words: str) -> None:
    """Each more than none, as what never was cannot be bet on; the mistake is named where it stands."""
    ((pointer, detail),) = refused(fake_deps(), defaults={"detection": {"typical": {scale: {"shares": shares}}}})
    assert pointer == f"#/document/defaults/detection/typical{at}"
    assert words in detail


def test_every_scale_whose_shares_are_too_few_is_named() -> None:
    """Of the document and of each touchpoint, all at once."""
    detection = {"typical": {"csat": {"shares": [1, 2]}, "nps": {"shares": [1] * 10}, "thumbs": {"shares": [1, 2]}}}
    point = {"owner": "web", "stage": "pay", "survey": "ease", "detection": detection}
    found = refused(fake_deps(), defaults={"detection": detection}, touchpoints={"checkout": point})
    assert [pointer.removeprefix("#/document/") for pointer, _ in found] == [
        "defaults/detection/typical/csat/shares",
        "defaults/detection/typical/nps/shares",
        "touchpoints/checkout/detection/typical/csat/shares",
        "touchpoints/checkout/detection/typical/nps/shares",
    ]


def test_the_name_may_be_left_to_the_address_but_must_not_contradict_it() -> None:
    """One truth about what a document is called."""
    deps = fake_deps()
    unnamed = usecases.Application(document={"owners": {}}, base_version=0)
    assert usecases.apply_document("shop", unnamed, ADMIN, deps).version == 1
    with pytest.raises(InvalidInput) as refusal:
        usecases.apply_document("other", asked(0), ADMIN, deps)
    assert [error.pointer for error in refusal.value.errors] == ["#/document/name"]


def test_every_mistake_of_a_document_is_in_one_refusal() -> None:
    """With pointers into the body."""
    found = refused(fake_deps(), surveys=survey("", scale="thumb"), touchpoints={"a": {"owner": "x"}})
    assert {pointer for pointer, _ in found} == {
        "#/document/surveys/ease/scale",
        "#/document/surveys/ease/question/en",
        "#/document/touchpoints/a/owner",
        "#/document/touchpoints/a/survey",
        "#/document/touchpoints/a",
    }


def hooked(secret: str) -> dict[str, Any]:
    target = {"webhook": "https://example.com/hook", "secret": secret}
    return {"web": {"name": "Web team", "subscriptions": {"hook": target}}}


def test_a_secret_that_was_read_back_hidden_is_kept() -> None:
    """A document that was read over HTTP may be changed and applied again."""
    deps = fake_deps()
    apply(deps, 0, owners=hooked(SECRET))
    assert apply(deps, 1, owners=hooked(HIDDEN)).changes == []
    apply(deps, 1, owners=hooked(HIDDEN), lang="fr")
    owner = deps.documents.kept["OWNER", "web"][1].value
    assert owner["subscriptions"][0]["secret"] == SECRET


def test_a_hidden_secret_that_is_not_kept_here_is_refused() -> None:
    """Asterisks never become a secret."""
    found = refused(fake_deps(), owners=hooked(HIDDEN))
    assert [pointer for pointer, _ in found] == ["#/document/owners/web/subscriptions/hook/secret"]


def test_an_address_that_was_read_back_hidden_is_kept() -> None:
    """Whoever knows where a room takes messages may post there: of Slack's and Teams' addresses the host is shown."""
    deps, urls = fake_deps(), {"slack": "https://hooks.slack.com/T0/private", "teams": "https://x.example.com?private"}

    def rooms(urls: dict[str, str]) -> dict[str, Any]:
        return {"web": {"name": "Web team", "subscriptions": {way: {way: url} for way, url in urls.items()}}}

    masked = {"slack": f"https://hooks.slack.com/{HIDDEN}", "teams": f"https://x.example.com/{HIDDEN}"}
    [made] = [one for one in apply(deps, 0, owners=rooms(urls)).changes if one.kind == "owner"]
    assert {way: one[way] for way, one in made.after["subscriptions"].items()} == masked
    assert apply(deps, 1, owners=rooms(masked)).changes == []
    apply(deps, 1, owners=rooms(masked), lang="fr")
    kept = deps.documents.kept["OWNER", "web"][1].value
    assert {one["kind"]: one["target"] for one in kept["subscriptions"]} == urls
    assert "private" not in str(hidden(kept)) and masked["teams"] in str(hidden(kept))
    found = refused(fake_deps(), owners=rooms(masked))
    assert [pointer for pointer, _ in found] == [f"#/document/owners/web/subscriptions/{way}/{way}" for way in urls]


def test_a_difference_shows_that_a_secret_changed_and_not_what_it_was() -> None:
    """It may be printed, logged, pasted into a ticket."""
    deps = fake_deps()
    apply(deps, 0, owners=hooked(SECRET))
    [change] = apply(deps, 1, owners=hooked("whsec_" + "B" * 32)).changes
    assert change.before["subscriptions"]["hook"]["secret"] == HIDDEN
    assert change.after["subscriptions"]["hook"]["secret"] == HIDDEN


def test_a_document_that_others_outrun_each_time_is_told_to_try_again() -> None:
    """It does not go round for ever."""

    class Outrun(type(fake_deps().documents)):  # type: ignore[misc]
        def commit(self, version: Any) -> bool:
            return False

    deps = usecases.Deps(Outrun(), fake_deps().keys, fake_deps().now, fake_deps().random_bytes)
    with pytest.raises(Conflict, match="try again"):
        apply(deps, 0)


def test_the_sample_of_these_tests_is_what_a_client_sends() -> None:
    """No defaults are hidden in the helper."""
    assert set(shop()) == {"name", "owners", "journeys", "surveys", "touchpoints"}
