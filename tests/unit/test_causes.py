"""Causes of a change: segments, words and phrases; what is masked, what is never said."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import comb

import pytest

from shared.causes import exact, segments, words
from shared.causes.answers import Given, Reading, spans
from shared.causes.finding import explained
from shared.causes.masking import masked, names_in
from shared.causes.tokens import folded, terms
from tests.causes import START, Change, world

SEEDS = range(60)


def test_planted_causes_come_first() -> None:
    """Over sixty seeded worlds the planted segment and the planted phrase are the first that is named."""
    found = [explained(*world(seed), "customer").causes for seed in SEEDS]
    first = [one.segments[0] for one in found if one.segments]
    said = [one.words[0].text for one in found if one.words]
    segments_first = sum((one.attribute, one.value) == ("browser", "safari") for one in first)
    words_first = sum("livraison" in text or "retard" in text for text in said)
    print(f"first among segments {segments_first} of {len(SEEDS)}, among words {words_first} of {len(SEEDS)}")
    assert segments_first >= 0.95 * len(SEEDS)
    assert words_first >= 0.95 * len(SEEDS)


def test_where_nothing_has_a_cause_nothing_is_named_but_by_chance() -> None:
    """A share of bad answers that rose everywhere alike: in one world of twenty, at most, something is named."""
    worse = [(world(seed)[0], world(1000 + seed, Change(usual=0.3, lift=0))[1]) for seed in range(100)]
    found = [explained(*one, "customer").causes for one in worse]
    named = sum(bool(one.segments) for one in found), sum(bool(one.words) for one in found)
    print(f"of 100 worlds a segment is named in {named[0]}, a word in {named[1]}")
    assert max(named) <= 12


def test_a_segment_that_merely_grew_is_not_blamed() -> None:
    """Safari's users were always worse off, and are three times as many since: their share is no cause."""
    blamed = 0
    for seed in range(40):
        chance = random.Random(seed)
        sides = [[grown(f"{seed}-{side}-{n}", side, chance) for n in range(600)] for side in (0, 1)]
        found = segments.worsened(*sides)
        blamed += any(one.segment.value == "safari" for one in found)
    assert blamed <= 4


def grown(name: str, side: int, chance: random.Random) -> Given:
    browser = "safari" if chance.random() < (0.2, 0.6)[side] else "chrome"
    is_bad = chance.random() < (0.4 if browser == "safari" else 0.05)
    return Given(name, START, is_bad, {"browser": browser})


def test_a_version_that_is_new_since_the_change_is_found() -> None:
    """Nobody had it before: it is compared with the others since, and said to be new."""
    before = [Given(f"b{n}", START, n % 20 == 0, {"version": "4.9"}) for n in range(300)]
    after = [Given(f"a{n}", START, n % 2 == 0, {"version": "5.0"}) for n in range(40)]
    after += [Given(f"c{n}", START, n % 20 == 0, {"version": "4.9"}) for n in range(100)]
    [found] = explained(Reading(before), Reading(after), "customer").causes.segments
    assert (found.value, found.test, found.before.n, found.after.n) == ("5.0", "fisher", 0, 40)


def test_groups_of_fewer_than_five_are_never_named() -> None:
    """Four bad answers from one shop are four people."""
    before = [Given(f"b{n}", START, False, {"shop": "lyon" if n % 2 else "nice"}) for n in range(400)]
    after = [Given(f"a{n}", START, False, {"shop": "lyon"}) for n in range(100)]
    for n, shown in ((4, []), (5, ["nice"])):
        bad = [Given(f"c{number}", START, True, {"shop": "nice"}) for number in range(n)]
        causes = explained(Reading(before), Reading([*after, *bad]), "customer").causes
        assert [one.value for one in causes.segments if one.value == "nice"] == shown


def test_many_numbers_are_cut_at_their_quartiles() -> None:
    """A price has as many values as there are baskets."""
    cuts = segments.cuts_of([Given(str(n), START, False, {"price": n / 2, "items": n % 3}) for n in range(100)])
    assert cuts == {"price": [12.5, 25.0, 37.5]}
    assert [segments.shown(price, cuts["price"]) for price in (3, 12.5, 30, 40)] == [
        "< 12.5",
        "12.5–25",
        "25–37.5",
        "≥ 37.5",
    ]


def test_equal_answers_give_equal_bytes_in_whatever_order_they_come() -> None:
    """What a second look finds is what the first found."""
    before, after = world(3)
    shuffled = [list(side.answers) for side in (before, after)]
    for side in shuffled:
        random.Random(1).shuffle(side)
    again = explained(Reading(shuffled[0]), Reading(shuffled[1]), "customer")
    first = explained(before, after, "customer")
    assert again == first
    assert again.causes.model_dump_json() == first.causes.model_dump_json()


