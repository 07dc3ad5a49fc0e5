"""Makes a service's deployable: a zip whose bytes depend on its sources and locks alone, and its SAM template.

    python -m infra.build collector dev    into .build/dev/collector/{deployment.zip,sam.yaml}
    python -m infra.build all dev

Wheels are fetched by hash, once a lock, whatever this machine is; nothing is fetched after that.
Chalice then packages `vendor/` and makes the template, over which `infra/merge/` is laid; the zip is
written anew with compiled modules, in a fixed order and with fixed dates and modes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from infra import bill, edge, templates, watch
from infra.paths import BUILD, ROOT, SERVICES, STAGE
from infra.render import laid_over, load

EPOCH = (1980, 1, 1, 0, 0, 0)
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", "app.py", ".chalice", "requirements.*", "vendor")
TARGET = ("--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--only-binary", ":all:")
NEVER_READ = ("aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*",)
"""Files of wheels for a page that no service shows; they are half a megabyte of each zip."""
SHIPPED_TOO = {"insights": ("docs/openapi.json",)}
"""Files of the checkout that a service reads beside its own."""
LAMBDA_LIMIT = 250 * 2**20
"""Bytes that a function's unpacked code may have."""


def build(service: str, stage: str) -> Path:
    """Builds one service for one stage and returns the folder of `deployment.zip` and `sam.yaml`."""
    out = BUILD / stage / service
    shutil.rmtree(out, ignore_errors=True)
    project = laid_out(service, stage)
    packaged = out / "chalice"
    run(
        str(Path(sys.executable).parent / "chalice"),
        *("--project-dir", str(project), "package", "--stage", stage, "--template-format", "yaml", str(packaged)),
        env=os.environ | {"AWS_DEFAULT_REGION": "eu-west-1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    write_zip(packaged / "deployment.zip", out / "deployment.zip")
    bill.write(out / "deployment.zip", service)
    template = finished(yaml.safe_load((packaged / "sam.yaml").read_text()), service, stage)
    (out / "routes.json").write_text(json.dumps(routes_of(template), indent=1))
    templates.write(template, out / "sam.yaml")
    return out


def laid_out(service: str, stage: str) -> Path:
    """A Chalice project made of the service, what it shares and its wheels, apart from the sources."""
    source, root = ROOT / "services" / service, BUILD / stage / service / "project"
    project = root / "services" / service
    shutil.copytree(ROOT / "infra" / "iam", root / "infra" / "iam")
    shutil.copytree(wheels(source / "requirements.lock"), project / "vendor")
    shutil.copytree(ROOT / "shared", project / "vendor" / "shared", ignore=NOT_SHIPPED)
    shutil.copytree(source, project / "vendor" / "services" / service, ignore=NOT_SHIPPED)
    shutil.copy(ROOT / "services" / "__init__.py", project / "vendor" / "services")
    shutil.copytree(source / ".chalice", project / ".chalice", ignore=shutil.ignore_patterns("deployments"))
    shutil.copy(source / "app.py", project)
    for file in SHIPPED_TOO.get(service, ()):
        shutil.copy(ROOT / file, project / "vendor" / "services" / service)
    return project


def wheels(lock: Path) -> Path:
    """The unpacked and compiled wheels of a lock, for Lambda's machine; fetched once for each lock."""
    place = BUILD / "wheels" / sha256(lock.read_bytes() + repr(NEVER_READ).encode()).hexdigest()[:16]
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        fetched = Path(folder) / "wheels"
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
        run(*pip, "--require-hashes", "--no-deps", *TARGET, "--target", str(fetched), "-r", str(lock))
        shutil.rmtree(fetched / "bin", ignore_errors=True)
        for file in [file for pattern in NEVER_READ for file in fetched.glob(pattern)]:
            file.unlink()
        compile_all(fetched)
        with contextlib.suppress(OSError):  # two services with the same lock are built at once
            fetched.rename(place)
    return place


def write_zip(source: Path, target: Path) -> None:
    """Rewrites a zip with what is not yet compiled compiled, and nothing in it that tells when or where."""
    unpacked = target.with_suffix(".unpacked")
    with zipfile.ZipFile(source) as archive:
        archive.extractall(unpacked)  # Chalice has just made it
    compile_all(unpacked)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in unpacked.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(unpacked).as_posix(), EPOCH)
            entry.external_attr, entry.compress_type = 0o100644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    shutil.rmtree(unpacked)


def compile_all(folder: Path) -> None:
    """Compiles the modules that are not, to files that are taken without looking at their source.

    It saves a cold start some 280 ms. In a process of its own: what one has compiled before can change
    a later module's bytes.
    """
    cached = f"__pycache__/{{}}.{sys.implementation.cache_tag}.pyc"
    missing = [str(p) for p in sorted(folder.rglob("*.py")) if not (p.parent / cached.format(p.stem)).exists()]
    options = ("-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task", "-i", "-")
    run(sys.executable, "-I", "-S", "-m", "compileall", *options, text="\n".join(missing))


def finished(template: dict[str, Any], service: str, stage: str) -> dict[str, Any]:
    """Chalice's template with ours laid over it, and `${AWS::…}` in the environment made to work."""
    layers = [ROOT / "infra" / "merge" / "rest.yaml"] if "RestAPI" in template["Resources"] else []
    layers += [own] if (own := ROOT / "infra" / "merge" / f"{service}.yaml").exists() else []
    for layer in layers:
        template = laid_over(template, templates.read(layer, stage=stage, service=service))
    for name, function in templates.functions(template).items():
        function["FunctionName"] = {"Fn::Sub": templates.function_name(service, name)}
        settings = function["Environment"]["Variables"]
        settings.update({name: {"Fn::Sub": text} for name, text in settings.items() if "${" in text})
    return template


def routes_of(template: dict[str, Any]) -> dict[str, Any]:
    """Takes the API that Chalice made for the service alone out of its template; `infra.edge` makes one of all."""
    body: dict[str, Any] = template["Resources"].pop("RestAPI")["Properties"]["DefinitionBody"]
    del template["Resources"][f"{templates.API}InvokePermission"], template["Outputs"]
    return body


def run(*command: str, env: dict[str, str] | None = None, text: str | None = None) -> None:
    """Runs a program; says what it said where it fails. Raises SystemExit then."""
    done = subprocess.run(command, env=env, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:6])} … failed:\n{done.stdout}{done.stderr}")


