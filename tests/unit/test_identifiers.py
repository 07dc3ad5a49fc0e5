"""What names a customer is one spelling or a refusal that says why; on lists of real addresses and numbers too."""

from __future__ import annotations

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from services.invitations.domain import identifiers
from services.invitations.domain.identifiers import Fault, NotAnIdentifier
from services.invitations.domain.people import Identifier, identifier_of
from tests.real_data import ISEMAIL, PHONE_METADATA, PHONE_NUMBERS


def fault(parse: Callable[..., Identifier], *arguments: str | None) -> Fault | None:
    """Why it is refused; None where it is taken."""
    try:
        parse(*arguments)
    except NotAnIdentifier as refusal:
        return refusal.fault
    return None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("jane@example.com", "jane@example.com"),
        (" Jane.Doe@EXAMPLE.com\n", "jane.doe@example.com"),
        ("jane+shop@example.com", "jane+shop@example.com"),
        ("j.a.n.e@gmail.com", "j.a.n.e@gmail.com"),
        ("contact@société.fr", "contact@xn--socit-esab.fr"),
        ("contact@XN--SOCIT-ESAB.fr", "contact@xn--socit-esab.fr"),
        ("o'hara_{x}@example.org", "o'hara_{x}@example.org"),
    ],
)
def test_a_mailbox_has_one_spelling(text: str, value: str) -> None:
    """Capitals and space around it do not matter; dots, tags and punctuation are the host's business."""
    assert identifiers.email(text) == Identifier("email", value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "email_at"),
        ("jane", "email_at"),
        ("@example.com", "email_at"),
        ("jane@", "email_at"),
        ("jane@@example.com", "email_local_part"),
        ("ja ne@example.com", "email_local_part"),
        (".jane@example.com", "email_local_part"),
        ('"jane doe"@example.com', "email_local_part"),
        ("jane\0@example.com", "email_local_part"),
        ("jérôme@example.com", "email_letters"),
        ("jane@exam ple.com", "email_domain"),
        ("jane@-example.com", "email_domain"),
        ("jane@[192.0.2.1]", "email_domain"),
        ("jane@localhost", "email_domain_not_public"),
        ("jane@printer.local", "email_domain_not_public"),
        ("j" * 65 + "@example.com", "email_length"),
        ("jane@" + "e" * 60 + ("." + "e" * 60) * 3 + ".com", None),
        ("jane@" + "e" * 60 + ("." + "e" * 60) * 3 + ".commune", "email_length"),
    ],
)
def test_what_is_no_mailbox_is_refused_with_the_reason(text: str, why: Fault | None) -> None:
    """The side of the @ that is at fault, the length on both sides of the limit."""
    assert fault(identifiers.email, text) == why


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("+33612345678", None, "+33612345678"),
        ("+33 (0)6 12-34.56 78", None, "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("tel:+33-6-12-34-56-78", None, "+33612345678"),
        ("+44 7400 123456", "FR", "+447400123456"),
        ("０６１２３４５６７８", "FR", "+33612345678"),
        ("(201) 555-0123", "US", "+12015550123"),
    ],
)
def test_a_phone_number_has_one_spelling(text: str, country: str | None, value: str) -> None:
    """E.164, from any way of writing it; a number with its country's code needs no country."""
    assert identifiers.phone(text, country) == Identifier("phone", value)


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("0612345678", None, "phone_country"),
        ("0612345678", "XX", "phone_country"),
        ("+999 612345678", None, "phone_country"),
        ("", "FR", "phone_format"),
        ("call me", "FR", "phone_format"),
        ("+33 6 12", None, "phone_too_short"),
        ("+33 6 12 34 56 78 90", None, "phone_too_long"),
        ("6" * 61, "FR", "phone_too_long"),
        ("+33 1 42 68 53 00 ext. 12", None, "phone_extension"),
        ("0000000000", "FR", "phone_not_assigned"),
    ],
)
def test_what_is_no_phone_number_is_refused_with_the_reason(text: str, country: str | None, why: Fault) -> None:
    """Among them the number that is typed for everybody whose number is not known."""
    assert fault(identifiers.phone, text, country) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [("A-17", None), (" a ", None), ("é" * 256, None), ("é" * 257, "id_length"), ("", "id_length"), (" ", "id_length")],
)
def test_a_customers_own_id_is_taken_as_it_is(text: str, why: Fault | None) -> None:
    """Where it is neither an address nor a number, nothing of it is changed."""
    assert fault(identifiers.customer_id, text) == why
    assert fault(identifiers.customer_id, text + "\n") in ("id_characters", "id_length")
    if why is None:
        assert identifier_of(identifiers.customer_id(text).text) == Identifier("id", text)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        (Identifier("email", "jane@example.com"), {"id:jane@example.com"}),
        (Identifier("email", "x@xn--socit-esab.fr"), {"id:x@xn--socit-esab.fr", "id:x@société.fr"}),
        (Identifier("id", "Jane@Example.com"), {"id:jane@example.com", "email:jane@example.com"}),
        (Identifier("phone", "+33612345678"), {"id:+33612345678"}),
        (Identifier("id", "0033 6 12 34 56 78"), {"id:+33612345678", "phone:+33612345678"}),
        (Identifier("id", "0612345678"), set()),
        (Identifier("id", "team@nowhere"), set()),
        (Identifier("id", "A-17"), set()),
    ],
)
def test_a_name_is_also_what_it_is_as_another_kind(name: Identifier, others: set[str]) -> None:
    """Addresses and numbers are sent as ids, too; digits without a country are nobody's number in particular."""
    assert {one.text for one in identifiers.every_kind(name)} == {name.text} | others


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    """Errors end in logs and replies, addresses do not."""
    for parse, text in ((identifiers.email, "jane doe@example.com"), (identifiers.phone, "+33 6 99")):
        with pytest.raises(NotAnIdentifier) as refusal:
            parse(text)
        assert not any(part in str(refusal.value) for part in ("jane", "doe", "example.com", "99"))
    assert set(identifiers.SENTENCES) == set(Fault.__args__)  # type: ignore[attr-defined]


