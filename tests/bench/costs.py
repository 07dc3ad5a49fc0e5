"""Dollars for a thousand answers: what one uses, as the proofs count it, by the prices in `prices.json`.

python -m tests.bench.costs

Prices are a list of one region and of the date in the file; look at the sources it names before you count on them.
An answer's item is below 1 KB, and stands in its table and in the index `month`: two write units. The duration of a
call is an assumption, named here: 20 ms at 1,024 MB, most of it waiting for DynamoDB.
"""

from __future__ import annotations

import json
from pathlib import Path

PRICES = Path(__file__).parent / "prices.json"
GIGABYTE_SECONDS = 0.020
Uses = dict[str, float]
ONE_BY_ONE: Uses = {
    "rest_api_requests": 1,
    "firewall_requests": 1,
    "lambda_requests": 1,
    "lambda_gigabyte_seconds": GIGABYTE_SECONDS,
    "dynamodb_write_units": 2,
}
IN_LISTS: Uses = {
    "rest_api_requests": 1 / 500,
    "firewall_requests": 1 / 500,
    "lambda_requests": 1 / 500,
    "lambda_gigabyte_seconds": GIGABYTE_SECONDS / 10,
    "dynamodb_write_units": 4,
}
"""Lists of 500 go as transactions, which take each write twice; a list of 500 is taken to last a second."""


def dollars(uses: Uses, answers: int = 1000) -> dict[str, float]:
    """What so many answers cost, by what they use, and in all."""
    prices = json.loads(PRICES.read_text())["per_million"]
    parts = {name: answers * amount * prices[name] / 1e6 for name, amount in uses.items()}
    return parts | {"in all": sum(parts.values())}


def main() -> None:
    single, listed = dollars(ONE_BY_ONE), dollars(IN_LISTS)
    print("| a thousand answers, dollars | one by one | in lists of 500 |\n|---|---|---|")
    for name, cost in single.items():
        print(f"| {name.replace('_', ' ')} | {cost:.5f} | {listed[name]:.5f} |")


if __name__ == "__main__":
    main()
