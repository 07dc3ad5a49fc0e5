"""Laws of signed tokens: only what we said, for what we said it, until when we said; in one spelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tokens import LONGEST, TokenExpired, TokenRefused, mint, read

SECRET = b"a secret of the tests"
NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
fields = st.dictionaries(texts, texts, max_size=5)
secrets = st.binary(min_size=1, max_size=64)


@given(secrets, texts, fields)
def test_a_token_says_what_it_was_made_to_say(secret: bytes, purpose: str, said: dict[str, str]) -> None:
    """Any texts, any purpose, any secret."""
    assert read(secret, purpose, mint(secret, purpose, said, SOON), NOW) == said


@given(fields, st.data())
def test_a_token_with_any_character_changed_is_refused(said: dict[str, str], data: st.DataObject) -> None:
    """Each character is one of six bits; every other character at that place spells another token, or none."""
    token = mint(SECRET, "ask", said, SOON)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([sign for sign in ALPHABET if sign != token[place]]))
    with pytest.raises(TokenRefused):
        read(SECRET, "ask", token[:place] + other + token[place + 1 :], NOW)


@pytest.mark.parametrize("name", ["", "a", "ab", "abc"])
def test_every_bit_of_a_token_counts(name: str) -> None:
    """Exhaustive over four lengths, so over every number of bits that the last character leaves over."""
    token = mint(SECRET, "ask", {"touchpoint": name}, SOON)
    for place, sign in enumerate(token):
        for other in ALPHABET.replace(sign, ""):
            with pytest.raises(TokenRefused):
                read(SECRET, "ask", token[:place] + other + token[place + 1 :], NOW)


@given(texts, texts, fields)
def test_a_token_of_another_purpose_is_refused(one: str, other: str, said: dict[str, str]) -> None:
    """Also where one purpose is the beginning of the other."""
    for named in {other, one + ":", f"{one}x"} - {one}:
        with pytest.raises(TokenRefused):
            read(SECRET, named, mint(SECRET, one, said, SOON), NOW)


@given(secrets, secrets, fields)
def test_a_token_of_another_secret_is_refused(ours: bytes, theirs: bytes, said: dict[str, str]) -> None:
    """HMAC fills short keys up with zeros, so secrets that differ in those alone are one secret."""
    if ours.rstrip(b"\0") != theirs.rstrip(b"\0"):
        with pytest.raises(TokenRefused):
            read(ours, "ask", mint(theirs, "ask", said, SOON), NOW)


@given(st.integers(-(10**6), 10**6))
def test_a_token_is_good_until_just_before_it_expires(microseconds: int) -> None:
    """One microsecond before it is read, at the very moment it is not."""
    token, now = mint(SECRET, "ask", {"a": "b"}, SOON), SOON + timedelta(microseconds=microseconds)
    if microseconds < 0:
        assert read(SECRET, "ask", token, now) == {"a": "b"}
    else:
        with pytest.raises(TokenExpired):
            read(SECRET, "ask", token, now)


@pytest.mark.parametrize("around", ["{}=", "{}==", " {}", "{}\n", "{}A", "A{}", "{}.", "", "é", "{}\0"])
def test_a_token_spelled_otherwise_is_refused(around: str) -> None:
    """Padding, spaces, line ends, more or fewer characters, or none at all."""
    token = mint(SECRET, "ask", {"a": "b"}, SOON)
    with pytest.raises(TokenRefused):
        read(SECRET, "ask", around.replace("{}", token), NOW)


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    """And nothing but a refusal comes of it."""
    with pytest.raises(TokenRefused):
        read(SECRET, "ask", text, NOW)


@given(st.integers(1, 60))
def test_a_token_cut_short_is_refused(kept: int) -> None:
    """However little is missing."""
    token = mint(SECRET, "ask", {"touchpoint": "checkout"}, SOON)
    with pytest.raises(TokenRefused):
        read(SECRET, "ask", token[: min(kept, len(token) - 1)], NOW)


def test_a_token_is_as_long_as_what_it_says_and_no_longer_than_an_address_may_be() -> None:
    """17 bytes around the fields; what would pass 2,000 characters is not made."""
    assert len(mint(SECRET, "ask", {}, SOON)) == 26
    with pytest.raises(ValueError, match="at most"):
        mint(SECRET, "ask", {"a": "x" * LONGEST}, SOON)
    with pytest.raises(ValueError, match="aware"):
        mint(SECRET, "ask", {}, SOON.replace(tzinfo=None))
