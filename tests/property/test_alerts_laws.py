"""Laws of telling: whatever happens in whatever order, everybody hears every piece of news once, and in peace."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.alerts.domain.hours import is_quiet
from services.alerts.domain.subscribers import subscriber
from services.alerts.usecases import acting
from shared.catalogue import Digest, QuietHours, Subscription
from shared.errors import Gone, NotFound
from shared.events import AlertEvent, Severity
from tests.alerts import MINUTE, World, owner, subscription
from tests.events import alert_event

NIGHT = QuietHours(start="20:00", end="08:00", weekends=True)
TOUCHPOINTS = ("checkout", "support")
WEB: tuple[Subscription, ...] = (
    subscription("mail"),
    subscription("night", quiet_hours=NIGHT, time_zone="Europe/Paris"),
    subscription("daily", digest=Digest(every="day", at="08:00"), time_zone="America/New_York"),
    subscription("weekly", "slack", digest=Digest(every="week", except_for=("high",)), quiet_hours=NIGHT),
    subscription("grave", "sms", severities=["high"]),
    subscription("hook", "webhook"),
    subscription("second", "teams", quiet_hours=NIGHT),
)


class Telling(RuleBasedStateMachine):
    """Alerts are raised, go on and end; people acknowledge and mute; turns come late, or twice; time goes by."""

    def __init__(self) -> None:
        super().__init__()
        web = owner("web", *WEB, chain=["mail", "second"], acknowledge_within_minutes=60)
        boss = owner("boss", subscription("all", "email", everywhere=True), subscription("pilot", "teams"))
        self.world = World(web, boss, pilot="boss")
        self.alerts: dict[str, AlertEvent] = {}
        self.grave: set[str] = set()
        self.muted = False

    @rule(touchpoint=st.sampled_from(TOUCHPOINTS), severity=st.sampled_from(("low", "medium", "high")))
    def raise_alert(self, touchpoint: str, severity: Severity) -> None:
        event = alert_event(touchpoint=touchpoint, severity=severity, raised_at=self.world.clock.now)
        if event.alert_id not in self.alerts:
            self.goes_on(event)

    @rule(data=st.data(), severity=st.sampled_from(("low", "medium", "high")))
    def update(self, data: st.DataObject, severity: Severity) -> None:
        """Late answers, or the days after a flood, change what an alert says while it stands."""
        going = sorted(name for name, event in self.alerts.items() if event.state == "raised")
        if going:
            event = self.alerts[data.draw(st.sampled_from(going))]
            self.goes_on(event.model_copy(update={"severity": severity, "revision": event.revision + 1}))

    @rule(data=st.data(), state=st.sampled_from(("resolved", "withdrawn")))
    def end(self, data: st.DataObject, state: str) -> None:
        going = sorted(name for name, event in self.alerts.items() if event.state == "raised")
        if going:
            event = self.alerts[data.draw(st.sampled_from(going))]
            self.goes_on(event.model_copy(update={"state": state, "revision": event.revision + 1}))

    def goes_on(self, event: AlertEvent) -> None:
        self.alerts[event.alert_id] = event
        if event.severity == "high" and event.state == "raised":
            self.grave.add(event.alert_id)
        self.world.hear(event)

    @rule(data=st.data())
    def hear_again(self, data: st.DataObject) -> None:
        """A topic repeats itself, and its older messages may come last."""
        if self.alerts:
            event = self.alerts[data.draw(st.sampled_from(sorted(self.alerts)))]
            self.world.hear(event)
            if event.revision > 1:
                self.world.hear(event.model_copy(update={"state": "raised", "revision": 1}))

    @rule(data=st.data(), who=st.sampled_from(("web/mail", "web/night", "key k1")))
    def acknowledge(self, data: st.DataObject, who: str) -> None:
        if self.alerts:
            with suppress(Gone, NotFound):
                acting.acknowledge(data.draw(st.sampled_from(sorted(self.alerts))), who, self.world.deps)
            self.world.stream()

    @rule(who=st.sampled_from(("web/mail", "web/daily")), scope=st.sampled_from((*TOUCHPOINTS, "*")))
    def mute(self, who: str, scope: str) -> None:
        self.muted = True
        acting.mute(who, scope, self.world.clock.now + timedelta(hours=5), self.world.deps)

    @rule(minutes=st.sampled_from((1, 7, 45, 61, 300, 700, 1500, 11000)))
    def wait(self, minutes: int) -> None:
        self.world.run(minutes * MINUTE)

    @rule(n=st.integers(1, 3))
    def repeat_turns(self, n: int) -> None:
        """A queue hands the same message over twice."""
        again = self.world.turns.waiting[:n]
        for at, _, turn in again:
            self.world.turns.waiting.append((at, next(self.world.turns.order), turn))
        self.world.turns.waiting.sort()

    def sent(self) -> list[tuple[Any, str, AlertEvent, str]]:
        return [
            (at, delivery.subscription, event, delivery.because)
            for sender in self.world.senders.values()
            for at, delivery, _ in sender.sent
            for event in delivery.news
        ]

    @invariant()
    def nobody_hears_the_same_twice(self) -> None:
        news = [(who, event.alert_id, event.revision, event.state) for _, who, event, _ in self.sent()]
        assert len(news) == len(set(news))

    @invariant()
    def nobody_is_told_in_quiet_hours_but_of_what_is_grave_and_new(self) -> None:
        for at, who, event, _ in self.sent():
            known = subscriber(who, self.world.catalogue)
            assert known is not None
            quiet = known.subscription.quiet_hours
            if quiet is not None and is_quiet(quiet, ZoneInfo(known.subscription.time_zone), at):
                assert event.state == "raised" and event.severity in quiet.except_for

    @invariant()
    def nobody_hears_of_what_they_did_not_ask_for(self) -> None:
        """Who wants what is grave hears of nothing that never was, and of all that ever was."""
        heard = {event.alert_id for _, who, event, _ in self.sent() if who == "web/grave"}
        assert heard <= self.grave

    def teardown(self) -> None:
        """In the end nothing waits, and whoever heard of an alert has heard how it ended."""
        self.world.run()
        assert {note.state for note in self.world.notes.kept.values()} <= {"told", "covered", "muted"}
        assert {delivery.state for delivery in self.world.outbox.kept.values()} <= {"delivered"}
        last: dict[tuple[str, str], str] = {}
        for _, who, event, _ in sorted(self.sent(), key=lambda one: (one[0], one[2].revision)):
            last[who, event.alert_id] = event.state
        for (who, alert_id), state in last.items():
            now = self.alerts[alert_id].state
            muted = who in ("web/mail", "web/daily") and self.muted
            assert state == now or (state == "acknowledged" and now == "raised") or muted
        raised = {alert_id for alert_id, event in self.alerts.items() if event.state != "withdrawn"}
        assert raised <= {alert_id for who, alert_id in last if who == "web/hook"}
        assert raised & self.grave <= {alert_id for who, alert_id in last if who == "web/grave"}


Telling.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTelling = Telling.TestCase
TestTelling.__doc__ = "Sixty histories of up to 25 steps, each brought to its end."
