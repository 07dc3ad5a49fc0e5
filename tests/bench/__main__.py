"""The bench: everything that is measured of speed, cost and size, in one run, as one table with JSON beside it.

python -m tests.bench [--short] [--json .local/bench.json] [--keep] [part …]

Each part runs in a process of its own, one after the other. Short, it takes a minute and shows that every part runs:
what hangs on how busy the machine is, is shown and not judged. Ends with status 1 where something wanted is not met, or
a part failed. `--keep` writes a run of all parts into `docs/benchmarks.json`, and its figures into the tables of the
documents.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
import traceback
from pathlib import Path

from infra.paths import ROOT
from tests.bench.apart import apart, figures_of
from tests.bench.report import DOCUMENTS, HEAD, KEPT, Parts, Run, as_json, rows, table, written

PARTS = ("starts", "folds", "costs", "load", "latency", "interactions", "alerts", "sizes", "pages")


def measured(parts: list[str], short: bool) -> tuple[Parts, list[str]]:
    """The figures of each part, and the parts that failed; says how far it is."""
    found: Parts = {}
    failed = []
    for place, part in enumerate(parts, 1):
        print(f"{place}/{len(parts)} {part} …", end=" ", file=sys.stderr, flush=True)
        began = time.perf_counter()
        try:
            found[part] = apart(figures_of, part, short)
        except Exception:
            failed.append(part)
            traceback.print_exc()
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return found, failed


def machine() -> str:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = f"{len(models)} cores of {models[0]}" if models else platform.processor()
    return f"{cores}, {platform.system()}, Python {platform.python_version()}"


def missed(parts: Parts, short: bool) -> list[str]:
    return [
        f"{part}: {one.name} {one.of}".strip()
        for part, found in parts.items()
        for one in found
        if one.is_met is False and not (short and one.is_timed)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--json", type=Path, default=ROOT / ".local" / "bench.json")
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if asked.keep and asked.parts:
        parser.error("kept is a run of all parts")
    found, failed = measured(asked.parts or list(PARTS), asked.short)
    print(table(HEAD, rows(found)))
    run = Run(machine(), found)
    text = json.dumps(as_json(run), ensure_ascii=False, indent=1) + "\n"
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(text)
    if asked.keep and not failed:
        KEPT.write_text(text)
        for document in DOCUMENTS:
            document.write_text(written(document.read_text(), run))
    wrong = [f"{part} failed" for part in failed] + [f"not met: {one}" for one in missed(found, asked.short)]
    sys.exit("\n".join(wrong) if wrong else 0)


if __name__ == "__main__":
    main()
