"""The bench judges rightly, reckons units as DynamoDB does, and documents hold no figure that it did not print."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest

from shared.aws import AwsRefused
from shared.dynamo import marshal_item
from tests.bench.__main__ import PARTS, missed
from tests.bench.costs import BARE, dollars
from tests.bench.figure import Figure, said
from tests.bench.meter import Meter, MeteredDynamoDB, read_units, size_of
from tests.bench.report import DOCUMENTS, KEPT, MARKED, Run, as_json, from_json, section, written
from tests.soak.dynamodb import MemoryDynamoDB

CONTACTS, CASES = "etincelle-local-contacts", "etincelle-local-cases"


@pytest.fixture(scope="module")
def kept() -> Run:
    return from_json(json.loads(KEPT.read_text()))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_says_what_a_run_printed(document: Any, kept: Run) -> None:
    """Each table between the marks is the one that the kept run makes."""
    text = document.read_text()
    assert MARKED.search(text)
    assert written(text, kept) == text


def test_every_part_is_told(kept: Run) -> None:
    """The kept run has all parts, and the page of benchmarks a table of each."""
    assert tuple(kept.parts) == PARTS
    assert {name for _, name, _ in MARKED.findall(DOCUMENTS[0].read_text())} == {"machine", *PARTS}


def test_a_changed_figure_is_seen() -> None:
    """The counter-proof: a document with another figure is not what the run makes of it."""
    made = Run("a machine", {"load": [Figure("answers a second", 100)]})
    told = written("<!-- bench: load -->\n<!-- end of bench -->", made)
    assert "| answers a second | 100 |" in told
    assert written(told.replace("100", "900"), made) == told


def test_the_readme_says_of_detection_what_its_page_says() -> None:
    """Each number that another command printed stands on the page of that command, too."""
    pages = {"make bench-detection": "detection", "make bench-figures": "figures", "make soak": "benchmarks"}
    numbers = [
        (number, pages[command])
        for line in DOCUMENTS[1].read_text().splitlines()
        for command in pages
        if line.endswith(f"| `{command}` |")
        for number in re.findall(r"\d[\d.]*(?: of \d+)?", "".join(line.split("|")[2:4]))
    ]
    texts = {page: (KEPT.parent / f"{page}.md").read_text() for page in pages.values()}
    assert {page for _, page in numbers} == set(pages.values())
    assert [one for one in numbers if not re.search(rf"(?<![\d.,]){re.escape(one[0])}(?!\d)", texts[one[1]])] == []


def test_what_is_written_is_read_again(kept: Run) -> None:
    """Through JSON and back every figure is the same."""
    assert from_json(json.loads(json.dumps(as_json(kept)))) == kept


@pytest.mark.parametrize(
    ("value", "reference", "wanted", "is_met"),
    [
        (9, 10, "ratio ≤ 0.9", True),
        (9.1, 10, "ratio ≤ 0.9", False),
        (1, None, "= 1", True),
        (2, None, "= 1", False),
        (5000, None, "≥ 5,000", True),
        (4999, None, "≥ 5,000", False),
        (1, None, "", None),
    ],
)
def test_what_is_wanted_is_met_or_not(value: float, reference: float | None, wanted: str, is_met: bool | None) -> None:
    """On each side of each edge."""
    assert Figure("one", value, reference=reference, wanted=wanted).is_met is is_met


def test_a_ratio_of_nothing_is_a_mistake() -> None:
    """Nobody is told that a wish is met which cannot be looked at."""
    with pytest.raises(ValueError, match="no reference"):
        _ = Figure("one", 1, wanted="ratio ≤ 1").is_met


def test_a_short_run_judges_counts_and_no_times() -> None:
    """A busy machine fails no check; a call too many does."""
    found = {"one": [Figure("slow", 2, wanted="≤ 1", is_timed=True), Figure("calls", 2, wanted="≤ 1")]}
    assert missed(found, short=True) == ["one: calls"]
    assert missed(found, short=False) == ["one: slow", "one: calls"]


def test_numbers_have_three_digits() -> None:
    """Whatever their size, and none where there is none."""
    assert [said(one) for one in (0.7714, 149.61, 37.54, 12345.6, 0.005884, 1, None)] == [
        *("0.771", "150", "37.5", "12,346", "0.00588", "1", "")
    ]


def test_figures_of_several_things_are_a_row_each() -> None:
    """With what they are held against, and what of it is not met, in the last columns."""
    dear = Figure("dollars", 4, "an answer", 2, "a bare one", wanted="ratio ≤ 1")
    found = [Figure("calls", 2, "an answer", wanted="= 2"), dear, Figure("calls", 1, "another")]
    assert section(found).splitlines()[2:] == [
        "| an answer | 2 | 4 | 2 × a bare one | calls = 2, dollars ratio ≤ 1: **not met** |",
        "| another | 1 |  |  |  |",
    ]


def units(*calls: tuple[str, dict[str, Any]]) -> list[float]:
    """What each call is billed, in write units or read units."""
    meter, found = Meter(), []
    table = MeteredDynamoDB(lambda *_: None, meter)
    for operation, asked in calls:
        before = sum(amount for (_, kind), amount in meter.uses.items() if kind.endswith("_units"))
        with suppress(AwsRefused):
            getattr(table, operation)(**asked)
        found.append(sum(amount for (_, kind), amount in meter.uses.items() if kind.endswith("_units")) - before)
    return found


def put(table: str, size: int = 10, **more: Any) -> dict[str, Any]:
    return {"TableName": table, "Item": marshal_item({"pk": "a", "sk": "b", "text": "x" * size} | more)}


def test_write_units_are_those_of_the_larger_item() -> None:
    """One for each KB begun, of the item before or after; a refused one is billed, too."""
    refused = put(CONTACTS) | {"ConditionExpression": "attribute_not_exists(pk)"}
    calls = (put(CONTACTS), put(CONTACTS, 1024), put(CONTACTS), refused)
    assert units(*(("put_item", one) for one in calls)) == [1, 2, 2, 1]


def test_an_index_is_written_where_its_entry_changes() -> None:
    """In, changed in place, moved (out and in), out again."""
    places: list[dict[str, Any]] = [{"state_pk": "P", "state_sk": "1"}] * 2 + [{"state_pk": "P", "state_sk": "2"}, {}]
    assert units(*(("put_item", put(CASES, 10 + n, **place)) for n, place in enumerate(places))) == [2, 2, 3, 2]


def test_a_transaction_is_billed_twice() -> None:
    """Whether it is carried out or refused."""
    write = {"TransactItems": [{"Put": put(CONTACTS) | {"ConditionExpression": "attribute_not_exists(pk)"}}]}
    assert units(("transact_write_items", write), ("transact_write_items", write)) == [2, 2]


def test_read_units_are_halved_where_consistency_is_not_asked_for() -> None:
    """One for each 4 KB of all that is read together, and never less than one item's."""
    item = marshal_item({"pk": "a", "sk": "b", "text": "x" * 3000})
    assert [read_units(items, True) for items in ([], [item], [item, item])] == [1, 1, 2]
    assert read_units([item], False) == 0.5


