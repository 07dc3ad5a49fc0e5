"""The hosted page for the browser tests: a journey in every language, its states, and a browser that complains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from playwright.sync_api import Browser, Page

from shared.catalogue import FollowUp, Owner, Survey, Touchpoint
from shared.languages import LANGUAGES
from tests.collector import World, survey, touchpoint

SCALES = ("nps", "csat", "ces", "stars", "thumbs")
QUESTION = {
    "en": "How likely are you to recommend our delivery to a friend?",
    "fr": "Recommanderiez-vous notre livraison à un ami ?",
    "es": "¿Recomendaría nuestra entrega a un amigo?",
    "de": "Wie wahrscheinlich empfehlen Sie unsere Lieferung weiter?",
    "it": "Consiglierebbe la nostra consegna a un amico?",
    "pt": "Recomendaria a nossa entrega a um amigo?",
    "nl": "Zou u onze bezorging aan een vriend aanraden?",
    "ar": "ما مدى احتمال أن توصي صديقًا بخدمة التوصيل لدينا؟",
}
LOW = {"en": "Not at all", "fr": "Pas du tout", "ar": "إطلاقًا"}
HIGH = {"en": "Certainly", "fr": "Certainement", "ar": "بالتأكيد"}
LONG = {**QUESTION, "fr": "Recommanderiez-vous le service de l'internationalisation à un collègue ou à un proche ?"}
CHOICES = {
    "late": {"en": "It came late", "fr": "La livraison est arrivée en retard", "ar": "وصلت متأخرة"},
    "broken": {"en": "Something was damaged", "fr": "Un article était abîmé", "ar": "كان شيء ما تالفًا"},
    "else": {"en": "Something else", "fr": "Autre chose", "ar": "شيء آخر"},
}
WHICH = {"en": "What went wrong?", "fr": "Qu'est-ce qui n'allait pas ?", "ar": "ما الذي لم يكن جيدًا؟"}
CHANGES = [
    {"on": "2024-02-12", "text": {"en": "The driver calls before coming.", "fr": "Le livreur appelle avant de venir."}},
    {"on": "2024-01-03", "text": {"en": "You can choose two hours.", "fr": "Vous pouvez choisir deux heures."}},
]
LOGO = (
    "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI4MCIgaGVpZ2h0PSI0MCI+"
    "PHJlY3Qgd2lkdGg9IjgwIiBoZWlnaHQ9IjQwIiByeD0iOCIgZmlsbD0iIzBhNSIvPjwvc3ZnPg=="
)
OWNER = Owner(id="shop", name="L'équipe livraison")
VELORA = Owner(id="velora", name="Velora", colour="#00aa55", logo=LOGO)
YELLOW = Owner(id="yellow", name="Jaune", colour="#ffdd00")
NAVY = Owner(id="navy", name="Marine", colour="#0b1f5c")
NAME = {"en": "Home delivery", "fr": "Livraison à domicile", "ar": "التوصيل إلى المنزل"}


def asked(scale: str = "nps", **more: Any) -> Survey:
    return survey(scale, **{"question": QUESTION, "low_label": LOW, "high_label": HIGH} | more)


def place(identifier: str, scale: str = "nps", owner: Owner = OWNER, **more: Any) -> Touchpoint:
    fields = {"survey": asked(scale), "owner": owner, "name": NAME, "changes": CHANGES}
    return touchpoint(identifier, **fields | more)


def delivery() -> World:
    """The journey: a touchpoint of each scale and of each thing that a page can have."""
    choices = FollowUp(when="bad", question=WHICH, choices=CHOICES)
    return World(
        *(place(scale, scale) for scale in SCALES),
        place("follow", survey=asked(follow_up=choices)),
        place("words", survey=asked("csat", follow_up=FollowUp(when="any", question=WHICH))),
        place("long", survey=asked(question=LONG)),
        place("velora", owner=VELORA),
        place("yellow", owner=YELLOW),
        place("navy", owner=NAVY),
        place("asleep", paused=True),
    )


@contextmanager
def opened(browser: Browser, address: str, width: int = 390, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, without motion, that fails on anything the browser complains about."""
    init = options.pop("init_script", "")
    room = {"width": width, "height": 740}
    context = browser.new_context(**{"viewport": room, "reduced_motion": "reduce"} | options)
    if init:
        context.add_init_script(init)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def send_without_score(page: Page) -> None:
    """Sends the form as a browser that checks nothing would."""
    tampered(page, "comment=Hm&ticket=x")


