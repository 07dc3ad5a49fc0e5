"""Brings a stage that `make package` built into an AWS account, by the AWS CLI: account, data, services, edge, watch.

    python -m infra.deploy prod          makes or changes the stacks, in that order; stops at the first that fails
    python -m infra.deploy prod --dry    validates the templates and prints what it would run; calls nothing

Run again, it changes what differs and nothing else. Settings come from the environment: DOMAIN and CERTIFICATE (its
ARN) for the public name, OPERATOR_EMAIL for who is told of alarms, MONTHLY_BUDGET in dollars.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from infra import templates
from infra.paths import BUILD, ROOT, SERVICES

ACCOUNT = "etincelle-account"
BUCKET = "$BUCKET"
"""Stands in commands for the account's bucket, which is known once its stack is there."""
CHANGE = ("--no-fail-on-empty-changeset", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
SETTINGS = {
    "edge": {"DOMAIN": "DomainName", "CERTIFICATE": "CertificateArn"},
    "watch": {"OPERATOR_EMAIL": "OperatorEmail", "MONTHLY_BUDGET": "MonthlyBudget"},
}
"""Which settings of ours are which parameters of a stack. What is not given stays as it was."""
MENDED = "set PUBLIC_URL of the stage in chalice.json, then make generate, package and deploy"


@dataclass(frozen=True)
class Step:
    """One command of the AWS CLI. text: what it reads from its standard input."""

    words: tuple[str, ...]
    text: str | None = field(default=None, repr=False)

    def line(self) -> str:
        return shlex.join(("aws", *self.words)).replace(f"'{BUCKET}'", BUCKET)

    def run(self, bucket: str = "") -> str:
        """What the command says. Raises SystemExit where it fails."""
        words = [word.replace(BUCKET, bucket) for word in self.words]
        try:
            done = subprocess.run(["aws", *words], input=self.text, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise SystemExit("the AWS CLI is not installed: there is no `aws` on the path") from None
        if done.returncode:
            raise SystemExit(f"{self.line()}\nfailed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()


def stack(stage: str, part: str, template: Path, settings: Mapping[str, str]) -> Step:
    """Makes or changes one stack; its template may be larger than CloudFormation takes inline."""
    given = {name: settings[ours] for ours, name in SETTINGS.get(part, {}).items() if settings.get(ours)}
    parameters = [f"{name}={value}" for name, value in ({"Stage": stage} | given).items()]
    named = ("--stack-name", f"etincelle-{stage}-{part}", "--template-file", str(template.relative_to(ROOT)))
    tags = ("--tags", "application=etincelle", f"stage={stage}")
    upload = ("--s3-bucket", BUCKET, "--s3-prefix", f"{stage}/templates")
    return Step(("cloudformation", "deploy", *named, *CHANGE, *upload, "--parameter-overrides", *parameters, *tags))


def before(folder: Path) -> Step:
    """The account's own stack, without which there is nowhere to put a zip."""
    template = str((folder / "account.yaml").relative_to(ROOT))
    return Step(("cloudformation", "deploy", "--stack-name", ACCOUNT, "--template-file", template, *CHANGE))


def steps(stage: str, settings: Mapping[str, str]) -> Iterator[Step]:
    """Every command once the account is ready, in order: what is read before what reads it."""
    folder = BUILD / stage
    yield stack(stage, "data", folder / "data.yaml", settings)
    if stage == "prod":
        protect = ("cloudformation", "update-termination-protection", "--enable-termination-protection")
        yield Step((*protect, "--stack-name", f"etincelle-{stage}-data"))
    for service in SERVICES:
        source, packaged = (folder / service / name for name in ("sam.yaml", "packaged.yaml"))
        places = (
            "--template-file",
            str(source.relative_to(ROOT)),
            "--output-template-file",
            str(packaged.relative_to(ROOT)),
        )
        upload = ("--s3-bucket", BUCKET, "--s3-prefix", f"{stage}/{service}")
        yield Step(("cloudformation", "package", *places, *upload))
        yield stack(stage, service, packaged, settings)
    yield stack(stage, "edge", folder / "edge.yaml", settings)
    yield stack(stage, "watch", folder / "watch.yaml", settings)


def output(stack_name: str, key: str) -> Step:
    query = f"Stacks[0].Outputs[?OutputKey=='{key}'].OutputValue"
    return Step(("cloudformation", "describe-stacks", "--stack-name", stack_name, "--query", query, "--output", "text"))


def keep_secret(stage: str) -> None:
    """Makes the key of our keyed hashes where there is none; one that is there is never touched."""
    name = f"/etincelle/{stage}/secret"
    known = Step(("ssm", "describe-parameters", "--parameter-filters", f"Key=Name,Values={name}", "--output", "text"))
    if not known.run():
        made = secrets.token_urlsafe(32)
        put = ("ssm", "put-parameter", "--type", "SecureString", "--name", name, "--value", "file:///dev/stdin")
        Step(put, made).run()
        print(f"{name} made")


def stacks_in(status: str, stage: str) -> list[str]:
    """The names of the stage's stacks, and of the account's, that stand so."""
    ours = f"StackSummaries[?starts_with(StackName, 'etincelle-{stage}-') || StackName == '{ACCOUNT}'].StackName"
    listed = ("cloudformation", "list-stacks", "--stack-status-filter", status, "--query", ours, "--output", "text")
    return Step(listed).run().split()


def clear(stage: str) -> None:
    """Deletes stacks whose first making was taken back: they hold nothing, and AWS would not change them any more.

    Raises SystemExit where AWS could not even take one back, as tables that are protected stay.
    """
    if stuck := stacks_in("ROLLBACK_FAILED", stage):
        raise SystemExit(
            f"{' '.join(stuck)}: begun, and not taken back: see docs/operate.md#a-stage-that-was-never-whole"
        )
    for name in stacks_in("ROLLBACK_COMPLETE", stage):
        print(f"{name} was never made whole: deleted, to be made anew", flush=True)
        Step(("cloudformation", "delete-stack", "--stack-name", name)).run()
        Step(("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)).run()


def switched_off(stage: str) -> list[str]:
    """The functions of the stage that have an event source which hands nothing over, because somebody disabled it."""
    ours = f"contains(FunctionArn, ':function:etincelle-') && contains(FunctionArn, '-{stage}-')"
    off = f"EventSourceMappings[?{ours} && (State == 'Disabled' || State == 'Disabling')].FunctionArn"
    listed = Step(("lambda", "list-event-source-mappings", "--query", off, "--output", "text")).run().split()
    return sorted({arn.rpartition(":function:")[2] for arn in listed})


def validate(stage: str) -> None:
    """Raises SystemExit where the stage is not built whole, or cfn-lint finds anything; what passed passes on."""
    folder = BUILD / stage
    shared = [folder / f"{part}.yaml" for part in ("account", "data", "edge", "watch")]
    wanted = [*shared, *(folder / service / "sam.yaml" for service in SERVICES)]
    missing = [str(path.relative_to(ROOT)) for path in wanted if not path.exists()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}; run make package STAGE={stage}")
    looked_at = sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()
    passed = folder / "linted"
    if passed.exists() and passed.read_text() == looked_at:
        return
    lint = [str(Path(sys.executable).parent / "cfn-lint"), "--format", "parseable", "--", *map(str, wanted)]
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"cfn-lint has something to say:\n{done.stdout}{done.stderr}")
    passed.write_text(looked_at)


def public_url(stage: str) -> str:
    """The address that links in messages have, as the services were built."""
    settings = templates.functions(templates.read(BUILD / stage / "collector" / "sam.yaml"))[templates.API]
    return str(settings["Environment"]["Variables"]["PUBLIC_URL"])


def agree(stage: str, settings: Mapping[str, str]) -> None:
    """Raises SystemExit where a name is given without its certificate, or links would lead to another name."""
    domain, built = settings.get("DOMAIN"), public_url(stage)
    if bool(domain) != bool(settings.get("CERTIFICATE")):
        raise SystemExit("DOMAIN and CERTIFICATE go together: the name, and the ARN of its certificate in this region")
    if domain and built != f"https://{domain}":
        raise SystemExit(f"links would lead to {built}, not to https://{domain}: {MENDED}")


def deploy(stage: str, settings: Mapping[str, str]) -> None:
    """Runs every command. Raises SystemExit at the first that fails; run again, it goes on from there."""
    print(f"as {Step(('sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text')).run()}", flush=True)
    clear(stage)
    first = before(BUILD / stage)
    print(first.line(), flush=True)
    first.run()
    bucket = output(ACCOUNT, "Artifacts").run()
    keep_secret(stage)
    for step in steps(stage, settings):
        print(step.line(), flush=True)
        step.run(bucket)
    address, built = output(f"etincelle-{stage}-edge", "Address").run(), public_url(stage)
    if address != built:
        print(f"links lead to {built}: {MENDED}")
    for name in switched_off(stage):
        print(f"{name} hears nothing of one of its event sources, which is disabled: see docs/operate.md#behind")
    print(f"{stage} answers at {address}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage")
    parser.add_argument("--dry", action="store_true")
    asked = parser.parse_args()
    validate(asked.stage)
    agree(asked.stage, os.environ)
    if asked.dry:
        for step in (before(BUILD / asked.stage), *steps(asked.stage, os.environ)):
            print(step.line())
    else:
        deploy(asked.stage, os.environ)


if __name__ == "__main__":
    main()
