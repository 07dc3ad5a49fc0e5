"""The sample a first start brings is always the same, and has one thing to find."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import yaml

from infra.local.sample.answers import HABITS, WORSE_AT, WORSE_BY, WORSE_FOR_DAYS, answers
from infra.local.seed import ANSWERS_EXPECTED, JOURNEY
from shared.scales import scale
from shared.times import parse_time

NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
MADE = list(answers(NOW))
SCALES = {habit.touchpoint: scale(habit.scale) for habit in HABITS}


def test_the_same_moment_gives_the_same_answers() -> None:
    """A start that was interrupted is completed by the next, not doubled."""
    assert list(answers(NOW)) == MADE


def test_a_later_moment_only_adds_and_drops_whole_answers() -> None:
    """What two starts have in common has the same ids, and quiet answers the same scores."""
    earlier = {(each["touchpoint"], each["response_id"]): each for each in MADE if each["touchpoint"] != WORSE_AT}
    later = {(each["touchpoint"], each["response_id"]): each for each in answers(NOW + timedelta(days=1))}
    common = earlier.keys() & later.keys()
    assert len(common) > 0.9 * len(earlier)
    assert all(earlier[key] == later[key] for key in common)


def test_every_answer_is_one_the_collector_takes() -> None:
    """Ids once a touchpoint, scores on the scale, times in order by day and none in the future."""
    assert max(Counter((each["touchpoint"], each["response_id"]) for each in MADE).values()) == 1
    for each in MADE:
        assert SCALES[each["touchpoint"]].low <= each["score"] <= SCALES[each["touchpoint"]].high
        assert parse_time(each["collected_at"]) <= NOW - timedelta(hours=1)
    days = [each["collected_at"][:10] for each in MADE]
    assert days == sorted(days)
    assert abs(len(MADE) / ANSWERS_EXPECTED - 1) < 0.05


def test_the_habits_are_those_of_the_sample_journey() -> None:
    """Each touchpoint of the document has one, with its survey's scale and a channel it has."""
    document = yaml.safe_load(JOURNEY.read_text())
    assert {habit.touchpoint for habit in HABITS} == document["touchpoints"].keys()
    for habit in HABITS:
        touchpoint = document["touchpoints"][habit.touchpoint]
        assert document["surveys"][touchpoint["survey"]]["scale"] == habit.scale
        assert habit.channel in touchpoint["channels"]


def test_one_partner_gets_worse_and_nothing_else_does() -> None:
    """Bad answers about it go from few to nearly all; every other share stays near its habit's."""
    change = f"{NOW - timedelta(days=WORSE_FOR_DAYS - 1):%Y-%m-%d}"
    after = [each for each in MADE if each["collected_at"] >= change]
    blamed = [each for each in after if each.get("attributes", {}).get("partner") == WORSE_BY]
    assert share_bad(blamed) > 0.7
    quiet = [each for each in MADE if each not in blamed]
    for habit in HABITS:
        assert abs(share_bad([each for each in quiet if each["touchpoint"] == habit.touchpoint]) - habit.bad) < 0.05


def share_bad(several: list[dict[str, object]]) -> float:
    bad = [each for each in several if int(str(each["score"])) <= SCALES[str(each["touchpoint"])].bad_at_most]
    return len(bad) / len(several)
