"""Many calls at once, and calls that carry many things: each part's outcome is told, and what is left is done after."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Lock, Thread
from time import sleep
from typing import Any
from unittest.mock import patch

import pytest

from shared import aws, pieces
from shared.aws import AwsRefused, AwsUnreachable
from shared.dynamo import ConditionFailed, Table, Update, unmarshal_item
from shared.errors import Conflict, Unavailable
from shared.lines import Endpoint, Line
from shared.pieces import Addition, Pieces
from shared.queues import Message, send_all
from shared.signing import Head
from shared.together import get_all, raise_first, update_all
from tests.soak.dynamodb import MemoryDynamoDB
from tests.unit.test_aws import NOW, Server, refusal

Body = dict[str, Any]
THROTTLED = refusal("ThrottlingException")
TABLE = "etincelle-test-friction"
PAUSE_S = 0.02
"""Between the parts of a reply, so that each comes by itself."""


class Answering(Server):
    """Answers each request by what it asks for, and by how often that was asked before."""

    def __init__(self, answer: Callable[[Body, int], tuple[int, Any] | None]) -> None:
        self.tries: Counter[str] = Counter()
        self._answer, self._lock = answer, Lock()
        super().__init__()

    def reply_to(self, body: Body) -> tuple[int, Any] | None:
        with self._lock:
            before = self.tries[body["Name"]]
            self.tries[body["Name"]] += 1
        return self._answer(body, before)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with patch.object(aws.time, "sleep"):
        yield


def named(number: int) -> list[Body]:
    return [{"Name": str(place)} for place in range(number)]


def test_each_outcome_stands_in_the_place_of_its_request() -> None:
    """Replies and refusals of thirty requests, over eight connections."""
    server = Answering(lambda body, _: refusal("AccessDeniedException") if body["Name"] in "37" else (200, body))
    outcomes = server.client().together("get_item", named(30))
    for place, outcome in enumerate(outcomes):
        is_refused = isinstance(outcome, AwsRefused) and outcome.code == "AccessDeniedException"
        assert is_refused if place in (3, 7) else outcome == {"Name": str(place)}
    assert set(server.tries.values()) == {1}
    assert len(server.connections) == aws.LINES


def test_several_are_on_their_way_at_once() -> None:
    """No reply comes before as many requests have come as there are connections."""
    together = Barrier(aws.LINES)

    def met(body: Body, _: int) -> tuple[int, Any]:
        together.wait(timeout=10)
        return 200, body

    assert Answering(met).client().together("get_item", named(3 * aws.LINES)) == named(3 * aws.LINES)


@pytest.mark.parametrize("first", [None, (500, ""), THROTTLED])
def test_only_what_went_wrong_is_tried_again(first: tuple[int, Any] | None) -> None:
    """A broken connection, an error of the service, being throttled: of one in three requests, at their first try."""
    server = Answering(lambda body, before: first if int(body["Name"]) % 3 == 0 and not before else (200, body))
    assert server.client().together("get_item", named(20)) == named(20)
    assert [server.tries[str(place)] for place in range(20)] == [2 if place % 3 == 0 else 1 for place in range(20)]


@pytest.mark.parametrize(("always", "kind"), [(None, AwsUnreachable), (THROTTLED, AwsRefused)])
def test_what_never_passes_does_not_keep_the_others_back(always: Any, kind: type[Exception]) -> None:
    """After five attempts it is told, in its place."""
    server = Answering(lambda body, _: always if body["Name"] == "4" else (200, body))
    outcomes = server.client().together("get_item", named(12))
    assert [place for place, outcome in enumerate(outcomes) if isinstance(outcome, kind)] == [4]
    assert server.tries["4"] == len(aws.WAITS_S) + 1


def test_no_call_gets_the_reply_to_an_earlier_one() -> None:
    """Two requests are on their way when the third cannot even be signed; what is asked next has its own reply."""
    client = Answering(lambda body, _: (200, body)).client()
    with (
        patch.object(Head, "of", side_effect=["x: y\r\n", "x: y\r\n", RuntimeError("a bug")]),
        pytest.raises(RuntimeError),
    ):
        client.together("get_item", named(3))
    assert client.together("get_item", [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}]) == [
        {"Name": "a"},
        {"Name": "b"},
        {"Name": "c"},
    ]


def test_a_connection_that_was_quiet_for_long_is_not_trusted() -> None:
    """A function that was put to sleep wakes up with connections that nobody holds any more at their other end."""
    server, times = Answering(lambda body, _: (200, body)), [NOW]
    client = aws.client("dynamodb", server.environment, lambda: times[-1], bytes)
    for seconds in (0, 29, 31):
        times.append(times[-1] + timedelta(seconds=seconds))
        client.get_item(Name="a")
    assert (server.tries["a"], len(server.connections)) == (3, 2)


def test_whom_tls_trusts_is_read_once() -> None:
    """It takes longer than all else that a connection needs."""
    first, second = (Endpoint("https://dynamodb.eu-west-1.amazonaws.com").connect() for _ in range(2))
    assert vars(first)["_context"] is vars(second)["_context"]
    assert vars(first)["_context"].verify_mode == ssl.CERT_REQUIRED


def test_nothing_at_all_is_asked_of_nobody() -> None:
    """No request, no connection, no error."""
    assert aws.together(Server((200, {})).client(), "get_item", []) == []
    assert update_all([]) == []
    send_all(None, "q", [])


# -- replies as they may come --------------------------------------------------------------------------------------


def heard(*parts: bytes, times: int = 1) -> list[tuple[int, bytes]]:
    """What a line makes of a server that says this to each request, part after part, and then says no more."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(times):
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(65_536)
            with suppress(OSError):
                for part in parts:
                    connection.sendall(part)
                    sleep(PAUSE_S if len(parts) > 1 else 0)
            connection.close()

    Thread(target=serve, daemon=True).start()
    line, found = Line(Endpoint(f"http://127.0.0.1:{server.getsockname()[1]}"), lambda: NOW), []
    for _ in range(times):
        line.send("host: x\r\n", b"{}")
        found.append(line.receive())
    return found


