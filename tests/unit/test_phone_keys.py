"""Keys that callers press: what each means, once for each call, and a flow that works with Amazon Connect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.paths import ROOT
from services.collector import app as collector
from services.collector.channels.phone import words
from services.collector.channels.phone.calls import score_of
from services.collector.domain.responses import MAY_CHANGE_FOR
from shared.errors import InvalidInput
from shared.scales import SCALES
from tests.collector import World, touchpoint
from tests.texting import event

FLOW = json.loads((ROOT / "infra/connect/ask.json").read_text())
ACTIONS = {action["Identifier"]: action for action in FLOW["Actions"]}


def press(world: World, key: str = "9", *, contact: dict[str, Any] | None = None, **parameters: str) -> dict[str, str]:
    """The function's reply to Connect's event with that key."""
    collector.app._deps = lambda: world.deps
    sent = event("connect/key")
    sent["Details"]["ContactData"] |= contact or {}
    sent["Details"]["Parameters"] |= {"key": key, **parameters}
    reply: dict[str, str] = collector.phone(sent, None)
    return reply


def test_a_key_is_an_answer_of_the_call() -> None:
    """The recorded event: stored once, in the caller's language; of the number only a keyed hash is kept."""
    world = World()
    assert press(world) == {"status": "stored", "message": "Merci. Votre réponse est bien arrivée."}
    [stored] = world.stored
    assert stored.response_id == "phone:4a573372-1f28-4e26-b97b-0123456789ab"
    assert (stored.score, stored.channel, stored.lang, stored.evidence) == (9, "phone", "fr-FR", {"phone": "key"})
    assert stored.customer is not None
    assert len(stored.customer) == 32
    assert "336123" not in repr(stored)


def test_the_same_key_again_changes_nothing_and_another_replaces_it() -> None:
    """Connect may send the same event twice; a caller may think again."""
    world = World()
    assert [press(world)["status"] for _ in range(3)] == ["stored", "already_stored", "already_stored"]
    assert press(world, "2")["status"] == "stored"
    [stored] = world.stored
    assert (stored.score, stored.revision) == (2, 2)
    world.now += MAY_CHANGE_FOR
    assert press(world, "7")["status"] == "already_stored"
    assert world.stored[0].score == 2


def test_the_same_caller_is_the_same_customer_in_another_call() -> None:
    """A hidden number is nobody's."""
    world = World()
    press(world)
    press(world, contact={"ContactId": "another"})
    press(world, contact={"ContactId": "hidden", "CustomerEndpoint": {"Address": "anonymous", "Type": "x"}})
    press(world, contact={"ContactId": "none", "CustomerEndpoint": None})
    customers = [stored.customer for stored in world.stored]
    assert customers[0] == customers[1]
    assert customers[2:] == [None, None]


@pytest.mark.parametrize(
    ("scale", "meaning"),
    [
        ("nps", {**{str(n): n for n in range(10)}, "*": 10, "10": 10, "9#": 9, "#": None, "11": None, "": None}),
        ("csat", {"0": None, **{str(n): n for n in range(1, 6)}, "6": None, "*": None}),
        ("stars", {"0": None, **{str(n): n for n in range(1, 6)}, "6": None}),
        ("ces", {"0": None, **{str(n): n for n in range(1, 8)}, "8": None, "*": None}),
        ("thumbs", {"1": 1, "2": 0, "0": 0, "3": None, "*": None}),
    ],
)
def test_keys_mean_what_the_scale_says(scale: str, meaning: dict[str, int | None]) -> None:
    """On both sides of its ends; star is ten from 0 to 10 only, and 1 and 2 are yes and no."""
    assert {key: score_of(key, SCALES[scale]) for key in meaning} == meaning


@pytest.mark.parametrize("key", ["Timeout", "#", "", "99", "٩", "nine"])
def test_an_unclear_key_is_told_which_there_are(key: str) -> None:
    """Nothing is stored; the flow says the message and asks again."""
    world = World()
    reply = press(world, key, lang="en")
    assert reply == {"status": "unclear", "message": "Please press a key from 0 to 9, or star for ten."}
    assert world.stored == []


