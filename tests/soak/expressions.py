"""DynamoDB's expressions, compiled once into functions on items in DynamoDB's own notation.

Conditions: comparisons, BETWEEN, IN, AND, OR, NOT, brackets, and the functions `attribute_exists`,
`attribute_not_exists`, `begins_with`, `contains` and `size`. Updates: SET with `+`, `-`, `if_not_exists` and
`list_append`; ADD, DELETE and REMOVE. Anything else is refused with ValueError, so that nothing is understood wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Notation = dict[str, Any]
Item = dict[str, Notation]
Scope = tuple[Mapping[str, str], Mapping[str, Notation]]
"""What `#names` and `:values` stand for."""
Operand = Callable[[Item, Scope], Notation | None]
Condition = Callable[[Item, Scope], bool]
Change = Callable[[Item, Scope], None]
TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>()+,\-]|[#:]?[A-Za-z_][A-Za-z0-9_.]*)")
CLAUSES = ("SET", "ADD", "REMOVE", "DELETE")
SETS = ("SS", "NS", "BS")


class Reader:
    """The tokens of an expression, from the first to the last."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        place = 0
        while text[place:].strip():
            found = TOKEN.match(text, place)
            if found is None:
                raise ValueError(f"cannot be read: {text[place:]}")
            self.tokens.append(found[1])
            place = found.end()
        self.place = 0

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.next
        if not token or (wanted and token.upper() != wanted):
            raise ValueError(f"expected {wanted or 'more'}, found {token!r}")
        self.place += 1
        return token

    def takes(self, wanted: str) -> bool:
        if self.next.upper() != wanted:
            return False
        self.place += 1
        return True


@cache
def condition(text: str) -> Condition:
    """Whether an item fulfils it."""
    reader = Reader(text)
    read = disjunction(reader)
    if reader.next:
        raise ValueError(f"not understood: {reader.next}")
    return read


def disjunction(reader: Reader) -> Condition:
    each = [conjunction(reader)]
    while reader.takes("OR"):
        each.append(conjunction(reader))
    return each[0] if len(each) == 1 else lambda item, scope: any(one(item, scope) for one in each)


def conjunction(reader: Reader) -> Condition:
    each = [negation(reader)]
    while reader.takes("AND"):
        each.append(negation(reader))
    return each[0] if len(each) == 1 else lambda item, scope: all(one(item, scope) for one in each)


def negation(reader: Reader) -> Condition:
    if reader.takes("NOT"):
        inner = negation(reader)
        return lambda item, scope: not inner(item, scope)
    if reader.takes("("):
        inner = disjunction(reader)
        reader.take(")")
        return inner
    return comparison(reader)


FUNCTIONS: dict[str, Callable[..., bool]] = {
    "attribute_exists": lambda one: one is not None,
    "attribute_not_exists": lambda one: one is None,
    "begins_with": lambda one, start: one is not None and plain(one).startswith(plain(start)),
    "contains": lambda one, part: one is not None and contains(one, part),
}
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def comparison(reader: Reader) -> Condition:
    if reader.next in FUNCTIONS:
        function, each = FUNCTIONS[reader.take()], arguments(reader)
        return lambda item, scope: function(*(one(item, scope) for one in each))
    left = operand(reader)
    if reader.takes("BETWEEN"):
        low = operand(reader)
        reader.take("AND")
        return between(left, low, operand(reader))
    if reader.takes("IN"):
        each = arguments(reader)
        return lambda item, scope: left(item, scope) in [one(item, scope) for one in each]
    sign = reader.take()
    right = operand(reader)
    if sign == "=":
        return lambda item, scope: (found := left(item, scope)) is not None and same(found, right(item, scope))
    if sign == "<>":
        return lambda item, scope: not same(left(item, scope), right(item, scope))
    return ordered(COMPARED[sign], left, right)


def ordered(compare: Callable[[Any, Any], bool], left: Operand, right: Operand) -> Condition:
    def compared(item: Item, scope: Scope) -> bool:
        one, other = left(item, scope), right(item, scope)
        return one is not None and other is not None and kind(one) == kind(other) and compare(plain(one), plain(other))

    return compared


def between(value: Operand, low: Operand, high: Operand) -> Condition:
    floor, ceiling = ordered(COMPARED[">="], value, low), ordered(COMPARED["<="], value, high)
    return lambda item, scope: floor(item, scope) and ceiling(item, scope)


