"""Every mistake a journey file can hold: found at its line, in words, with what to do about it."""

from __future__ import annotations

import time
from pathlib import Path

import jsonschema
import pytest

from services.registry.domain import journey_schema
from services.registry.domain.checking import Checked, check, check_text
from services.registry.domain.mistakes import MOST, Mistake, errors_among
from services.registry.domain.reading import DEEPEST, read

GOOD = """\
name: shop
owners:
  web: {name: Web team, subscriptions: {mail: web@example.com}}
journeys:
  buy:
    stages: {choose: Choose, pay: Pay}
surveys:
  ease:
    scale: thumbs
    question: Was that easy?
touchpoints:
  checkout:
    owner: web
    stage: pay
    survey: ease
    channels: [web, email]
"""


def one(text: str, **variables: str) -> Mistake:
    """The only mistake of a text."""
    [mistake] = check_text(text, variables).mistakes
    return mistake


def broken(old: str, new: str) -> Mistake:
    """The only mistake of the good file with one part replaced."""
    assert old in GOOD
    return one(GOOD.replace(old, new, 1))


def with_person(person: str) -> Mistake:
    return one(GOOD + "people:\n  ana: {email: a@example.com, role: pilot}\n  bo: " + person)


@pytest.mark.parametrize(
    ("person", "where", "what", "hint"),
    [
        ("{email: b@, role: pilot}", "19:15 people.bo.email", "no e-mail address", ""),
        ("{email: b@example.com, role: boss}", "19:36 people.bo.role", "`boss` is no role", ""),
        ("{email: b@example.com, role: owner}", "19:3 people.bo", "`owner` is missing", "the team's id"),
        ("{email: b@example.com, role: owner, owner: wbe}", "19:50 people.bo.owner", "no owner `wbe`", "`web`?"),
        (
            "{email: b@example.com, role: pilot, owner: web}",
            "19:43 people.bo.owner",
            "pilot has no `owner`",
            "leave it",
        ),
        ("{email: b@example.com, role: front_line, owner: web}", "19:3 people.bo", "`touchpoints` is missing", "add"),
        (
            "{email: b@example.com, role: front_line, owner: web, touchpoints: [chekout]}",
            "19:74 people.bo.touchpoints[0]",
            "no touchpoint `chekout`",
            "`checkout`?",
        ),
        ("{email: A@Example.com, role: pilot}", "19:15 people.bo.email", "`ana` has the same address", "of their own"),
    ],
)
def test_people_are_checked_for_what_their_role_needs(person: str, where: str, what: str, hint: str) -> None:
    """Team, touchpoints, an address of their own: each mistake at its line, with a hint where there is one to give."""
    mistake = with_person(person)
    assert f"{mistake.line}:{mistake.column} {mistake.place}" == where
    assert what in mistake.what
    assert hint in mistake.hint


CASES = "    cases: {when: bad, causes: {late: Late}}\n"


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "hint"),
    [
        ("when: bad, ", "", "checkout.cases", "no answer opens a case", "`when: bad`"),
        ("when: bad", "when: bad, scores_at_most: 0", "cases.scores_at_most", "says the same", "leave one out"),
        ("when: bad", "scores_at_most: 1", "cases.scores_at_most", "a case for every answer", "choose 0 to 0"),
        ("when: bad", 'when: bad, words: ["!!"]', "cases.words[0]", "holds no letter", "leave it out"),
        ("{late: Late}", "{}", "cases.causes", "", ""),
        ("when: bad", "when: good", "cases.when", "", ""),
        ("when: bad", "when: bad, due_hours: 0", "cases.due_hours", "", ""),
        ("when: bad", "when: bad, due_hour: 2", "cases.due_hour", "", "did you mean `due_hours`?"),
    ],
)
def test_rules_of_cases_that_make_no_sense(old: str, new: str, where: str, what: str, hint: str) -> None:
    """Each names its place and what to do about it."""
    mistake = one(GOOD + CASES.replace(old, new, 1))
    assert where in mistake.place
    assert what in mistake.what
    assert hint in mistake.hint


def test_rules_of_cases_that_are_good() -> None:
    """All of them at once."""
    rules = "{scores_at_most: 0, words: [accident], call_back: true, due_hours: 4, causes: {late: {fr: Tard}}}"
    assert check_text(GOOD + f"    cases: {rules}\n", {}).mistakes == ()


