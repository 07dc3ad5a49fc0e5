"""Who visits our pages: a signed cookie that says which person signed in, and what that person may see.

Nothing is kept of a session. The cookie is a token (see `tokens.py`) for twelve hours, which nothing makes longer; with
each request the person is looked up anew, so that whoever was taken out of the journey file, or got another address,
another role or another number under `sessions`, is out after the 30 seconds for which the catalogue is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import ClassVar
from urllib.parse import quote

from shared import tokens
from shared.catalogue import People, Person, Role, Touchpoint
from shared.codes import keyed_hash
from shared.errors import Forbidden, Unauthenticated
from shared.languages import choose
from shared.times import format_time, parse_time

LASTS = timedelta(hours=12)
PURPOSE = "session"
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
LANGUAGES = ("fr", "en")
LONGEST_PATH = 1000
"""Characters of an address to which signing in leads."""


class SignInNeeded(Unauthenticated):
    """Nobody is signed in."""

    code: ClassVar[str] = "sign_in_needed"
    title: ClassVar[str] = "Sign in first"


@dataclass(frozen=True)
class Visitor:
    """Who is signed in. lang: fr or en; seen: when they signed in before this time, None the first time.

    until: when the session ends, whatever is done in it, to the second.
    form_token: what every form of this session carries in the field `form_token`.
    """

    person: Person
    lang: str
    seen: datetime | None
    until: datetime
    form_token: str

    @property
    def role(self) -> Role:
        return self.person.role

    @property
    def owner(self) -> str | None:
        """The id of the team; None of a pilot."""
        return self.person.owner

    def may_see_figures_of(self, touchpoint: Touchpoint) -> bool:
        """Pilots and owners see every figure; front-line people those of the touchpoints where they work."""
        return self.role != "front_line" or touchpoint.id in self.person.touchpoints

    def may_see_persons_of(self, touchpoint: Touchpoint) -> bool:
        """Comments, names, cases and lists of people: pilots everywhere, owners at their own touchpoints."""
        return self.role == "pilot" or (self.role == "owner" and self.owner == touchpoint.owner.id)


@dataclass(frozen=True)
class Sessions:
    """Begins, reads and ends sessions. secret: the key material, read at first use; public_url: where our pages are."""

    people: People
    secret: Callable[[], bytes]
    now: Callable[[], datetime]
    public_url: str

    def begun(self, person: Person, lang: str, seen: datetime | None) -> str:
        """The Set-Cookie header of a session that begins now. seen: when the person signed in before."""
        return self._session(person, lang, seen, self.now() + LASTS)

    def in_language(self, visitor: Visitor, lang: str) -> str:
        """The Set-Cookie header of the visitor's session in another language, which ends no later for that."""
        return self._session(visitor.person, lang, visitor.seen, visitor.until)

    def ended(self) -> str:
        """The Set-Cookie header by which a browser forgets its session."""
        return self._cookie("", 0)

    def visitor(self, cookies: str | None) -> Visitor:
        """Who sent these cookies. Raises SignInNeeded where nobody is signed in, or is no more."""
        token = cookie_of(cookies, self.cookie_name)
        if token is None:
            raise SignInNeeded()
        try:
            fields = tokens.read(self.secret(), PURPOSE, token, self.now())
        except tokens.TokenRefused:
            raise SignInNeeded() from None
        person = self.people.person(fields["person"])
        if person is None or not compare_digest(fields["seal"], seal_of(person, self.secret())):
            raise SignInNeeded()
        seen = parse_time(fields["seen"]) if "seen" in fields else None
        return Visitor(person, fields["lang"], seen, tokens.ends(token), keyed_hash(self.secret(), "form", token))

    @property
    def cookie_name(self) -> str:
        """Browsers take `__Host-` cookies over https only; a laptop has none."""
        return "__Host-etincelle" if self._is_secure else "etincelle"

    @property
    def _is_secure(self) -> bool:
        return self.public_url.startswith("https:")

    def _session(self, person: Person, lang: str, seen: datetime | None, until: datetime) -> str:
        fields = {"person": person.id, "seal": seal_of(person, self.secret()), "lang": lang}
        fields |= {"seen": format_time(seen)} if seen else {}
        token = tokens.mint(self.secret(), PURPOSE, fields, until)
        return self._cookie(token, int((until - self.now()).total_seconds()))

    def _cookie(self, value: str, seconds: int) -> str:
        flags = "; HttpOnly; SameSite=Lax" + ("; Secure" if self._is_secure else "")
        return f"{self.cookie_name}={value}; Path=/; Max-Age={seconds}{flags}"


def seal_of(person: Person, secret: bytes) -> str:
    """What a session was begun under, or a link to one asked for; where any of it changes, that is over."""
    parts = (person.id, person.email.casefold(), person.role, person.owner or "", str(person.sessions))
    return keyed_hash(secret, "session-seal", "\n".join(parts))


def cookie_of(cookies: str | None, name: str) -> str | None:
    """A cookie's value in a Cookie header; None where it is not there."""
    try:
        found = SimpleCookie(cookies or "").get(name)
    except CookieError:
        return None
    return found.value if found and found.value else None


def check_form(visitor: Visitor, fields: Mapping[str, str]) -> None:
    """Raises Forbidden where a form was not made for this session."""
    if not compare_digest(fields.get(FORM_TOKEN, "").encode(), visitor.form_token.encode()):
        raise Forbidden("the form is out of date; load the page again")


def own_path(text: str | None) -> str:
    """A path of our own to go on to, with its query; `/` where the text names none.

    Only what begins with one slash is ours: `//elsewhere.example` and `/\\elsewhere.example` are other people's.
    """
    path = text or "/"
    is_ours = path.startswith("/") and path[1:2] not in ("/", "\\") and len(path) <= LONGEST_PATH
    return quote(path, safe="/?&=%-._~:,+*") if is_ours and path.isprintable() else "/"


def language(accepted: str | None) -> str:
    """The best of our languages that an Accept-Language header takes, else English."""
    return choose(None, accepted, ("en", *LANGUAGES))


def first_language(person: Person) -> str:
    """In which language a person's pages begin."""
    return choose(person.lang, None, ("en", *LANGUAGES))
