"""Bytes of the widget and the kiosk as they are served, beside what other products' widgets load before they ask.

python -m tests.bench sizes

Ours is built here and now: for a language alone (`?lang=`), and for all eight at once. The peers' figures are
those of their published files, minified as shipped, or bundled by esbuild 0.28 (--minify --target=es2020) where a
package ships only modules; measured once, with the versions named. gz is gzip -9, br is brotli -q 11.
"""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import brotli

from services.collector.channels.widget import render
from shared.languages import LANGUAGES
from tests.bench.figure import Figure
from tests.collector import World, survey, touchpoint
from tests.wordy import HIGH, LOW, NAME, QUESTION


@dataclass(frozen=True)
class Size:
    """What a page loads until the question can be seen. requests: until then; stored: what stays in the browser."""

    name: str
    minified: int
    gz: int
    br: int
    requests: str
    stored: str


PEERS = (
    Size("posthog-js 1.449.2: array.js, surveys.js", 528_052, 170_676, 145_257, "4", "1 cookie, 6 keys by default"),
    Size("Formbricks: js 5.1.0, js-core, surveys 1.99.0", 232_414, 63_762, 55_621, "3 or more", "1 key"),
    Size("@sentry/browser 11.12.0, feedback only", 144_392, 52_084, 45_775, "1", "nothing seen on load"),
    Size("@typeform/embed 6.1.1, before its iframe", 65_355, 14_830, 12_620, "2, and the iframe's", "not seen on load"),
    Size("SurveyJS core and js-ui 2.5.38", 2_057_869, 414_293, 320_158, "3", "nothing"),
)


def script(lang: str | None) -> bytes:
    """The widget of an ordinary survey in eight languages, in one of them, or in all."""
    asked = survey(question=QUESTION, low_label=LOW, high_label=HIGH, thanks={})
    return render.source_for(touchpoint(name=NAME, survey=asked), asked, lang).encode()


def size_of(lang: str | None) -> Size:
    sent = script(lang)
    name = f"widget, {LANGUAGES[lang]}" if lang else "widget, eight languages"
    return Size(name, len(sent), len(gzip.compress(sent, 9)), len(brotli.compress(sent, quality=11)), "1", "nothing")


def ours() -> list[Size]:
    """The widget in English, in the language that weighs most, and in all."""
    heaviest = max(LANGUAGES, key=lambda lang: size_of(lang).br)
    return [size_of(lang) for lang in ("en", heaviest, None)]


def kiosk() -> Size:
    """The kiosk's page in eight languages with the worker that keeps it: all that a tablet ever loads."""
    world = World(touchpoint(name=NAME, survey=survey(question=QUESTION, low_label=LOW, high_label=HIGH, thanks={})))
    parts = [world.ask("GET", path, headers={}).body.encode() for path in (world.link(channel="kiosk"), "/k/worker")]
    packed = [sum(len(pack(part)) for part in parts) for pack in (gzip.compress, lambda part: brotli.compress(part))]
    return Size("kiosk in eight languages", sum(map(len, parts)), *packed, "2", "the page, waiting answers")


def page() -> Size:
    """The page that a link leads to, in one language: all of it, no script."""
    world = World(touchpoint(name=NAME, survey=survey(question=QUESTION, low_label=LOW, high_label=HIGH, thanks={})))
    sent = world.ask("GET", f"{world.link()}?lang=fr", headers={}).body.encode()
    packed = len(gzip.compress(sent, 9)), len(brotli.compress(sent, quality=11))
    return Size("page of a link", len(sent), *packed, "1", "nothing")


def figures(short: bool) -> Iterator[Figure]:
    logging.disable(logging.CRITICAL)
    least = min(peer.br for peer in PEERS)
    for one in (*ours(), kiosk(), page(), *PEERS):
        of = f"{one.name}; requests: {one.requests}; stored: {one.stored}"
        wanted = "" if one in PEERS else "ratio ≤ 1"
        yield Figure("minified", one.minified, of)
        yield Figure("gzip", one.gz, of)
        yield Figure("brotli", one.br, of, least, "the lightest peer", wanted)
