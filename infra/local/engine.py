"""The embedded AWS-compatible engine (ministack) as a process of ours, with snapshots that survive `kill -9`.

Run by the engine's own Python: `python -m infra.local.engine --socket FD --lifeline FD --state FILE`. Every two
seconds in which something was written, a forked child saves all the state while the engine goes on; the fork
happens between two requests, so that the saved state is one consistent cut. A crash loses the writes since then.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import pickle
import signal
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import ministack.app
from hypercorn.asyncio import serve  # type: ignore[import-not-found, unused-ignore]
from hypercorn.config import Config  # type: ignore[import-not-found, unused-ignore]
from ministack.services import cloudformation, dynamodb, ses

from infra.local import lifeline, snapshots, trimming, wire

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
READING = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "List", "Describe", "ReceiveMessage")


class Snapshotter:
    """An ASGI application around the engine's: notes what writes, and saves while nothing is half done."""

    def __init__(self, file: Path, seconds: float, kept: float) -> None:
        self._file, self._seconds, self._kept = file, seconds, kept
        self._forgotten = 0.0
        self._changed = False
        self._child = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope.get("path") == wire.FORGET:
                await self._forget(send)
            else:
                await ministack.app.app(scope, receive, send)
        finally:
            self._changed = self._changed or writes(scope)

    async def _forget(self, send: Send) -> None:
        """Forgets every mail that was sent, each record of a stream of before now once it was read, and what it
        remembers of transactions to know them again."""
        ses._sent_emails.clear()
        dynamodb._txn_idempotency.clear()
        self._forgotten = time.time()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    async def keep_saving(self) -> None:
        """Forks a saving child every so often, one at a time, while something was written."""
        while True:
            await asyncio.sleep(self._seconds)
            self._collect_child(os.WNOHANG)
            if self._changed and not self._child and not building():
                self._changed = False
                self._child = self._fork()

    def _fork(self) -> int:
        trimming.trim_consumed(self._kept, self._forgotten)
        with dynamodb._lock:
            child = os.fork()
        if child:
            return child
        code = 1
        try:
            os.nice(10)
            snapshots.save(self._file)
            code = 0
        except BaseException as error:  # whatever it was, this copy of the engine must end here
            print(f"no snapshot: {error!r}", file=sys.stderr, flush=True)
        finally:
            os._exit(code)

    def _collect_child(self, options: int) -> None:
        if self._child:
            process, status = os.waitpid(self._child, options)
            if process:
                self._child = 0
                self._changed = self._changed or status != 0

    def finish(self) -> None:
        """The last snapshot: nothing that was answered is lost in a stop in good order."""
        self._collect_child(0)
        trimming.trim_consumed(self._kept, self._forgotten)
        if not building():
            snapshots.save(self._file)


def writes(scope: Scope) -> bool:
    """Whether this request may have changed something. Receiving a message only hides it for a while."""
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
        return False
    target = dict(scope["headers"]).get(b"x-amz-target", b"").decode().rpartition(".")[2]
    return not target.startswith(READING)


def building() -> bool:
    """Whether a stack is half built: the engine would not go on with it after a restart."""
    return any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in cloudformation._stacks.all_values())


async def run(socket: int, state: Snapshotter) -> None:
    """Serves until SIGTERM or SIGINT."""
    config = Config()
    config.bind = [f"fd://{socket}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.3
    config.loglevel = "ERROR"
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    saving = asyncio.create_task(state.keep_saving())
    await serve(state, config, shutdown_trigger=stop.wait)
    saving.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=int, required=True, help="a listening socket's descriptor")
    parser.add_argument("--lifeline", type=int, required=True, help="a pipe that closes when the parent dies")
    parser.add_argument("--state", type=Path, required=True, help="the snapshot's file")
    parser.add_argument("--seconds", type=float, default=2.0, help="between two snapshots")
    parser.add_argument("--kept", type=float, default=600.0, help="seconds a stream's record is kept once it was read")
    options = parser.parse_args()
    lifeline.hold(options.lifeline)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # connections end abruptly when it stops, and may
    try:
        snapshots.restore(options.state)
    except (snapshots.Unreadable, pickle.UnpicklingError, EOFError) as error:
        sys.exit(f"{options.state} cannot be read ({error}); `etincelle run --fresh` starts empty")
    state = Snapshotter(options.state, options.seconds, options.kept)
    asyncio.run(run(options.socket, state))
    state.finish()
    os._exit(0)  # the engine's threads have nothing left to say, and some of them sleep for minutes


if __name__ == "__main__":
    main()
