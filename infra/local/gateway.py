"""The local API Gateway, as a process: every service's routes and the local pages, on one port.

`python -m infra.local.gateway --socket FD --lifeline FD`, with the services' environment.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading

from infra.local import bindings, lambdas, lifeline, outbox, rest
from infra.local.http_server import Answer, Asked, Server
from infra.local.logs import configure

SECONDS_TO_STOP = 3.0


class Gateway:
    """The local pages first, then functions that are called by name, then the services' routes."""

    def __init__(self, services: list[bindings.Service], pages: outbox.Pages) -> None:
        self._routes = rest.Routes(services)
        self._lambdas = lambdas.Lambdas(services)
        self._pages = pages

    def __call__(self, asked: Asked) -> Answer:
        answer = self._pages.respond(asked) or self._lambdas.respond(asked)
        return answer if answer is not None else rest.respond(self._routes, asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--modules", nargs="*", default=bindings.default_modules())
    options = parser.parse_args()
    configure()
    lifeline.hold(options.lifeline)
    services = bindings.load(options.modules)
    pages = outbox.Pages(os.environ["AWS_ENDPOINT_URL"], os.environ["PUBLIC_URL"], os.environ["ETINCELLE_HOME"])
    server = Server(socket.socket(fileno=options.socket), Gateway(services, pages))
    stopped = threading.Event()

    def stop() -> None:
        server.stop(SECONDS_TO_STOP)
        stopped.set()

    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop).start())
    server.serve_forever(poll_interval=0.05)
    stopped.wait()


if __name__ == "__main__":
    main()
