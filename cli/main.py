"""The command `etincelle`: one module per group of commands, each adding its own to the app.

A module of commands has a function `register(app)`; commands raise `Failed` and never catch it.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from cli import (
    cases,
    deliveries,
    erasing,
    exported_figures,
    exports,
    imports,
    invitations,
    journey,
    keys,
    links,
    messages,
    priorities,
    qr,
    remedies,
    reports,
    run,
    simulate,
    subscriptions,
    typical,
    weeks,
)
from cli.printing import Failed, print_failure


class Commands(TyperGroup):
    """Turns `Failed` into one clear message on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Failed as failure:
            print_failure(failure)
            raise typer.Exit(1) from None


app = typer.Typer(
    name="etincelle",
    cls=Commands,
    help="One short question after each interaction, and an alert to whoever owns the friction.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main() -> None:
    """One short question after each interaction, and an alert to whoever owns the friction."""


for group in (
    run,
    journey,
    keys,
    imports,
    invitations,
    erasing,
    exports,
    exported_figures,
    links,
    messages,
    priorities,
    qr,
    reports,
    remedies,
    deliveries,
    cases,
    subscriptions,
    simulate,
    typical,
    weeks,
):
    group.register(app)

if __name__ == "__main__":
    app()