def test_no_operation_goes_by_the_meter() -> None:
    """Whoever gives the database in memory a further one says here that it is reckoned, and how."""
    written = {"put_item", "update_item", "delete_item", "transact_write_items"}
    read = {"get_item", "batch_get_item", "query"}
    assert {name for name in vars(MemoryDynamoDB) if name[0] != "_"} == written | read | {"record"}
    assert read <= vars(MeteredDynamoDB).keys()


def test_a_part_of_an_item_is_billed_as_the_whole() -> None:
    """Alone and among others, each rounded up by itself."""
    key = marshal_item({"pk": "a", "sk": "b"})
    whole = ("put_item", put(CONTACTS, 5000))
    part = {"Key": key, "ProjectionExpression": "sk", "ConsistentRead": True}
    several = {CONTACTS: {"Keys": [key, marshal_item({"pk": "a", "sk": "c"})], "ConsistentRead": True}}
    calls = (whole, ("get_item", {"TableName": CONTACTS} | part), ("batch_get_item", {"RequestItems": several}))
    assert units(*calls) == [5, 2, 3]


def test_bytes_are_those_of_names_and_values() -> None:
    """By DynamoDB's rules; numbers by two digits a byte and one more."""
    assert size_of(marshal_item({"pk": "aé", "n": -123, "yes": True, "many": ["a", 1]})) == 5 + 5 + 4 + (4 + 3 + 2 + 3)


def test_dollars_follow_the_list() -> None:
    """A bare handler's answer: a request of two kinds, a function's call of 20 ms, a write unit and 2 kB of log."""
    assert 1000 * dollars(BARE) == pytest.approx(0.0035 + 0.0006 + 0.0002 + 0.000333 + 0.000625 + 0.001, rel=1e-3)