def test_a_call_back_that_nobody_could_have_is_warned_of() -> None:
    """A poster does not know who answers."""
    text = GOOD.replace("[web, email]", "[qr, kiosk]") + CASES.replace("when: bad", "call_back: true")
    mistake = one(text)
    assert (mistake.warning, "nobody can be called back" in mistake.what) == (True, True)


def test_a_good_file_has_no_mistakes() -> None:
    """Neither errors nor warnings."""
    checked = check_text(GOOD, {})
    assert checked.mistakes == ()
    assert checked.document is not None
    assert checked.document.touchpoints["checkout"].channels == ("web", "email")


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "hint"),
    [
        ("owner: web", "owner: wbe", "13:12 touchpoints.checkout.owner", "no owner `wbe`", "did you mean `web`?"),
        ("stage: pay", "stage: pya", "14:12 touchpoints.checkout.stage", "no stage `pya`", "did you mean `pay`?"),
        ("survey: ease", "survey: eas", "15:13 touchpoints.checkout.survey", "no survey `eas`", "`ease`?"),
        (
            "survey: ease",
            "survey: ease\n    staff_survey: x",
            "16:19 touchpoints.checkout.staff_survey",
            "`x`",
            "`ease`",
        ),
        ("stage: pay", "stage: pay\n    journey: bye", "15:14 touchpoints.checkout.journey", "`bye`", "`buy`"),
        ("    owner: web\n", "", "12:3 touchpoints.checkout.owner", "`owner` is missing", ""),
        ("    stage: pay\n", "", "12:3 touchpoints.checkout", "where in `buy`?", "`choose`, `pay`"),
        (
            "    survey: ease",
            "    surveys: ease\n    survey: ease",
            "15:5 touchpoints.checkout.surveys",
            "no field",
            "`survey`?",
        ),
        ("[web, email]", "[web, emial]", "16:21 touchpoints.checkout.channels[1]", "`emial`", "did you mean `email`?"),
        ("[web, email]", "[web, web]", "16:21 touchpoints.checkout.channels[1]", "listed twice", "leave one out"),
        ("[web, email]", "[]", "16:15 touchpoints.checkout.channels", "at least 1 is needed", ""),
        ("[web, email]", "web", "16:15 touchpoints.checkout.channels", "a list is needed here, not a text", ""),
        ("scale: thumbs", "scale: thumb", "9:12 surveys.ease.scale", "`thumb` is no scale", "`thumbs`?"),
        (
            "scale: thumbs",
            "scale: thumbs\n    bad_at_most: 1",
            "10:18 surveys.ease.bad_at_most",
            "0 to 1",
            "choose 0 to 0",
        ),
        (
            "question: Was that easy?",
            "question: 5",
            "10:15 surveys.ease.question",
            "a text, or one for each language,",
            "",
        ),
        (
            "question: Was that easy?",
            "question: {en: 5}",
            "10:20 surveys.ease.question.en",
            "a text is needed",
            "quotes",
        ),
        (
            "question: Was that easy?",
            "question: {english: x, en: y}",
            "10:16 surveys.ease.question.english",
            "language tag",
            "",
        ),
        ("name: shop", "name: my shop", "1:7 name", "an id has letters", ""),
        ("  checkout:", "  check out:", "12:3 touchpoints.check out", "an id has letters", ""),
        ("web@example.com", "web@example", "3:47 owners.web.subscriptions.mail.email", "no e-mail address", ""),
        ("web@example.com", "http://x.example", "3:47 owners.web.subscriptions.mail.webhook", "https", ""),
        ("mail: web@", "mail: {lang: fr}, b: web@", "3:47 owners.web.subscriptions.mail", "says none", "one of them"),
        (
            "web@example.com",
            "{email: web@example.com, sms: '+33612345678'}",
            "3:47 owners.web.subscriptions.mail",
            "email and sms at once",
            "for each",
        ),
        ("web@example.com", "'+33 6 12'", "3:47 owners.web.subscriptions.mail.sms", "such as '+33612345678'", ""),
        ("web@example.com", "{slack: C024BE91L}", "3:55 owners.web.subscriptions.mail.slack", "bot's token", "xoxb"),
        (
            "{mail: web@example.com}}",
            "{mail: web@example.com}, chain: [mial]}",
            "3:73 owners.web.chain[0]",
            "no subscription `mial`",
            "did you mean `mail`?",
        ),
        ("    stages:", "    pilot: webb\n    stages:", "6:12 journeys.buy.pilot", "no owner `webb`", "did you mean"),
        (
            "    survey: ease",
            "    time_zone: Paris\n    survey: ease",
            "15:16 touchpoints.checkout.time_zone",
            "time zone",
            "",
        ),
        (
            "    survey: ease",
            "    paused: yes\n    survey: ease",
            "15:13 touchpoints.checkout.paused",
            "true or false",
            "",
        ),
        (
            "    survey: ease",
            "    pillar: x\n    survey: ease",
            "15:13 touchpoints.checkout.pillar",
            "product, process",
            "",
        ),
        (
            "    survey: ease",
            "    rest_days: -1\n    survey: ease",
            "15:16 touchpoints.checkout.rest_days",
            "greater than 0",
            "",
        ),
        (
            "    survey: ease",
            "    promise: {text: Fast, bad_at_most: 8}\n    survey: ease",
            "15:40 touchpoints.checkout.promise.bad_at_most",
            "between 0 and 1",
            "0.08",
        ),
        (
            "touchpoints:",
            "pressure: {company: {at_most: 0, days: 1}}\ntouchpoints:",
            "11:31 pressure.company.at_most",
            "1",
            "",
        ),
        (
            "touchpoints:",
            "pressure: {company: {at_most: 1, days: 30}, channels: {sms: {at_most: 2, days: 30}}}\ntouchpoints:",
            "11:71 pressure.channels.sms.at_most",
            "never reached",
            "lower it",
        ),
        (
            "    survey: ease",
            "    sampling: {share: 0.5, answers_per_week: 9}\n    survey: ease",
            "15:15 touchpoints.checkout.sampling",
            "exactly one of answers_per_week, half_width, share",
            "ask everybody",
        ),
        (
            "    survey: ease",
            "    ask: {delay_minutes: 120, fresh_hours: 2}\n    survey: ease",
            "15:26 touchpoints.checkout.ask.delay_minutes",
            "nobody is ever asked",
            "raise `fresh_hours`",
        ),
        (
            "touchpoints:",
            "pressure: {programmes: {nps: {at_most: 0, days: 1}}}\ntouchpoints:",
            "11:40 pressure.programmes.nps.at_most",
            "1",
            "",
        ),
        ("touchpoints:", "touchpoint: {}\ntouchpoints:", "11:1 touchpoint", "no field", "did you mean `touchpoints`?"),
        (
            "stages: {choose: Choose, pay: Pay}",
            "stages: {}\n  b: {stages: {pay: Pay}}",
            "6:13 journeys.buy.stages",
            "at least 1 is needed",
            "",
        ),
        (
            "  web: {name",
            "  web: {name: First, subscriptions: {m: w@example.com}}\n  web: {name",
            "4:3 owners.web",
            "already there, in line 3",
            "rename",
        ),
    ],
)
def test_a_mistake_is_found_where_it_is(old: str, new: str, where: str, what: str, hint: str) -> None:
    """One wrong thing gives one error at its line and column, in words, with a hint where there is one."""
    assert old in GOOD
    errors = errors_among(check_text(GOOD.replace(old, new, 1), {}).mistakes)
    [found] = [error for error in errors if f"{error.line}:{error.column} {error.place}" == where]
    assert what in found.what
    assert hint in found.hint