def arguments(reader: Reader) -> list[Operand]:
    reader.take("(")
    each = [operand(reader)]
    while reader.takes(","):
        each.append(operand(reader))
    reader.take(")")
    return each


def operand(reader: Reader) -> Operand:
    """A path, a value, or `size`, `if_not_exists` or `list_append` of some."""
    token = reader.take()
    if token.startswith(":"):
        return lambda _, scope: scope[1][token]
    if token == "size":
        [one] = arguments(reader)
        return lambda item, scope: None if (found := one(item, scope)) is None else number(len(plain(found)))
    if token == "if_not_exists":
        known, other = arguments(reader)
        return lambda item, scope: known(item, scope) or other(item, scope)
    if token == "list_append":
        first, second = arguments(reader)
        return lambda item, scope: {"L": [*wanted(first(item, scope))["L"], *wanted(second(item, scope))["L"]]}
    if token in FUNCTIONS or not re.match(r"[#A-Za-z_]", token):
        raise ValueError(f"no operand: {token}")
    parts = token.split(".")
    return lambda item, scope: found_at(item, [scope[0].get(part, part) for part in parts])


def found_at(item: Item, path: list[str]) -> Notation | None:
    found: Notation | None = item.get(path[0])
    for part in path[1:]:
        found = (found or {}).get("M", {}).get(part)
    return found


@cache
def update(text: str) -> Change:
    """Changes an item. All operands are read as the item was before."""
    reader, made = Reader(text), []
    while reader.next:
        clause = reader.take().upper()
        if clause not in CLAUSES:
            raise ValueError(f"no clause: {clause}")
        made.append(action(clause, reader))
        while reader.takes(","):
            made.append(action(clause, reader))

    def change(item: Item, scope: Scope) -> None:
        before = dict(item)
        for one in made:
            one(item, before, scope)

    return change


Action = Callable[[Item, Item, Scope], None]


def action(clause: str, reader: Reader) -> Action:
    name = reader.take()
    if "." in name:
        raise ValueError("only attributes of the item itself are changed here")
    if clause == "REMOVE":
        return lambda item, _, scope: void(item.pop(scope[0].get(name, name), None))
    if clause == "SET":
        reader.take("=")
        value = summed(reader)
        return lambda item, before, scope: put(item, scope[0].get(name, name), value(before, scope))
    value = operand(reader)
    change = added if clause == "ADD" else taken_out
    return lambda item, before, scope: change(item, scope[0].get(name, name), wanted(value(before, scope)))


def void(_: object) -> None:
    return


def summed(reader: Reader) -> Operand:
    left = operand(reader)
    if reader.next not in ("+", "-"):
        return left
    sign, right = (1 if reader.take() == "+" else -1), operand(reader)
    return lambda item, scope: number(plain(wanted(left(item, scope))) + sign * plain(wanted(right(item, scope))))


def put(item: Item, name: str, value: Notation | None) -> None:
    item[name] = wanted(value)


def added(item: Item, name: str, value: Notation) -> None:
    """A number grows, a set takes in more."""
    known = item.get(name)
    if kind(value) == "N":
        item[name] = number((plain(known) if known else 0) + plain(value))
    else:
        item[name] = {kind(value): sorted({*(known or {}).get(kind(value), ()), *value[kind(value)]})}


def taken_out(item: Item, name: str, value: Notation) -> None:
    left = sorted({*item.get(name, {}).get(kind(value), ())} - {*value[kind(value)]})
    if left:
        item[name] = {kind(value): left}
    else:
        item.pop(name, None)


def wanted(value: Notation | None) -> Notation:
    """The value. Raises ValueError where the item has none: DynamoDB refuses such an update."""
    if value is None:
        raise ValueError("the expression names an attribute that is not there")
    return value


def kind(value: Notation) -> str:
    return next(iter(value))


def plain(value: Notation) -> Any:
    """As it compares: numbers as such, everything else as it is."""
    [(sort, content)] = value.items()
    return (float(content) if "." in content or "e" in content.lower() else int(content)) if sort == "N" else content


def number(value: float) -> Notation:
    return {"N": str(value)}


def same(one: Notation | None, other: Notation | None) -> bool:
    if one is None or other is None:
        return one is other
    return kind(one) == kind(other) and plain(one) == plain(other)


def contains(value: Notation, part: Notation) -> bool:
    if kind(value) in SETS:
        return plain(part) in value[kind(value)] or part[kind(part)] in value[kind(value)]
    return part in value["L"] if kind(value) == "L" else plain(part) in plain(value)