def report(out: Path) -> str:
    """One line on a deployable: its size and the hash of its bytes. Raises SystemExit where it is too large."""
    raw = (out / "deployment.zip").read_bytes()
    with zipfile.ZipFile(out / "deployment.zip") as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > LAMBDA_LIMIT:
        raise SystemExit(f"{out}: {unpacked} bytes unpacked are more than Lambda takes")
    megabytes = f"{len(raw) / 1e6:5.2f} MB, {unpacked / 1e6:5.1f} MB unpacked"
    return f"{out.relative_to(ROOT)}: {megabytes}, sha256 {sha256(raw).hexdigest()}"


def lay_down(stage: str) -> None:
    """What a stage has beside its services, once all of these are built: the edge, the alarms, the data."""
    edge.write(stage)
    watch.write(stage)
    for name in ("account.yaml", "data.yaml"):
        shutil.copy(ROOT / "infra" / name, BUILD / stage)


def main(service: str = "all", stage: str = STAGE) -> None:
    if stage not in (known := load().stages):
        raise SystemExit(f"chalice.json has no stage {stage}, only {', '.join(known)}")
    for name in SERVICES if service == "all" else (service,):
        print(report(build(name, stage)), flush=True)
    if service == "all":
        lay_down(stage)


if __name__ == "__main__":
    main(*sys.argv[1:])
