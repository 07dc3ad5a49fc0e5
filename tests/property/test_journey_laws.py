"""Laws of the journey document, whatever is written in it."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.registry import usecases
from services.registry.domain.checking import check, check_text
from services.registry.domain.difference import difference
from services.registry.domain.journey import CHANNELS, JourneyDocument, journey_schema
from services.registry.domain.mistakes import errors_among
from services.registry.domain.yaml_core import Loader
from shared.catalogue import Touchpoint
from shared.scales import SCALES
from tests.registry import ADMIN, Caller, caller, fake_deps, shop

LAW = settings(deadline=None, max_examples=200)
"""No deadline: machines that test several things at once have slow moments."""
IDS = st.sampled_from(["a", "b", "c-1", "D.2"])
LANGS = st.sampled_from(["en", "fr", "no", "pt-BR"])
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)
WORDS = TEXTS | st.dictionaries(LANGS, TEXTS, min_size=1, max_size=3)
SUBSCRIPTIONS = st.dictionaries(IDS, st.sampled_from(["a@example.com", "https://example.com/h"]), max_size=2)
OWNERS = st.dictionaries(
    IDS, st.fixed_dictionaries({"name": TEXTS}, optional={"lang": LANGS, "subscriptions": SUBSCRIPTIONS}), min_size=1
)
SURVEYS = st.dictionaries(
    IDS,
    st.fixed_dictionaries(
        {"scale": st.sampled_from(list(SCALES)), "question": WORDS}, optional={"low_label": WORDS, "thanks": WORDS}
    ),
    min_size=1,
)
JOURNEYS = st.just({}) | st.dictionaries(
    IDS, st.fixed_dictionaries({"stages": st.dictionaries(IDS, WORDS, min_size=1, max_size=3)}), min_size=1, max_size=1
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Good documents."""
    owners, surveys, journeys = draw(OWNERS), draw(SURVEYS), draw(JOURNEYS)
    stages = [{"journey": j, "stage": s} for j, one in journeys.items() for s in one["stages"]] or [{}]
    point = st.builds(
        lambda owner, survey, place, more: {"owner": owner, "survey": survey} | place | more,
        st.sampled_from(sorted(owners)),
        st.sampled_from(sorted(surveys)),
        st.sampled_from(stages),
        st.fixed_dictionaries(
            {},
            optional={
                "name": WORDS,
                "channels": st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=4, unique=True),
                "paused": st.booleans(),
                "promise": st.fixed_dictionaries({"text": WORDS, "bad_at_most": st.floats(0.01, 0.99)}),
                "staff_survey": st.sampled_from(sorted(surveys)),
            },
        ),
    )
    touchpoints = draw(st.dictionaries(IDS, point))
    return {"name": "shop", "owners": owners, "surveys": surveys, "journeys": journeys, "touchpoints": touchpoints}


