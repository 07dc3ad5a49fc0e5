"""Two teams with a thing of each kind and words of their customers, in every service that has pages for people.

`STAGES` are the services over fakes; `Row` says of a page who may see it; a test asks each page in every way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

from services.alerts import app as alerts
from services.alerts import wiring as alerts_wiring
from services.alerts.usecases.cases.ports import CaseDeps, Way
from services.alerts.usecases.cases.ports import Person as Behind
from services.insights import app as insights
from services.invitations import app as invitations
from services.invitations.domain.interactions import Interaction
from services.invitations.domain.people import Identifier
from services.invitations.domain.people import Person as Customer
from services.invitations.usecases.outreach import OutreachDeps
from services.registry import app as registry
from services.registry import usecases as applying
from shared.auth import Authenticator
from shared.catalogue import Person
from shared.events import AlertEvent
from shared.forms import FORM
from shared.http import Api, Operation
from shared.sessions import FORM_TOKEN, Sessions
from shared.tables.cases import case_place
from tests import fakes, owners
from tests import registry as documents
from tests.alerts import owner, subscription
from tests.cases import FakeKeys, World, answer, case_of, place
from tests.http import Reply, ask
from tests.invitations import World as ContactsWorld
from tests.sending import FakeSuppressions
from tests.unit.test_outreach import FakeRecent, decided
from tests.unit.test_pressure_page import FakeTallies

SITE = owners.PUBLIC_URL
TEAMS = {"web": "checkout", "store": "till"}
"""Each team with its touchpoint."""
VISITORS = ("pilot", "owner", "other owner", "front line", "other front line")
"""As a team sees them: `owner` is its own, `other owner` the other team's."""
QUERIES: Mapping[str, tuple[str, ...]] = {
    "as": ("csv",),
    "page": ("2",),
    "q": ("t", "parcel"),
    "days": ("365",),
    "to": ("2024-03-06",),
    "channel": ("web",),
    "part": ("scores", "channels", "segments", "handoffs"),
    "by": ("store",),
    "value": ("paris",),
    "state": ("open", "all"),
    "owner": tuple(TEAMS),
    "before": ("2024-12-31T00:00:00~z",),
    "remedy": ("r1",),
    "which": ("open", "overdue", "closed"),
    "touchpoint": tuple(TEAMS.values()),
    "cursor": (case_place(owners.NOW, "0" * 16),),
    "edit": ("mail",),
    "done": ("saved", "note"),
}
"""What each query parameter of a page is tried with; a parameter that is not here fails the test of the table."""
BESIDE = {"value": {"by": "store"}}
"""What a parameter makes sense beside."""


@dataclass(frozen=True)
class Row:
    """Who may see a page. whole: it is about no team's thing; else of VISITORS those who may, of that team's.

    fields: of its form.
    """

    seen_by: tuple[str, ...]
    whole: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """A service's app over fakes. things: what stands for a path's parameter, by team.

    words: of each team's customers; they are personal data of that team's.
    """

    app: Api
    deps: Callable[[], Any]
    things: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def path(self, operation: Operation, team: str) -> str:
        path = operation.path
        for name, by_team in self.things.items():
            path = path.replace(f"{{{name}}}", by_team[team])
        return path

    def visit(
        self, who: Person, method: str, path: str, fields: Mapping[str, str] | None = None, lang: str = "en"
    ) -> Reply:
        """A page as that person sees it, or its form as they send it."""
        deps = self.deps()
        self.app._deps = lambda: deps
        headers = {"Cookie": deps.sessions.begun(who, lang, None).partition(";")[0]}
        if method == "GET":
            return ask(self.app, "GET", path, headers=headers)
        token = deps.sessions.visitor(headers["Cookie"]).form_token
        headers |= {"Content-Type": FORM[0], "Sec-Fetch-Site": "same-origin"}
        return ask(self.app, "POST", path, urlencode({FORM_TOKEN: token, **(fields or {})}), headers)


def person(visitor: str, team: str) -> Person:
    """Who that visitor is, as the team sees them."""
    [other] = TEAMS.keys() - {team}
    mine = other if visitor.startswith("other") else team
    known = {"pilot": "pilot", "owner": f"{mine}-owner", "front line": f"{mine}-clerk"}
    return owners.PEOPLE[known[visitor.removeprefix("other ")]]


def addresses(operation: Operation, path: str) -> list[str]:
    """The page as it is, and with each of its parameters, alone and as a file."""
    if operation.method != "GET":
        return [path]
    singles = [{name: value, **BESIDE.get(name, {})} for name in operation.query for value in QUERIES[name]]
    files = [{}, {"as": "csv"}] if "as" in operation.query else [{}]
    asked = [one | file for one, file in product([{}, *singles], files)]
    return [path + (f"?{urlencode(one)}" if one else "") for one in asked]


