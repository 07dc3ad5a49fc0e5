"""Cases under everything that can happen, in any order: answers, edits, duplicates, people at work, time going by."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.alerts.domain.cases.answers import Answer, reasons_of
from services.alerts.domain.hours import is_quiet
from services.alerts.usecases.cases import acting
from services.alerts.usecases.cases.acting import Actor, Said
from shared.catalogue import QuietHours
from shared.errors import Conflict
from tests.alerts import owner, subscription
from tests.cases import World, answer, case_of, place

QUIET = QuietHours(start="20:00", end="08:00", weekends=True)
SAM = Actor("person sam")
NAMES = st.sampled_from(["r-1", "r-2", "r-3"])


class CaseMachine(RuleBasedStateMachine):
    """A team with a chain and quiet hours, a pilot, and three people who answer and change their minds."""

    def __init__(self) -> None:
        super().__init__()
        web = owner(
            "web",
            *(subscription(name, quiet_hours=QUIET) for name in ("mail", "lead", "head")),
            chain=("mail", "lead", "head"),
        )
        pilot = owner("pilot", subscription("mail", quiet_hours=QUIET))
        self.world = World(place(team=web, pilot="pilot"), place(None, pilot, name="elsewhere"))
        self.said: dict[str, list[Answer]] = {}

    @rule(name=NAMES, score=st.integers(1, 5), call_back=st.booleans())
    def somebody_answers_or_changes_theirs(self, name: str, score: int, call_back: bool) -> None:
        """Stored at once; its stream tells of it when it will."""
        revisions = self.said.setdefault(name, [])
        now, first = self.world.clock.now, revisions[0].collected_at if revisions else self.world.clock.now
        given = answer(name, score, revision=len(revisions) + 1, collected_at=first, stored_at=now, call_back=call_back)
        revisions.append(given)
        self.world.answers.put(given)

    @rule(name=NAMES, number=st.integers(0, 9))
    def the_stream_tells_of_a_revision(self, name: str, number: int) -> None:
        """Any one, once more or for the first time."""
        revisions = self.said.get(name, [])
        if revisions:
            self.world.say(revisions[number % len(revisions)])

    @rule(hours=st.integers(1, 60))
    def time_goes_by(self, hours: int) -> None:
        self.world.pass_by(timedelta(hours=hours))

    @rule()
    def the_schedule_comes_twice(self) -> None:
        self.world.watch()
        self.world.watch()

    @rule(name=NAMES, deed=st.sampled_from(["note", "contacted", "close", "reopen", "look"]))
    def somebody_sees_to_it(self, name: str, deed: str) -> None:
        """What is not possible as it stands is refused; it changes nothing."""
        case_id, deps = case_of(answer(name)), self.world.case_deps
        deeds = {
            "note": lambda: acting.note(case_id, SAM, Said("hm"), deps),
            "contacted": lambda: acting.contacted(case_id, SAM, Said(), deps),
            "close": lambda: acting.close(case_id, SAM, "late", Said(), deps),
            "reopen": lambda: acting.reopen(case_id, SAM, Said(), deps),
            "look": lambda: acting.look(case_id, SAM, deps),
        }
        if case_id in self.world.cases.kept:
            before = self.world.cases.kept[case_id]
            try:
                deeds[deed]()
            except Conflict:
                assert self.world.cases.kept[case_id] == before
            self.world.stream()

    @invariant()
    def each_case_was_opened_once_and_by_an_answer_that_fits(self) -> None:
        for case_id, story in self.world.cases.stories.items():
            assert [deed.what for deed in story].count("opened") == 1
            [name] = [one for one in self.said if case_of(answer(one)) == case_id]
            touchpoint = self.world.catalogue.known["checkout"]
            assert any(reasons_of(revision, touchpoint) for revision in self.said[name])

    @invariant()
    def a_case_says_what_the_newest_revision_it_heard_says(self) -> None:
        for case in self.world.cases.kept.values():
            revision = self.said[case.response_id][case.revision - 1]
            assert case.score == revision.score
            gives_reason = bool(reasons_of(revision, self.world.catalogue.known["checkout"]))
            assert gives_reason == (case.taken_back_at is None)

    @invariant()
    def nobody_hears_twice_of_one_step(self) -> None:
        sent = [one for sender in self.world.senders.values() for _, one, _ in sender.sent]
        news = [(one.subscription, event) for one in sent for event in one.news]
        told = Counter((name, event.alert_id, event.revision, event.state) for name, event in news)
        assert not told or max(told.values()) == 1

    @invariant()
    def each_level_of_a_round_was_taken_once(self) -> None:
        for story in self.world.cases.stories.values():
            taken = [deed.revision for deed in story if deed.what == "overdue"]
            assert len(taken) == len(set(taken))

    @invariant()
    def nothing_is_told_in_quiet_hours(self) -> None:
        for sender in self.world.senders.values():
            for at, delivery, _ in sender.sent:
                assert not is_quiet(QUIET, at.tzinfo, at), (at, delivery.subscription)  # type: ignore[arg-type]

    @invariant()
    def what_is_closed_goes_no_further(self) -> None:
        for case in self.world.cases.kept.values():
            assert not case.is_closed or (case.escalate_at is None and case.cause is not None)

    def teardown(self) -> None:
        """Whatever waits is told at last; and each case was told of to the team, unless it was closed before."""
        self.world.pass_by(timedelta(days=4))
        self.nobody_hears_twice_of_one_step()
        self.nothing_is_told_in_quiet_hours()
        told = {event.alert_id for _, one, _ in self.world.senders["email"].sent for event in one.news}
        for case_id, case in self.world.cases.kept.items():
            if not case.is_closed:
                assert f"case-{case_id}" in told


CaseMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestCases = CaseMachine.TestCase
