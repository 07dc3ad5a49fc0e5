"""Where things are in the repository, and which services there are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
SERVICES = ("registry", "collector", "aggregator", "alerts", "insights", "invitations")
STAGE = "dev"
"""The stage that is packaged where none is named."""
