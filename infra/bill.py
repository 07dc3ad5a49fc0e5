"""A zip's bill of materials in CycloneDX's JSON: every distribution in it, with its version and licence.

It stands beside the zip as `bill.json`, made of the distributions' own metadata as they lie in the zip; Chalice, whose
runtime travels without its metadata, is added. The same zip gives the same bytes. Source: CycloneDX 1.6.
"""

from __future__ import annotations

import email
import importlib.metadata
import json
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from infra.paths import ROOT

Json = dict[str, Any]
METADATA = re.compile(r"^[^/]+\.dist-info/METADATA$")


def bill(archive: Path, service: str) -> Json:
    """The bill of a built zip."""
    with zipfile.ZipFile(archive) as packed:
        told = [packed.read(name).decode() for name in packed.namelist() if METADATA.match(name)]
    told.append(importlib.metadata.distribution("chalice").read_text("METADATA") or "")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {"type": "application", "name": f"etincelle-{service}", "version": project["version"]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": named},
        "components": sorted(map(component, told), key=lambda part: str(part["name"])),
    }


def component(metadata: str) -> Json:
    """A distribution as CycloneDX has it. metadata: the text of its METADATA."""
    told = email.message_from_string(metadata)
    name, version = re.sub(r"[-_.]+", "-", told["Name"]).lower(), told["Version"]
    found: Json = {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
    if expression := told["License-Expression"]:
        return found | {"licenses": [{"expression": expression}]}
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier", []) if line.startswith("License")]
    words = classified[0] if classified else (told["License"] or "").partition("\n")[0]
    return found | ({"licenses": [{"license": {"name": words}}]} if words else {})


def write(archive: Path, service: str) -> None:
    """Writes `bill.json` beside the zip."""
    text = json.dumps(bill(archive, service), indent=1, ensure_ascii=False)
    (archive.parent / "bill.json").write_text(text + "\n")
