"""HTTP to addresses that customers registered: nowhere inside, nowhere else, and not for long.

A name is resolved once, every address it has must be public, and the connection goes to the very address that
was checked: a name server that answers otherwise the second time is not asked. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from services.alerts.domain.deliveries import Attempt

LARGEST_ANSWER = 10_000
"""Bytes read of an answer."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, str, int, str, float], http.client.HTTPConnection]
"""Opens a connection: scheme, name, port, the address that was checked, and seconds to wait."""


def addresses_of(host: str, port: int) -> list[str]:
    """The IP addresses of a name, as the system resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Inside(Exception):
    """The address is not one of the public internet."""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered. body: its beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def connected(scheme: str, host: str, port: int, address: str, timeout_s: float) -> http.client.HTTPConnection:
    """A connection to that very address; over TLS the certificate is checked against the name."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    connection.sock = socket.create_connection((address, port), timeout_s)
    if scheme == "https":
        try:
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        except (OSError, ValueError):
            connection.close()
            raise
    return connection


@dataclass(frozen=True)
class Outside:
    """Posts to public addresses. is_laptop: this machine's own are allowed too, and http.

    within_s: of the whole call. A socket's own timeout begins anew with every byte, so the call runs in a thread
    of its own, which is given up.
    """

    is_laptop: bool = False
    within_s: float = 10
    resolve: Resolve = addresses_of
    connect: Connect = connected

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Attempt:
        """The receiver's answer, or an Attempt that says why there is none."""
        came: SimpleQueue[Answer | Attempt] = SimpleQueue()
        Thread(target=lambda: came.put(self._tried(url, body, headers)), daemon=True).start()
        try:
            return came.get(timeout=self.within_s)
        except Empty:
            return Attempt(f"the receiver did not answer within {self.within_s:g} s")

    def _tried(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Attempt:
        try:
            return self._post(url, body, headers)
        except Inside as refusal:
            return Attempt(str(refusal))
        except (OSError, ValueError, http.client.HTTPException) as error:
            return Attempt(f"the receiver could not be reached: {type(error).__name__}")

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self.is_laptop and parts.scheme == "http"):
            raise Inside("the receiver needs an https address")
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = self._checked(host, port)
        connection = self.connect(parts.scheme, host, port, address, self.within_s)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, {"Host": parts.netloc.rpartition("@")[2], **headers})
            reply = connection.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read(LARGEST_ANSWER))
        finally:
            connection.close()

    def _checked(self, host: str, port: int) -> str:
        """One address of the name, where all of them are public. Raises Inside, OSError."""
        found = self.resolve(host, port)
        if not found:
            raise OSError("no address")
        for one in found:
            address = ipaddress.ip_address(one.partition("%")[0])
            if not is_public(address) and not (self.is_laptop and address.is_loopback):
                raise Inside("the receiver's address is not on the public internet")
        return found[0]


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is a machine's of the public internet; an IPv4 address in IPv6 clothes is taken for what it is."""
    inner = embedded(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def embedded(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address within: mapped, 6to4, Teredo, or NAT64 (RFC 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def attempt_of(answer: Answer, now: datetime) -> Attempt:
    """Any answer of the 200s is a receipt; what else it says is an error, perhaps with when to come again."""
    if 200 <= answer.status < 300:
        return Attempt(answer=str(answer.status))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Attempt(f"the receiver answered {answer.status}", retry_after(headers.get("retry-after", ""), now))


def retry_after(text: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110) asks to wait: in seconds, or until a date; None where it does not."""
    if text.isdecimal() and len(text) < 7:
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(until - now, timedelta()) if until.tzinfo else None