def test_every_mistake_is_said_at_once() -> None:
    """A wrong type in one place hides nothing elsewhere, and the order is that of the lines."""
    text = GOOD.replace("owner: web", "owner: wbe").replace("thumbs", "thumb").replace("name: Web team", "nmae: 3")
    found = errors_among(check_text(text, {}).mistakes)
    assert [mistake.place for mistake in found] == [
        "owners.web.name",
        "owners.web.nmae",
        "surveys.ease.scale",
        "touchpoints.checkout.owner",
    ]
    assert [mistake.line for mistake in found] == [3, 3, 9, 13]


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("scale: thumbs", "scale: ces\n    high_label: Easy", 8, "`low_label` is missing in en"),
        ("question: Was that easy?", "question: {en: E, fr: F}\n    thanks: {fr: M}", 11, "`thanks` is missing in en"),
        ("name: Web team", "name: Web team, lang: fr", 15, "not asked in fr, which `web` speaks"),
        ("surveys:", "surveys:\n  spare: {scale: stars, question: Q}", 8, "no touchpoint uses it"),
        ("journeys:", "  idle: {name: I, subscriptions: {m: i@example.com}}\njourneys:", 4, "no touchpoint uses it"),
        ("{mail: web@example.com}", "{}", 3, "nobody is told"),
        ("mail: web@example.com", "hook: https://example.com/h", 3, "not signed"),
    ],
)
def test_what_may_be_meant_is_a_warning(old: str, new: str, line: int, what: str) -> None:
    """It is said, and the document is good all the same."""
    checked = check_text(GOOD.replace(old, new, 1), {})
    assert checked.document is not None
    [mistake] = checked.mistakes
    assert mistake.warning
    assert mistake.line == line
    assert what in mistake.what


