"""Runs something in a fresh process, so that what it changes there, and its peak of memory, are its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from tests.bench.figure import Figure

P = ParamSpec("P")
Result = TypeVar("Result")


def apart(function: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Result:
    """What the function returns there. Raises what it raised. The function and all it takes and gives are pickled."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **named).result()


def figures_of(part: str, short: bool) -> list[Figure]:
    """What a part of the bench finds."""
    return list(importlib.import_module(f"tests.bench.{part}").figures(short))
