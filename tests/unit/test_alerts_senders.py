"""What leaves: webhooks, posts, cards, mails and texts; and where nothing may go, whatever a name server says."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from PIL import Image

from services.alerts.adapters.senders.chat import SlackSender, TeamsSender
from services.alerts.adapters.senders.email import EmailSender
from services.alerts.adapters.senders.outside import Outside
from services.alerts.adapters.senders.text import TextSender
from services.alerts.adapters.senders.webhook import WebhookSender
from services.alerts.app import app
from services.alerts.domain.deliveries import Attempt, Delivery, delivery
from services.alerts.domain.notes import Message, Reason, note
from services.alerts.domain.subscribers import Subscriber
from services.alerts.messages import chart
from services.alerts.messages.letters import letter
from services.alerts.messages.slack import MOST_BLOCKS
from services.alerts.messages.story import piece, story, title_of
from services.alerts.messages.words import SAID
from shared.catalogue import Way
from shared.events import AlertEvent, Causes, ExcessSegment, Share
from shared.gsm import count
from tests import fakes
from tests.alerts import CODES, MINUTE, owner, subscription
from tests.events import RAISED, alert_event

ROOT = Path(__file__).parents[2]
SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes.").decode()
FORMER = "whsec_" + base64.b64encode(b"the one that was before, as long").decode()
COMMENTS = ["<script>alert(1)</script> & *bold*", "<!channel> look", "trop\r\nlong"]


@dataclass
class Receiver:
    """A receiver on this machine that answers as it is told and keeps what came."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(kept.body)

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?a=b"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def written(kind: Way, target: str, *events: AlertEvent, because: Reason = "owner", **fields: Any) -> Delivery:
    """A delivery of these events, or of one, to a subscription of that kind."""
    who = Subscriber(owner("web"), subscription("one", kind, **fields))
    notes = tuple(note(event, who, because, RAISED, MINUTE) for event in events or (alert_event(),))
    return replace(delivery(Message(notes), who, RAISED), target=target)


def catalogue(kind: Way, **fields: Any) -> fakes.FakeCatalogue:
    known = fakes.touchpoint().model_copy(update={"owner": owner("web", subscription("one", kind, **fields))})
    return fakes.FakeCatalogue({"checkout": known})


def hooked(receiver_url: str, outside: Outside | None = None, **secrets: str) -> tuple[Delivery, Attempt]:
    one = written("webhook", receiver_url)
    sender = WebhookSender(catalogue("webhook", **secrets), outside or Outside(is_laptop=True), lambda: RAISED)
    return one, sender.send(one, None)


def test_a_webhook_is_what_the_public_library_takes_for_one(receiver: Receiver, monkeypatch: Any) -> None:
    """Id, time and signature as standardwebhooks checks them; spoilt by one byte it is refused."""
    one, attempt = hooked(receiver.url, secret=SECRET)
    [(headers, body)] = receiver.came
    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Now)
    assert attempt == Attempt(answer="204")
    assert standardwebhooks.Webhook(SECRET).verify(body.decode(), headers)["alert_id"] == alert_event().alert_id
    assert headers["webhook-id"] == one.message_id
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(SECRET).verify(body.decode().replace("240", "241"), headers)


class Now:
    """The library's clock at the time of the tests."""

    @staticmethod
    def now(tz: Any = None) -> Any:
        return RAISED.astimezone(tz)

    fromtimestamp = staticmethod(type(RAISED).fromtimestamp)


def test_while_a_secret_changes_both_verify(receiver: Receiver, monkeypatch: Any) -> None:
    """The receiver may change over at any time between the two."""
    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Now)
    hooked(receiver.url, secret=SECRET, former_secret=FORMER)
    [(headers, body)] = receiver.came
    for secret in (SECRET, FORMER):
        assert standardwebhooks.Webhook(secret).verify(body.decode(), headers)


def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    """The id and the time are there all the same."""
    hooked(receiver.url)
    [(headers, _)] = receiver.came
    assert "webhook-signature" not in headers
    assert "webhook-id" in headers


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_any_answer_of_the_200s_is_a_receipt(receiver: Receiver, status: int) -> None:
    """Whatever exactly it is; it is kept."""
    receiver.status = status
    assert hooked(receiver.url)[1] == Attempt(answer=str(status))


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_any_other_answer_is_a_failure_and_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    """One request only, whatever the Location says."""
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    assert hooked(receiver.url)[1].error == f"the receiver answered {status}"
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("Fri, 01 Mar 2024 10:25:00 GMT", 600),
        ("Fri, 01 Mar 2024 10:00:00 GMT", 0),
        ("tomorrow", None),
        ("-5", None),
        ("9" * 30, None),
    ],
)
def test_a_receiver_that_asks_for_time_is_given_it(receiver: Receiver, asked: str, seconds: int | None) -> None:
    """Retry-After in seconds or until a date; anything else there is passed over."""
    receiver.status, receiver.headers = 429, {"Retry-After": asked}
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert hooked(receiver.url)[1].retry_after == wanted


def test_a_receiver_that_is_not_there_is_a_failure_not_an_exception() -> None:
    """Nobody listens on that port."""
    assert hooked("http://127.0.0.1:9/hook")[1].error == "the receiver could not be reached: ConnectionRefusedError"


INSIDE = """
127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 169.254.170.2 100.64.0.1 0.0.0.0 224.0.0.1
255.255.255.255 198.18.0.1 192.0.2.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1
::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:db8::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_nothing_is_posted_inside(address: str) -> None:
    """Loopback, private, link-local with the clouds' metadata, shared, reserved; in IPv6 clothes too."""
    outside = Outside(resolve=lambda host, port: [address])
    assert hooked("https://hook.example/x", outside)[1].error == "the receiver's address is not on the public internet"
    both = Outside(resolve=lambda host, port: ["93.184.215.14", address])
    assert hooked("https://hook.example/x", both)[1].error == "the receiver's address is not on the public internet"


@pytest.mark.parametrize("url", ["http://hook.example/x", "ftp://hook.example/x", "file:///etc/passwd", "//x", ""])
def test_nothing_is_posted_but_by_https(url: str) -> None:
    """In the cloud; there an address of this machine is that of the runtime that feeds the function."""
    outside = Outside(resolve=lambda host, port: ["93.184.215.14"])
    assert hooked(url, outside)[1].error == "the receiver needs an https address"


def test_a_name_server_that_changes_its_mind_is_not_asked_twice(receiver: Receiver) -> None:
    """What was checked is what is connected to: the name itself is never looked up again."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    port = receiver.url.split(":")[2].split("/")[0]
    _, attempt = hooked(f"http://no-such-name.invalid:{port}/hook", Outside(is_laptop=True, resolve=resolve))
    assert attempt.answer == "204"
    assert asked == ["no-such-name.invalid"]
    assert receiver.came[0][0]["host"] == f"no-such-name.invalid:{port}"


def test_a_name_without_addresses_is_a_failed_try() -> None:
    """It may have one later."""
    assert "could not be reached" in (hooked("https://x.example/", Outside(resolve=lambda h, p: []))[1].error or "")


@contextmanager
def saying(*parts: bytes, pause: float = 0.0) -> Iterator[str]:
    """The address of a server that takes one connection and says these things, however little they are HTTP."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, b"HTTP/1.1 200 " + b"x" * 70_000],
)
def test_a_receiver_that_speaks_no_http_is_a_failed_try(said: bytes) -> None:
    """And no exception, which nobody would try again for a day, nor park."""
    with saying(said) as target:
        assert (hooked(target)[1].error or "").startswith("the receiver could not be reached")


def test_a_receiver_is_not_waited_for_beyond_the_deadline() -> None:
    """Even where it says a word now and then, so that no single wait is long."""
    with saying(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.1) as target:
        began = time.monotonic()
        assert (
            hooked(target, Outside(is_laptop=True, within_s=0.5))[1].error == "the receiver did not answer within 0.5 s"
        )
        assert time.monotonic() - began < 2


def test_a_batch_of_turns_ends_before_its_function_does() -> None:
    """Were every receiver silent for as long as it may be; else those behind them would be set aside untried."""
    functions = json.loads((ROOT / "chalice.json").read_text())["services"]["alerts"]["lambda_functions"]
    [source] = [source for source in app.event_sources if source.name == "deliver"]
    assert source.batch_size * Outside.within_s < functions["deliver"]["lambda_timeout"]


def slack(receiver: Receiver, one: Delivery, thread: str | None = None, **fields: Any) -> Attempt:
    sender = SlackSender(
        catalogue("slack", **fields),
        Outside(is_laptop=True),
        CODES.address,
        CODES.code,
        lambda: RAISED,
        receiver.url,
    )
    return sender.send(one, thread)


def test_a_bot_posts_to_its_channel_and_replies_in_the_thread_it_began(receiver: Receiver) -> None:
    """With its token; the answer's `ts` is what later posts reply to."""
    receiver.status, receiver.body = 200, b'{"ok": true, "ts": "1709287200.0001"}'
    one = written("slack", "C024BE91L")
    first = slack(receiver, one, secret="xoxb-1-2-abcdefgh")
    assert (first.thread, first.error) == ("1709287200.0001", None)
    slack(receiver, one, first.thread, secret="xoxb-1-2-abcdefgh")
    (headers, body), (_, later) = receiver.came
    assert headers["authorization"] == "Bearer xoxb-1-2-abcdefgh"
    assert json.loads(body)["channel"] == "C024BE91L"
    assert (json.loads(body).get("thread_ts"), json.loads(later)["thread_ts"]) == (None, "1709287200.0001")


@pytest.mark.parametrize(
    ("body", "error", "is_final"),
    [
        (b'{"ok": false, "error": "channel_not_found"}', "Slack answered channel_not_found", True),
        (b'{"ok": false, "error": "ratelimited"}', "Slack answered ratelimited", False),
        (b"<html>", "Slack's answer could not be read", False),
        (b"[]", "Slack's answer could not be read", False),
    ],
)
def test_what_slack_refuses_though_it_answers_200_is_a_failure(
    receiver: Receiver, body: bytes, error: str, is_final: bool
) -> None:
    """Tried again where that may help, parked where it cannot."""
    receiver.status, receiver.body = 200, body
    found = slack(receiver, written("slack", "C024BE91L"), secret="xoxb-1-2-abcdefgh")
    assert (found.error, found.is_final) == (error, is_final)


def test_a_post_has_figures_comments_and_buttons_and_calls_nobody(receiver: Receiver) -> None:
    """What people wrote makes no link, and rings no channel's bell."""
    one = written("slack", receiver.url, alert_event(sample_comments=COMMENTS))
    slack(receiver, one)
    post = json.loads(receiver.came[0][1])
    text = json.dumps(post, ensure_ascii=False)
    assert post["text"] == "Friction: Checkout"
    assert "<!channel>" not in text and "&lt;!channel&gt;" in text and "<script>" not in text
    assert "19% bad (15–25%, 240 answers)" in text
    take_on, mute = post["blocks"][-2]["elements"]
    code = CODES.code(alert_event().alert_id, one.receiver)
    assert (take_on["action_id"], take_on["value"]) == ("acknowledge", code)
    assert mute["url"] == f"https://example.com/alerts/{code}"


@pytest.mark.parametrize(
    ("states", "en", "fr"),
    [
        (
            ["resolved", "resolved"],
            "Follow-up on 2 alerts, none of them new",
            "Du suivi sur 2 alertes, sans nouvelle alerte",
        ),
        (["raised", "resolved", "resolved"], "3 alerts, one of them new", "3 alertes, dont une nouvelle"),
        (["raised", "raised", "resolved"], "3 alerts, 2 new", "3 alertes, dont 2 nouvelles"),
    ],
)
def test_a_digest_says_how_many_of_its_alerts_are_new(states: list[str], en: str, fr: str) -> None:
    """As a person says it: none, one, two."""
    for lang, said in (("en", en), ("fr", fr)):
        pieces = [piece(alert_event(state=state), SAID[lang], lang, "") for state in states]
        assert title_of(pieces, SAID[lang], lang) == said


def test_a_long_digest_is_still_a_post_that_slack_takes(receiver: Receiver) -> None:
    """Twenty alerts in at most fifty blocks."""
    events = [alert_event(touchpoint=f"t{n}", sample_comments=COMMENTS) for n in range(20)]
    slack(receiver, written("slack", receiver.url, *events))
    blocks = json.loads(receiver.came[0][1])["blocks"]
    assert len(blocks) <= MOST_BLOCKS
    assert blocks[0]["text"]["text"] == "Friction in 20 places at once"


def test_a_card_is_adaptive_and_leads_to_the_page(receiver: Receiver) -> None:
    """Facts, comments as they were written, and buttons."""
    one = written("teams", receiver.url, alert_event(sample_comments=COMMENTS), lang="fr")
    TeamsSender(Outside(is_laptop=True), CODES.address, lambda: RAISED).send(one, None)
    [attached] = json.loads(receiver.came[0][1])["attachments"]
    card = attached["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["text"] == "Friction : Paiement"
    assert [action["title"] for action in card["actions"]] == ["Je m'en occupe", "Sourdine"]
    assert "\\*bold\\*" in json.dumps(card, ensure_ascii=False).replace("\\\\", "\\")


def mail(*events: AlertEvent, lang: str = "fr", because: Reason = "owner") -> EmailMessage:
    one = written("email", "anna@example.com", *events, lang=lang, because=because)
    return letter(one, "etincelle@example.com", CODES.address)


def parts_of(message: EmailMessage) -> tuple[str, str, list[bytes]]:
    plain, related = message.iter_parts()
    html, *pictures = related.iter_parts()  # type: ignore[union-attr]
    return plain.get_content(), html.get_content(), [one.get_content() for one in pictures]  # type: ignore[union-attr]


def test_the_letter_is_in_the_subscribers_language_and_escapes_comments() -> None:
    """French facts, a picture, why it is sent, where to act; a comment with markup is shown as it was typed."""
    message = mail(alert_event(sample_comments=COMMENTS))
    plain, html, [picture] = parts_of(message)
    assert message["Subject"] == "Friction : Paiement"
    assert "Depuis mardi" in plain and "19 % de mauvaises réponses (15–25 %, 240 réponses)" in plain
    assert "<script>" in plain and "<script>" not in html and "&lt;script&gt;" in html
    assert Image.open(BytesIO(picture)).size == (960, 168)
    assert picture.startswith(b"\x89PNG") and 'src="cid:chart0@etincelle"' in html
    for text in (plain, html):
        assert CODES.address(alert_event().alert_id, written("email", "anna@example.com").receiver) in text
        assert "web/one" in text
    assert len(message.as_bytes()) < 40_000


def test_mails_on_one_alert_are_one_thread() -> None:
    """They refer to the same message, whichever came first."""
    first, second = mail(alert_event()), mail(alert_event(state="resolved", revision=2))
    assert first["References"] == second["References"] == first["In-Reply-To"]


def test_the_thread_is_written_as_it_is_however_long_it_is() -> None:
    """Folded, it would be written as encoded words, and no mail program would find the other mails by it."""
    raw = mail(alert_event(alert_id="a" * 90)).as_bytes()
    [thread] = re.findall(rb"\r\nReferences: (<a{90}\.[^\s>]+@example\.com>)\r\n", raw)
    assert b"\r\nIn-Reply-To: " + thread + b"\r\n" in raw


def test_several_alerts_in_a_letter_are_told_with_what_they_have_in_common() -> None:
    """A segment that is among the causes of all; else that they began together; else nothing."""
    mobile = Causes(segments=[ExcessSegment(attribute="device", value="mobile", before=share(), after=share())])
    alike = [alert_event(touchpoint=name, causes=mobile) for name in ("a", "b")]
    plain, _, pictures = parts_of(mail(*alike, lang="en"))
    assert plain.startswith("Friction in 2 places at once\nThey have this in common: device: mobile.")
    assert len(pictures) == 2
    same_time = parts_of(mail(alert_event(), alert_event(touchpoint="b"), lang="en"))[0]
    assert "at about the same time" in same_time
    apart = alert_event(touchpoint="b", raised_at=RAISED + timedelta(days=3))
    assert "in common" not in parts_of(mail(alert_event(), apart, lang="en"))[0]


def share() -> Any:
    return alert_event().before


def test_a_promise_is_drawn_as_a_bar_as_long_as_what_is_promised() -> None:
    """Without an interval: nothing of it was measured."""
    promised, lived = Share(bad=0, n=0, low=0.12, high=0.12), Share(bad=16, n=39, low=0.13, high=0.57)
    drawn = Image.open(BytesIO(chart.png(alert_event(kind="promise", before=promised, after=lived)))).convert("RGB")
    middle = [drawn.getpixel((x, 50)) for x in range(chart.WIDTH)]
    length = round((chart.WIDTH - 2 * chart.MARGIN) * 0.12 / 0.57)
    assert middle[chart.MARGIN : chart.MARGIN + length] == [(0x8F, 0x83, 0x78)] * length
    assert (0x22, 0x1D, 0x19) not in middle


@pytest.mark.parametrize(("because", "said"), [("watching", "watches every"), ("escalated", "nobody took it on")])
def test_a_letter_says_why_it_is_sent(because: Reason, said: str) -> None:
    """To whoever watches, and to whoever is next in the chain."""
    assert said in parts_of(mail(alert_event(), lang="en", because=because))[0]


def test_a_touchpoints_name_cannot_add_headers() -> None:
    """A name with line breaks stays one subject line."""
    raw = mail(alert_event(touchpoint_name={"fr": "A\r\nBcc: x@example.com"})).as_bytes()
    assert b"\r\nBcc:" not in raw.split(b"\r\n\r\n")[0]


@dataclass
class FakeSes:
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send_email(self, **request: Any) -> dict[str, str]:
        self.sent.append(request)
        return {"MessageId": "0102"}


def test_a_mail_that_ses_took_has_its_id_as_receipt() -> None:
    """By which it is found again in SES's own log."""
    ses = FakeSes()
    found = EmailSender(lambda: ses, "etincelle@example.com", CODES.address).send(
        written("email", "anna@example.com"), None
    )
    assert found == Attempt(answer="0102")
    assert ses.sent[0]["Destination"] == {"ToAddresses": ["anna@example.com"]}


@dataclass
class FakeTexts:
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, number: str, text: str, origin: str) -> str:
        self.sent.append((number, text, origin))
        return "id"


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    "name", ["Checkout", "Un très long nom de point de contact, écrit à l’ancienne : " * 4, "支払い" * 30]
)
def test_a_text_is_one_part_with_its_address_whole(lang: str, name: str) -> None:
    """However long the touchpoint's name, and in whatever script."""
    texts = FakeTexts()
    event = alert_event(touchpoint_name={"en": name}, sentence={"en": f"Since Tuesday, {name}", "fr": f"Depuis {name}"})
    one = written("sms", "+33612345678", event, lang=lang)
    assert TextSender(texts, "+33700000000", CODES.address).send(one, None) == Attempt(answer="id")  # type: ignore[arg-type]
    [(number, text, _)] = texts.sent
    assert (number, count(text).parts) == ("+33612345678", 1)
    assert text.endswith(CODES.address(event.alert_id, one.receiver))


def test_a_story_falls_back_to_english() -> None:
    """For a language that alerts do not speak."""
    assert story(written("email", "a@example.com", lang="de-AT"), CODES.address).title == "Friction: Checkout"
