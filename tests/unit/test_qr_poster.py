"""`etincelle qr`: codes that can be read, posters that can be printed; nothing is made where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from cli import qr
from cli.client import Client
from cli.main import app as etincelle
from cli.poster.lettering import Style, runs
from tests.collector import JSON, World, survey, touchpoint

QUESTION = {
    "fr": "Retirer votre colis aujourd'hui, c'était facile ?",
    "en": "How easy was it to pick up your parcel today?",
    "ar": "هل كان استلام طردكم اليوم سهلًا؟",
}


class Site:
    """The API behind an httpx transport: the collector on fakes, and one touchpoint of the registry."""

    def __init__(self, question: dict[str, str] | None = None, **owner: str) -> None:
        self.world = World(touchpoint(survey=survey(question=question or QUESTION)))
        self.owner = {"id": "shop", "name": "Équipe colis"} | owner

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/touchpoints/checkout":
            question = self.world.catalogue.known["checkout"].survey.question
            return httpx.Response(200, json={"touchpoint": {"owner": self.owner, "survey": {"question": question}}})
        if request.url.path.startswith("/v1/touchpoints"):
            return httpx.Response(404, json={"title": "There is nothing here", "code": "not_found"})
        reply = self.world.ask("POST", "/v1/links", request.content, JSON)
        return httpx.Response(reply.status, json=reply.body)

    @property
    def places(self) -> list[str | None]:
        return [link.place for link in self.world.links.stored.values()]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, site: Site, *arguments: str) -> Result:
    transport = httpx.MockTransport(site.handle)
    monkeypatch.setattr(qr, "connect", lambda: Client("http://site", "etk_x", transport, lambda seconds: None))
    return CliRunner().invoke(etincelle, ["qr", *arguments])


def read(image: Image.Image) -> list[str]:
    """What an independent reader finds in a picture."""
    return [found.text for found in zxingcpp.read_barcodes(np.asarray(image.convert("RGB")))]


def shown(file: Path) -> list[Image.Image]:
    """The pages of a PDF, as a printer would draw them."""
    document = pypdfium2.PdfDocument(file)
    return [document[n].render(scale=2).to_pil() for n in range(len(document))]


def test_a_picture_can_be_read_by_a_telephone(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """The PNG leads to the link in capitals; what is scanned is a link of the API, with its place."""
    site = Site()
    result = run(monkeypatch, site, "checkout", "--place", "Caisse 3", "--format", "png", "--json")
    assert result.exit_code == 0, result.output
    [made] = json.loads(result.stdout)
    assert read(Image.open(here / "checkout.png")) == [made["url"]]
    assert made["url"].startswith("HTTPS://ANSWERS.EXAMPLE.COM/S/")
    code = made["url"].rpartition("/")[2]
    assert site.world.ask("GET", f"/S/{code}", headers={}).status == 200
    assert site.places == ["Caisse 3"]


def test_capitals_make_a_coarser_code() -> None:
    """Alphanumeric, version 3 at quality Q: 29 modules; the same address in small letters needs 33."""
    url = "https://answers.example.com/S/ABCDEFGHIJKLMNOP"
    capital = qr.Printed("x", qr.in_capitals(url), None).code
    assert (capital.mode, capital.version, capital.error) == ("alphanumeric", 3, "Q")
    assert qr.Printed("x", url.lower(), None).code.version == 4


def test_what_stands_before_our_path_is_left_as_it_is() -> None:
    """An API under a path of its own may tell capitals apart; the host and the scheme never do."""
    assert qr.in_capitals("https://x.example/Stage/S/ABC") == "HTTPS://X.EXAMPLE/Stage/S/ABC"


def test_an_svg_is_drawn_with_its_quiet_zone(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Four light modules around it: 37 modules of 10 units each way."""
    run(monkeypatch, Site(), "checkout", "--format", "svg", "--out", "code.svg")
    assert 'width="370" height="370"' in (here / "code.svg").read_text()


@pytest.mark.parametrize("langs", [["fr"], ["fr", "en"], ["ar", "fr", "en"]])
def test_a_poster_is_one_page_whose_code_can_be_read(
    monkeypatch: pytest.MonkeyPatch, here: Path, langs: list[str]
) -> None:
    """A4, in the owner's colour, in the languages asked for."""
    options = [part for lang in langs for part in ("--lang", lang)]
    result = run(monkeypatch, Site(colour="#0b6e4f"), "checkout", "--place", "Caisse 3", *options, "--json")
    [page] = shown(here / "checkout.pdf")
    assert (page.width, page.height) == (1191, 1684)
    assert read(page) == [json.loads(result.stdout)[0]["url"]]
    assert page.getpixel((5, 5)) == (11, 110, 79)