def test_a_reply_of_unknown_length_comes_in_parts() -> None:
    """As HTTP/1.1 lets any server send it."""
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nspar\r\n1\r\nk\r\n0\r\nTrailer: t\r\n\r\n"
    assert heard(raw) == [(200, b"spark")]


def test_after_a_last_reply_a_new_connection_is_made() -> None:
    """The server says that it closes this one."""
    raw = b"HTTP/1.1 400 Bad Request\r\nconnection: Close\r\nContent-Length: 2\r\n\r\n{}"
    assert heard(raw, times=2) == [(400, b"{}")] * 2


@pytest.mark.parametrize("cut", [1, 8, 17, 36, 38, 39, 40, 41, 45, 70_000])
def test_a_reply_may_come_in_any_pieces(cut: int) -> None:
    """A network cuts it where it likes: within a line's end, within the body, and a long one many times."""
    content = b"x" * 100_000
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + content
    assert heard(raw[:cut], raw[cut:]) == [(200, content)]


def test_a_head_without_an_end_is_not_read_for_ever() -> None:
    """Whoever sends it is not AWS; it is let go of long before all that it sends was read."""
    with pytest.raises(http.client.LineTooLong):
        heard(b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000_000)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nlots\r\n",
    ],
)
def test_what_is_no_reply_is_as_good_as_none(raw: bytes) -> None:
    """Cut short, or of another protocol: the client lets go of the connection and tries again."""
    with pytest.raises((*aws.BROKEN, ValueError)):
        heard(raw)


def test_a_success_that_cannot_be_read_is_as_good_as_none() -> None:
    """What came in its place is nobody's answer; the request is made again."""
    server = Answering(lambda body, before: (200, body) if before else (200, "<html>"))
    assert server.client().together("get_item", named(3)) == named(3)


# -- reads, writes and messages of many things ---------------------------------------------------------------------


class Leaving:
    """DynamoDB in memory that leaves of each batch the keys it is told to, and says so."""

    def __init__(self, left: set[str]) -> None:
        self.memory, self.left, self.calls = MemoryDynamoDB("test"), left, Counter[str]()

    def batch_get_item(self, **request: Any) -> Body:
        self.calls["batch_get_item"] += 1
        [(table, asked)] = request["RequestItems"].items()
        left = [key for key in asked["Keys"] if key["pk"]["S"] in self.left]
        taken = [key for key in asked["Keys"] if key["pk"]["S"] not in self.left]
        reply = self.memory.batch_get_item(RequestItems={table: asked | {"Keys": taken}})
        return reply | {"UnprocessedKeys": {table: asked | {"Keys": left}} if left else {}}

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self.memory, name)


def test_many_items_are_read_and_what_was_left_of_a_batch_is_read_after() -> None:
    """A hundred and thirty, of which DynamoDB leaves two: each once, with the attributes that were asked for."""
    client = Leaving({"7", "120"})
    table = Table(client, TABLE)
    for place in range(130):
        table.put({"pk": str(place), "sk": "x", "n": place, "more": "y"})
    keys = [(str(place), "x") for place in [*range(130), 999]]
    found = sorted(get_all(table, keys, ["n"]), key=lambda item: int(item["n"]))
    assert found == [{"pk": str(place), "sk": "x", "n": place} for place in range(130)]
    assert (client.calls["batch_get_item"], client.calls["get_item"]) == (2, 2)


