"""`etincelle import interactions` and `import outcomes`: what becomes of a row, and of what the API says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.client import Client
from cli.invitations import INTERACTIONS, OUTCOMES, consent, kind_of
from cli.kinds import Kind
from cli.printing import Failed
from cli.rows import Reader, Taken
from cli.sending import send_batch
from cli.source import open_source


def taken(tmp_path: Path, kind: Kind, content: str, **more: Any) -> list[Taken]:
    file = tmp_path / "rows.csv"
    file.write_text(content, encoding="utf-8")
    return list(Reader(open_source(file, None), kind=kind, **more).bodies())


def test_whatever_names_the_customer_stands_together(tmp_path: Path) -> None:
    """Ids and numbers stay text; empty cells name nobody; further columns become attributes."""
    rows = taken(
        tmp_path,
        INTERACTIONS,
        "interaction_id,touchpoint,occurred_at,customer_id,email,phone,country,Basket\n"
        "v1,shop,2024-03-01T10:00:00Z,0017,a@example.com,,FR,12.5\n"
        "v2,shop,2024-03-01T10:00:00Z,,,+33612345678,,\n",
    )
    assert [row.body["customer"] for row in rows] == [
        {"id": "0017", "email": "a@example.com"},
        {"phone": "+33612345678"},
    ]
    assert [row.body.get("attributes") for row in rows] == [{"basket": 12.5}, None]
    assert "channel" not in rows[0].body


def test_a_row_that_names_nobody_is_set_aside(tmp_path: Path) -> None:
    """One of three names would do; the reason says so."""
    [row] = taken(tmp_path, INTERACTIONS, "touchpoint,occurred_at,email\nshop,2024-03-01T10:00:00Z,\n")
    assert row.wrong == "no customer_id or email or phone"


def test_a_row_without_an_id_has_one_of_its_content(tmp_path: Path) -> None:
    """The same each time the file is read; two equal rows are two."""
    content = "touchpoint,occurred_at,email\n" + "shop,2024-03-01T10:00:00Z,a@example.com\n" * 2
    first, second = (taken(tmp_path, INTERACTIONS, content) for _ in range(2))
    ids = [row.body["interaction_id"] for row in first]
    assert ids == [row.body["interaction_id"] for row in second]
    assert len(set(ids)) == 2


def test_two_different_rows_with_one_id_are_not_lost_in_silence(tmp_path: Path) -> None:
    """At one touchpoint; the second is set aside with the line of the first."""
    content = "interaction_id,touchpoint,occurred_at,email\n" + "".join(
        f"v1,{place},2024-03-01T10:00:00Z,{n}@example.com\n" for n, place in enumerate(("a", "a", "b"))
    )
    assert [row.wrong for row in taken(tmp_path, INTERACTIONS, content)] == [
        "",
        "line 2 has the same interaction_id",
        "",
    ]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("yes", True), ("Oui", True), ("0", False), ("non", False), ("email, sms", ["email", "sms"]), (True, True)],
)
def test_consent_is_a_word_or_channels(cell: Any, meant: Any) -> None:
    """As people write it in a column."""
    assert consent(cell) == meant


def test_an_outcome_has_an_amount_and_no_attributes(tmp_path: Path) -> None:
    """What the file says beside is left out."""
    [row] = taken(
        tmp_path,
        OUTCOMES,
        "customer_id,occurred_at,kind,amount,currency,region\n17,2024-03-01T10:00:00Z,bought,12.50,EUR,nord\n",
    )
    assert row.body.pop("outcome_id").startswith("row-")
    assert row.body == {
        "customer": {"id": "17"},
        "occurred_at": "2024-03-01T10:00:00Z",
        "kind": "bought",
        "amount": 12.5,
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a@example.com", "email"), ("+33 6 12 34 56 78", "phone"), ("0612345678", "phone"), ("A-17", "id"), ("17", "id")],
)
def test_pressure_is_asked_by_what_the_text_looks_like(text: str, kind: str) -> None:
    """A customer id may be digits; a phone number begins with + or 0."""
    assert kind_of(text) == kind


def answering(results: list[dict[str, Any]]) -> Client:
    """A client of an API that answers so."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"results": results}))
    return Client("https://api.example.com", "etk_x", transport)


def test_wrong_rows_of_a_list_are_set_aside_alone() -> None:
    """With every reason of theirs; the others count as they are answered."""
    errors = [
        {"pointer": "#/1/customer/email", "detail": "no address", "code": "x"},
        {"pointer": "#/1/occurred_at", "detail": "no time", "code": "y"},
    ]
    results = [{"status": "accepted"}, {"status": "invalid", "errors": errors}, {"status": "already_known"}]
    rows = [Taken(line, {"touchpoint": "shop"}) for line in (2, 3, 4)]
    statuses, refused = send_batch(rows, INTERACTIONS, answering(results))
    assert statuses == ["accepted", "already_known"]
    assert [(row.line, row.wrong) for row in refused] == [(3, "customer/email: no address; occurred_at: no time")]


def test_an_unknown_touchpoint_stops_the_import() -> None:
    """No row is at fault, and none of that touchpoint's would be taken."""
    errors = [{"pointer": "#/0/touchpoint", "detail": "unknown", "code": "unknown_touchpoint"}]
    with pytest.raises(Failed) as failure:
        send_batch(
            [Taken(2, {"touchpoint": "gone"})], INTERACTIONS, answering([{"status": "invalid", "errors": errors}])
        )
    assert failure.value.details == ("gone",)
