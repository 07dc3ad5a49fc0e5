"""One function of a deployable, run as Lambda runs it: from the unpacked zip, with nothing else of ours in sight.

    with Function(folder, template["Resources"]["Fold"]["Properties"], parameters, extra) as fold:
        fold.invoke(event)

The process sees the zip, what Lambda's Python runtime brings (`requirements/runtime.lock`), the standard
library, and the template's environment; neither the checkout nor this virtual environment.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from infra.build import wheels
from infra.paths import ROOT
from infra.prove.runtime_api import FunctionFailed, RuntimeApi

BOOT = "import sys; sys.path[:0] = sys.argv[1:3]; from awslambdaric.__main__ import main; main(['lambda', sys.argv[3]])"
SECONDS_TO_INIT = 10.0
"""As on Lambda."""


class Function:
    """One running function. parameters: values of the template's parameters and pseudo parameters.

    extra: environment that Lambda itself, or the proof, adds: the region, and where AWS is.
    """

    def __init__(
        self, folder: Path, properties: Mapping[str, Any], parameters: Mapping[str, str], extra: dict[str, str]
    ) -> None:
        self.properties = properties
        declared = properties["Environment"]["Variables"].items()
        self.environment = {name: resolved(value, parameters) for name, value in declared} | extra
        self._folder = folder
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the process)

    def __enter__(self) -> Function:
        """Starts it and waits until it asks for its first event. Raises FunctionFailed where it cannot be imported."""
        self._api = RuntimeApi()
        handler, begun = self.properties["Handler"], time.monotonic()
        runtime = wheels(ROOT / "requirements" / "runtime.lock")
        settings = self.environment | {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "etincelle",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.properties["MemorySize"]),
            "LAMBDA_TASK_ROOT": str(self._folder),
            "_HANDLER": handler,
        }
        command = [sys.executable, "-I", "-S", "-c", BOOT, str(self._folder), str(runtime), handler]
        self._process = subprocess.Popen(
            command, cwd=self._folder, env=settings, stdout=self._log, stderr=subprocess.STDOUT
        )
        self._api.ready.wait(SECONDS_TO_INIT)
        self.init_ms = (time.monotonic() - begun) * 1000
        if self._api.init_error or not self._api.ready.is_set():
            self.__exit__(None, None, None)
            raise FunctionFailed({"init": self._api.init_error, "log": self.log()})
        return self

    def invoke(self, event: Any) -> Any:
        """The function's result, within the template's own timeout. Raises FunctionFailed or TimeoutError."""
        return self._api.invoke(event, self.properties["Timeout"])

    def cpu_ms(self) -> float:
        """Milliseconds of CPU that its process has taken so far, all of its threads together."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6

    def memory_mb(self) -> float:
        """The most memory that its process has had so far, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024

    @staticmethod
    def clock_ms() -> float:
        return time.monotonic() * 1000

    def log(self) -> str:
        """What it has written so far."""
        self._log.seek(0)
        return self._log.read()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._api.close()


def unpacked(out: Path, place: Path) -> Path:
    """The zip of a built service, unpacked under a clean folder."""
    with zipfile.ZipFile(out / "deployment.zip") as archive:
        archive.extractall(place / out.name)  # we have just made it
    return place / out.name


def template_of(out: Path) -> dict[str, Any]:
    template: dict[str, Any] = yaml.safe_load((out / "sam.yaml").read_text())
    return template


def resolved(value: Any, parameters: Mapping[str, str]) -> str:
    """The text that CloudFormation makes of a value: as it is, `Ref` or `Fn::Sub`. Raises KeyError on others."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return parameters[value["Ref"]]
    return re.sub(r"\$\{([^}]+)\}", lambda found: parameters[found[1]], value["Fn::Sub"])