def test_staff_are_told_apart_by_no_segment_and_by_no_word_of_a_few() -> None:
    """A word that four of them wrote is theirs; five are a group."""
    before = Reading([Given(f"b{n}", START, n < 40, {"team": "a"}, "trop de bruit") for n in range(200)])
    for n, said in ((4, []), (12, ["planning"])):
        after = [Given(f"a{number}", START, True, {"team": "b"}, "planning") for number in range(n)]
        found = explained(before, Reading(after), "staff")
        assert found.causes.segments == []
        assert [one.text for one in found.causes.words] == said


def test_no_comment_of_staff_is_shown() -> None:
    """Neither as a sample nor as an example of a word, however many wrote alike."""
    before = Reading([Given(f"b{n}", START, n < 40, {}, "trop de bruit") for n in range(200)])
    after = Reading([Given(f"a{n}", START, True, {}, f"le planning du lot {n}") for n in range(12)])
    found = explained(before, after, "staff")
    assert found.causes.words
    assert [one.examples for one in found.causes.words] == [[]] * len(found.causes.words)
    assert found.sample_comments == []
    assert explained(before, after, "customer").sample_comments


def test_every_cause_has_its_counts_and_examples() -> None:
    """Segment and phrase both show comments of bad answers that hold them, and what was read."""
    before, after = world(5)
    causes = explained(before, after, "customer").causes
    assert causes.read is not None
    assert (causes.read.before, causes.read.after, causes.read.is_whole) == (1500, 400, True)
    assert all(one.examples for one in (*causes.segments, *causes.words))
    [phrase] = [one for one in causes.words if one.text == "livraison en retard"]
    assert all("livraison en retard" in folded(example) for example in phrase.examples)
    assert phrase.after <= causes.read.comments_after


def test_the_exact_test_is_that_of_the_enumerated_law() -> None:
    """Zelen's test against every table with the same margins, in fractions."""
    before, after = (3, 30, 5, 60), (9, 20, 6, 50)
    assert exact.zelen(before, after) == pytest.approx(float(enumerated(before, after)), rel=1e-12)
    assert exact.zelen((0, 0, 5, 60), after) == pytest.approx(0.5)


def enumerated(before: exact.Table, after: exact.Table) -> Fraction:
    bad, old, both = after[0] + after[2], before[0] + before[2], after[0] + before[0]
    weights = {
        x: comb(after[1], x) * comb(after[3], bad - x) * comb(before[1], both - x) * comb(before[3], old - both + x)
        for x in range(max(0, both - old), min(bad, both) + 1)
    }
    above = sum(weight for x, weight in weights.items() if x > after[0])
    return (above + Fraction(weights[after[0]], 2)) / sum(weights.values())


def test_fisher_s_test_gives_the_book_s_figure() -> None:
    """The lady tasting tea: three of four right, 16 and 1 of 70 ways at least as good; half of the 16 counts."""
    assert exact.fisher((3, 4, 1, 4)) == pytest.approx((1 + 16 / 2) / 70)


