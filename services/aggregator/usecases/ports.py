"""What the aggregator's verbs need from outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from services.aggregator.domain.alerts import AlertFact
from services.aggregator.domain.answers import Parcel, Series
from services.aggregator.domain.publishing import Said
from services.aggregator.domain.traces import Trace
from services.aggregator.domain.valuing import Ended
from services.aggregator.domain.watching import Claim, Hour, Rolled, Watch
from shared.catalogue import Catalogue
from shared.causes.answers import Responses
from shared.studies import PrioritiesFigure, ValueFigure


class Marks(Protocol):
    """Where answers are counted: sets of marks by series and hour, and the days rolled up from them."""

    def add(self, parcels: Sequence[Parcel]) -> None:
        """Adds the marks to their hours' sets, one write each; adding them again changes nothing.

        Where one cannot be added the others are all the same, and then it raises. No two are of the same hour.
        """
        ...

    def add_history(self, parcels: Sequence[Parcel]) -> None:
        """The same for many parcels of the past, in few calls."""
        ...

    def hours(self, series: Series, first: datetime, last: datetime) -> Iterable[Hour]:
        """The hours that have marks, from `first` to `last`, both included, in order."""
        ...

    def put_day(self, series: Series, day: date, rolled: Rolled) -> None:
        """Replaces the day's histograms."""
        ...

    def histograms(self, series: Series, first: date, last: date) -> dict[date, list[int]]:
        """All channels' of each day that has answers, both ends included; of days not rolled up yet, by their marks."""
        ...


class Traces(Protocol):
    """Where customers were lately, by keyed hash; each trace is forgotten by itself after a while."""

    def add(self, traces: Mapping[Trace, datetime]) -> None:
        """Keeps traces, each until the time given; adding one again changes nothing but that time."""
        ...

    def of(self, customer: str, journey: str) -> list[Trace]:
        """Everything that is kept of a customer in a journey, as of now, whoever added it."""
        ...


class Watches(Protocol):
    """Where each series' evidence account is kept. Writers race; each write names what it builds on."""

    def read(self, series: Series) -> Watch:
        """The watch as it stands; a fresh one where there is none."""
        ...

    def claims(self, several: Collection[Series]) -> Mapping[Series, Claim]:
        """What has been claimed of each series by now; of more than one at once."""
        ...

    def note_late(self, looks_at: Mapping[Series, datetime], now: datetime) -> None:
        """Notes that answers came behind the claim, so that the series are recomputed, and when each is looked at."""
        ...

    def postpone(self, series: Series, look_at: datetime) -> None:
        """Says when the look at late answers is due now."""
        ...

    def claim(self, watch: Watch, to_cell: int) -> Watch:
        """Says that the cells before `to_cell` are about to be read. Raises Conflict if another look won."""
        ...

    def save(self, watch: Watch) -> None:
        """Keeps what was learned. Raises Conflict if another look won."""
        ...


class Evidence(Protocol):
    """What the accounts said: their transitions, kept so that alerts can be decided over all of them."""

    def add(self, said: Iterable[Said]) -> None: ...

    def replace(self, series: Series, said: Iterable[Said]) -> None:
        """All that the series' account says, in place of all it said before."""
        ...

    def all(self) -> list[Said]:
        """What every account said; what was written a moment ago may be missing."""
        ...

    def of(self, series: Series) -> list[Said]:
        """What the series' account said, oldest first, to the last write."""
        ...


class Alerts(Protocol):
    """Where alerts stand as facts."""

    def all(self) -> list[AlertFact]:
        """Every alert, oldest first; what was written a moment ago may be missing."""
        ...

    def write(self, fact: AlertFact) -> None:
        """Writes the alert, unless it stands there with this revision or a later one."""
        ...

    def retell(self, stands: AlertFact, told: AlertFact) -> None:
        """Puts another telling of the same revision in its place, unless something else stands there by now."""
        ...


@dataclass(frozen=True)
class Wanted:
    """A look that is asked for. cell: the newest that is complete by then; None where it is for what came late."""

    series: Series
    delay_s: int
    cell: int | None = None


class Looks(Protocol):
    """Asks for series to be looked at, and for alerts to be decided, after a while."""

    def ask(self, wanted: Sequence[Wanted]) -> None:
        """Asks for looks. One that is on its way for the same series and cell need not be asked for again."""
        ...

    def ask_to_decide(self, delay_s: int) -> None: ...


class Passers(Protocol):
    """Who went through a touchpoint, as the funnel of invitations knows them."""

    def count(self, touchpoint: str, first: date, last: date) -> int | None:
        """How many interactions happened from the one day to the other, both included; None where none is told."""
        ...


class Ends(Protocol):
    """What customers did in the end."""

    def between(self, since: datetime, until: datetime) -> list[Ended]:
        """The outcomes of the span whose customers are known, in any order; the newest, where they are very many."""
        ...


class Studies(Protocol):
    """Where studies are asked for, and kept."""

    def want(self, day: date, at: datetime) -> None:
        """Asks for the study of a day; nothing where it was asked for at that time already, or later."""
        ...

    def value(self, touchpoint: str, upto: date) -> ValueFigure | None:
        """What friction costs there, of the newest day kept up to that one; None where there is none."""
        ...

    def keep_value(self, figure: ValueFigure) -> None:
        """In place of what was kept of that touchpoint and day."""
        ...

    def keep_priorities(self, figure: PrioritiesFigure, page: int) -> None:
        """In place of what was kept of that owner, day and page."""
        ...


class Due(Protocol):
    """Series to be looked at later than a message can wait, by the hour."""

    def note(self, series: Series, at: datetime) -> None:
        """Notes it, once for all times of one hour."""
        ...

    def take(self, now: datetime) -> Iterable[Series]:
        """Those whose hour is over; each is let go when the next one is asked for."""
        ...


class Topic(Protocol):
    """The topic that owners' teams subscribe to."""

    def publish(self, fact: AlertFact) -> None: ...


@dataclass(frozen=True)
class Deps:
    """All that the verbs need from outside."""

    marks: Marks
    traces: Traces
    watches: Watches
    evidence: Evidence
    alerts: Alerts
    looks: Looks
    due: Due
    responses: Responses
    passers: Passers
    ends: Ends
    studies: Studies
    topic: Topic
    catalogue: Catalogue
    now: Callable[[], datetime]
    public_url: str
    answers_kept: timedelta
    lateness_s: int
    settle_s: int
