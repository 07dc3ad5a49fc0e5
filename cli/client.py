"""The HTTP client of the commands: where to ask, with which key, what to try again, and clear failures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from cli.printing import Failed

ATTEMPTS = 5
NOT_DONE = {429, 503}
"""Answered before anything was done: any request may be sent again. After 502 and 504 only those of SAFE_AGAIN."""
UNKNOWN = {502, 504}
SAFE_AGAIN = {"GET", "HEAD", "PUT", "DELETE"}
ADVICE = {
    401: "check ETINCELLE_KEY, or make a key: etincelle keys create",
    403: "use a key that has the scope",
}


class Answered(Failed):
    """The API answered, but not well: its status, and the errors of its problem as they came."""

    def __init__(self, text: str, details: tuple[str, ...], status: int, errors: list[dict[str, Any]]) -> None:
        super().__init__(text, details)
        self.status = status
        self.errors = errors


def path_to(*parts: str) -> str:
    """Where in the API: `/v1/keys/a%2Fb`. Whatever a part holds, it stays one part."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def home() -> Path:
    """Where the local stack keeps its state: ETINCELLE_HOME, else `.local` beside the source."""
    chosen = os.environ.get("ETINCELLE_HOME")
    return Path(chosen) if chosen else Path(__file__).parents[1] / ".local"


def connect() -> Client:
    """A client by ETINCELLE_URL and ETINCELLE_KEY, else by what `etincelle run` left. Raises Failed."""
    url, key = os.environ.get("ETINCELLE_URL"), os.environ.get("ETINCELLE_KEY")
    if url and not key:
        raise Failed("ETINCELLE_KEY is not set; ETINCELLE_URL needs a key of its own")
    if not url:
        known = credentials(home() / "credentials.json")
        url, key = known["url"], key or known["key"]
    return Client(url, str(key))


def credentials(file: Path) -> dict[str, str]:
    """`url` and `key` of the local stack. Raises Failed where there are none."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        return {"url": str(known["url"]), "key": str(known["key"])}
    except FileNotFoundError:
        raise Failed("nothing to talk to: start `etincelle run`, or set ETINCELLE_URL and ETINCELLE_KEY") from None
    except (ValueError, KeyError, TypeError):
        raise Failed(f"{file} cannot be read; start `etincelle run` again to have it written anew") from None


@dataclass
class Client:
    """Asks the API. Every method gives the reply's JSON value, or raises Failed saying what to do.

    transport: an httpx transport, for tests. sleep: waits that many seconds between attempts.
    """

    url: str
    key: str
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    timeout_s: float = 35.0
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(
            base_url=self.url.rstrip("/"),
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=self.timeout_s,
            transport=self.transport,
        )

    def get(self, path: str, **params: Any) -> Any:
        return self.request("GET", path, params=params)

    def put(self, path: str, body: Any, **params: Any) -> Any:
        return self.request("PUT", path, body, params=params)

    def post(self, path: str, body: Any, *, again: bool = False) -> Any:
        """again: the request may safely arrive twice, as answers with their ids may."""
        return self.request("POST", path, body, again=again)

    def delete(self, path: str) -> Any:
        return self.request("DELETE", path)

    def every(self, path: str, name: str, **params: Any) -> Iterator[Any]:
        """Each element of the list `name`, page after page, by `next_cursor`."""
        while True:
            page = self.get(path, **params)
            yield from page[name]
            if not page.get("next_cursor"):
                return
            params["cursor"] = page["next_cursor"]

    def request(
        self, method: str, path: str, body: Any = None, *, params: Mapping[str, Any] | None = None, again: bool = False
    ) -> Any:
        """The JSON value of the reply (None where it is empty), after as many attempts as it takes."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        safe = again or method in SAFE_AGAIN
        busy = NOT_DONE | UNKNOWN if safe else NOT_DONE
        for attempt in range(ATTEMPTS):
            reply = self._attempt(method, path, body, given, safe)
            if isinstance(reply, httpx.Response) and reply.status_code not in busy:
                return value_of(reply)
            if attempt + 1 < ATTEMPTS:
                self.sleep(pause(reply, attempt))
        raise failure_of(reply, self.url)

    def _attempt(self, method: str, path: str, body: Any, params: Any, safe: bool) -> httpx.Response | Exception:
        """The reply; or the error after which asking again is safe. Raises Failed after any other."""
        try:
            return self.http.request(method, path, json=body, params=params)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Failed(f"{self.url} is no address that can be asked: {error}") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return error
        except httpx.TransportError as error:
            if safe:
                return error
            raise Failed(f"{self.url} broke off; whether it was done is not known: look before you repeat") from None


def pause(reply: httpx.Response | Exception, attempt: int) -> float:
    """Seconds before the next attempt: what the reply asks for, else twice as long each time."""
    asked = reply.headers.get("retry-after", "") if isinstance(reply, httpx.Response) else ""
    return min(float(asked), 30.0) if asked.isdecimal() else 0.2 * 2.0**attempt


def value_of(reply: httpx.Response) -> Any:
    """The JSON value of a good reply. Raises Failed for a problem."""
    if reply.status_code >= 400:
        raise failure_of(reply, str(reply.url))
    try:
        return reply.json() if reply.content else None
    except ValueError:
        raise Failed(f"{reply.url} did not answer JSON; is ETINCELLE_URL the address of the API?") from None


def failure_of(reply: httpx.Response | Exception, url: str) -> Failed:
    """What a user reads of a problem (RFC 9457) or of an address that does not answer."""
    if isinstance(reply, Exception):
        return Failed(f"{url} does not answer; start `etincelle run`, or check ETINCELLE_URL")
    problem = problem_of(reply)
    text = ": ".join(str(problem[part]) for part in ("title", "detail") if problem.get(part))
    advice = f" ({ADVICE[reply.status_code]})" if reply.status_code in ADVICE else ""
    errors = problem.get("errors") or []
    details = tuple(f"{e.get('pointer')}: {e.get('detail')}" for e in errors)
    return Answered(f"{text or f'{url} answered {reply.status_code}'}{advice}", details, reply.status_code, errors)


def problem_of(reply: httpx.Response) -> dict[str, Any]:
    try:
        problem = reply.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
