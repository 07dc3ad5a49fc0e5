"""DynamoDB's tables in memory, made as `infra/data.yaml` declares them."""

from __future__ import annotations

import marshal
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.aws import TEMPLATE
from tests.soak.expressions import Item

Key = tuple[str, str]


class Ordered(dict[Any, Any]):
    """A dict that also has its keys in order."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[Any] = []

    def __setitem__(self, key: Any, value: Any) -> None:
        if key not in self:
            insort(self.order, key)
        super().__setitem__(key, value)

    def drop(self, key: Any) -> None:
        """Without the key, if it is there."""
        if self.pop(key, None) is not None:
            del self.order[bisect_left(self.order, key)]

    def between(self, low: Any, high: Any, reverse: bool) -> Iterable[Any]:
        """The keys from low to high, both included."""
        found = self.order[bisect_left(self.order, low) : bisect_right(self.order, high)]
        return reversed(found) if reverse else found


@dataclass
class MemoryTable:
    """Items by partition, in key order, each as bytes: so that nobody changes what is stored."""

    name: str
    indexes: tuple[str, ...]
    streams: bool
    partitions: dict[str, Ordered] = field(default_factory=dict)
    by_index: dict[tuple[str, str], Ordered] = field(default_factory=dict)

    def get(self, key: Key) -> Item | None:
        partition = self.partitions.get(key[0])
        stored = partition.get(key[1]) if partition else None
        return marshal.loads(stored) if stored is not None else None

    def set(self, key: Key, before: Item | None, after: Item | None) -> None:
        partition = self.partitions.setdefault(key[0], Ordered())
        for index in self.indexes:
            self._reindex(index, key, before, after)
        if after is None:
            partition.drop(key[1])
        else:
            partition[key[1]] = marshal.dumps(after)

    def _reindex(self, index: str, key: Key, before: Item | None, after: Item | None) -> None:
        was, now = place_in(index, before), place_in(index, after)
        if was and was != now:
            self.by_index[index, was[0]].drop((was[1], *key))
        if now and was != now:
            self.by_index.setdefault((index, now[0]), Ordered())[(now[1], *key)] = True

    def items(self) -> Iterable[Item]:
        """Every item, for a test's own accounts."""
        return (marshal.loads(stored) for partition in self.partitions.values() for stored in partition.values())


def place_in(index: str, item: Item | None) -> Key | None:
    if item is None or f"{index}_pk" not in item or f"{index}_sk" not in item:
        return None
    return item[f"{index}_pk"]["S"], item[f"{index}_sk"]["S"]


def tables(stage: str) -> dict[str, MemoryTable]:
    """The tables of `infra/data.yaml`, empty."""
    resources = yaml.load(TEMPLATE.read_text(), Loader=Loose)["Resources"].values()
    made = [one["Properties"] for one in resources if one["Type"] == "AWS::DynamoDB::Table"]
    return {one.name: one for one in (table_of(properties, stage) for properties in made)}


def table_of(properties: dict[str, Any], stage: str) -> MemoryTable:
    indexes = tuple(index["IndexName"] for index in properties.get("GlobalSecondaryIndexes", ()))
    name = str(properties["TableName"]).replace("${Stage}", stage)
    return MemoryTable(name, indexes, "StreamSpecification" in properties)


class Loose(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their content."""


Loose.add_multi_constructor("!", lambda loader, _, node: content(loader, node))


def content(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    made: Any = (
        loader.construct_sequence(node, deep=True)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    )
    return made