def test_false_discoveries_are_controlled_as_benjamini_and_hochberg_say() -> None:
    """Their own example (1995, page 295): of fifteen tests four are named at 5 %."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert sum(q <= 0.05 for q in exact.q_values(p)) == 4
    assert exact.q_values(p[::-1]) == exact.q_values(p)[::-1]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("L'attente à l'accueil, qu'attendez-vous ?", {"attente", "accueil", "attendez", "vous", "attendez vous"}),
        ("Paiement refusé", {"paiement", "refuse", "paiement refuse"}),
        ("aujourd'hui ou jusqu'à", {"aujourdhui", "ou", "jusqua", "aujourdhui ou", "ou jusqua"}),
        ("I don't know", {"dont", "know", "dont know"}),
        ("支付失败", {"支付", "付失", "失败", "支付失败"}),
        ("الدَّفْعُ مرفوض", {"الدفع", "مرفوض", "الدفع مرفوض"}),
        ("भुगतान विफल", {"भुगतान", "विफल", "भुगतान विफल"}),
        ("결제 실패", {"결제", "실패", "결제 실패"}),
        ("trop, lent", {"trop", "lent"}),
        ("commande 1234 perdue", {"commande", "perdue"}),
        ("", set()),
    ],
)
def test_words_are_told_in_any_language(comment: str, expected: set[str]) -> None:
    """Elisions are left out, accents and vowel signs passed over, punctuation and digits part phrases."""
    assert {key for key in terms(comment) if len(key) > 1} - {"a"} >= expected - {"a"}
    assert not {key for key in terms(comment) if any(sign.isdigit() for sign in key)}


def test_spellings_of_a_word_are_one_word_told_with_its_accents() -> None:
    """Half of the people type none."""
    before = [terms("nul") for _ in range(100)]
    after = [terms(text) for text in ("Refusé", "refuse", "REFUSÉ", "refuse !") * 5]
    [found] = words.excess(before, after)
    assert (found.text, found.before, found.after) == ("refusé", 0, 20)


def test_a_word_of_one_or_two_letters_is_named_in_its_phrase_only() -> None:
    """What everybody writes all the time is short; where characters are syllables or words, two say enough."""
    before = [terms(text) for text in ("nul", "trop cher", "pas content", "별로", "不好") * 30]
    lost = ["colis laissé au dépôt"] * 7 + ["colis au dépôt"] * 3
    for since, told in (
        (lost, {"au dépôt", "colis"}),
        ([*lost, *["perdu au magasin"] * 5], {"dépôt", "colis", "magasin"}),
    ):
        after = [*since, *["결제 실패", "支付失败"] * 6, *["nul"] * 30]
        said = {one.text for one in words.excess(before, [terms(text) for text in after])}
        assert {*told, "laissé", "결제 실패", "支付失败"} <= said
        assert not {"au", "laissé au"} & said


def test_a_word_that_the_content_write_nearly_as_often_is_no_cause() -> None:
    """`pour` is in one comment of ten, good or bad; that bad ones before lack it is chance."""
    before = [terms("nul") for _ in range(100)]
    with_it = ["rien pour nous", "pour hier", "cher pour cela", "pour une fois", "lent pour payer", "pour moi non"]
    after = [terms(text) for text in [*with_it, *["carton cassé"] * 8, *["nul"] * 46]]
    content = ["Merci pour tout"] * 30 + ["pourtant très bien"] * 270
    assert [one.text for one in words.excess(before, after)] == ["carton cassé", "pour"]
    assert [one.text for one in words.excess(before, after, content)] == ["carton cassé"]
    assert [one.text for one in words.excess(before, after, ["pourtant très bien"] * 300)] == ["carton cassé", "pour"]


def test_names_addresses_and_numbers_are_masked() -> None:
    """Where somebody is named, in the samples and in the words alike; times of day and small counts stay."""
    comments = [
        "Reçu par Kevin à 12h30, merci Kevin",
        "Mme Durand m'a répondu le 3e jour",
        "écrire à jean.dupont@example.com ou 06 12 34 56 78, commande AB12345",
        "le service est lent",
        "Le Service est nul",
    ]
    names = names_in(comments)
    shown = [masked(comment, names) for comment in comments]
    assert shown == [
        "Reçu par ••• à 12h30, merci •••",
        "Mme ••• m'a répondu le 3e jour",
        "écrire à ••• ou •••, commande •••",
        "le service est lent",
        "Le Service est nul",
    ]


def test_german_nouns_are_no_names_and_people_with_titles_are() -> None:
    """Where every noun has a capital letter, only a title tells."""
    comments = [
        "Die Lieferung kam zu spät und der Karton war nass",
        "Mein Paket ist weg, keine Antwort vom Service",
        "Das Personal an der Kasse im Laden war nett, der Preis auch",
        "Frau Weber war nett",
    ]
    names = names_in(comments)
    assert masked(comments[0], names) == comments[0]
    assert masked(comments[-1], names) == "Frau ••• war nett"


def test_what_attributes_say_is_no_name() -> None:
    """A shop's town is masked where nobody else has named it, and is not where it is a segment's value."""
    comments = ["le magasin de Lyon est sale"] * 3
    assert masked(comments[0], names_in(comments)) == "le magasin de ••• est sale"
    assert masked(comments[0], names_in(comments, ["Lyon"])) == comments[0]


def test_sample_comments_show_the_causes_and_are_different() -> None:
    """Three at the most, none twice, none of a good answer."""
    before, after = world(8)
    twice = Reading([*after.answers, *(replace(one, response_id=one.response_id + "x") for one in after.answers)])
    samples = explained(before, twice, "customer").sample_comments
    assert len(samples) == len({folded(one) for one in samples}) == 3
    assert all("retard" in one for one in samples)


def test_a_long_alert_is_measured_by_what_was_long_before() -> None:
    """Four times as long as since the change; four weeks at least, a year at most."""
    for days, before in ((1, 28), (20, 80), (200, 365)):
        found = spans(START, START + timedelta(days=1), START + timedelta(days=1 + days))
        assert found.before_to - found.before_from == timedelta(days=before)
        assert found.before_to == START


def test_a_change_that_may_have_begun_at_any_time_still_has_something_before_it() -> None:
    """Of what lies between the earliest moment and the likeliest, a week at most is in neither."""
    began = START + timedelta(days=100)
    for may_have_begun, before_to in ((98, 98), (90, 93), (0, 93)):
        found = spans(START + timedelta(days=may_have_begun), began, began + timedelta(days=2))
        assert found.before_to == START + timedelta(days=before_to)
        assert found.before_to - found.before_from == timedelta(days=28)