def test_a_poster_leads_there_on_a_screen_too(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """The card is an area that opens the address; the document has the question as its title, and its language."""
    result = run(monkeypatch, Site(), "checkout", "--json")
    raw = (here / "checkout.pdf").read_bytes()
    assert f"/URI ({json.loads(result.stdout)[0]['url']})".encode() in raw
    assert b"/Lang (fr)" in raw
    assert pypdfium2.PdfDocument(raw).get_metadata_dict()["Title"] == QUESTION["fr"]


def test_long_questions_in_eight_languages_stay_on_the_page(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Letters grow smaller; the code stays readable, and nothing is written over the edge."""
    long = "Recommanderiez-vous le service de l'internationalisation à un collègue ou à un proche, et pourquoi ?"
    question = dict.fromkeys(("fr", "en", "es", "de", "it", "pt", "nl"), long) | {"ar": QUESTION["ar"] * 2}
    run(monkeypatch, Site(question), "checkout")
    [page] = shown(here / "checkout.pdf")
    assert len(read(page)) == 1
    pixels = np.asarray(page)
    assert (pixels[:, :20] == pixels[:, :1]).all() and (pixels[:, -20:] == pixels[:, -1:]).all()
    assert (pixels[-40:] == 255).all()


def test_a_place_on_each_line_of_a_file_is_a_page_each(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """One document to print, every code another link."""
    (here / "tables.txt").write_text("Table 1\n\n Table 2 \nTable 3\n", encoding="utf-8")
    site = Site()
    result = run(monkeypatch, site, "checkout", "--places", "tables.txt", "--json")
    urls = [made["url"] for made in json.loads(result.stdout)]
    assert [read(page) for page in shown(here / "checkout.pdf")] == [[url] for url in urls]
    assert len(set(urls)) == 3
    assert site.places == ["Table 1", "Table 2", "Table 3"]


def test_so_many_codes_are_so_many_pictures(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Numbered files, numbered places."""
    site = Site()
    result = run(monkeypatch, site, "checkout", "--count", "3", "--place", "Table", "--format", "png", "--out", "t.png")
    assert result.stdout.split() == ["t-001.png", "t-002.png", "t-003.png"]
    assert len({read(Image.open(here / name))[0] for name in result.stdout.split()}) == 3
    assert site.places == ["Table 1", "Table 2", "Table 3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "There is nothing here"),
        (["checkout", "--lang", "de"], "--lang de: this question is in fr, en, ar"),
        (["checkout", "--places", "absent.txt"], "absent.txt cannot be read"),
        (["checkout", "--places", "x.txt", "--place", "y"], "leave --place and --count out"),
        (["checkout", "--place", "x" * 61], "at most 60 characters"),
        (["checkout", "--out", "absent/x.pdf"], "absent is no folder"),
    ],
    ids=str,
)
def test_nothing_is_made_where_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch, here: Path, arguments: list[str], said: str
) -> None:
    """One line says what; no link is left behind that nobody has."""
    site = Site()
    result = run(monkeypatch, site, *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert site.places == []


def test_letters_that_the_fonts_lack_are_named(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """No poster with holes in it; the code alone can be had."""
    site = Site({"ja": "いかがでしたか"})
    result = run(monkeypatch, site, "checkout")
    assert (result.exit_code, site.places) == (1, [])
    assert "い" in result.stderr
    assert run(monkeypatch, site, "checkout", "--format", "svg").exit_code == 0
    other = Site({"ja": "いかがでしたか", "fr": QUESTION["fr"]})
    assert run(monkeypatch, other, "checkout", "--lang", "fr", "--place", "テーブル").exit_code == 1
    assert run(monkeypatch, other, "checkout", "--lang", "fr", "--place", "Table 1").exit_code == 0
    assert other.places == ["Table 1"]


@pytest.mark.parametrize(
    ("text", "direction", "expected"),
    [
        ("Bonjour ?", "ltr", ["Bonjour ?"]),
        ("مرحبا بكم", "rtl", ["مرحبا بكم"]),
        ("من SNCF سهل", "rtl", [" سهل", "SNCF", "من "]),
        ("من A (B) سهل", "rtl", [" سهل", "A (B)", "من "]),
        ("Dire مرحبا bien", "ltr", ["Dire ", "مرحبا", " bien"]),
    ],
)
def test_both_directions_of_writing_on_one_line(text: str, direction: str, expected: list[str]) -> None:
    """The parts as they stand from left to right."""
    assert [run.text for run in runs(text, direction)] == expected


def test_arabic_letters_are_joined() -> None:
    """Joined forms are narrower than the letters by themselves."""
    style = Style(20)
    assert style.width("سهل", "rtl") < 0.9 * sum(style.width(letter, "rtl") for letter in "سهل")


def test_the_same_codes_give_the_same_poster(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Byte for byte: no date, no chance."""
    run(monkeypatch, Site(), "checkout", "--out", "a.pdf")
    run(monkeypatch, Site(), "checkout", "--out", "b.pdf")
    assert (here / "a.pdf").read_bytes() == (here / "b.pdf").read_bytes()
