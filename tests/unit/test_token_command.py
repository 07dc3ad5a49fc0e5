"""`etincelle links token`: the token by which a page names its customer."""

from __future__ import annotations

import json

import httpx
import pytest
from typer.testing import CliRunner

from cli import links
from cli.client import Client


def test_the_command_names_the_customer_as_they_were_named_and_prints_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On stdout the token alone, for `$(…)`; until when it is good is told beside it."""
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(201, json={"token": "AAAA", "expires_at": "2024-03-01T11:30:00Z"})

    monkeypatch.setattr(links, "connect", lambda: Client("http://site", "etk_x", httpx.MockTransport(handle)))
    made = CliRunner().invoke(links.group, ["token", "checkout", "--customer", "A-17", "--minutes", "90"])
    assert made.stdout == "AAAA\n"
    assert "2024-03-01T11:30:00Z" in made.stderr
    [request] = asked
    assert (request.method, request.url.path) == ("POST", "/v1/customer-tokens")
    assert json.loads(request.content) == {"touchpoint": "checkout", "customer": {"id": "A-17"}, "valid_minutes": 90}
