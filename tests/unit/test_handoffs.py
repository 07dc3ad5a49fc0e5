"""Hand-offs: where customers came from, who is told of a fault on the way, and who is not blamed for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.aggregator import usecases
from services.aggregator.adapters.traces import trace_of_interaction
from services.aggregator.domain.answers import Answer
from services.aggregator.domain.comparing import MOST_WAITING, WAITS_CELLS, Comparison
from services.aggregator.domain.traces import Trace, arrival_of, trace_of_answer
from services.aggregator.usecases import Deps
from services.invitations.adapters.interactions import item_of_decided
from services.invitations.domain.interactions import Decided, Interaction, Suppressed
from shared.causes.answers import Given, Reading, Whose
from shared.dynamo import marshal_item, unmarshal_item
from shared.events import AlertEvent
from shared.marks import NOWHERE, Arrival, origins, tally_channels, tally_origins
from tests import fakes
from tests.unit.test_aggregator import CHECKOUT, deps_at
from tests.worlds import START, Passing, passing, visit

OWNERS = {"checkout": "web", "basket": "shop", "search": "find"}
JOURNEY = fakes.FakeCatalogue({name: fakes.touchpoint(name, owner=owner) for name, owner in OWNERS.items()})
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def after(world: Passing) -> Deps:
    """Everything once the world has been folded, followed, looked at and decided on."""
    end = START + timedelta(days=world.days + 2)
    deps = replace(deps_at(end), catalogue=JOURNEY)
    interactions, answers = passing(world)
    usecases.follow(interactions, deps)
    usecases.fold(answers, deps)
    looked = replace(deps, now=lambda: end + HOUR)
    usecases.look(CHECKOUT, looked)
    usecases.decide(looked)
    return looked


def alerts(deps: Deps) -> list[AlertEvent]:
    return [fact.event for fact in deps.alerts.all()]


def answered(at_hours: float = 10, name: str = "r1", customer: str | None = "ada") -> Answer:
    return Answer(name, CHECKOUT, START + at_hours * HOUR, 1, "web", 1, True, customer)


def came(answer: Answer, *traces: Trace) -> str | None:
    """The touchpoint before, as one look at the traces tells it; None where nothing is written down."""
    mine = trace_of_answer(answer, "")
    assert mine is not None
    found = arrival_of(mine, [mine, *traces], WEEK)
    return found.touchpoint if found else None


def at(touchpoint: str, hours: float, name: str = "") -> Trace:
    return visit("ada", touchpoint, START + hours * HOUR, name or f"{touchpoint}-{hours}")


class TestWhereACustomerCameFrom:
    def test_it_is_the_touchpoint_where_they_were_last(self) -> None:
        """Not the one before that, not one later, and not this one."""
        assert came(answered(), at("search", 1), at("basket", 5), at("checkout", 9), at("search", 11)) == "basket"

    def test_a_touchpoint_out_of_reach_is_none(self) -> None:
        """A week and a second before; a week exactly is within."""
        assert came(answered(), at("basket", 10 - 7 * 24 - 1 / 3600)) is None
        assert came(answered(), at("basket", 10 - 7 * 24)) == "basket"

    def test_an_answer_to_an_invitation_is_about_the_visit_before_it(self) -> None:
        """What they did between visit and answer is not where they came from."""
        invited = answered(name="invitation:inv")
        assert came(invited, at("basket", 1), at("checkout", 2, "inv"), at("search", 8)) == "basket"
        assert came(invited, at("search", 8)) == "search"
        assert came(invited, at("checkout", 2, "inv"), at("search", 8)) == ""

    def test_an_answer_to_an_invitation_is_no_stop_of_its_own(self) -> None:
        """Its interaction is; an answer that nobody was invited to is one."""
        elsewhere = CHECKOUT._replace(touchpoint="basket")
        free, invited = (
            trace_of_answer(replace(answered(5, name), series=elsewhere), "") for name in ("f", "invitation:i")
        )
        assert free is not None and invited is not None
        assert (came(answered(), free), came(answered(), invited)) == ("basket", None)

    @pytest.mark.parametrize(
        "changed",
        [{"customer": None}, {"is_counted": False}, {"series": CHECKOUT._replace(source="staff")}],
    )
    def test_no_trace_is_kept_of_nobody_of_staff_and_of_what_does_not_count(self, changed: dict[str, object]) -> None:
        """Who answers without being known leaves nothing."""
        assert trace_of_answer(replace(answered(), **changed), "shop") is None  # type: ignore[arg-type]

    def test_an_interaction_s_item_has_what_a_trace_needs(self) -> None:
        """As invitations writes it, and the table gives it back; one from before customers were named has not."""
        interaction = Interaction("visit", "checkout", START, START)
        decided = Decided(interaction, "p", "inv", Suppressed("quarantine", 1.0), "hash")
        item = unmarshal_item(marshal_item(item_of_decided(decided)))
        assert trace_of_interaction(item) == replace(
            visit("hash", "checkout", START, "inv"), name=visit("", "", START, "visit").name
        )
        assert trace_of_interaction({key: value for key, value in item.items() if key != "customer"}) is None


class TestArrivals:
    def test_an_arrival_is_read_back_as_it_was_written(self) -> None:
        """And leaves the counts of answers alone."""
        arrival = Arrival(3, True, 86400, b"12345678", "basket")
        assert Arrival.from_bytes(arrival.to_bytes()) == arrival
        assert tally_channels([arrival.to_bytes(), answered().mark], 5) == {"web": [1, 0, 0, 0, 0]}

    def test_the_visit_holds_before_the_answer_and_the_nearest_before_the_others(self) -> None:
        """In whatever order they are read; nowhere is an arrival, too."""
        name = bytes(8)
        ways = [Arrival(0, False, 5, name, "b"), Arrival(0, True, 90, name, "c"), Arrival(0, True, 30, name, "d")]
        assert origins(way.to_bytes() for way in ways) == {name: "d"}
        assert origins(way.to_bytes() for way in reversed(ways)) == {name: "d"}
        nowhere = Arrival(0, True, NOWHERE, name, "")
        assert origins([ways[0].to_bytes(), nowhere.to_bytes()]) == {}

    def test_answers_are_tallied_by_where_people_came_from(self) -> None:
        """Those of nowhere are in no tally."""
        one, other = answered(), answered(name="r2")
        arrival = Arrival(0, False, 5, bytes.fromhex(trace_name(one)), "basket").to_bytes()
        assert tally_origins(frozenset({one.mark, other.mark, arrival}), 5) == {"basket": [1, 0, 0, 0, 0]}


def trace_name(answer: Answer) -> str:
    trace = trace_of_answer(answer, "")
    assert trace is not None
    return trace.name


class TestComparing:
    def test_each_answer_is_compared_with_the_newest_of_the_other_side(self) -> None:
        """Worse, then equal, which says nothing, then nobody is left to compare with."""
        comparison = Comparison()
        assert comparison.compare(1, [(4, False), (2, False)]) == (0, 0)
        assert comparison.compare(2, [(1, True), (4, True), (0, True)]) == (1, 0)

    def test_those_who_came_from_there_wait_for_the_others_too(self) -> None:
        """Better is better from their side."""
        comparison = Comparison()
        comparison.compare(1, [(4, True)])
        assert comparison.compare(1, [(0, False)]) == (0, 1)

    def test_nobody_waits_for_ever_and_few_wait(self) -> None:
        """Three days, and eight answers."""
        comparison = Comparison()
        comparison.compare(0, [(4, False)] * 20)
        assert len(comparison.others) == MOST_WAITING
        assert comparison.compare(WAITS_CELLS + 1, [(0, True)]) == (0, 0)


class TestAlerts:
    def test_a_fault_on_the_way_from_one_touchpoint_concerns_both_owners(self) -> None:
        """One alert, on the hand-off; none on the touchpoint alone."""
        [alert] = alerts(after(Passing()))
        assert (alert.kind, alert.origin, alert.touchpoint, alert.owners) == (
            "handoff",
            "basket",
            "checkout",
            ["web", "shop"],
        )
        assert alert.touchpoint_name["fr"] == "Basket → Checkout"
        assert START + timedelta(days=30) < alert.raised_at < START + timedelta(days=38)
        assert alert.otherwise is not None
        assert alert.after.low > alert.otherwise.bad / alert.otherwise.n

    def test_the_sentence_names_both_touchpoints_in_both_languages(self) -> None:
        """And what the others answer."""
        [alert] = alerts(after(Passing()))
        assert "chez ceux qui viennent de «\u202fBasket\u202f», contre" in alert.sentence["fr"]
        assert "from those who come from “Basket”, against" in alert.sentence["en"]

    def test_what_an_earlier_format_remembers_of_them_is_begun_afresh(self) -> None:
        """After an upgrade no account of theirs can be read: what they said is replaced by the same, said anew."""
        deps = after(Passing())
        before, watch = alerts(deps), deps.watches.read(CHECKOUT)
        assert watch.paths
        kept: dict[str, list[Any]] = json.loads(watch.paths)
        paths = {name: ["{}", *waiting] for name, (_, *waiting) in kept.items()}
        deps.watches.save(replace(watch, account="{}", paths=json.dumps(paths), settings_version="of the one before"))
        usecases.look(CHECKOUT, deps)
        usecases.decide(deps)
        assert alerts(deps) == before
        assert deps.watches.read(CHECKOUT).paths == watch.paths

    def test_a_fault_of_the_touchpoint_itself_blames_no_hand_off(self) -> None:
        """Everybody fares worse, wherever they came from."""
        assert {alert.kind for alert in alerts(after(Passing(origin="")))} == {"drop"}

    def test_nothing_is_said_where_nothing_happened(self) -> None:
        """Forty days of three ways to the checkout."""
        assert alerts(after(Passing(worse_from=None))) == []

    def test_causes_and_comments_are_of_those_whom_it_is_about(self) -> None:
        """Of people who came from there, and of nobody else."""
        deps = after(Passing())
        interactions, answers = passing(Passing())
        customers = {one.customer for one in interactions if one.touchpoint == "basket"}
        theirs = {one.response_id for one in answers if one.customer in customers}
        commented = Commented(answers, theirs)
        deps = replace(deps, responses=commented, alerts=fakes.FakeAlerts())
        usecases.decide(deps)
        [alert] = alerts(deps)
        assert alert.sample_comments and set(alert.sample_comments) == {"from the basket"}

    def test_days_keep_the_histograms_by_where_people_came_from(self) -> None:
        """Of every whole day, for those who look at hand-offs later."""
        deps = after(Passing(worse_from=None))
        assert isinstance(deps.marks, fakes.FakeMarks)
        rolled = deps.marks.days[CHECKOUT, (START + timedelta(days=10)).date()]
        total = sum(sum(counts) for counts in rolled.channels.values())
        assert set(rolled.origins) == {"basket", "search"}
        assert 0 < sum(sum(counts) for counts in rolled.origins.values()) < total

    def test_where_hand_offs_are_not_watched_nothing_is_kept(self) -> None:
        """The journey's file says zero days."""
        off = {name: one.model_copy(update={"handoff_days": 0}) for name, one in JOURNEY.known.items()}
        deps = replace(deps_at(START + timedelta(days=2)), catalogue=fakes.FakeCatalogue(off))
        usecases.follow([at("basket", 1)], deps)
        usecases.fold([answered()], deps)
        assert deps.traces.of("ada", "shop") == []

    def test_traces_are_forgotten_when_no_answer_can_need_them(self) -> None:
        """The journey's reach and a month after they were made, or were brought."""
        deps = replace(deps_at(START + timedelta(days=2)), catalogue=JOURNEY)
        usecases.follow([at("basket", 1)], deps)
        assert isinstance(deps.traces, fakes.FakeTraces)
        assert list(deps.traces.kept.values()) == [START + timedelta(days=2 + 7 + 30)]


@dataclass
class Commented:
    """Every bad answer has a comment that says where its customer came from."""

    answers: list[Answer]
    theirs: set[str]

    def between(self, _: Whose, since: datetime, until: datetime) -> Reading:
        return Reading(
            [
                Given(
                    one.response_id,
                    one.collected_at,
                    one.score <= 2,
                    comment="from the basket" if one.response_id in self.theirs else "from elsewhere",
                )
                for one in self.answers
                if since <= one.collected_at < until
            ]
        )
