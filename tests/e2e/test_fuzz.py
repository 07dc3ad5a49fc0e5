"""The short form of `make fuzz`: whatever the description of the API allows, and what it does not, for a moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import seed
from tests.conftest import FreshStack
from tests.fuzz import run

pytestmark = pytest.mark.e2e
SECONDS = 30


@pytest.mark.skipif(not Path(run.schemathesis()).exists(), reason="`make test` installs it")
def test_no_request_makes_it_fail_or_answer_what_is_not_described(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """No 5xx, no status, kind or shape of an answer that docs/openapi.json does not have."""
    running = fresh_stack()
    site = seed.Site(running.url, running.key)
    seed.journey(site)
    assert run.until_enough(site, SECONDS, tmp_path) == 0
