"""Whatever is written, counted or exported: laws that hold for any text, any order, any weight, any cell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.collector.channels.sms.conversation import Conversation, Heard
from services.collector.channels.sms.reading import Answered, read_reply
from services.collector.domain.history import Position, first_monday, position_of
from services.collector.usecases import limits
from shared.cells import FORMULA, LOST, PART, guarded, plain
from shared.errors import TooManyRequests
from shared.limits import Limit
from shared.scales import SCALES
from tests.collector import NOW, World

TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)
NEARLY = st.lists(
    st.sampled_from(
        ["9", "10", "٩", "½", "-", "/", " ", "neuf", "un", "oui", "non", "★", "👍", "minutes", ".", "é", "\n"]
    )
).map("".join)
LANGUAGES = st.sampled_from(["en", "fr", "es", "de", "it", "pt", "nl", "ar", "xx", ""])
MINUTES = st.integers(0, 120)
MOMENTS = st.integers(0, 3 * 10**15).map(lambda n: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))


@given(TEXTS | NEARLY, st.sampled_from(list(SCALES.values())), LANGUAGES)
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_and_a_score_is_on_the_scale(text: str, scale: object, lang: str) -> None:
    """Nothing that a person can write makes a fault; the comment is a part of what was written."""
    reading = read_reply(text, scale, lang)  # type: ignore[arg-type]
    if isinstance(reading, Answered):
        assert scale.has(reading.score)  # type: ignore[attr-defined]
        assert reading.comment is None or reading.comment != ""


@given(st.integers(-(10**6), 10**6), LANGUAGES)
@settings(max_examples=300, deadline=None)
def test_a_lone_number_is_a_score_where_the_scale_has_it(number: int, lang: str) -> None:
    """And nowhere else."""
    for scale in SCALES.values():
        is_answer = isinstance(read_reply(str(number), scale, lang), Answered)
        assert is_answer is scale.has(number)


HEARD = st.tuples(
    MINUTES,
    st.sampled_from(["answer", "words", "unclear", "stop", "start", "help"]),
    st.integers(0, 10),
    st.text("ab ", min_size=1, max_size=4),
)


@given(st.lists(HEARD, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_texts_in_any_order_and_any_number_of_times_are_one_conversation(
    said: list[tuple[int, str, int, str]], chance: object
) -> None:
    """The outcome, and whether the person wants no more, are those of the texts in the order of their times."""
    texts = [
        (str(n), Heard(NOW + timedelta(minutes=at), kind, score if kind == "answer" else None, words))  # type: ignore[arg-type]
        for n, (at, kind, score, words) in enumerate(said)
    ]
    shuffled = texts * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Conversation("i"), Conversation("i")
    for name, heard in texts:
        one = one.with_text(name, heard)
    for name, heard in shuffled:
        other = other.with_text(name, heard)
    assert (one.outcome, one.is_stopped) == (other.outcome, other.is_stopped)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 8)), max_size=40), st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_no_window_takes_more_than_its_limit(asked: list[tuple[int, int]], most: int) -> None:
    """Whenever and however much is sent; who is refused is told a time in the same window, at most its length."""
    world, limit = World(), Limit(most, timedelta(minutes=1))
    let_in: dict[datetime, int] = {}
    for second, weight in asked:
        world.now = NOW + timedelta(seconds=second)
        try:
            limits.count("x", limit, weight, world.deps)
        except TooManyRequests as refused:
            assert refused.retry_after is not None
            assert 1 <= refused.retry_after <= 60
            assert limit.began(world.now + timedelta(seconds=refused.retry_after)) > limit.began(world.now)
        else:
            began = limit.began(world.now)
            let_in[began] = let_in.get(began, 0) + min(max(weight, 1), most)
    assert all(n <= most for n in let_in.values())


@given(TEXTS | st.text("'=+-@|%\t\r\nNA ＝x,;\"\u2028\ufeff", max_size=9))
@settings(max_examples=500, deadline=None)
def test_a_guarded_cell_reads_back_as_it_was(text: str) -> None:
    """And no part of it is a formula, nor the whole anything that the importer takes for absent."""
    cell = guarded(text)
    assert plain(cell) == text
    assert not text or cell.startswith("'") or not LOST.match(cell)
    assert [part for part in PART.findall(cell) if FORMULA.match(part) and not part.startswith("'")] == []


@given(st.text("'=+-@NAx ", max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_cell_that_was_never_guarded_stays_as_it_is(text: str) -> None:
    """An apostrophe before a letter is the person's own."""
    assert plain(f"'s{text}") == f"'s{text}"
    assert plain(f"x{text}") == f"x{text}"


@given(
    MOMENTS,
    st.from_regex(r"[A-Za-z0-9._:@/+-]{0,128}", fullmatch=True),
)
@settings(max_examples=300, deadline=None)
def test_a_cursor_leads_back_to_its_position(at: datetime, response_id: str) -> None:
    """To the microsecond."""
    assert position_of(Position(at, response_id).cursor) == Position(at, response_id)


@given(MOMENTS)
@settings(max_examples=300, deadline=None)
def test_the_first_monday_is_one_and_less_than_a_week_ahead(at: datetime) -> None:
    """From any moment on."""
    monday = first_monday(at)
    assert monday.weekday() == 0
    assert monday == monday.replace(hour=0, minute=0, second=0, microsecond=0)
    assert timedelta(0) <= monday - at < timedelta(days=7)
