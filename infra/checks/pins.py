"""Holds requirements to their promises: pinned by version and hash, shipped under a known licence, and complete.

python -m infra.checks.pins
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.lock import sources
from infra.paths import ROOT, SERVICES

LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0", "Unlicense"}
"""What may be shipped in a zip under our own Apache-2.0; as SPDX names them."""
SAID_OTHERWISE = {"MIT License": "MIT", "Apache License 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0"}
LOOKED_AT = {"jinja2": "BSD-3-Clause"}
"""Distributions whose metadata names a licence vaguely, by what the licence's text says."""
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)$")
FROM_LAMBDA = {"boto3", "botocore", "chalice"}
"""Not in a service's lock: Lambda has boto3, and Chalice adds itself."""
OURS = {"services", "shared"}
COMES_AS = {
    "yaml": "pyyaml",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "pydantic_core": "pydantic-core",
    "email_validator": "email-validator",
    "phonenumbers": "phonenumberslite",
}
NEEDS_TOO = {"zoneinfo": "tzdata"}


def requirements(lock: Path) -> tuple[dict[str, str], list[str]]:
    """The versions a lock pins, by name, and its lines that are not pinned by version and hash."""
    joined = re.sub(r"\s*\\\n\s*", " ", lock.read_text())
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    matched = {line: REQUIREMENT.match(line) for line in lines}
    pinned = {found[1]: found[2] for found in matched.values() if found}
    return pinned, [line.split(" ")[0] for line, found in matched.items() if not found]


def unpinned() -> Iterator[str]:
    """The lists without a lock, what they ask for that it lacks, and what a lock leaves open."""
    for source in sources():
        lock, name = source.with_suffix(".lock"), source.relative_to(ROOT)
        if not lock.exists():
            yield f"{name} was never locked: run make lock"
            continue
        pinned, loose = requirements(lock)
        yield from (f"{lock.relative_to(ROOT)}: {line} is not pinned by version and hash" for line in loose)
        yield from (f"{name} asks for {wanted}, its lock does not: run make lock" for wanted in unmet(source, pinned))


def unmet(source: Path, pinned: dict[str, str]) -> Iterator[str]:
    """What a list asks for by name, or by name and version, that is not pinned so."""
    for line in source.read_text().splitlines():
        wanted = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:==([^\s;#]+))?", line)
        if wanted and pinned.get(wanted[1].lower()) != (wanted[2] or pinned.get(wanted[1].lower(), "any")):
            yield wanted[0]


def unlicensed() -> Iterator[str]:
    """What a zip would carry under a licence that nobody has looked at."""
    for service in SERVICES:
        pinned, _ = requirements(ROOT / "services" / service / "requirements.lock")
        for name in pinned:
            licence = licence_of(name)
            if licence not in LICENCES:
                yield f"services/{service} would ship {name} under {licence or 'no licence that it names'}"


def licence_of(distribution: str) -> str:
    """The licence a distribution names, in SPDX's words where it says so. It must be installed here."""
    if distribution in LOOKED_AT:
        return LOOKED_AT[distribution]
    metadata: Any = importlib.metadata.metadata(distribution)  # typed as less than it is
    classified = [c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")]
    said: str = metadata.get("License-Expression") or metadata.get("License") or next(iter(classified), "")
    return SAID_OTHERWISE.get(said, said)


def unshipped() -> Iterator[str]:
    """What a service imports, itself or through `shared`, that its zip would not have; and what it has for nothing."""
    for service in SERVICES:
        asked = ROOT / "services" / service / "requirements.in"
        pinned, _ = requirements(asked.with_suffix(".lock"))
        used = needs(imported(f"services/{service}/**/*.py") | imported("shared/*.py") | of_pages(service))
        yield from (
            f"services/{service} imports {name}, which its zip would not have" for name in sorted(used - pinned.keys())
        )
        listed = {line.partition("==")[0].split()[0] for line in asked.read_text().splitlines() if line[:1].isalpha()}
        yield from (f"services/{service} ships {name}, which nothing imports" for name in sorted(listed - used))


def of_pages(service: str) -> set[str]:
    """What the shell of our pages imports, for a service that has some."""
    sources = (ROOT / "services" / service).rglob("*.py")
    has_pages = any("from shared.pages" in source.read_text() for source in sources)
    return imported("shared/pages/*.py") if has_pages else set()


def needs(modules: set[str]) -> set[str]:
    """The distributions that these modules come from, beside the standard library, Lambda's own and ours."""
    foreign = {module for module in modules if module in NEEDS_TOO or module not in sys.stdlib_module_names}
    return {NEEDS_TOO.get(module) or COMES_AS.get(module, module) for module in foreign - FROM_LAMBDA - OURS}


def imported(pattern: str) -> set[str]:
    """The first names of every absolute import in the modules that match."""
    found = set()
    for path in ROOT.glob(pattern):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found


def main() -> int:
    found = [*unpinned(), *unlicensed(), *unshipped()]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