def test_ids_that_differ_in_capitals_only_are_a_warning() -> None:
    """People would mix them up."""
    text = GOOD.replace("choose: Choose", "choose: Choose") + "  Checkout: {owner: web, stage: pay, survey: ease}\n"
    assert one(text).what == "`Checkout` and `checkout` differ in capitals only"


def test_an_email_is_not_signed() -> None:
    """A secret beside an e-mail is a mistake, not ignored."""
    secret = "whsec_" + "A" * 32
    mistake = broken("mail: web@example.com", f"mail: {{email: web@example.com, secret: {secret}}}")
    assert (mistake.what, mistake.line) == ("an e-mail is not signed", 3)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("name: shop\nowners: [", 2, "not YAML"),
        ("name: shop\n\towners: {}", 2, "not YAML"),
        ("name: shop\nowners: *who", 2, "undefined alias"),
        ("a: &a [*a]", 1, "aliases"),
        ("- a\n- b", 1, "a journey document is a mapping, not a list"),
        ("--- {}\n--- {}", 2, "another document"),
        ("? [a]\n: 1\nname: shop", 1, "a key must be a plain, whole text"),
        ("x: " + "[" * 100_000, 1, "nested deeper"),
        ("name: shop\nlang: !!python/object:os.system x", 2, "language"),
        ('name: "\\ud800"', 1, "half a character"),
        ("name: \x00", 1, "not YAML"),
        ("name: x" * 200_000, 1, "1,000,000 bytes"),
    ],
)
def test_what_is_no_document_is_said_at_its_line(text: str, line: int, what: str) -> None:
    """Broken, hostile and huge texts are refused in words; nothing is built from them."""
    checked = check_text(text, {})
    assert checked.document is None
    assert any(what in mistake.what and mistake.line == line for mistake in checked.mistakes)


def test_a_file_that_is_not_utf_8_is_said_at_its_line() -> None:
    """A Latin-1 file from an old editor."""
    mistake = check_text("name: shop\nlang: é".encode("latin-1"), {}).mistakes[0]
    assert (mistake.line, mistake.hint) == (2, "save it as UTF-8")


def test_an_alias_bomb_is_refused_quickly() -> None:
    """Nine levels of nine aliases would be 387 million parts."""
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert "aliases" in check_text("\n".join(levels), {}).mistakes[0].what


def test_an_alias_of_reasonable_size_is_fine() -> None:
    """Anchors save people from repeating themselves."""
    text = GOOD.replace("channels: [web, email]", "channels: &both [web, email]")
    text += "  search: {owner: web, stage: choose, survey: ease, channels: *both}\n"
    document = check_text(text, {}).document
    assert document is not None
    assert document.touchpoints["search"].channels == ("web", "email")


def test_a_question_between_braces_needs_no_quotes() -> None:
    """Nearly every question ends with what PyYAML stops at there."""
    text = GOOD.replace("question: Was that easy?", "question: {fr: C'est facile ?, en: Easy? Sure?, es: ¿Fácil?}")
    document = check_text(text, {}).document
    assert document is not None
    assert document.surveys["ease"].question == {"fr": "C'est facile ?", "en": "Easy? Sure?", "es": "¿Fácil?"}


