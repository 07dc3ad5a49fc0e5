"""What can go wrong, as types; each knows its HTTP status and a stable code.

EtincelleError
├── Refused                 the request is at fault (4xx): nothing was changed
│   ├── MalformedBody       400  not JSON, not UTF-8, nested too deep
│   ├── Unauthenticated     401  no key, or none that we know
│   ├── Forbidden           403  the key lacks the scope, or the object is another's
│   ├── NotFound            404
│   ├── Conflict            409  somebody else was faster; read again
│   ├── Gone                410  a link that was used, revoked or has expired
│   ├── TooLarge            413
│   ├── UnsupportedMediaType 415  a body of a kind that is not taken here
│   ├── InvalidInput        422  readable but wrong: `errors` names every wrong field
│   └── TooManyRequests     429
└── Unavailable             503  a dependency did not answer; the same request may be sent again

Clients branch on `code`. Anything else that is raised is a bug and answers `internal_error`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One wrong field. pointer: RFC 6901 JSON pointer into the body, `#/3/score`, or a query name."""

    pointer: str
    detail: str
    code: str = "invalid"


class EtincelleError(Exception):
    """Base of every error that is meant; `detail` is safe to show to whoever asked.

    retry_after: seconds after which asking again may help, as the header Retry-After says; None: nobody knows.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str = "", errors: Iterable[FieldError] = (), *, retry_after: int | None = None) -> None:
        super().__init__(detail or self.title)
        self.retry_after = retry_after
        self.detail = detail
        self.errors = tuple(errors)


class Refused(EtincelleError):
    """The request is at fault; sending it again unchanged will not help."""

    status, code, title = 400, "refused", "The request was refused"


class MalformedBody(Refused):
    status, code, title = 400, "malformed_body", "The body could not be read"


class Unauthenticated(Refused):
    status, code, title = 401, "unauthenticated", "A valid API key is needed"


class Forbidden(Refused):
    status, code, title = 403, "forbidden", "This is not allowed with this key"


class NotFound(Refused):
    status, code, title = 404, "not_found", "There is nothing here"


class Conflict(Refused):
    status, code, title = 409, "conflict", "It has changed meanwhile"


class Gone(Refused):
    status, code, title = 410, "gone", "This is no longer available"


class TooLarge(Refused):
    status, code, title = 413, "too_large", "The body is too large"


class UnsupportedMediaType(Refused):
    status, code, title = 415, "unsupported_media_type", "A body of this kind is not taken here"


class InvalidInput(Refused):
    status, code, title = 422, "invalid_input", "Some fields are wrong"


class TooManyRequests(Refused):
    status, code, title = 429, "too_many_requests", "Too many requests; slow down"


class Unavailable(EtincelleError):
    status, code, title = 503, "unavailable", "Try again in a moment"
