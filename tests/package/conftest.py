"""What the package tests share: the built services, the cloud they run against, their running functions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.build import build
from infra.local.environment import credentials
from infra.paths import SERVICES, STAGE
from infra.prove.cloud import PSEUDO, Cloud
from infra.prove.function import Function, template_of, unpacked
from infra.prove.policy import Policy
from infra.templates import functions

Running = Callable[[str, str], Function]


def policy_of(template: dict[str, Any], properties: dict[str, Any]) -> Policy:
    """What the role of a function may do."""
    role = template["Resources"][properties["Role"]["Fn::GetAtt"][0]]["Properties"]
    [policy] = role["Policies"]
    return Policy(policy["PolicyDocument"], PSEUDO | {"Stage": STAGE})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here builds or runs a zip."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.package)


@pytest.fixture(scope="session")
def built() -> dict[str, Path]:
    """The folder of every service's zip and template."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(SERVICES, pool.map(build, SERVICES, [STAGE] * len(SERVICES)), strict=True))


@pytest.fixture(scope="session")
def templates(built: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """Every service's SAM template."""
    return {service: template_of(out) for service, out in built.items()}


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An engine of its own, with the tables, queues and topic of `infra/data.yaml`."""
    cloud = Cloud(tmp_path_factory.mktemp("cloud"), STAGE)
    yield cloud
    cloud.close()


@pytest.fixture(scope="session")
def running(
    built: dict[str, Path],
    templates: dict[str, dict[str, Any]],
    cloud: Cloud,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Gives a running function by service and name; each is started once."""
    place, started = tmp_path_factory.mktemp("unpacked"), {}

    def start(service: str, name: str) -> Function:
        if (service, name) not in started:
            folder = place / service if (place / service).exists() else unpacked(built[service], place)
            properties = functions(templates[service])[name]
            caller = f"{service}-{name}"
            cloud.policies[caller] = policy_of(templates[service], properties)
            extra = credentials(cloud.url) | {"AWS_SDK_UA_APP_ID": caller}
            started[service, name] = Function(folder, properties, PSEUDO, extra).__enter__()
        return started[service, name]

    yield start
    for function in started.values():
        function.__exit__(None, None, None)
