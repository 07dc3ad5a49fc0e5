"""What checkov finds in the templates of a stage, but for what `infra/skips.yaml` lets stand, each with its reason.

    python -m infra.checks.security prod    of a stage that `make package` built

Every template is looked at as it is uploaded, and again as CloudFormation sees it once SAM has translated it. The edge
is looked at in its second form only: that holds all of the first, and two hundred paths take checkov long.
checkov comes with its checks; it is given nowhere to ask for more, and no settings of whoever runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from infra import templates
from infra.paths import BUILD, ROOT, SERVICES, STAGE
from infra.prove.translate import translated

SKIPS = ROOT / "infra" / "skips.yaml"
OPTIONS = ("--framework", "cloudformation", "--skip-download", "--soft-fail", "--compact", "--output", "json")
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: what checkov would ask of anybody, it asks in vain."""


@dataclass(frozen=True)
class Finding:
    """One check that a resource fails. resource: `AWS::SQS::Queue.LooksQueue`; properties: as its template has them."""

    check: str
    says: str
    template: str
    resource: str
    properties: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def line(self) -> str:
        return f"{self.template}: {self.resource}: {self.check} {self.says}"


@dataclass(frozen=True)
class Skip:
    """A finding that stands. of: a pattern of resources; where: properties that each must have for it to stand."""

    check: str
    of: str
    reason: str
    where: Mapping[str, Any] = field(default_factory=dict)

    def lets(self, finding: Finding) -> bool:
        holds = all(finding.properties.get(name) == value for name, value in self.where.items())
        return finding.check == self.check and fnmatchcase(finding.resource, self.of) and holds


def skips() -> list[Skip]:
    """What stands. Raises TypeError where a row lacks something, or has what no row has."""
    return [Skip(**row) for row in yaml.safe_load(SKIPS.read_text())]


def faults(found: Iterable[Finding], stands: Iterable[Skip]) -> Iterator[str]:
    """What is found and does not stand, and each skip that hides nothing."""
    found, stands = list(found), list(stands)
    yield from (one.line() for one in found if not any(skip.lets(one) for skip in stands))
    for skip in stands:
        if not any(skip.lets(one) for one in found):
            yield f"{SKIPS.name}: {skip.check} of {skip.of} hides nothing any more; take it out"


def of_stage(stage: str) -> dict[str, templates.Json]:
    """Every template of a stage that is built, by a file's name. Raises SystemExit where one is missing."""
    folder = BUILD / stage
    places = {name: folder / f"{name}.yaml" for name in ("account", "data", "watch")}
    places |= {service: folder / service / "sam.yaml" for service in SERVICES}
    places |= {"athena": ROOT / "infra" / "athena.yaml", "edge": folder / "edge.yaml"}
    if missing := [str(path.relative_to(ROOT)) for path in places.values() if not path.exists()]:
        raise SystemExit(f"not built: {', '.join(missing)}; run make package STAGE={stage}")
    read = {name: templates.read(path) for name, path in places.items()}
    plain = {f"{name}-translated": translated(read[name]) for name in (*SERVICES, "edge")}
    return {name: template for name, template in (read | plain).items() if name != "edge"}


def findings(looked_at: Mapping[str, templates.Json]) -> list[Finding]:
    """All that checkov finds, skipped or not. Raises SystemExit where it does not run, or passes over a template."""
    heavy = {name: template for name, template in looked_at.items() if name.startswith("edge")}
    rest = {name: template for name, template in looked_at.items() if name not in heavy}
    with ThreadPoolExecutor() as pool:
        return [one for found in pool.map(checked, filter(None, (heavy, rest))) for one in found]


def checked(looked_at: Mapping[str, templates.Json]) -> list[Finding]:
    """What one run of checkov finds."""
    with tempfile.TemporaryDirectory() as place:
        for name, template in looked_at.items():
            (Path(place) / f"{name}.json").write_text(json.dumps(template, indent=1))
        results = asked(Path(place))
    seen = {Path(one["file_path"]).stem for kind in ("passed_checks", "failed_checks") for one in results[kind]}
    if unseen := sorted(looked_at.keys() - seen):
        raise SystemExit(f"checkov passed over {', '.join(unseen)}")
    return [finding(one, looked_at) for one in results["failed_checks"]]


def asked(folder: Path) -> Any:
    """checkov's results over a folder. Raises SystemExit where it does not run."""
    program = os.environ.get("ETINCELLE_CHECKOV", str(ROOT / ".checkov" / "bin" / "checkov"))
    offline = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "CKV_SKIP_PACKAGE_UPDATE_CHECK": "True"}
    alone = {"PATH": os.defpath, "HOME": str(folder)} | offline
    command = [program, "--directory", str(folder), *OPTIONS]
    try:
        done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit(f"checkov is not installed at {program}; run make .checkov/ready") from None
    if done.returncode:
        raise SystemExit(f"checkov failed:\n{done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    if "results" not in told:
        raise SystemExit(f"checkov found nothing to look at in {', '.join(sorted(p.name for p in folder.iterdir()))}")
    return told["results"]


def finding(told: Mapping[str, Any], looked_at: Mapping[str, templates.Json]) -> Finding:
    """A failed check as checkov tells of it."""
    template, resource = Path(told["file_path"]).stem, str(told["resource"])
    made = looked_at[template]["Resources"].get(resource.rpartition(".")[2], {})
    return Finding(told["check_id"], told["check_name"], template, resource, made.get("Properties", {}))


def main(stage: str = STAGE) -> int:
    found, stands = findings(of_stage(stage)), skips()
    wrong = list(faults(found, stands))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{len(found)} findings, {len(wrong)} beyond the {len(stands)} skips of {SKIPS.relative_to(ROOT)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
