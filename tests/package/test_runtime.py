"""The Runtime API behaves as Lambda's: errors come back as errors, slow functions are given up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from infra.prove.function import Function, resolved
from infra.prove.runtime_api import FunctionFailed

GOOD = "import os\ndef handler(event, context):\n    return {'event': event, 'env': dict(os.environ)}\n"
RAISING = "def handler(event, context):\n    raise ValueError('no such thing')\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(5)\n"
BROKEN = "import a_module_that_nobody_has\n"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends the functions that a test started."""
    with ExitStack() as stack:
        yield stack


def function(tmp_path: Path, source: str) -> Function:
    """A function of these lines, with 1 second and one variable."""
    (tmp_path / "app.py").write_text(source)
    variables = {"TOLD": "by the template", "WHERE": {"Fn::Sub": "in ${AWS::Region}"}}
    properties: dict[str, Any] = {"Handler": "app.handler", "MemorySize": 128, "Timeout": 1}
    return Function(tmp_path, properties | {"Environment": {"Variables": variables}}, {"AWS::Region": "mars-1"}, {})


def test_a_result_comes_back(tmp_path: Path, stack: ExitStack) -> None:
    """Event in, result out, the template's environment and no other."""
    started = stack.enter_context(function(tmp_path, GOOD))
    result = started.invoke({"é": [1, None]})
    assert result["event"] == {"é": [1, None]}
    assert (result["env"]["TOLD"], result["env"]["WHERE"]) == ("by the template", "in mars-1")
    assert not {"PATH", "HOME", "VIRTUAL_ENV"} & result["env"].keys()


def test_an_exception_comes_back_as_lambda_reports_it(tmp_path: Path, stack: ExitStack) -> None:
    """And the function lives on."""
    started = stack.enter_context(function(tmp_path, RAISING))
    for _ in range(2):
        with pytest.raises(FunctionFailed) as failure:
            started.invoke({})
        assert failure.value.report["errorType"] == "ValueError"


def test_a_module_that_cannot_be_imported_is_reported(tmp_path: Path) -> None:
    """At its start, with what it said; Lambda's client reports it at the first event at the latest."""
    with pytest.raises(FunctionFailed, match="a_module_that_nobody_has"), function(tmp_path, BROKEN) as started:
        started.invoke({})


def test_a_slow_function_is_given_up(tmp_path: Path, stack: ExitStack) -> None:
    """After the template's timeout, not when it is done."""
    started = stack.enter_context(function(tmp_path, SLOW))
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        started.invoke({})
    assert time.monotonic() - begun < 3


def test_a_warm_call_is_quick(tmp_path: Path, stack: ExitStack) -> None:
    """No 40 ms of delayed acknowledgements on the way: the median of twenty is far below."""
    started = stack.enter_context(function(tmp_path, "def handler(event, context):\n    return event\n"))
    times = []
    for _ in range(20):
        begun = time.monotonic()
        started.invoke(1)
        times.append(time.monotonic() - begun)
    assert sorted(times)[10] < 0.03


def test_an_unknown_way_of_telling_a_value_is_refused() -> None:
    """What is not resolved as CloudFormation would is no proof."""
    with pytest.raises(KeyError):
        resolved({"Fn::ImportValue": "x"}, {})