def test_a_read_that_is_left_for_good_is_unavailable() -> None:
    """So that whatever needed it is handed over again."""
    client = Leaving({"7"})
    throttled = AwsRefused("GetItem", 400, "ThrottlingException", {})
    with patch.object(MemoryDynamoDB, "get_item", side_effect=throttled), pytest.raises(Unavailable):
        list(get_all(Table(client, TABLE), [("7", "x"), ("8", "x")], ["n"]))


class Counting:
    """A queue's client that leaves of each batch the bodies it is told to, once; it keeps what it took."""

    def __init__(self, left: set[str], refuses: bool = False) -> None:
        self.left, self.refuses = left, refuses
        self.taken: list[tuple[str, int]] = []
        self.calls: Counter[str] = Counter()

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Body]) -> Body:  # noqa: N803
        self.calls["send_message_batch"] += 1
        failed = [entry for entry in Entries if entry["MessageBody"] in self.left]
        self.taken += [(one["MessageBody"], one["DelaySeconds"]) for one in Entries if one not in failed]
        return {"Failed": [{"Id": one["Id"], "Code": "InternalError", "SenderFault": False} for one in failed]}

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> Body:  # noqa: N803
        self.calls["send_message"] += 1
        if self.refuses:
            raise AwsUnreachable("sqs")
        self.taken.append((MessageBody, DelaySeconds))
        return {}


def test_messages_go_by_tens_and_those_that_were_left_go_again() -> None:
    """Twenty-three messages in three calls, of which two were left."""
    client = Counting({"4", "21"})
    send_all(client, "q", [Message(str(place), place) for place in range(23)])
    assert sorted(client.taken, key=lambda one: one[1]) == [(str(place), place) for place in range(23)]
    assert client.calls == {"send_message_batch": 3, "send_message": 2}


def test_a_message_that_is_not_taken_is_unavailable() -> None:
    """Whoever sends it does not go on as if it were on its way."""
    with pytest.raises(Unavailable):
        send_all(Counting({"4"}, refuses=True), "q", [Message("4")])


def test_each_update_tells_what_came_of_it() -> None:
    """One whose condition fails does not keep the others from being made."""
    client = MemoryDynamoDB("test")
    table = Table(client, TABLE)
    table.put({"pk": "1", "sk": "x", "n": 5})
    conditions = ["", "attribute_not_exists(n)", ""]
    updates = [
        Update(table, str(place), "x", "SET n = :n", {":n": place}, text) for place, text in enumerate(conditions)
    ]
    outcomes = update_all(updates)
    assert [type(outcome) for outcome in outcomes] == [type(None), ConditionFailed, type(None)]
    stored = [
        unmarshal_item(client.get_item(TableName=TABLE, Key=one.request()["Update"]["Key"])["Item"]) for one in updates
    ]
    assert [item["n"] for item in stored] == [0, 5, 2]


def test_a_bug_is_told_before_what_only_has_to_wait() -> None:
    """Else it would be tried for ever."""
    with pytest.raises(KeyError):
        raise_first([None, Unavailable("busy"), KeyError("n")])
    raise_first([None, None])


# -- sets that are spread over pieces --------------------------------------------------------------------------------


def members(*names: int) -> frozenset[bytes]:
    return frozenset(f"{name:012}".encode() for name in names)


def sets() -> tuple[MemoryDynamoDB, Callable[[], Pieces[str]]]:
    """The store, and what makes a writer that knows nothing yet."""
    client = MemoryDynamoDB("test")
    return client, lambda: Pieces(Table(client, TABLE), lambda place, piece: (place, f"{piece:03}"))


def held(client: MemoryDynamoDB, place: str) -> list[frozenset[bytes]]:
    return [frozenset(item["marks"]) for item in Table(client, TABLE).query_all(place)]


def test_a_writer_that_knows_nothing_goes_on_at_the_last_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """One read tells it, however many pieces are full."""
    monkeypatch.setattr(pieces, "room_of", lambda _: 3)
    client, writer = sets()
    first = writer()
    for number in range(30):
        first.add_each([Addition("busy", members(number))])
    assert [len(piece) for piece in held(client, "busy")] == [3] * 10
    reads: list[Body] = []
    with patch.object(
        MemoryDynamoDB, "query", lambda *_, **asked: reads.append(asked) or {"Items": [{"sk": {"S": "009"}}]}
    ):
        writer().add_each([Addition("busy", members(99))])
    assert len(reads) == 1
    assert [len(piece) for piece in held(client, "busy")] == [3] * 10 + [1]


def test_one_set_that_cannot_grow_does_not_keep_the_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every piece is full that is said; the other sets of the call have grown."""
    monkeypatch.setattr(pieces, "PIECES", 1)
    monkeypatch.setattr("tests.soak.dynamodb.LARGEST_ITEM", 200)
    client, writer = sets()
    with pytest.raises(Conflict):
        writer().add_each([Addition("full", members(*range(100))), Addition("small", members(1))])
    assert (held(client, "full"), held(client, "small")) == ([], [members(1)])
