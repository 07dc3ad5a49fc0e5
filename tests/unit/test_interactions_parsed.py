"""What is sent as an interaction becomes a typed one, or every wrong field is named; whatever is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.invitations.domain.interactions import Interaction
from services.invitations.domain.people import Identifier
from services.invitations.usecases.incoming import parse_interaction
from shared.errors import InvalidInput
from tests.invitations import NOW, World

GOOD: dict[str, Any] = {
    "interaction_id": "order-1",
    "touchpoint": "checkout",
    "occurred_at": "2024-03-01T09:00:00Z",
    "customer": {"id": "A-17"},
}


def parsed(**fields: Any) -> Interaction:
    return parse_interaction(GOOD | fields, World().deps)


def wrong(**fields: Any) -> dict[str, str]:
    """The code of each wrong field."""
    with pytest.raises(InvalidInput) as refusal:
        parsed(**fields)
    return {error.pointer: error.code for error in refusal.value.errors}


def test_an_interaction_is_taken_with_all_it_says() -> None:
    """The customer's names in one spelling, the strongest first; the national number read as its country's."""
    told = parsed(
        customer={"phone": "06 12 34 56 78", "email": "Jane@Example.com", "id": "A-17"},
        country="fr",
        locale="fr-FR",
        time_zone="Europe/Paris",
        channel="web",
        consent=["email", "sms"],
        attributes={"basket": 12.5},
    )
    assert told == Interaction(
        "order-1",
        "checkout",
        NOW - timedelta(hours=1),
        NOW,
        (Identifier("id", "A-17"), Identifier("email", "jane@example.com"), Identifier("phone", "+33612345678")),
        "web",
        "fr-FR",
        "Europe/Paris",
        "FR",
        frozenset({"email", "sms"}),
        {"basket": 12.5},
    )


def test_consent_has_its_source() -> None:
    """Where it was given, beside when it was."""
    assert parsed(consent=True, consent_source="order form").consent_source == "order form"


@pytest.mark.parametrize(
    ("said", "kept"),
    [(True, {"all"}), (False, set()), ([], set()), (["sms"], {"sms"}), (None, None)],
)
def test_consent_is_yes_no_or_some_channels(said: Any, kept: set[str] | None) -> None:
    """And nothing said is not a no."""
    assert parsed(consent=said).consent == kept


def test_a_state_is_a_country_too() -> None:
    """Numbers are those of the country it is in."""
    told = parsed(country="us-fl", customer={"phone": "(201) 555-0123"})
    assert (told.country, told.customer) == ("US-FL", (Identifier("phone", "+12015550123"),))


def test_every_wrong_field_is_named_at_once() -> None:
    """With a code of its own, those inside the customer too."""
    assert wrong(
        interaction_id="a#b",
        touchpoint="nowhere",
        occurred_at="yesterday",
        customer={"id": "", "email": "jane@", "phone": "0612345678"},
        channel="paper",
        locale="français",
        time_zone="Paris",
        country="France",
        consent=["fax"],
        attributes={"Shop": "Lyon"},
        surprise=1,
    ) == {
        "#/interaction_id": "string_pattern_mismatch",
        "#/touchpoint": "unknown_touchpoint",
        "#/occurred_at": "not_a_time",
        "#/customer/id": "id_length",
        "#/customer/email": "email_at",
        "#/customer/phone": "phone_country",
        "#/channel": "literal_error",
        "#/locale": "string_pattern_mismatch",
        "#/time_zone": "time_zone",
        "#/country": "string_pattern_mismatch",
        "#/consent": "consent",
        "#/attributes/Shop": "string_pattern_mismatch",
        "#/surprise": "extra_forbidden",
    }


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({}, {"#/customer": "customer_unnamed"}),
        ({"id": None}, {"#/customer": "customer_unnamed"}),
        ({"id": 17}, {"#/customer/id": "string_type"}),
        ({"name": "Jane", "id": "A"}, {"#/customer/name": "extra_forbidden"}),
        ("A-17", {"#/customer": "model_type"}),
    ],
)
def test_a_customer_is_named_by_at_least_one_text(customer: Any, expected: dict[str, str]) -> None:
    """And by nothing that we would not understand."""
    assert wrong(customer=customer) == expected


def test_an_interaction_that_is_to_come_is_refused() -> None:
    """A sender's clock may be five minutes ahead."""
    assert parsed(occurred_at="2024-03-01T10:05:00Z").occurred_at == NOW + timedelta(minutes=5)
    assert wrong(occurred_at="2024-03-01T10:05:01Z") == {"#/occurred_at": "in_the_future"}


TEXTS = st.text(max_size=30)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=12)
NAMES = {
    "id": TEXTS | ANYTHING,
    "email": st.emails() | TEXTS | st.from_regex(r"\S{1,20}@\S{1,20}") | ANYTHING,
    "phone": st.from_regex(r"\+?[0-9 ()./-]{1,20}") | TEXTS | ANYTHING,
}
FIELDS = {
    "interaction_id": TEXTS | ANYTHING,
    "touchpoint": st.just("checkout") | TEXTS | ANYTHING,
    "occurred_at": st.datetimes().map(lambda time: time.isoformat() + "Z") | ANYTHING,
    "customer": st.fixed_dictionaries({}, optional=NAMES) | ANYTHING,
    "channel": st.sampled_from(["web", "fax"]) | ANYTHING,
    "locale": TEXTS | ANYTHING,
    "time_zone": st.sampled_from(["Europe/Paris", "../etc/passwd", "Europe", "\0"]) | TEXTS | ANYTHING,
    "country": st.sampled_from(["FR", "us-fl", "ÄÖ", "f"]) | ANYTHING,
    "consent": st.booleans() | st.lists(st.sampled_from(["email", "fax"])) | ANYTHING,
    "attributes": st.dictionaries(TEXTS, LEAVES) | ANYTHING,
}


@given(
    ANYTHING | st.fixed_dictionaries({}, optional=FIELDS) | st.fixed_dictionaries({}, optional=FIELDS).map(GOOD.__or__)
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_is_taken_or_refused(sent: Any) -> None:
    """Nothing else is ever raised."""
    try:
        interaction = parse_interaction(sent, World().deps)
    except InvalidInput as refusal:
        assert refusal.errors
    else:
        assert interaction.customer