def tampered(page: Page, body: str) -> None:
    page.route("**", lambda route: route.continue_(post_data=body))
    page.check("#score", force=True)
    page.locator("form button:visible").click()
    page.wait_for_selector(".wrong")
    page.unroute("**")


def choose(level: int) -> Callable[[Page], None]:
    return lambda page: page.locator(".scale label.tile").nth(level).click()


def sent(level: int) -> Callable[[Page], None]:
    """Chosen and sent, up to the thanks."""

    def act(page: Page) -> None:
        choose(level)(page)
        page.locator("form button:visible").click()
        page.wait_for_url("**/thanks**")

    return act


def sent_unasked(level: int) -> Callable[[Page], None]:
    """Sent by a browser that cannot show the follow-up question: led to it by the thanks."""

    def act(page: Page) -> None:
        choose(level)(page)
        page.evaluate("document.forms[0].requestSubmit(document.querySelector('button.less'))")
        page.wait_for_url("**/thanks**more=1")

    return act


def changing(page: Page) -> None:
    sent(3)(page)
    page.locator(".message a").click()
    page.wait_for_selector(".kept")


@dataclass(frozen=True)
class Shown:
    """A state of the page. touchpoint: whose link; query: after it; act: what a person does until it is reached."""

    touchpoint: str
    query: str = ""
    act: Callable[[Page], None] | None = None
    suffix: str = ""


STATES: dict[str, Shown] = {
    **{scale: Shown(scale) for scale in SCALES},
    "chosen": Shown("nps", "s=9"),
    "long": Shown("long"),
    "painted": Shown("velora", act=choose(9)),
    "yellow": Shown("yellow", act=choose(2)),
    "navy": Shown("navy", act=choose(2)),
    "follow": Shown("follow", act=choose(3)),
    "words": Shown("words", act=choose(1)),
    "more": Shown("follow", act=sent_unasked(3)),
    "more-words": Shown("words", act=sent_unasked(1)),
    "thanks": Shown("nps", act=sent(9)),
    "changing": Shown("nps", act=changing),
    "wrong": Shown("nps", act=send_without_score),
    "wrong-follow": Shown("follow", act=lambda page: tampered(page, "score=1&follow_up=no")),
    "paused": Shown("asleep"),
    "unknown": Shown("nps", suffix="x"),
}
"""Every state that a person can see, by name."""
EVERYWHERE = ("nps", "follow", "more", "thanks", "wrong")
"""States shown in every language; the others, which have the same words, in two."""


class Look(NamedTuple):
    """How a state is looked at."""

    state: str
    lang: str
    width: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.state}-{self.lang}-{self.width}-{self.scheme}"


def looks() -> list[Look]:
    """Each state in all or in two languages; wide and narrow, by day and by night take turns."""
    ways: list[tuple[int, Literal["light", "dark"]]] = [(320, "light"), (1280, "dark"), (320, "dark"), (1280, "light")]
    found = []
    for number, state in enumerate(STATES):
        spoken = list(LANGUAGES) if state in EVERYWHERE else [list(LANGUAGES)[(number + n) % 8] for n in (0, 4)]
        found += [Look(state, lang, *ways[(number + turn) % 4]) for turn, lang in enumerate(spoken)]
    return found


@contextmanager
def showing(browser: Browser, site: str, world: World, look: Look, **options: Any) -> Iterator[Page]:
    """The page in that state."""
    world.counters.counted.clear()
    shown = STATES[look.state]
    address = f"{site}{world.link(touchpoint=shown.touchpoint)}{shown.suffix}?{shown.query}&lang={look.lang}"
    with opened(browser, address, look.width, locale=look.lang, color_scheme=look.scheme, **options) as page:
        if shown.act:
            shown.act(page)
        yield page
