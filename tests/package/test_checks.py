"""The checks find what they are there to find, and what they generate holds together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.checks import documents, openapi, pins, schemas
from infra.paths import ROOT, SERVICES
from shared.auth import SCOPES
from tests.events import alert_event

LONG = "\n".join(f"        x{n} = {n}" for n in range(12))
HASH = "--hash=sha256:" + "0" * 64


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout."""
    for module in (documents, pins):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def test_what_lacks_a_docstring_is_named(written: Path) -> None:
    """A module, a long class and its long method; not what is short, private, or described by a Protocol."""
    module = written / "m.py"
    module.write_text(
        f"class Shop:\n    def open(self):\n{LONG}\n    def close(self):\n{LONG}\ndef _own():\n    pass\n"
    )
    found = list(documents.undocumented(module, frozenset({"close"})))
    assert found == [
        "m.py:1 the module says nothing of itself",
        "m.py:1 Shop needs a docstring",
        "m.py:2 open needs a docstring",
    ]


def test_a_key_without_a_row_is_named(written: Path) -> None:
    """The table of access patterns is complete, or the check fails."""
    module = written / "t.py"
    module.write_text('"""| one | (`one_key`) |"""\ndef one_key():\n    pass\ndef other_key():\n    pass\n')
    [found] = documents.unlisted_keys(module)
    assert "other_key" in found


def test_a_link_that_leads_nowhere_is_named(written: Path) -> None:
    """Relative to the file that has it; addresses, anchors and what is in code blocks are not looked at."""
    (written / "there.md").write_text("x")
    text = "[a](there.md#x) [b](gone.md) [c](https://example.com) [d](#here)\n```\n[e](code.md)\n```\n"
    (written / "page.md").write_text(text)
    assert list(documents.broken_links(written / "page.md")) == ["page.md links to gone.md, which is not there"]


@pytest.mark.parametrize("words", ["https://py" + "pi.org/simple", "# TO" + "DO: later", f"in {ROOT}/shared"])
def test_a_word_that_does_not_belong_is_named(written: Path, words: str) -> None:
    """Hosts of registries, things left to do, places on this machine."""
    (written / "a.txt").write_text("fine\n" + words)
    [found] = documents.misplaced_words(written / "a.txt")
    assert found.startswith("a.txt:2 names ")


def test_a_requirement_without_version_or_hash_is_named(written: Path) -> None:
    """Pinned is `name==1.0 --hash=sha256:…` and nothing less."""
    lock = written / "r.lock"
    lock.write_text(f"one==1.0 \\\n    {HASH} \\\n    {HASH}\ntwo==2.0\nthree>=1 {HASH}\n")
    assert pins.requirements(lock) == ({"one": "1.0"}, ["two==2.0", "three>=1"])


def test_a_list_that_asks_for_more_than_its_lock_is_named(written: Path) -> None:
    """Another version, and a name the lock does not have; a name without a version is content with any."""
    source = written / "r.in"
    source.write_text("# words\none==1.1\ntwo\nthree\n-r other.in\n")
    assert list(pins.unmet(source, {"one": "1.0", "two": "2.0"})) == ["one==1.1", "three"]


def test_every_reference_of_the_api_s_description_leads_somewhere() -> None:
    """Each `$ref` is a schema of the document, each security requirement a scheme of it, each scope one we have."""
    described = openapi.document()
    references = set(values_of(described, "$ref"))
    assert references
    assert references <= {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert {name for each in values_of(described, "security") for one in each for name in one} == {"key"}
    assert set(values_of(described, "x-required-scope")) <= set(SCOPES)


def test_every_operation_is_described_once() -> None:
    """By an id of its own, under the path and method that API Gateway will have."""
    described = openapi.document()
    count = sum(len(openapi.operations(service)) for service in SERVICES)
    ids = list(values_of(described["paths"], "operationId"))
    assert len(ids) == len(set(ids)) == count


def test_an_operation_with_a_scope_says_who_is_turned_away() -> None:
    """401 without a key, 403 with another's; both are problems."""
    [post] = [o for o in openapi.operations("collector") if (o.method, o.path) == ("POST", "/v1/responses")]
    entry = openapi.described("collector", post)
    assert entry["x-required-scope"] == "responses:write"
    for status in ("401", "403", "422"):
        assert list(entry["responses"][status]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("name", ["alert-event.schema.json", "journey.schema.json"])
def test_a_schema_is_one(name: str) -> None:
    """JSON Schema's own rules hold for it."""
    Draft202012Validator.check_schema(schemas.schemas()[name])


def test_an_alert_fits_its_schema_and_a_wrong_one_does_not() -> None:
    """What others validate against accepts what we send."""
    validator = Draft202012Validator(schemas.schemas()["alert-event.schema.json"])
    event = alert_event().model_dump(mode="json", exclude_none=True)
    assert list(validator.iter_errors(event)) == []
    assert list(validator.iter_errors(event | {"severity": "dreadful"})) != []


def values_of(value: Any, name: str) -> Iterator[Any]:
    """The values of every member of that name, however deep."""
    if isinstance(value, dict):
        yield from (inner for key, inner in value.items() if key == name)
        yield from (found for inner in value.values() for found in values_of(inner, name))
    elif isinstance(value, list):
        yield from (found for inner in value for found in values_of(inner, name))
