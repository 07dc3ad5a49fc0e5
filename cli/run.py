"""`etincelle run`: the whole of it on this machine, with data that stays, until it is stopped."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from cli.client import home
from cli.printing import Failed, err, out
from infra.local import claims, seed, wire
from infra.local.resources import NotBuilt
from infra.local.sample import steps
from infra.local.stack import Broken, Options, Stack, erase, secret

SECONDS_BETWEEN_CHECKS = 0.2


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to answer; 0 takes a free port.")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything kept from before.")] = False,
    sample: Annotated[bool, typer.Option(help="Bring a sample journey with eighteen weeks of answers.")] = True,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before forgetting.")] = False,
) -> None:
    """Run everything on this machine; what is collected is kept in `.local` from one run to the next."""
    folder = home()
    stop = stopping()
    try:
        if fresh:
            forget(folder, yes)
        stack = Stack(Options(folder, port), said)
        stack.start()
    except (claims.InUse, claims.PortTaken, Broken, NotBuilt) as error:
        raise Failed(str(error)) from None
    try:
        serve(stack, folder, sample, stop)
    finally:
        said("stopping and saving")
        stack.stop()


def forget(folder: Path, yes: bool) -> None:
    """Empties the folder, once that was agreed to."""
    if folder.exists() and any(folder.iterdir()):
        if not yes and not typer.confirm(f"Forget everything in {folder}?"):
            raise Failed("nothing was changed; leave out --fresh to go on with what is there")
        erase(folder)


def stopping() -> threading.Event:
    """Set when somebody wants this to stop. The second Ctrl-C is Python's own."""
    stop = threading.Event()

    def asked(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    return stop


def serve(stack: Stack, folder: Path, sample: bool, stop: threading.Event) -> None:
    """Prints the addresses, seeds beside, and keeps the parts alive."""
    site = seed.site(folder, stack.url, stack.endpoint)
    show_addresses(stack.url, folder)
    if sample:
        about = (site, stack.endpoint, folder, stop)
        threading.Thread(target=bring_sample, args=about, daemon=True, name="sample").start()
    while not stop.wait(SECONDS_BETWEEN_CHECKS):
        try:
            stack.check()
        except Broken as error:
            raise Failed(str(error)) from None


def show_addresses(url: str, folder: Path) -> None:
    out.print(f"\n[bold]Étincelle runs at {url}[/bold]")
    out.print(f"  start   {url}/start     where to begin")
    out.print(f"  outbox  {url}/outbox    every e-mail, text message and webhook that would have left")
    out.print(f"  API     {url}/v1/…      described in {url}/openapi.json")
    out.print(f"  key     {folder / seed.CREDENTIALS}")
    out.print("  stop    Ctrl-C; what was collected is kept\n")


def show_sign_in(site: seed.Site, endpoint: str, folder: Path) -> None:
    link = seed.sign_in_link(site, endpoint, secret(folder))
    if link:
        out.print(f"  [bold]pages   {link}[/bold]    sign in as the sample's pilot, within 15 minutes; once")


def bring_sample(site: seed.Site, endpoint: str, folder: Path, stop: threading.Event) -> None:
    """Journey, links, and what happened there. A part that fails is told; everything else runs on without it."""
    engine = wire.Wire(endpoint)
    try:
        seed.journey(site)
        show_sign_in(site, endpoint, folder)
        for link in seed.links(site, engine):
            out.print(f"  survey  {site.url}{link['path']}    {link['touchpoint']}")
        with StepsBar() as bar:
            steps.bring(steps.Stage(site, endpoint, folder, datetime.now(UTC)), bar)
    except (seed.NotSeeded, httpx.HTTPError, wire.Away, wire.EngineError) as error:
        if not stop.is_set():
            err.print(f"the sample is not complete; the next run goes on with it: {error}", markup=False)


class StepsBar:
    """A bar of how far each step of the sample is."""

    def __init__(self) -> None:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        self._bar = Progress(*columns, console=err, transient=True)

    def __enter__(self) -> steps.Advance:
        self._bar.start()
        tasks: dict[str, TaskID] = {}

        def advance(step: str, count: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = self._bar.add_task(step, total=total)
            self._bar.advance(tasks[step], count)

        return advance

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def said(text: str) -> None:
    err.print(f"  {text} …", style="dim", markup=False)
