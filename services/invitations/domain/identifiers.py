"""What a customer is named by, made one spelling; or the reason why it cannot be taken. Pure.

An e-mail address is one mailbox however it is typed: the domain becomes ASCII and small letters, and so does the
part before the @. A host may tell `Jane@` from `jane@`, but none that people use does, and asking Jane twice is the
worse mistake. Dots and `+tags` are left alone: what they mean differs from host to host.

A phone number becomes E.164. Only numbers that are assigned are taken: `0000000000` is typed for everybody whose
number is not known, and would make one person of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from services.invitations.domain.people import Identifier
from shared.customers import one_spelling

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Fault = Literal[
    "id_length",
    "id_characters",
    "email_at",
    "email_local_part",
    "email_domain",
    "email_domain_not_public",
    "email_length",
    "email_letters",
    "phone_country",
    "phone_format",
    "phone_too_short",
    "phone_too_long",
    "phone_extension",
    "phone_not_assigned",
]
SENTENCES: dict[Fault, str] = {
    "id_length": "an id has 1 to 256 characters",
    "id_characters": "an id has no control characters",
    "email_at": "an e-mail address has one @, with something on both sides",
    "email_local_part": "what stands before the @ is not the name of a mailbox",
    "email_domain": "what stands after the @ is not a domain",
    "email_domain_not_public": "what stands after the @ is no domain of the public internet",
    "email_length": "an e-mail address has at most 254 characters, 64 of them before the @",
    "email_letters": "no mail can be sent to a mailbox with letters other than a to z before the @",
    "phone_country": "a phone number begins with + and the code of a country, or `country` says which it is",
    "phone_format": "this is not a phone number",
    "phone_too_short": "this phone number is too short",
    "phone_too_long": "this phone number is too long",
    "phone_extension": "a phone number with an extension takes no message",
    "phone_not_assigned": "there is no such phone number",
}
LONGEST_ID = 256
LONGEST_EMAIL, LONGEST_LOCAL_PART = 254, 64
LONGEST_PHONE = 60


class NotAnIdentifier(ValueError):
    """It cannot be taken; `fault` says why, and so does the text, which never repeats what was sent."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(SENTENCES[fault])
        self.fault = fault


def customer_id(text: str) -> Identifier:
    """The sender's own id as it is sent; an address or a number in the spelling by which responses are hashed."""
    if not 1 <= len(text) <= LONGEST_ID or not text.strip():
        raise NotAnIdentifier("id_length")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise NotAnIdentifier("id_characters")
    return Identifier("id", one_spelling(text))


def every_kind(name: Identifier) -> tuple[Identifier, ...]:
    """The name itself, and what it is as another kind: addresses and numbers are also sent as ids, and found either
    way. A number is read in its international form only: without it, it is a different one in each country."""
    text = name.value
    parsers = [customer_id, *([email] if "@" in text else []), *([phone] if text.startswith(("+", "00")) else [])]
    found = [name, *(other for parse in parsers if (other := taken(parse, one_spelling(text))) is not None)]
    found += [Identifier("id", as_read(one)) for one in found if one.kind == "email"]
    return tuple(dict.fromkeys(found))


def taken(parse: Callable[[str], Identifier], text: str) -> Identifier | None:
    """What it is by that parser; None where it is none such."""
    try:
        return parse(text)
    except NotAnIdentifier:
        return None


def as_read(address: Identifier) -> str:
    """The address with its domain in the letters that people read, `société.fr`: so it may stand in an answer."""
    import idna

    local, _, domain = address.value.rpartition("@")
    return f"{local}@{idna.decode(domain)}" if "xn--" in domain else address.value


def email(text: str) -> Identifier:
    """The mailbox that the text names; space around it is passed over. Raises NotAnIdentifier."""
    text = text.strip()
    found = mailbox(text)
    if found is None:
        raise NotAnIdentifier(email_fault(text))
    return Identifier("email", found)


def mailbox(text: str) -> str | None:
    """The address in its one spelling, where it is one to which mail can be sent."""
    from email_validator import EmailNotValidError, validate_email  # at first use: many invocations need none

    if len(text) > LONGEST_EMAIL:
        return None
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    address = valid.ascii_email
    return address.lower() if address else None


def email_fault(text: str) -> Fault:
    """What is wrong with an address that cannot be taken: each side is tried with a good other one."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        return "email_at"
    if len(local) > LONGEST_LOCAL_PART or len(text) > LONGEST_EMAIL:
        return "email_length"
    if mailbox(f"{local}@example.com") is None:
        return "email_local_part" if local.isascii() else "email_letters"
    return "email_domain_not_public" if is_local_name(domain) else "email_domain"


def is_local_name(domain: str) -> bool:
    """Whether it is well written, as names in a house's own network are, but no domain of the internet."""
    from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

    if f".{domain.lower()}".endswith(tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)):
        return True
    try:
        validate_email(f"x@{domain}", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True


def phone(text: str, country: str | None = None) -> Identifier:
    """The number in E.164. country: two letters; for numbers written as in their country. Raises NotAnIdentifier."""
    import phonenumbers  # at first use: its tables of all countries take a while to load

    if len(text) > LONGEST_PHONE:
        raise NotAnIdentifier("phone_too_long")
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise NotAnIdentifier(PHONE_FAULTS.get(error.error_type, "phone_format")) from None
    fault = phone_fault(number)
    if fault is not None:
        raise NotAnIdentifier(fault)
    return Identifier("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


PHONE_FAULTS: dict[int, Fault] = {
    0: "phone_country",
    1: "phone_format",
    2: "phone_too_short",
    3: "phone_too_short",
    4: "phone_too_long",
}
"""By `NumberParseException.error_type`."""


def phone_fault(number: PhoneNumber) -> Fault | None:
    """What is wrong with a number that could be read; None where nothing is."""
    import phonenumbers

    if number.extension:
        return "phone_extension"
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.TOO_SHORT:
        return "phone_too_short"
    if possible == phonenumbers.ValidationResult.TOO_LONG:
        return "phone_too_long"
    return None if phonenumbers.is_valid_number(number) else "phone_not_assigned"


def takes_texts(number: Identifier) -> bool:
    """Whether text messages can be sent to this phone: not to landlines, and never to numbers that cost a premium."""
    import phonenumbers

    kinds = phonenumbers.PhoneNumberType
    kind = phonenumbers.number_type(phonenumbers.parse(number.value))
    return kind in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE, kinds.PERSONAL_NUMBER)


def country_of(number: Identifier) -> str | None:
    """The country, two letters, whose number it is; None for numbers of no one country."""
    import phonenumbers

    found: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(number.value))
    return found if found and found.isalpha() else None
