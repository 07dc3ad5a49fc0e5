"""`etincelle import responses` against the collector on fakes: what is sent, set aside, and done again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli import imports, sending
from cli.client import Client
from cli.imports import group
from cli.printing import Failed
from cli.waiting import wait_for
from tests.collector import JSON, World, touchpoint

ROWS = "response_id,touchpoint,score,comment\n" + "".join(f"r{n},checkout,{n % 11},c{n}\n" for n in range(25))


class Site:
    """The API behind an httpx transport: the collector on fakes, and as much of the registry as an import needs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.documents: dict[str, Any] = {}
        self.batches: list[int] = []
        self.fail_at: int | None = None
        self.is_registry_open = True

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/responses":
            return self.responses(request)
        if not self.is_registry_open:
            return httpx.Response(403, json={"title": "not allowed", "code": "forbidden"})
        if request.url.path == "/v1/touchpoints":
            ids = [{"id": name} for name in self.world.catalogue.touchpoints()]
            first = int(parse_qs(request.url.query.decode()).get("cursor", ["0"])[0])
            page = {"touchpoints": ids[first : first + 1]}
            return httpx.Response(200, json=page | ({"next_cursor": str(first + 1)} if first + 1 < len(ids) else {}))
        if request.method == "GET":
            held = self.documents.get("imported")
            return httpx.Response(200, json=held) if held else httpx.Response(404, json={"code": "not_found"})
        return self.put_document(json.loads(request.content))

    def put_document(self, sent: Any) -> httpx.Response:
        version = self.documents.get("imported", {"version": 0})["version"]
        assert sent["base_version"] == version
        self.documents["imported"] = {"version": version + 1, "document": sent["document"]}
        for name, about in sent["document"]["touchpoints"].items():
            scale = sent["document"]["surveys"][about["survey"]]["scale"]
            self.world.catalogue.known.setdefault(name, touchpoint(name, scale))
        return httpx.Response(200, json={})

    def responses(self, request: httpx.Request) -> httpx.Response:
        if self.fail_at == len(self.batches):
            return httpx.Response(401, json={"title": "no", "code": "unauthenticated"})
        self.batches.append(len(json.loads(request.content)))
        reply = self.world.ask("POST", "/v1/responses", request.content, JSON)
        return httpx.Response(reply.status, json=reply.body)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    site = Site(World())
    transport = httpx.MockTransport(site.handle)
    monkeypatch.setattr(imports, "connect", lambda: Client("http://site", "etk_x", transport, lambda seconds: None))
    monkeypatch.setenv("ETINCELLE_HOME", str(tmp_path / "home"))
    return site


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(group, ["responses", str(file), *options])


def outcome(file: Path, *options: str) -> dict[str, Any]:
    result = run(file, "--json", *options)
    assert result.exit_code == 0, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "answers.csv"
    file.write_text(ROWS)
    return file


def test_every_row_is_stored_once_and_again_changes_nothing(site: Site, file: Path) -> None:
    """The second time says so, in numbers and in words."""
    first = outcome(file, "--batch", "10")
    assert (first["rows"], first["stored"], first["already_stored"], first["rejected"]) == (25, 25, 0, 0)
    assert site.batches == [10, 10, 5]
    assert {stored.channel for stored in site.world.stored} == {"import"}
    again = outcome(file)
    assert (again["stored"], again["already_stored"]) == (0, 25)
    assert len(site.world.stored) == 25
    assert "nothing changed: 25 were there already" in run(file).stdout
    assert not file.with_name("answers.csv.rejects.csv").exists()


def test_rows_that_cannot_be_taken_are_set_aside_and_the_others_taken(site: Site, file: Path) -> None:
    """Each with its true line and the reason, whether the importer or the API finds it; the batch is sent again."""
    file.write_text(
        "response_id,touchpoint,score,comment,lang\n"
        'a,checkout,9,"two\nlines",en\n'
        "b,checkout,11,x,en\n"
        "c,checkout,,x,en\n"
        "d,checkout,5.5,x,??\n"
        "e,checkout,0,x,en\n"
        "bad id#,checkout,1,x,en\n"
    )
    found = outcome(file)
    assert (found["stored"], found["rejected"]) == (2, 4)
    assert [stored.response_id for stored in site.world.stored] == ["a", "e"]
    lines = Path(found["rejects_file"]).read_text().splitlines()
    assert lines[0] == "line,reason,row"
    assert [line.split(",")[0] for line in lines[1:]] == ["4", "5", "6", "8"]
    assert "score: the scale nps runs from 0 to 10" in lines[1]
    assert "no score" in lines[2]
    assert "score: " in lines[3]
    assert "; lang: " in lines[3]
    assert "response_id: " in lines[4]
    assert site.batches == [5, 2]