def test_norwegian_is_a_language_and_off_is_a_stage() -> None:
    """YAML 1.1 would read `no` and `off` as false, and 12:30 as 750."""
    text = GOOD.replace("question: Was that easy?", "question: {en: Easy, no: Lett}").replace("pay", "off")
    document = check_text(text, {}).document
    assert document is not None
    assert document.surveys["ease"].question == {"en": "Easy", "no": "Lett"}
    assert list(document.journeys["buy"].stages) == ["choose", "off"]


def test_variables_are_filled_in_in_subscriptions_only() -> None:
    """`${NAME}` elsewhere is text."""
    text = GOOD.replace("web@example.com", '"${TEAM}"').replace("Web team", '"${TEAM}"')
    document = check_text(text, {"TEAM": "team@example.com"}).document
    assert document is not None
    assert document.owners["web"].name == "${TEAM}"
    assert document.owners["web"].subscriptions["mail"].email == "team@example.com"


def test_a_variable_that_is_not_set_is_an_error_when_applying_and_a_warning_before() -> None:
    """A check in a pipeline needs no secrets."""
    text = GOOD.replace("{mail: web@example.com}", "{mail: {email: ${TEAM}}, b: {webhook: ${URL}/x, secret: ${S}}}")
    text = text.replace("${TEAM}", '"${TEAM}"').replace("${URL}/x", '"${URL}/x"').replace("${S}", '"${S}"')
    applying, before = check_text(text, {}), check_text(text, {}, required=False)
    assert [(m.what, m.line) for m in errors_among(applying.mistakes)] == [
        ("TEAM is not set", 3),
        ("URL is not set", 3),
        ("S is not set", 3),
    ]
    assert before.document is not None
    assert len(before.mistakes) == 3


def test_words_without_a_language_are_in_the_documents_own() -> None:
    """One line of `lang` saves a mapping each time."""
    document = check_text("lang: fr\n" + GOOD, {}).document
    assert document is not None
    assert document.surveys["ease"].question == {"fr": "Was that easy?"}
    assert document.canonical()["journeys"]["buy"]["stages"]["pay"] == {"fr": "Pay"}


def test_an_empty_section_is_no_mistake() -> None:
    """`journeys:` with nothing under it, as one writes while beginning."""
    text = "name: imported\njourneys:\nowners:\n  web: {name: W, subscriptions: {m: w@example.com}}\n"
    assert check_text(text, {}).mistakes == ()


def test_what_came_from_no_file_has_no_line() -> None:
    """Over HTTP a path says it all."""
    checked: Checked = check({"name": "shop", "owners": 3})
    [mistake] = checked.mistakes
    assert (mistake.place, mistake.line) == ("owners", None)


SAMPLE = Path(__file__).parents[2] / "infra/local/sample/journey.yaml"


@pytest.mark.parametrize("text", [GOOD, SAMPLE.read_text(encoding="utf-8")])
def test_editors_are_told_the_same_as_the_command_says_of_good_files(text: str) -> None:
    """The JSON Schema takes every short form, and variables."""
    jsonschema.validate(read(text).value, journey_schema())


@pytest.mark.parametrize("bad", [{"owners": {"a": {"nam": "A"}}}, {"touchpoints": {"a": {"channels": ["fax"]}}}, {}])
def test_editors_underline_what_has_the_wrong_shape(bad: dict[str, object]) -> None:
    """Unknown fields, unknown choices, missing names."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(({"name": "x"} if bad else {}) | bad, journey_schema())


@pytest.mark.parametrize(("levels", "refused"), [(DEEPEST - 1, False), (DEEPEST, True)])
def test_a_document_may_be_nested_so_deep_and_no_deeper(levels: int, refused: bool) -> None:
    """The mapping around it is the first level."""
    found = check_text("x: " + "[" * levels + "]" * levels, {}).mistakes
    assert any("nested deeper" in mistake.what for mistake in found) is refused


def test_a_document_with_thousands_of_mistakes_is_answered_soon_and_briefly() -> None:
    """Two megabytes of them must not hold a function for minutes, nor make a reply that is too large to be sent."""
    owners = {f"owner-{n}": {"nmae": "N"} for n in range(20_000)}
    touchpoints = {f"t{n}": {"owner": f"onwer-{n}", "survey": "s"} for n in range(20_000)}
    before = time.process_time()
    found = check({"name": "big", "owners": owners, "touchpoints": touchpoints}).mistakes
    assert time.process_time() - before < 10
    assert 100 < len(found) <= 3 * MOST