def test_text_messages_go_to_mobiles_only() -> None:
    """Not to a landline, and not to a number that costs whoever sends there."""
    assert identifiers.takes_texts(Identifier("phone", "+33612345678"))
    assert identifiers.takes_texts(Identifier("phone", "+12015550123"))  # of the USA nobody can tell
    assert not identifiers.takes_texts(Identifier("phone", "+33142685300"))
    assert not identifiers.takes_texts(Identifier("phone", "+33891123456"))


TAKEN = "taken"
BY_CATEGORY: dict[str, set[str]] = {
    "ISEMAIL_VALID_CATEGORY": {TAKEN},
    "ISEMAIL_DNSWARN": {TAKEN},  # whether the domain answers is not asked
    "ISEMAIL_RFC5321": {"email_local_part", "email_domain", "email_domain_not_public"},
    "ISEMAIL_CFWS": {"email_local_part", "email_domain", "email_length"},
    "ISEMAIL_DEPREC": {"email_local_part", "email_domain", "email_length"},
    "ISEMAIL_RFC5322": {"email_domain", "email_length"},
    "ISEMAIL_ERR": {"email_at", "email_local_part", "email_domain", "email_letters", "email_length"},
}
"""What may become of an address, by what the list says of it."""
BY_DIAGNOSIS: dict[str, set[str]] = {
    "ISEMAIL_ERR_NODOMAIN": {"email_at"},
    "ISEMAIL_ERR_NOLOCALPART": {"email_at", "email_local_part"},
    "ISEMAIL_RFC5321_ADDRESSLITERAL": {"email_domain"},
    "ISEMAIL_RFC5321_QUOTEDSTRING": {"email_local_part"},
    "ISEMAIL_RFC5321_TLD": {"email_domain_not_public"},
    "ISEMAIL_RFC5321_TLDNUMERIC": {"email_domain_not_public"},
    "ISEMAIL_RFC5322_LOCAL_TOOLONG": {"email_length"},
    "ISEMAIL_RFC5322_TOOLONG": {"email_length"},
    "ISEMAIL_RFC5322_DOMAIN_TOOLONG": {"email_length"},
    "ISEMAIL_ERR_DOMAINHYPHENSTART": {"email_domain"},
    "ISEMAIL_ERR_DOMAINHYPHENEND": {"email_domain"},
}
NO_REAL_DOMAIN: dict[str, str] = {
    "test@io": "email_domain_not_public",
    "test@xn--example.com": "email_domain",
}
"""Right by the grammar; but no mail reaches a bare ending, a broken IDN label, or an ending with a digit at its end."""


