"""The real server as a process on a free port, for whoever measures it from outside."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 60.0

Message = dict[str, Any]


class Server:
    """A server process on a free port."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "measured.db"
        environment = os.environ | {
            "COPILOT_DATABASE_URL": f"sqlite:///{self.file}",
            "COPILOT_RATE_LIMIT_PER_MINUTE": "1000000",
            "COPILOT_LOG_LEVEL": "error",
        }
        self._log = (folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
        )
        self.port, self.key = self._greeting()

    def resident_megabytes(self) -> float:
        """Memory that the server's process holds now (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        return float(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def _greeting(self) -> tuple[int, str | None]:
        """Read the port, and on the first start the key, from what the server prints."""
        assert self._process.stdout is not None
        watchdog = threading.Timer(START_SECONDS, self._process.kill)
        watchdog.start()
        text = ""
        for line in self._process.stdout:
            text += line
            if "keys create" in line:
                break
        watchdog.cancel()
        port = re.search(r"listens on http://[^\s:]+:(\d+)", text)
        if port is None:
            raise RuntimeError("the server did not start; see server.log")
        key = re.search(r"cc_[\w-]{20,}", text)
        return int(port[1]), key[0] if key else None

    def kill(self) -> None:
        """End it without warning."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Start a server; whatever happens, it is dead afterwards."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.kill()


def deliver(port: int, key: str, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Send messages and return the verdicts; raises OSError where the server dies meanwhile."""
    status, told = post(port, key, "/v1/classify", {"community": "demo", "messages": list(messages)})
    if status != http.client.OK:
        raise RuntimeError(f"{status}: {told}")
    results: list[dict[str, Any]] = told["results"]
    return results


def post(port: int, key: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Send a body and return status and answer; raises OSError where the server dies meanwhile."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (http.client.HTTPException, json.JSONDecodeError) as error:
        raise ConnectionResetError("the answer was cut off") from error
    finally:
        connection.close()
