"""Where the local processes say what they do: their standard error, which the supervisor keeps in `.local/logs`."""

from __future__ import annotations

import logging


def configure() -> None:
    """Warnings of everybody, and what our own modules say."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("infra").setLevel(logging.INFO)
