"""Lighthouse on an address, as a phone opens it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.browser.conftest import ARGUMENTS


def scores(lighthouse: str, chromium_place: str, address: str, folder: Path) -> tuple[dict[str, float], list[str]]:
    """Accessibility and best practices, 0 to 1, and the audits that were not passed.

    Performance is measured elsewhere, by bytes and requests: on a busy machine Lighthouse's differs by a tenth.
    """
    report = folder / "report.json"
    command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={report}"]
    command += ["--only-categories=accessibility,best-practices"]
    command += [f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}"]
    subprocess.run(command, check=True, timeout=120, env=os.environ | {"CHROME_PATH": chromium_place})
    found = json.loads(report.read_text(encoding="utf-8"))
    failed = [name for name, audit in found["audits"].items() if audit["score"] is not None and audit["score"] < 1]
    return {name: category["score"] for name, category in found["categories"].items()}, failed
