"""Everything the engine knows, in one file: one consistent cut of tables, streams, queues, topics and mail.

The engine keeps its state in module-level dictionaries scoped by account and region. A snapshot holds all of
them as they stood at one moment, together with the counter of stream sequence numbers, so that nothing is
listed here that an upgrade of the engine could move. Runs in the engine's own Python.
"""

from __future__ import annotations

import fcntl
import importlib
import io
import os
import pickle
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

FORMAT = 1
COUNTERS = (("ministack.services.dynamodb", "_stream_seq_counter"),)
SCOPED = (AccountRegionScopedDict, AccountScopedDict)
HARMLESS = {(kind.__module__, kind.__qualname__) for kind in (str, dict, defaultdict, deque, OrderedDict, *SCOPED)}


class Unreadable(Exception):
    """A snapshot that is none of ours, or would not be."""


class Reader(pickle.Unpickler):
    """Reads plain values and containers only: a snapshot that was tampered with cannot run anything."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in HARMLESS:
            raise Unreadable(f"a snapshot holds no {module}.{name}")
        return super().find_class(module, name)


class Writer(pickle.Pickler):
    """Writes what the reader reads, and nothing else: a snapshot that could not come back must not take a place."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, str):
            return str, (str(value),)  # a header of an e-mail, for one, is a text of a class of its own
        kind = value if isinstance(value, type) else type(value)
        if (kind.__module__, kind.__qualname__) not in HARMLESS:
            raise Unreadable(f"a snapshot cannot hold {kind.__module__}.{kind.__qualname__}")
        return NotImplemented


def state() -> dict[str, Any]:
    """Every scoped dictionary of every service in use, by module and name; not copied."""
    stores: dict[str, dict[str, Any]] = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("ministack.services"):
            found = {key: value._data for key, value in vars(module).items() if type(value) in SCOPED}
            stores |= {name: found} if found else {}
    counters = {(module, name): getattr(sys.modules.get(module), name, 0) for module, name in COUNTERS}
    return {"format": FORMAT, "stores": stores, "counters": counters}


def save(file: Path) -> None:
    """Writes the state beside `file`, makes it durable, then puts it in `file`'s place in one step."""
    fresh = file.with_suffix(".writing")
    with alone(file.parent) as folder:
        with fresh.open("wb") as stream:
            os.fchmod(stream.fileno(), 0o600)
            Writer(stream, protocol=5).dump(state())
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
        os.fsync(folder)


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Nobody else saves or restores here meanwhile: a killed engine may leave a child that is still saving."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def restore(file: Path) -> bool:
    """Puts a saved state back into the engine; False where there is none yet. Raises Unreadable."""
    with alone(file.parent):
        if not file.exists():
            return False
        content = file.read_bytes()
    saved = Reader(io.BytesIO(content)).load()
    if saved.get("format") != FORMAT:
        raise Unreadable(f"{file} was written by another version; `etincelle run --fresh` starts empty")
    for name, stores in saved["stores"].items():
        module = importlib.import_module(name)
        for key, content in stores.items():
            getattr(module, key)._data = content
    for (name, key), value in saved["counters"].items():
        setattr(importlib.import_module(name), key, value)
    return True