@pytest.mark.parametrize("lang", words.languages())
def test_every_language_says_which_keys_there_are(lang: str) -> None:
    """With the ends of the scale in it."""
    said = words.please(SCALES["csat"], lang)
    assert "1" in said
    assert "5" in said
    assert "{" not in said


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"touchpoint": "elsewhere"}, "#/Details/Parameters/touchpoint"),
        ({"touchpoint": "a#b"}, "#/Details/Parameters/touchpoint"),
        ({"touchpoint": 7}, "#/Details/Parameters/touchpoint"),
    ],
)
def test_a_flow_that_names_no_touchpoint_fails_at_once(broken: dict[str, Any], pointer: str) -> None:
    """The block's error branch is taken, and whoever made the flow reads why."""
    with pytest.raises(InvalidInput) as refused:
        press(World(), **broken)
    assert [one.pointer for one in refused.value.errors] == [pointer]


def test_an_event_of_another_kind_is_refused_without_repeating_it() -> None:
    """Every part that is missing is named."""
    collector.app._deps = lambda: World().deps
    with pytest.raises(InvalidInput) as refused:
        collector.phone({"Details": {"ContactData": {"CustomerEndpoint": {"Address": "+336"}}}}, None)
    assert {one.pointer for one in refused.value.errors} == {"#/Details/ContactData/ContactId", "#/Details/Parameters"}
    assert "+336" not in str(refused.value.errors)


def test_a_key_at_a_paused_touchpoint_is_kept_and_not_counted() -> None:
    """As on every channel."""
    world = World(touchpoint(paused=True))
    press(world)
    assert world.stored[0].not_counted_because == "paused"


def test_a_pause_does_not_take_an_answer_out_of_the_figures() -> None:
    """Another key pressed once the touchpoint is paused leaves the answer as it was when it counted."""
    world = World()
    press(world)
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    assert press(world, "2")["status"] == "already_stored"
    assert [(stored.score, stored.is_counted) for stored in world.stored] == [(9, True)]


def following(action: dict[str, Any]) -> list[str]:
    """The actions that may come after one."""
    transitions = action["Transitions"]
    branches = [*transitions.get("Conditions", []), *transitions.get("Errors", [])]
    return [*([transitions["NextAction"]] if "NextAction" in transitions else []), *(b["NextAction"] for b in branches)]


def test_the_sample_flow_is_whole() -> None:
    """Connect's flow language: every branch leads to an action that is there, every action can be reached."""
    assert FLOW["Version"] == "2019-10-30"
    assert len(ACTIONS) == len(FLOW["Actions"])
    reached, ahead = set(), [FLOW["StartAction"]]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += following(ACTIONS[name])
    assert reached == set(ACTIONS) == set(FLOW["Metadata"]["ActionMetadata"])
    for action in FLOW["Actions"]:
        assert set(action) == {"Identifier", "Type", "Parameters", "Transitions"}
        errors = [error["ErrorType"] for error in action["Transitions"].get("Errors", [])]
        wanted = {"Compare": ["NoMatchingCondition"], "DisconnectParticipant": []}
        assert errors == wanted.get(action["Type"], ["NoMatchingError"])


def test_the_sample_flow_speaks_to_our_function() -> None:
    """What it sends is what the function reads; what it branches on and says is what the function replies."""
    [take] = [action for action in FLOW["Actions"] if action["Type"] == "InvokeLambdaFunction"]
    sent = take["Parameters"]["LambdaInvocationAttributes"]
    assert sent["key"] == "$.StoredCustomerInput"
    assert take["Parameters"]["ResponseValidation"] == {"ResponseType": "STRING_MAP"}
    reply = press(World(touchpoint(sent["touchpoint"])), "*", **{name: sent[name] for name in ("touchpoint", "lang")})
    told = {reference for action in FLOW["Actions"] for reference in references(action["Parameters"])}
    assert told - {"$.StoredCustomerInput"} == {f"$.External.{name}" for name in reply}


def references(parameters: dict[str, Any]) -> set[str]:
    return {value for value in [*parameters.values(), *parameters.get("LambdaInvocationAttributes", {}).values()]
            if isinstance(value, str) and value.startswith("$")}  # fmt: skip


def test_star_is_a_key_and_not_the_way_to_cancel() -> None:
    """Connect takes `*` for cancelling unless it is told not to; then nobody could answer ten."""
    asking = [action for action in FLOW["Actions"] if action["Type"] == "GetParticipantInput"]
    assert len(asking) == 2
    for action in asking:
        assert action["Parameters"]["DTMFConfiguration"]["DisableCancelKey"] == "True"
        assert action["Parameters"]["StoreInput"] == "True"
        assert action["Parameters"]["InputValidation"] == {"CustomValidation": {"MaximumLength": "1"}}
