"""A request leaves one line, of which CloudWatch makes metrics, and in which nobody's words or codes stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.collector import app as collector
from tests.collector import World, touchpoint
from tests.http import STAGE, ask


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged of requests."""
    return [vars(record) for record in caplog.records if record.getMessage() == "request"]


def test_a_request_leaves_a_line_with_its_route_status_and_time(caplog: pytest.LogCaptureFixture) -> None:
    """In CloudWatch's embedded metric format: each metric that it names is a number of the line."""
    world = World(touchpoint())
    world.ask("POST", "/v1/responses", {"touchpoint": touchpoint().id, "score": 3, "comment": "a secret word"})
    [line] = lines(caplog)
    assert (line["route"], line["method"], line["status"]) == ("/v1/responses", "POST", 201)
    [metrics] = line["_aws"]["CloudWatchMetrics"]
    assert all(isinstance(line[one["Name"]], int | float) for one in metrics["Metrics"])
    assert metrics["Dimensions"] == [["stage", "service"]]
    assert line["stage"] == STAGE
    assert line["_aws"]["Timestamp"] == 1709287200000
    assert "secret word" not in json.dumps(line, default=str)


def test_a_request_that_failed_on_our_side_counts_as_such(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """API Gateway's proxy hands a 500 on as a success of the function: only this line tells."""
    world = World(touchpoint())
    world.ask("GET", "/s/" + "0" * 16)
    monkeypatch.setattr(collector.app, "_deps", lambda: None)
    ask(collector.app, "GET", "/s/" + "0" * 16)
    told = lines(caplog)
    assert [(line["status"], line["ServerErrors"]) for line in told] == [(404, 0), (500, 1)]
    assert {line["route"] for line in told} == {"/s/{code}"}
