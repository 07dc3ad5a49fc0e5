"""Every page of every service, by every kind of visitor, of one's own and of another team's things.

The list of pages is the one that docs/openapi.json is made of: a page without a row fails, and so does a row without a
page, or a query parameter that nobody tries.
"""

from __future__ import annotations

import pytest

from shared.http import Operation
from tests.access import QUERIES, STAGES, TEAMS, VISITORS, Row, Stage, addresses, person

EVERYBODY = VISITORS
LEADERS = ("pilot", "owner", "other owner")
FIGURES = (*LEADERS, "front line")
THEIRS = ("pilot", "owner")
NOTE = {"do": "note", "text": "called", "seen": "1"}
MORE = {"do": "save", "id": "boss", "version": "0", "way": "email", "target": "boss@example.com", "lang": "en"}
TABLE = {
    "GET /": Row(EVERYBODY, whole=True),
    "GET /touchpoints/{touchpoint}": Row(FIGURES),
    "GET /journeys": Row(EVERYBODY, whole=True),
    "GET /journeys/{journey}": Row(EVERYBODY, whole=True),
    "GET /friction": Row(EVERYBODY, whole=True),
    "GET /friction/{alert_id}": Row(FIGURES),
    "GET /friction/{alert_id}/check": Row(FIGURES),
    "GET /priorities": Row(LEADERS, whole=True),
    "GET /outreach/{alert_id}": Row(THEIRS),
    "GET /pressure": Row(EVERYBODY, whole=True),
    "GET /cases": Row(LEADERS, whole=True),
    "GET /cases/{case_id}": Row(THEIRS),
    "POST /cases/{case_id}": Row(THEIRS, fields=NOTE),
    "GET /subscriptions": Row(LEADERS, whole=True),
    "GET /subscriptions/{owner}": Row(THEIRS),
    "POST /subscriptions/{owner}": Row(THEIRS, fields=MORE),
    "POST /subscriptions/{owner}/{id}/test": Row(THEIRS),
    "POST /subscriptions/{owner}/{id}/mute": Row(THEIRS, fields={"days": "1"}),
    "GET /settings": Row(("pilot",), whole=True),
    "GET /settings/{name}/{n}": Row(("pilot",), whole=True),
    "POST /language": Row(EVERYBODY, whole=True, fields={"lang": "fr"}),
    "POST /sign-out": Row(EVERYBODY, whole=True),
}
PAGES = {
    f"{one.method} {one.path}": (stage, one) for stage in STAGES.values() for one in stage.app.operations if one.roles
}
CASES = [
    pytest.param(*PAGES[name], row, team, visitor, id=f"{name} {team} {visitor}")
    for name, row in TABLE.items()
    for team in TEAMS
    for visitor in VISITORS
]


def test_the_table_is_of_every_page_and_every_question_it_takes() -> None:
    """A page of any service that is added must be added here, with what its address may say."""
    assert set(TABLE) == set(PAGES)
    assert {name for _, page in PAGES.values() for name in page.query} <= set(QUERIES)


@pytest.mark.parametrize(("stage", "page", "row", "team", "visitor"), CASES)
def test_a_page_is_seen_by_whom_it_is_for(stage: Stage, page: Operation, row: Row, team: str, visitor: str) -> None:
    """Whatever its address says: on screen and as a file. Everybody else hears that it is not theirs, or not there."""
    who, allowed = person(visitor, team), visitor in row.seen_by
    for address in addresses(page, stage.path(page, team)):
        reply = stage.visit(who, page.method, address, row.fields)
        assert reply.status in ((200, 303) if allowed else (403, 404)), address
        assert not reply.headers.get("location", "").startswith("/sign-in?"), address


@pytest.mark.parametrize(("stage", "page", "row", "team", "visitor"), CASES)
def test_a_teams_people_are_on_nobody_elses_pages(
    stage: Stage, page: Operation, row: Row, team: str, visitor: str
) -> None:
    """Neither in their own team's pages nor in what others are refused with; no order, filter or file tells them."""
    if visitor in THEIRS:
        return
    for whose in TEAMS:
        for address in addresses(page, stage.path(page, whose)):
            said = str(stage.visit(person(visitor, team), page.method, address, row.fields).body)
            assert not [words for words in stage.words.get(team, ()) if words in said], address


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("service", [name for name, stage in STAGES.items() if stage.words])
def test_their_own_team_does_see_them(service: str, team: str) -> None:
    """Else the test above would prove nothing: every text of the world stands on some page of its owner's."""
    stage, who = STAGES[service], person("owner", team)
    looked = TABLE | {"POST /cases/{case_id}": Row(THEIRS, fields={"do": "look"})}
    pages = [(page, looked[name]) for name, (of, page) in PAGES.items() if of is stage]
    said = [str(stage.visit(who, page.method, stage.path(page, team), row.fields).body) for page, row in pages]
    assert all(any(words in one for one in said) for words in stage.words[team])