def listed_addresses(file: str) -> list[tuple[str, str, str]]:
    """Address, category and diagnosis of each test of the list; control characters stand there as pictures."""
    pictures = {0x2400 + code: code for code in (*range(32), 127)} | {0x2421: 127}
    found = []
    for one in ElementTree.parse(ISEMAIL / file).getroot().iter("test"):
        address, category, diagnosis = (one.findtext(name) or "" for name in ("address", "category", "diagnosis"))
        found.append((address.translate(pictures), category, diagnosis))
    return found


@pytest.mark.skipif(not ISEMAIL.exists(), reason="REAL_DATA has no isemail/")
@pytest.mark.parametrize("file", ["tests.xml", "tests-original.xml"])
def test_every_address_of_the_isemail_list_is_taken_or_refused_with_the_right_reason(file: str) -> None:
    """443 addresses: what its authors call valid is taken; the rest is refused for the side that is at fault.

    Space and line ends around an address are passed over, whatever the grammar says.
    """
    addresses = listed_addresses(file)
    assert len(addresses) in (164, 279)
    for address, category, diagnosis in addresses:
        became = fault(identifiers.email, address) or TAKEN
        expected = BY_DIAGNOSIS.get(diagnosis, BY_CATEGORY[category])
        if address.strip() != address:
            expected = expected | {TAKEN}
        if address in NO_REAL_DOMAIN or (category == "ISEMAIL_DNSWARN" and address[-1].isdigit()):
            expected = {NO_REAL_DOMAIN.get(address, "email_domain_not_public")}
        assert became in expected, (address, diagnosis, became)


@pytest.mark.skipif(not PHONE_NUMBERS.exists(), reason="REAL_DATA has no phone/")
def test_every_number_of_the_example_list_is_taken_or_refused() -> None:
    """1,407 numbers of all regions: those that are assigned come out as E.164 from any spelling, others do not."""
    numbers = json.loads(PHONE_NUMBERS.read_text())
    assert len(numbers) == 1407
    for one in numbers:
        spellings = [(one["international"], None), (one["e164"], None), (one["national"], one["region"])]
        if one["valid"]:
            assert {identifiers.phone(*spelling).value for spelling in spellings} == {one["e164"]}
        else:
            whys = {fault(identifiers.phone, *spelling) for spelling in spellings}
            assert whys <= {"phone_not_assigned", "phone_too_short", "phone_too_long"}, one


@pytest.mark.skipif(not PHONE_METADATA.exists(), reason="REAL_DATA has no phone/")
def test_no_number_of_the_made_up_metadata_makes_a_fault() -> None:
    """libphonenumber's own test numbers, read as those of every region that the file names."""
    root = ElementTree.parse(PHONE_METADATA).getroot()
    regions = [territory.get("id") for territory in root.iter("territory")]
    examples = [number.text for number in root.iter("exampleNumber") if number.text]
    assert len(examples) > 80
    outcomes = {fault(identifiers.phone, number, region) for number in examples for region in regions}
    assert outcomes <= {
        None,
        "phone_not_assigned",
        "phone_too_short",
        "phone_too_long",
        "phone_country",
        "phone_format",
    }