def signed_in() -> Sessions:
    return Sessions(owners.FakePeople(), lambda: b"secret", lambda: owners.NOW, SITE)


CASES = {team: case_of(answer(team, touchpoint=touchpoint)) for team, touchpoint in TEAMS.items()}


def alerts_deps() -> alerts_wiring.Deps:
    """A case of each team, of somebody who is known."""
    world = World(*(place(team=owner(team, subscription()), name=touchpoint) for team, touchpoint in TEAMS.items()))
    for team, touchpoint in TEAMS.items():
        mail = Way("email", f"customer-of-{team}@example.com")
        world.people.known[team] = Behind(f"customer-of-{team}", (mail,), "en")
        world.say(answer(team, touchpoint=touchpoint, customer=team, comment=owners.SECRET_WORDS[touchpoint]))
    return alerts_wiring.Deps(
        **{name: getattr(world.case_deps, name) for name in CaseDeps.__dataclass_fields__},
        authenticator=Authenticator(FakeKeys()),
        sessions=signed_in(),
        fresh=world.catalogue,
        eraser=None,
        slack_signing=lambda: "",
    )


def registry_deps() -> Any:
    """A journey file with both teams."""
    made = documents.fake_deps()
    teams = {team: {"name": team.title(), "subscriptions": {"mail": f"desk-of-{team}@example.com"}} for team in TEAMS}
    people = {
        one.id: one.model_dump(mode="json", exclude_none=True, exclude={"id", "sessions"}) | {"lang": "en"}
        for one in owners.PEOPLE.values()
    }
    ease = {"survey": "ease", "stage": "pay"}
    places = {touchpoint: {"owner": team, **ease} for team, touchpoint in TEAMS.items()}
    asked = documents.asked(0, owners=teams, people=people, touchpoints=places)
    applying.apply_document("shop", asked, documents.ADMIN, made)
    return made


@dataclass(frozen=True)
class InvitationsDeps(OutreachDeps):
    sessions: Sessions


@dataclass(frozen=True)
class Standing:
    """An alert of each team."""

    events: Mapping[str, AlertEvent]

    def named(self, alert_id: str) -> AlertEvent | None:
        return self.events.get(alert_id)


def invitations_deps() -> InvitationsDeps:
    """Somebody who went through each team's touchpoint since its alert, and said nothing."""
    world = ContactsWorld(*(owners.touchpoint(name, team) for team, name in TEAMS.items()))
    world.now = owners.NOW
    events = [owners.event_at(name, team) for team, name in TEAMS.items()]
    for team in TEAMS:
        names = (Identifier("id", f"customer-of-{team}"), Identifier("email", f"customer-of-{team}@example.com"))
        world.people.write(Customer(f"p-{team}", identifiers=names))
    lately = owners.NOW - timedelta(hours=5)
    passed = [replace(decided(team, at=lately, who=f"p-{team}"), interaction=seen(team, lately)) for team in TEAMS]
    contacts = vars(world.deps) | {"tallies": FakeTallies(100)}
    return InvitationsDeps(
        **contacts,
        alerts=Standing({one.alert_id: one for one in events}),
        recent=FakeRecent(passed),
        suppressions=FakeSuppressions(),
        responses=fakes.FakeResponses(),
        sessions=signed_in(),
    )


def seen(team: str, at: datetime) -> Interaction:
    return Interaction(team, TEAMS[team], at, at, attributes={"store": "paris"})


STAGES: Mapping[str, Stage] = {
    "insights": Stage(
        insights.app,
        owners.crossed,
        {
            "touchpoint": TEAMS,
            "journey": dict.fromkeys(TEAMS, "shop"),
            "alert_id": {team: f"drop.{name}.customer.20240304T120000Z" for team, name in TEAMS.items()},
        },
        {team: (owners.SECRET_WORDS[name],) for team, name in TEAMS.items()},
    ),
    "alerts": Stage(
        alerts.app,
        alerts_deps,
        {"case_id": CASES, "owner": {team: team for team in TEAMS}, "id": dict.fromkeys(TEAMS, "mail")},
        {team: (owners.SECRET_WORDS[name], f"customer-of-{team}@") for team, name in TEAMS.items()},
    ),
    "registry": Stage(
        registry.app,
        registry_deps,
        {"owner": {team: team for team in TEAMS}, "name": dict.fromkeys(TEAMS, "shop"), "n": dict.fromkeys(TEAMS, "1")},
        {team: (f"desk-of-{team}@",) for team in TEAMS},
    ),
    "invitations": Stage(
        invitations.app,
        invitations_deps,
        {"alert_id": {team: f"drop.{name}.customer.20240304T120000Z" for team, name in TEAMS.items()}},
        {team: (f"customer-of-{team}@",) for team in TEAMS},
    ),
}
