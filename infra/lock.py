"""Pins every requirement by version and hash: each `.in` gives the `.lock` beside it.

python -m infra.lock              what is locked stays as it is where it can
python -m infra.lock --upgrade    the newest that the `.in` files allow
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.build import run
from infra.paths import ROOT

FOR = ("--python-version", "3.11", "--python-platform", "x86_64-manylinux2014")
PLAIN = ("--no-header", "--no-annotate", "--no-emit-index-url", "--generate-hashes")
OVERRIDES = ROOT / "requirements" / "overrides.txt"


def sources() -> list[Path]:
    """Every list of requirements there is, the laptop's and the services'."""
    return sorted([*ROOT.glob("requirements/*.in"), *ROOT.glob("services/*/requirements.in")])


def main(arguments: list[str]) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    for source in sources():
        lock = str(source.with_suffix(".lock"))
        run(uv, "pip", "compile", *FOR, *PLAIN, "--override", str(OVERRIDES), *arguments, str(source), "-o", lock)
        print(f"{source.relative_to(ROOT)} locked")


if __name__ == "__main__":
    main(sys.argv[1:])
