"""The one seam by which anything outside fails in tests: every call of a port or a client passes through it.

    deps = through(deps, Fault(at=3, when="after", how=Crash))     the ports of a service's dependencies
    client = Guarded(aws.client("dynamodb", …), "dynamodb", chance)   one client, or an adapter

`Fault` strikes one call, so that a test can strike each in turn. `Chance` strikes some of many, in every way a call
can go wrong: refused, not arrived, done but unanswered, done twice, slow, and the process killed before or after;
and, where one call does many things, done in part.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from types import FunctionType, MethodType
from typing import Any, Protocol, TypeVar

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from shared.aws import AwsRefused, AwsUnreachable

Deps = TypeVar("Deps")


class Crash(BaseException):
    """The process is gone: nothing after this point runs, no handler of errors either."""


class Faults(Protocol):
    """What may happen to a call."""

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        """The call's result, or what befell it. name: `port.method`."""
        ...


@dataclass
class Guarded:
    """A port, an adapter or a client of AWS whose every call passes the faults."""

    port: Any
    name: str
    faults: Faults

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            return self.faults.around(f"{self.name}.{method}", lambda: getattr(self.port, method)(*arguments, **named))

        return call


PLAIN = (str, bytes, int, float, timedelta, FunctionType, MethodType, type(random.random))
"""Clocks, chance, secrets and settings are no ports, and cannot fail."""


def through(deps: Deps, faults: Faults) -> Deps:
    """The same dependencies, each port of them through the faults; of several ports by name, each."""
    found = {one.name: getattr(deps, one.name) for one in fields(deps)}  # type: ignore[arg-type]
    ports = {name: guarded(value, name, faults) for name, value in found.items()}
    return replace(deps, **ports)  # type: ignore[type-var]


def guarded(value: Any, name: str, faults: Faults) -> Any:
    if isinstance(value, dict):
        return {key: Guarded(port, name, faults) for key, port in value.items()}
    return value if isinstance(value, PLAIN) or callable(value) else Guarded(value, name, faults)


@dataclass
class Fault:
    """Strikes one call: the `at`-th of all, before or after it was made, by failing or crashing.

    calls: every call that was made, by its port and name. Without `at` it only counts.
    """

    at: int | None = None
    when: str = "before"
    how: type[BaseException] = Crash
    calls: list[str] = field(default_factory=list)

    def seam(self, deps: Deps) -> Deps:
        return through(deps, self)

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        self.strike("before", number)
        result = call()
        self.strike("after", number)
        return result

    def strike(self, when: str, number: int) -> None:
        if self.at == number and self.when == when:
            raise self.how(f"struck {when} {self.calls[number]}")


KINDS = ("throttled", "unreachable", "lost", "repeated", "slow", "killed before", "killed after")
ONCE = {"transact_write_items"}
"""The SDK gives these a token, so that a try of its own after a lost reply is not done again."""


@dataclass
class Chance:
    """Strikes that share of all calls, evenly in each of `KINDS`; drawn from a seed.

    sleep: lets time pass. single: clients that do not try again by themselves, so that nothing is done twice.
    """

    random: random.Random
    rate: float
    sleep: Callable[[float], None]
    single: frozenset[str] = frozenset()
    calls: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls[name] += 1
        if self.random.random() >= self.rate:
            return call()
        kind = self.random.choice(KINDS)
        self.struck[kind] += 1
        return self.befall(kind, name, call)

    def leaves(self) -> bool:
        """Whether of a call of many parts one part is left undone, which the reply says."""
        is_left = self.random.random() < self.rate
        self.struck["left"] += is_left
        return is_left

    def befall(self, kind: str, name: str, call: Callable[[], Any]) -> Any:
        """What that kind of fault makes of the call."""
        client, _, method = name.rpartition(".")
        if kind == "killed before":
            raise Crash(name)
        if kind == "throttled":
            raise refusal(client, method)
        if kind == "unreachable":
            raise silence(client, is_sent=False)
        if kind == "slow":
            self.sleep(self.random.uniform(0.5, 5))
        result = call()
        if kind == "killed after":
            raise Crash(name)
        if kind == "lost":
            raise silence(client, is_sent=True)
        is_repeated = kind == "repeated" and client not in self.single and method not in ONCE
        return call() if is_repeated else result


OURS = ("dynamodb", "sqs", "ssm")
"""Services called by `shared.aws`; the others are called by boto3."""
THROTTLED: Any = {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}


def refusal(client: str, method: str) -> Exception:
    """Throttled, as the client tells it."""
    if client in OURS:
        return AwsRefused(method, 400, "ThrottlingException", {})
    return ClientError(THROTTLED, method)


def silence(client: str, *, is_sent: bool) -> Exception:
    """No reply, as the client tells it. is_sent: whether the request had left."""
    if client in OURS:
        return AwsUnreachable(client)
    return ReadTimeoutError(endpoint_url=client) if is_sent else EndpointConnectionError(endpoint_url=client)


__all__ = ["Chance", "Crash", "Fault", "Faults", "Guarded", "through"]
