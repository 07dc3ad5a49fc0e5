"""The sample a first start brings is always the same, and tells the stories it is said to tell."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from infra.local.sample.answers import CUSTOMER_HABITS, HABITS, INVITED, INVITED_DAYS, STORIES, Habit, answers
from infra.local.sample.outcomes import outcomes
from infra.local.sample.steps import ANSWERS_EXPECTED, DEEDS
from infra.local.sample.visits import visits
from infra.local.seed import JOURNEY
from shared.scales import scale
from shared.times import parse_time

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
MADE = list(answers(NOW))
VISITS = visits(NOW)
GIVEN = [*MADE, *(visit.answer for visit in VISITS if visit.answer)]
SCALES = {(habit.touchpoint, habit.audience): scale(habit.scale) for habit in HABITS}
TOLD = {(story.touchpoint, story.audience) for story in STORIES}
DOCUMENT = yaml.safe_load(JOURNEY.read_text())
Answer = dict[str, Any]


def of(habit: Habit, several: list[Answer]) -> list[Answer]:
    return [one for one in several if (one["touchpoint"], one["audience"]) == (habit.touchpoint, habit.audience)]


def share_bad(several: list[Answer]) -> float:
    bad = [one for one in several if one["score"] <= SCALES[one["touchpoint"], one["audience"]].bad_at_most]
    return len(bad) / len(several)


def test_the_same_moment_gives_the_same_answers() -> None:
    """A start that was interrupted is completed by the next, not doubled."""
    assert list(answers(NOW)) == MADE
    assert visits(NOW) == VISITS


def test_a_later_moment_only_adds_and_drops_whole_answers() -> None:
    """What two starts have in common has the same ids, and answers outside the stories the same scores."""
    quiet = [habit for habit in HABITS if (habit.touchpoint, habit.audience) not in TOLD]
    earlier, later = (
        {(one["touchpoint"], one["response_id"]): one["score"] for habit in quiet for one in of(habit, several)}
        for several in (MADE, list(answers(NOW + timedelta(days=1))))
    )
    common = earlier.keys() & later.keys()
    assert len(common) > 0.9 * len(earlier)
    assert all(earlier[key] == later[key] for key in common)


def test_every_answer_is_one_the_collector_takes() -> None:
    """Ids once a touchpoint, scores on the scale, times in order by day and none in the future."""
    assert max(Counter((one["touchpoint"], one["response_id"]) for one in GIVEN).values()) == 1
    for one in GIVEN:
        assert SCALES[one["touchpoint"], one["audience"]].has(one["score"])
        assert parse_time(one["collected_at"]) <= NOW - timedelta(hours=1)
    days = [one["collected_at"][:10] for one in MADE]
    assert days == sorted(days)
    assert abs(len(MADE) / ANSWERS_EXPECTED - 1) < 0.05


def test_the_habits_are_those_of_the_sample_journey() -> None:
    """Each touchpoint has one of customers, and one of staff where it has a survey for them, on its survey's scale."""
    touchpoints = DOCUMENT["touchpoints"]
    assert {habit.touchpoint for habit in CUSTOMER_HABITS} == touchpoints.keys()
    of_staff = {habit.touchpoint for habit in HABITS if habit.audience == "staff"}
    assert of_staff == {name for name, one in touchpoints.items() if "staff_survey" in one}
    for habit in HABITS:
        touchpoint = touchpoints[habit.touchpoint]
        survey = touchpoint["staff_survey" if habit.audience == "staff" else "survey"]
        assert DOCUMENT["surveys"][survey]["scale"] == habit.scale
        assert habit.channel in touchpoint["channels"]


def test_what_goes_wrong_is_told_by_the_stories_and_nothing_else_does() -> None:
    """A touchpoint that no story speaks of keeps its share; where one does, the newest answers are clearly worse."""
    for habit in HABITS:
        given = of(habit, GIVEN)
        if (habit.touchpoint, habit.audience) not in TOLD:
            assert abs(share_bad(given) - habit.bad) < 0.05
    for story in STORIES:
        given = [one for one in GIVEN if (one["touchpoint"], one["audience"]) == (story.touchpoint, story.audience)]
        first, last = (NOW.date() - timedelta(days=back) for back in (story.since - 1, story.until))
        within = [one for one in given if str(first) <= one["collected_at"][:10] <= str(last)]
        before = [one for one in given if one["collected_at"][:10] < str(first)]
        assert share_bad(within) > share_bad(before) + 0.15


def test_customers_come_to_the_pick_up_from_the_online_payment() -> None:
    """Every day some paid the day before: so a friction on the hand-off can be found."""
    paid = {(one["customer_id"], one["collected_at"][:10]) for one in MADE if is_known_at(one, "paiement")}
    lately = [one for one in MADE if is_known_at(one, "retrait-magasin")]
    came = [one for one in lately if (one["customer_id"], day_before(one)) in paid]
    assert len(came) > 0.3 * len(lately) > 0


def is_known_at(one: Answer, touchpoint: str) -> bool:
    return one["touchpoint"] == touchpoint and "customer_id" in one


def day_before(one: Answer) -> str:
    return str(parse_time(one["collected_at"]).date() - timedelta(days=1))


def test_whoever_answers_an_invitation_went_through_before() -> None:
    """Its interaction is earlier, opened between, and of the same customer; and most who went through say nothing."""
    answered = [visit for visit in VISITS if visit.answer and visit.opened_at]
    assert {visit.sent["touchpoint"] for visit in answered} == set(INVITED)
    for visit in answered:
        assert visit.answer and visit.opened_at
        assert visit.at < visit.opened_at < parse_time(visit.answer["collected_at"])
        assert visit.sent["customer"]["id"] == visit.answer["customer_id"]
    assert len(answered) < 0.6 * len(VISITS)
    assert not [one for one in MADE if is_invited(one)]


def is_invited(one: Answer) -> bool:
    first = NOW.date() - timedelta(days=INVITED_DAYS - 1)
    return one["touchpoint"] in INVITED and one["audience"] == "customer" and one["collected_at"][:10] >= str(first)


def test_customers_leave_more_often_after_friction() -> None:
    """Nobody leaves before they answered, each outcome is told once, and there are enough of them to learn from."""
    told = list(outcomes(NOW))
    left = [one for one in told if one["kind"] == "churned"]
    assert len({one["outcome_id"] for one in told}) == len(told)
    assert len(left) > 50
    assert all(parse_time(one["occurred_at"]) < NOW for one in told)
    assert all(one["amount"] > 0 for one in told if one["kind"] == "bought")


def test_cases_are_closed_with_a_cause_of_their_touchpoint() -> None:
    """What the sample says was done is what the journey file allows."""
    causes = {body["cause"] for deeds in DEEDS for _, body in deeds if "cause" in body}
    assert causes <= DOCUMENT["touchpoints"]["service-client"]["cases"]["causes"].keys()


def test_the_journey_is_sent_as_it_is_read() -> None:
    """A first start puts it as JSON, which knows no dates."""
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT
