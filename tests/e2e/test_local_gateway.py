"""The local gateway hands services what API Gateway would, and no request can hang or kill it."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from infra.local import http_server
from infra.local.claims import listen, url
from infra.local.http_server import Answer, Server
from infra.local.rest import http_answer
from tests.conftest import Running, start

pytestmark = pytest.mark.e2e
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack whose only service answers with the event it got."""
    running = start(tmp_path_factory.mktemp("echo"), modules=["tests.e2e.echo_service"])
    yield running
    running.stack.stop()


def raw(server: str, sent: bytes, wait: float = 5.0) -> bytes:
    """What a server answers to these bytes until it closes."""
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=wait) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def test_an_event_has_the_shape_of_api_gateways_rest_api(echo: Running) -> None:
    """Every member that functions read is there, in both its forms."""
    reply = httpx.post(
        f"{echo.url}/echo/caf%C3%A9%2Fau%20lait?tag=a&tag=b%26c&empty=",
        content=b'{"score": 5}',
        headers=[("Content-Type", "application/json"), ("X-Two", "1"), ("X-Two", "2")],
    ).json()
    event = reply["event"]
    assert reply["name"] == "café/au lait"
    assert event["resource"] == "/echo/{name}"
    assert event["path"] == "/echo/café/au lait"
    assert event["httpMethod"] == "POST"
    assert event["pathParameters"] == {"name": "café/au lait"}
    assert event["queryStringParameters"] == {"tag": "b&c", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"tag": ["a", "b&c"], "empty": [""]}
    assert {key.lower(): values for key, values in event["multiValueHeaders"].items()}["x-two"] == ["1", "2"]
    assert {key.lower(): value for key, value in event["headers"].items()}["x-two"] == "2"
    assert (event["body"], event["isBase64Encoded"]) == ('{"score": 5}', False)
    context = event["requestContext"]
    assert (context["resourcePath"], context["httpMethod"], context["stage"]) == ("/echo/{name}", "POST", "local")
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert len(context["requestId"]) == 36


def test_without_a_query_or_a_body_the_event_says_null(echo: Running) -> None:
    """API Gateway sends null, not an empty object; functions must be tried with that."""
    event = httpx.get(f"{echo.url}/echo/x").json()["event"]
    assert event["queryStringParameters"] is event["multiValueQueryStringParameters"] is event["body"] is None


def test_bytes_that_are_no_text_arrive_as_base64(echo: Running) -> None:
    """Nothing is replaced on the way."""
    content = b"\xff\x00\xfe"
    event = httpx.post(f"{echo.url}/echo/x", content=content, headers=JSON).json()["event"]
    assert event["isBase64Encoded"]
    assert base64.b64decode(event["body"]) == content


def test_a_fixed_path_goes_before_one_with_a_variable(echo: Running) -> None:
    """As in API Gateway."""
    assert httpx.get(f"{echo.url}/echo/fixed").json()["name"] == "the fixed path"


@pytest.mark.parametrize("path", ["/nothing", "/echo", "/echo/", "/echo/a/b", "/%00", "/outbox/hooks/"])
def test_an_unknown_path_is_a_404_problem(echo: Running, path: str) -> None:
    """And not the 403 of API Gateway, which tells nobody what is wrong."""
    reply = httpx.get(echo.url + path)
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["DELETE", "HEAD", "BREW"])
def test_a_wrong_method_is_a_405_that_names_the_right_ones(echo: Running, method: str) -> None:
    """A HEAD is no GET: it must not be run as one."""
    reply = httpx.request(method, f"{echo.url}/echo/x")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST")


def test_a_browser_that_asks_first_is_told_what_the_route_allows(echo: Running) -> None:
    """CORS preflights are answered by API Gateway, not by the function."""
    reply = httpx.options(f"{echo.url}/echo/x")
    assert reply.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_headers_that_come_twice_leave_twice(echo: Running) -> None:
    """Two cookies stay two."""
    assert httpx.get(f"{echo.url}/cookies").headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_line_break_in_a_value_starts_no_header() -> None:
    """Whatever a service puts there."""
    answer = http_answer({"statusCode": 200, "headers": {"X-Split": "one\r\nInjected: two"}})
    assert answer.headers == (("X-Split", "one  Injected: two"),)


def test_a_body_beyond_six_megabytes_is_refused_and_the_next_request_served(echo: Running) -> None:
    """Announced or chunked, and the refusal reaches the sender."""

    def chunks() -> Iterator[bytes]:
        for _ in range(7):
            yield bytes(1_000_000)

    for content in (bytes(http_server.LARGEST_BODY + 1), chunks()):
        assert httpx.post(f"{echo.url}/echo/x", content=content).status_code == 413
    assert httpx.get(f"{echo.url}/echo/x").status_code == 200


def test_a_chunked_body_arrives_whole(echo: Running) -> None:
    """Chunks are put together; what follows on the connection is still understood."""
    with httpx.Client() as client:
        reply = client.post(f"{echo.url}/echo/x", content=iter([b'{"a":', b"1}"]), headers=JSON)
        assert reply.json()["event"]["body"] == '{"a":1}'
        assert client.get(f"{echo.url}/echo/x").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"garbage\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort", 400),
        (b"POST /echo/x HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /echo/x HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET /echo/x?" + b"a=1&" * 300 + b" HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ],
)
def test_a_malformed_request_gets_its_4xx_and_the_connection_ends(echo: Running, sent: bytes, status: int) -> None:
    """Nothing of it reaches a service, and nothing of it is taken for a second request."""
    received = raw(echo.url, sent)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1 ") == 1


@contextmanager
def serving(server: Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.socket.close()
        thread.join()


def test_slow_senders_hold_up_nobody_and_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then does not put the deadline off."""
    monkeypatch.setattr(http_server, "SECONDS_A_REQUEST", 0.5)
    listening = listen(0)
    server = Server(listening, lambda asked: Answer(200, asked.body))
    address = listening.getsockname()
    with serving(server):
        slow = socket.create_connection(address)
        slow.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        began = time.monotonic()
        assert httpx.get(url(listening)).status_code == 200
        assert time.monotonic() - began < 0.4
        received = drip(slow)
        assert received.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 2


def drip(connection: socket.socket) -> bytes:
    """Sends a byte every tenth of a second until an answer comes."""
    connection.settimeout(0.1)
    for _ in range(30):
        try:
            connection.sendall(b"x")
            return connection.recv(1000)
        except TimeoutError:
            continue
    return b""


def test_more_connections_than_there_may_be_do_not_stop_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most it closes at once; when some have left, it serves again."""
    monkeypatch.setattr(http_server, "MOST_CONNECTIONS", 3)
    listening = listen(0)
    server = Server(listening, lambda asked: Answer(200, b"here"))
    with serving(server):
        crowd = [socket.create_connection(listening.getsockname()) for _ in range(10)]
        time.sleep(0.2)
        for connection in crowd:
            connection.close()
        time.sleep(0.2)
        assert httpx.get(url(listening)).text == "here"


def test_a_request_on_a_kept_connection_takes_no_forty_milliseconds(echo: Running) -> None:
    """Two writes an answer would, by Nagle's algorithm and delayed acknowledgement."""
    address = urlsplit(echo.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    took = []
    for _ in range(30):
        began = time.perf_counter()
        connection.request("GET", "/echo/x")
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
    assert sorted(took)[15] < 0.02


def test_requests_at_the_same_time_do_not_mix(echo: Running) -> None:
    """Each thread's answer is to its own question, and a slow one does not hold up the others."""

    with ThreadPoolExecutor(16) as pool, httpx.Client(base_url=echo.url) as client:

        def ask(number: int) -> bool:
            body: Any = client.get(f"/echo/n{number}").json()
            return bool(body["event"]["pathParameters"] == {"name": f"n{number}"})

        waiting = [pool.submit(client.get, "/slow") for _ in range(4)]
        assert all(pool.map(ask, range(100)))
        assert not all(slow.done() for slow in waiting)
        assert all(slow.result().status_code == 200 for slow in waiting)


def test_a_webhook_is_kept_as_it_came_and_shown(echo: Running) -> None:
    """Headers and body can be checked; a receiver that is down can be tried out."""
    address = f"{echo.url}/outbox/hooks/care"
    assert httpx.post(address, content=b'{"a": 1}', headers={"Webhook-Id": "msg_1"}).status_code == 200
    assert httpx.post(f"{address}?status=503", content=b"again").status_code == 503
    newest, older = echo.outbox()["webhooks"][:2]
    assert (newest["body"], older["body"], older["name"]) == ("again", '{"a": 1}', "care")
    assert {key.lower(): value for key, value in older["headers"].items()}["webhook-id"] == "msg_1"
    assert "&#34;a&#34;: 1" in httpx.get(f"{echo.url}/outbox").text


def test_an_email_is_shown_as_its_receiver_sees_it_and_can_run_nothing(echo: Running) -> None:
    """Its HTML stands in a sandboxed frame, its subject and text are escaped."""
    content = {
        "Simple": {
            "Subject": {"Data": "<b>Friction</b> à la livraison"},
            "Body": {"Html": {"Data": "<script>alert('x')</script><p>Bonjour"}, "Text": {"Data": "Bonjour"}},
        }
    }
    echo.client("sesv2").send_email(
        FromEmailAddress="etincelle@example.com", Destination={"ToAddresses": ["desk@example.com"]}, Content=content
    )
    [email] = echo.outbox()["emails"]
    assert (email["to"], email["text"]) == (["desk@example.com"], "Bonjour")
    assert email["html"].endswith("<p>Bonjour")
    page = httpx.get(f"{echo.url}/outbox").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert "&lt;b&gt;Friction" in page
    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page, "no script runs in it"


def test_an_email_from_an_address_that_is_not_ours_is_refused(echo: Running) -> None:
    """As SES refuses a sender that was not verified."""
    mail = echo.client("sesv2")
    with pytest.raises(mail.exceptions.MessageRejected):
        mail.send_email(
            FromEmailAddress="somebody@example.org",
            Destination={"ToAddresses": ["desk@example.com"]},
            Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        )


def test_the_pages_say_where_to_begin(echo: Running) -> None:
    """Start and outbox are whole pages, in the reader's colours."""
    for path in ("/start", "/outbox"):
        page = httpx.get(echo.url + path)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert all(part in page.text for part in ('lang="en"', "<main>", "prefers-color-scheme", "</html>"))
    assert json.loads(httpx.get(f"{echo.url}/outbox.json").text).keys() == {"emails", "texts", "webhooks", "parked"}
