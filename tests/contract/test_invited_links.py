"""The links of invitations, as one service writes them and the other reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.collector.adapters.links import EveryLink
from services.collector.domain.links import Link
from services.invitations.adapters.reservations import item_of_link
from services.invitations.adapters.steps import TableLinks
from services.invitations.domain.links import Link as InvitedLink
from shared.dynamo import Table
from tests.aws import data_stack, table

AT = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
INVITED = InvitedLink("a" * 32, "checkout", "widget", AT, "inv1", "whose", AT + timedelta(days=30))
OWN = Link("b" * 32, "checkout", "open", "widget", "customer", AT)


@pytest.fixture(scope="module")
def tables() -> Iterator[tuple[Table, Table]]:
    with data_stack():
        yield table("responses"), table("contacts")


def test_the_collector_finds_the_links_of_invitations_beside_its_own(tables: tuple[Table, Table]) -> None:
    """An invitation's takes one answer, its customer's, until it expires; what stands nowhere is None."""
    links = EveryLink(*tables)
    links.add(OWN)
    tables[1].put(item_of_link(INVITED))
    found = links.get(INVITED.link_id)
    assert found == Link(
        INVITED.link_id, "checkout", "single", "widget", "customer", AT, "inv1", "whose", INVITED.expires_at
    )
    assert found.only_response_id == "invitation:inv1"
    assert links.get(OWN.link_id) == OWN
    assert links.get("c" * 32) is None


def test_an_invitation_that_was_taken_back_has_a_link_that_is_revoked(tables: tuple[Table, Table]) -> None:
    """Since when it first was; a link that stands nowhere is not made by it."""
    invited = TableLinks(tables[1])
    invited.add(replace(INVITED, link_id="d" * 32))
    for at in (AT, AT + timedelta(days=1)):
        invited.revoke("d" * 32, at)
    invited.revoke("e" * 32, AT)
    found = EveryLink(*tables).get("d" * 32)
    assert found is not None
    assert found.revoked_at == AT
    assert EveryLink(*tables).get("e" * 32) is None
