"""Run the app under uvicorn in this process."""

from __future__ import annotations

import socket
from contextlib import nullcontext

import uvicorn

from api import daily, demo
from api.scheduler import keeping_time
from api.settings import Settings
from api.wiring import build
from copilot.adapters.sql import upgrade
from copilot.errors import CopilotError
from copilot.types import Message


def run(settings: Settings) -> None:
    """Migrate, take the address, say where to find it, and serve until told to stop."""
    upgrade(settings.database_url)
    with build(settings) as built:
        server = uvicorn.Server(
            uvicorn.Config(
                built.app,
                host=settings.host,
                port=settings.port,
                log_config=None,  # ours is in place
                access_log=False,  # the request middleware writes one line with more in it
                server_header=False,
                timeout_graceful_shutdown=10,
            )
        )
        listening = _listen(settings.host, settings.port)  # whoever reads the address is served in turn
        built.service.assess([Message(id="warm-up", text="大家好")])  # tables load on first use
        first = demo.set_up(built.service, built.keyring, built.accounts)
        print(demo.greeting(_url(settings.host, listening), first), flush=True)  # noqa: T201
        clock = keeping_time(built.service.content, settings.database_url) if settings.schedules else nullcontext()
        with daily.rounds(daily.of(built.service)), clock:
            server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Take the address; raises CopilotError where somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CopilotError(f"cannot listen on {host}:{port}: {error.strerror}; choose another port") from error


def _url(host: str, listening: socket.socket) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{listening.getsockname()[1]}"
