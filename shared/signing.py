"""AWS Signature Version 4 of one kind of request: a POST of JSON to `/`, as DynamoDB, SQS and SSM take it.

botocore signs every kind of request and takes 50 ms of each cold start to load; its signatures are the oracle of
`tests/unit/test_aws.py`. Source: AWS IAM User Guide, "Create a signed AWS API request".
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Signer:
    """Signs for one service in one region. token: of temporary credentials, empty for lasting ones."""

    access_key: str
    secret_key: str
    token: str
    region: str
    service: str
    now: Callable[[], datetime]
    _keys: dict[str, bytes] = field(default_factory=dict)

    def head(self, headers: Mapping[str, str]) -> Head:
        """Signs requests of this moment that have these headers. headers: with lower-case names, `host` among them."""
        time = f"{self.now():%Y%m%dT%H%M%SZ}"
        sent = {**headers, "x-amz-date": time} | ({"x-amz-security-token": self.token} if self.token else {})
        names = ";".join(sorted(sent))
        canonical = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
        scope = f"{time[:8]}/{self.region}/{self.service}/aws4_request"
        told = f"Credential={self.access_key}/{scope}, SignedHeaders={names}"
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return Head(
            lines=f"{lines}authorization: {ALGORITHM} {told}, Signature=",
            canonical=f"POST\n/\n\n{canonical}\n{names}\n",
            scope=f"{ALGORITHM}\n{time}\n{scope}\n",
            keyed=hmac.new(self._key(time[:8]), digestmod=sha256),
        )

    def _key(self, day: str) -> bytes:
        """The key of a day, made once."""
        if day not in self._keys:
            key = f"AWS4{self.secret_key}".encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._keys.clear()
            self._keys[day] = key
        return self._keys[day]


@dataclass(frozen=True)
class Head:
    """What signed requests have in common that differ in their bodies only.

    lines: their headers, up to the signature; canonical, scope: how the canonical request and the string to sign
    begin; keyed: by the day's key, which is to be copied.
    """

    lines: str
    canonical: str
    scope: str
    keyed: hmac.HMAC

    def of(self, body: bytes) -> str:
        """The lines of the headers of a request with this body, each with its end."""
        canonical = f"{self.canonical}{sha256(body).hexdigest()}"
        text = f"{self.scope}{sha256(canonical.encode()).hexdigest()}"
        signature = self.keyed.copy()
        signature.update(text.encode())
        return f"{self.lines}{signature.hexdigest()}\r\n"