NAUGHTY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["shop", "a", "web"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(
    {name for model in journey_schema()["$defs"].values() for name in model.get("properties", {})}
    | set(JourneyDocument.model_fields)
)


@st.composite
def bent_documents(draw: st.DrawFn) -> Any:
    """Documents that were good once: parts replaced, dropped, added, misnamed, some levels down."""
    document: Any = json.loads(json.dumps(draw(documents())))
    for _ in range(draw(st.integers(1, 4))):
        part = document
        while draw(st.booleans()) and (inner := [v for v in part.values() if isinstance(v, dict)]):
            part = draw(st.sampled_from(inner))
        name = draw(st.sampled_from([*part, *FIELDS]) | st.text(max_size=5))
        part[name] = draw(NAUGHTY)
    return document


def applied(document: Any) -> usecases.Application:
    return usecases.Application(document=document, base_version=0)


@LAW
@given(documents())
def test_a_good_document_passes_and_its_canonical_form_means_the_same(document: dict[str, Any]) -> None:
    """Read again, it is the very same document."""
    checked = check(document)
    assert errors_among(checked.mistakes) == []
    assert checked.document is not None
    canonical = checked.document.canonical()
    assert check(canonical).document == checked.document
    assert check(canonical).document.canonical() == canonical  # type: ignore[union-attr]


class Quoting(yaml.SafeDumper):
    """Writes every text in quotes: PyYAML leaves some bare that YAML 1.2 takes for numbers, such as 0E0."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@LAW
@given(documents())
@example({"name": "shop", "owners": {"a": {"name": "0"}}, "surveys": {"a": {"scale": "nps", "question": "0E0"}}})
def test_yaml_and_json_of_a_document_mean_the_same(document: dict[str, Any]) -> None:
    """What is applied from a file is what is sent over HTTP."""
    text = yaml.dump(document, Dumper=Quoting, allow_unicode=True, sort_keys=False)
    from_file, from_json = check_text(text, {}), check(document)
    assert from_file.document == from_json.document
    assert [m.what for m in errors_among(from_file.mistakes)] == []


@LAW
@given(documents(), documents())
def test_the_difference_is_empty_just_when_two_documents_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    """And the other way round it is the same, mirrored."""
    a, b = (check(document).document.canonical() for document in (one, other))  # type: ignore[union-attr]
    assert difference(a, a) == []
    assert (difference(a, b) == []) == (json.dumps(sorted_sections(a)) == json.dumps(sorted_sections(b)))
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    there, back = difference(a, b), difference(b, a)
    assert [(c.kind, c.id, mirrored[c.change], c.after, c.before) for c in there] == [
        (c.kind, c.id, c.change, c.before, c.after) for c in back
    ]


def sorted_sections(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the ids of each section, whose order means nothing, in one order."""
    inner = {name: dict(sorted(v.items())) if isinstance(v, dict) else v for name, v in document.items()}
    return dict(sorted(inner.items()))


@LAW
@given(documents(), documents())
def test_applying_twice_is_applying_once(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The second time nothing changes, and every touchpoint is one the other services can read."""
    deps = fake_deps()
    usecases.apply_document("shop", applied(one), ADMIN, deps)
    asked = usecases.Application(document=other, base_version=1)
    first = usecases.apply_document("shop", asked, ADMIN, deps)
    kept, turns = dict(deps.documents.kept), list(deps.documents.turns)  # type: ignore[attr-defined]
    again = usecases.apply_document("shop", asked, ADMIN, deps)
    assert (again.version, again.changes) == (first.version, [])
    assert (deps.documents.kept, deps.documents.turns) == (kept, turns)  # type: ignore[attr-defined]
    for identifier in other["touchpoints"]:
        value = deps.documents.touchpoint(identifier).value  # type: ignore[union-attr]
        assert Touchpoint.model_validate(value).model_dump(mode="json", exclude_none=True) == value


@LAW
@given(documents(), documents())
def test_what_was_applied_depends_on_the_last_document_only(one: dict[str, Any], other: dict[str, Any]) -> None:
    """But for survey versions and for what was removed, the way there leaves no trace."""
    straight, around = fake_deps(), fake_deps()
    usecases.apply_document("shop", applied(other), ADMIN, straight)
    usecases.apply_document("shop", applied(one), ADMIN, around)
    usecases.apply_document("shop", usecases.Application(document=other, base_version=1), ADMIN, around)
    assert straight.documents.belongings() == around.documents.belongings()
    for identifier in other["touchpoints"]:
        values = [deps.documents.touchpoint(identifier).value for deps in (straight, around)]  # type: ignore[union-attr]
        for value in values:
            value["survey"] = value["survey"] | {"version": 0}
            value.pop("staff_survey", None)
        assert values[0] == values[1]


@LAW
@given(bent_documents() | NAUGHTY)
def test_checking_never_raises_and_either_names_an_error_or_gives_a_document(value: Any) -> None:
    """Whatever was sent."""
    checked = check(value)
    assert (checked.document is None) == bool(errors_among(checked.mistakes))


@LAW
@given(st.text() | st.binary() | bent_documents().map(lambda value: yaml.dump(value, allow_unicode=True)))
def test_checking_a_file_never_raises_and_every_mistake_has_a_line_of_it(source: str | bytes) -> None:
    """Whatever is in it, YAML or not."""
    checked = check_text(source, {}, required=False)
    lines = len(source.splitlines()) + 1
    assert all(m.line is not None and 1 <= m.line <= lines for m in checked.mistakes)
    assert (checked.document is None) == bool(errors_among(checked.mistakes))


@LAW
@given(bent_documents(), st.data())
def test_a_line_that_was_cut_or_doubled_never_raises(value: Any, data: st.DataObject) -> None:
    """As editors and merges leave files behind."""
    lines = yaml.dump(value, allow_unicode=True).splitlines()
    n = data.draw(st.integers(0, len(lines) - 1))
    cut = lines[n][: data.draw(st.integers(0, len(lines[n])))]
    check_text("\n".join([*lines[:n], cut, *lines[n + 1 :]]), {})
    check_text("\n".join([*lines[:n], lines[n], *lines[n:]]), {})


ADMINISTRATOR = caller(fake_deps())
REQUESTS = [("PUT", "/v1/documents/shop"), ("PUT", "/v1/documents/shop?dry_run=true"), ("POST", "/v1/keys")]


def answered(administrator: Caller, request: tuple[str, str], body: Any) -> None:
    reply = administrator.ask(*request, body)
    assert reply.status < 500, reply.body
    if reply.status >= 400:
        assert reply.body["code"] != "internal_error"
        errors = reply.body.get("errors", [])
        assert errors or reply.status != 422, "who is told that fields are wrong is told which"
        assert all(error["pointer"] and error["detail"] for error in errors)


@LAW
@given(st.sampled_from(REQUESTS), NAUGHTY | st.binary().filter(bool) | st.text())
def test_no_body_gives_a_5xx(request: tuple[str, str], body: Any) -> None:
    """Every fault of the caller's is a 4xx problem."""
    answered(ADMINISTRATOR, request, body)


@LAW
@given(
    st.fixed_dictionaries({"document": bent_documents() | NAUGHTY, "base_version": st.integers(-1, 3) | NAUGHTY}),
    st.sampled_from(REQUESTS),
)
def test_no_document_gives_a_5xx(body: Any, request: tuple[str, str]) -> None:
    """Nor does any document that is nearly right."""
    answered(caller(fake_deps()), request, body)


@LAW
@given(st.fixed_dictionaries({"name": NAUGHTY, "scopes": NAUGHTY | st.lists(st.text(max_size=9))}))
def test_no_key_request_gives_a_5xx(body: Any) -> None:
    """Nor does any wish for a key."""
    answered(ADMINISTRATOR, ("POST", "/v1/keys"), body)


def test_the_examples_of_these_laws_reach_the_good_and_the_bad() -> None:
    """The helper's own document is good; and no less is refused."""
    assert check(shop()).document is not None
    assert check({}).document is None


PLAIN = st.text(st.sampled_from("ab é0:#-,.\n"), max_size=30)


@LAW
@given(PLAIN)
def test_a_text_without_question_marks_reads_as_pyyaml_reads_it(text: str) -> None:
    """Our own reading of texts differs from PyYAML's in the question mark only, in blocks and between braces."""
    for source in (f"k:\n  {text}", f"[{text}]", f"{{k: {text}}}"):
        assert events(source, Loader) == events(source, yaml.SafeLoader)


def events(source: str, loader: Any) -> list[tuple[str, Any]]:
    """The texts and structure of YAML, or that it is none."""
    try:
        return [(type(event).__name__, getattr(event, "value", None)) for event in yaml.parse(source, Loader=loader)]
    except yaml.YAMLError as error:
        return [("error", str(error))]
