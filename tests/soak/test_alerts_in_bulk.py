"""Alerts in bulk, in short; the long form, five hundred of them, is part of `make bench`."""

from __future__ import annotations

from tests.bench.alerts import MORE_MB, alone


def test_ten_times_the_alerts_take_no_more_memory() -> None:
    """Each is told by webhook and by mail, at once and in digests, and half of them in Slack."""
    few, many = alone(30), alone(300)
    assert many["peak MB"] <= few["peak MB"] + MORE_MB
    assert (many["webhooks"], many["posts in Slack"]) == (300, 150)
    assert 300 < many["e-mails"] < 400, "one at once for each, and one a day for each team"