def test_rejects_go_where_they_are_wanted_and_an_old_file_is_replaced(site: Site, file: Path, tmp_path: Path) -> None:
    """Running again does not add the same rows twice."""
    file.write_text("touchpoint,score\ncheckout,NA\n")
    aside = tmp_path / "aside.csv"
    for _ in range(2):
        assert outcome(file, "--rejects", str(aside))["rejects_file"] == str(aside)
        assert len(aside.read_text().splitlines()) == 2
    file.write_text("touchpoint,score\ncheckout,9\n")
    outcome(file, "--rejects", str(aside))
    assert not aside.exists()


def test_a_stopped_import_goes_on_at_the_last_batch_that_is_old_enough(
    site: Site, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered before is not sent again; the counts are those of the whole file; then the state is gone."""
    monkeypatch.setattr(sending, "OVERLAP_S", 0.0)
    text = ROWS + "bad,checkout,77,x\n"
    file.write_text(text.replace("r3,checkout,3", "r3,checkout,NA"))
    site.fail_at = 2
    stopped = run(file, "--batch", "10")
    assert isinstance(stopped.exception, Failed)
    assert site.batches == [9, 10]
    site.fail_at = None
    found = outcome(file, "--batch", "10")
    assert site.batches == [9, 10, 6, 5]
    assert (found["stored"], found["already_stored"], found["rejected"]) == (24, 0, 2)
    assert [line.split(",")[0] for line in Path(found["rejects_file"]).read_text().splitlines()] == ["line", "5", "27"]
    site.batches.clear()
    assert outcome(file, "--batch", "10")["already_stored"] == 24
    assert site.batches == [9, 10, 6, 5]


def test_a_stopped_import_sends_what_was_answered_in_the_last_seconds_again(site: Site, file: Path) -> None:
    """A stack that was killed may have lost it; what was kept is not stored twice."""
    file.write_text(ROWS)
    site.fail_at = 2
    run(file, "--batch", "10")
    site.fail_at = None
    found = outcome(file, "--batch", "10")
    assert site.batches == [10, 10, 10, 10, 5]
    assert (found["stored"], found["already_stored"]) == (5, 20)


def test_a_stop_between_setting_aside_and_noting_it_sets_nothing_aside_twice(site: Site, file: Path) -> None:
    """What the file of rejects holds beyond the last noted batch is taken back."""
    file.write_text(ROWS.replace("r3,checkout,3", "r3,checkout,NA"))
    site.fail_at = 1
    run(file, "--batch", "10")
    rejects = file.with_name("answers.csv.rejects.csv")
    noted = rejects.read_bytes()
    rejects.write_bytes(noted + b"15,written just before the power went,x\r\n")
    site.fail_at = None
    outcome(file, "--batch", "10")
    assert rejects.read_bytes() == noted


def test_a_stopped_import_can_begin_again(site: Site, file: Path) -> None:
    """--restart sends the whole file; what was stored stays."""
    site.fail_at = 1
    run(file, "--batch", "10")
    site.fail_at = None
    found = outcome(file, "--batch", "10", "--restart")
    assert (found["stored"], found["already_stored"]) == (15, 10)


def test_a_changed_file_does_not_go_on_where_the_old_one_stopped(site: Site, file: Path) -> None:
    """The state belongs to the bytes and to the way they are read."""
    site.fail_at = 1
    run(file, "--batch", "10")
    site.fail_at = None
    file.write_text(ROWS + "one-more,checkout,9,x\n")
    assert outcome(file, "--batch", "10")["rows"] == 26
    assert len(site.world.stored) == 26


def test_touchpoints_with_owner_and_scale_are_registered_plainly(site: Site, file: Path) -> None:
    """In the document `imported`, beside what it holds; those known already are not touched."""
    file.write_text("touchpoint,score,owner,scale\ndesk,5,Équipe accueil,csat\ncheckout,9,shop,nps\n")
    shown = run(file)
    assert "registered in the document `imported`: desk" in shown.stderr
    file.write_text("touchpoint,score,owner,scale\nphone,7,phones,ces\ndesk,5,Équipe accueil,csat\n")
    assert outcome(file)["registered"] == ["phone"]
    document = site.documents["imported"]["document"]
    assert site.documents["imported"]["version"] == 2
    assert {name: about["owner"] for name, about in document["touchpoints"].items()} == {
        "desk": "equipe-accueil",
        "phone": "phones",
    }
    assert document["owners"]["equipe-accueil"] == {"name": "Équipe accueil"}
    assert set(document["surveys"]) == {"imported-csat", "imported-ces"}
    assert {stored.touchpoint for stored in site.world.stored} == {"desk", "checkout", "phone"}


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        ("touchpoint,score\ndesk,5\n", "desk (line 2) has no owner"),
        ("touchpoint,score\ndesk,5\nphone,5\n", "phone (line 3) has no owner"),
        ("touchpoint,score,owner\ndesk,5,o\n", "desk (line 2) has no scale"),
        ("touchpoint,score,owner,scale\ndesk,5,o,smiles\n", "desk (line 2) has a scale that does not exist: smiles"),
        ("touchpoint,score,owner,scale\ndesk,5,a,csat\ndesk,5,b,csat\n", "desk (line 2) has several owners: a, b"),
        ("touchpoint,score,owner,scale\ndesk,5,a,csat\ndesk,5,a,nps\n", "desk (line 2) has several scales: csat, nps"),
    ],
)
def test_unknown_touchpoints_stop_the_import_before_anything_is_sent(
    site: Site, file: Path, content: str, trouble: str
) -> None:
    """One error that lists them all and says what to do."""
    file.write_text(content)
    failure = run(file).exception
    assert isinstance(failure, Failed)
    assert trouble in failure.details
    assert "--set owner=" in str(failure)
    assert (site.batches, site.documents) == ([], {})


def test_a_key_that_may_only_send_is_told_of_unknown_touchpoints(site: Site, file: Path) -> None:
    """It cannot ask the registry; the first batch tells, no row is set aside, nothing is stored."""
    site.is_registry_open = False
    assert outcome(file)["stored"] == 25
    file.write_text("touchpoint,score\ncheckout,9\ndesk,5\n")
    failure = run(file).exception
    assert isinstance(failure, Failed)
    assert failure.details == ("desk",)
    assert len(site.world.stored) == 25


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("a,b\n1,2\n", [], "--map COLUMN=touchpoint or --map COLUMN=score"),
        ("touchpoint,note\nt,2\n", [], "no score; its columns are touchpoint, note"),
        (ROWS, ["--map", "nps=score"], "has no column nps"),
        (ROWS, ["--map", "nps"], "write it as name=value"),
        (ROWS, ["--set", "colour=red"], "there is no such field"),
        ("touchpoint,score\n", [], "has no rows"),
    ],
)
def test_a_file_read_in_the_wrong_way_says_what_to_do(
    site: Site, file: Path, content: str, options: list[str], words: str
) -> None:
    """Before anything is sent."""
    file.write_text(content)
    failure = run(file, *options).exception
    assert isinstance(failure, Failed)
    assert words in str(failure)
    assert site.batches == []


def test_a_batch_is_never_larger_than_the_api_takes(site: Site, file: Path) -> None:
    """Long comments make smaller batches."""
    comment = "💥" * 3990
    file.write_text("touchpoint,score,comment\n" + f"checkout,9,{comment}\n" * 250)
    assert outcome(file)["stored"] == 250
    assert len(site.batches) > 1


def test_waiting_ends_when_the_figures_hold_what_was_sent() -> None:
    """The seconds it took, by a clock that the test turns."""
    time, seen = [0.0], iter([5, 5, 7, 9])
    waited = wait_for(lambda: next(seen), 9, lambda: time[0], lambda seconds: time.__setitem__(0, time[0] + seconds))
    assert waited == pytest.approx(0.75)


def test_waiting_gives_up_when_nothing_moves() -> None:
    """Ten minutes without one answer more is a fault to be looked into."""
    time = [0.0]
    with pytest.raises(Failed, match="stay at 5 answers of 9"):
        wait_for(lambda: 5, 9, lambda: time[0], lambda seconds: time.__setitem__(0, time[0] + 60))


def test_a_pile_of_cards_comes_in_as_paper(site: Site, tmp_path: Path) -> None:
    """`--channel paper` holds for the rows that name no channel of their own."""
    file = tmp_path / "cards.csv"
    file.write_text("response_id,touchpoint,score,channel\nc1,checkout,9,\nc2,checkout,3,agent\n")
    assert outcome(file, "--channel", "paper")["stored"] == 2
    assert {stored.response_id: stored.channel for stored in site.world.stored} == {"c1": "paper", "c2": "agent"}


def test_a_channel_that_there_is_not_is_refused_at_once(site: Site, tmp_path: Path) -> None:
    """Nothing is sent; the channels there are stand in the message."""
    file = tmp_path / "cards.csv"
    file.write_text(ROWS)
    with pytest.raises(Failed, match="there is no such channel; there are web, widget"):
        CliRunner().invoke(group, ["responses", str(file), "--channel", "pigeon"], catch_exceptions=False)
    assert site.batches == []
