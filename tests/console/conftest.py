"""A signed-in client, and a real browser in front of a real server."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from api.app import create_app
from api.console import assets
from api.settings import Settings
from copilot.adapters.sql import Accounts
from copilot.people import Role
from copilot.service import Service
from copilot.types import Community

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"
COMMUNITY = Community("demo", "阳光花园业主群", "小区邻里", rules="1. 请勿发布广告。\n2. 请勿辱骂他人。")


@pytest.fixture
def service(make_service) -> Service:
    """A service with the community `demo`."""
    made = make_service()
    made.add_community(COMMUNITY)
    return made


@pytest.fixture
def make_account(accounts: Accounts) -> Callable[..., int]:
    """Make an account with a role in `demo` and the known password; returns its id."""

    def make(
        name: str = "小林", role: Role | None = Role.MODERATOR, *, admin: bool = False, language: str = "zh"
    ) -> int:
        account = accounts.create(name, PASSWORD, admin=admin, language=language)
        if role is not None:
            accounts.appoint(account.id, "demo", role)
        return account.id

    return make


class Console:
    """A client of the console that keeps its cookie and sends its token."""

    def __init__(self, client: TestClient, accounts: Accounts) -> None:
        self.client = client
        self.accounts = accounts
        self.csrf = ""

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        """Sign in and remember the token."""
        answer = self.client.post("/console/sign-in", data={"name": name, "password": password})
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get("/console/account").text)
        self.csrf = found[1] if found else ""
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """GET a page."""
        return self.client.get(f"/console{path}", **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """POST a form with the token."""
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return self.client.post(f"/console{path}", data=data or {}, headers=headers, **options)


@pytest.fixture
def make_console(make_client, make_account, service, accounts) -> Callable[..., Console]:
    """Build a console where somebody with this role has signed in; None leaves them outside."""

    def make(role: Role | None = Role.MODERATOR, name: str = "小林", **options: Any) -> Console:
        console = Console(make_client(None, service), accounts)
        if role is not None:
            make_account(name, role, **options)
            console.sign_in(name)
        return console

    return make


@dataclass(frozen=True)
class Live:
    """A server on a real port, with what it is made of."""

    url: str
    service: Service
    accounts: Accounts


@pytest.fixture
def live(database_url, service, keyring, accounts) -> Iterator[Live]:
    """The app under uvicorn in a thread."""
    if assets.missing():
        pytest.skip("the console's assets are not installed; `make setup` brings them in")
    app = create_app(Settings(database_url=database_url), service, keyring, accounts)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Live(f"http://127.0.0.1:{port}", service, accounts)
    server.should_exit = True
    server.force_exit = True
    thread.join(10)


@pytest.fixture(scope="module")  # no longer: while Playwright runs, so does an event loop in this thread
def browser() -> Iterator[Browser]:
    """Chromium of the system; downloads nothing."""
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium (Debian: apt-get install chromium fonts-noto-cjk)")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield found
        found.close()


class Seat:
    """Somebody sitting in front of a browser. What goes wrong in the page is collected in `problems`."""

    def __init__(self, live: Live, context: BrowserContext) -> None:
        self.live = live
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def open(self, path: str) -> Page:
        """Go to a page of the console and wait until it is quiet."""
        self.page.goto(f"{self.live.url}/console{path}", wait_until="load")
        return self.page

    def sign_in(self, name: str) -> Page:
        """Sign in through the form."""
        page = self.open("/sign-in")
        page.fill("input[name=name]", name)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def accessibility(self) -> list[str]:
        """What axe-core has to say against the page, WCAG 2 A and AA."""
        source = (assets.HERE / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
        self.page.evaluate(source)
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
        )
        return list(found)


@pytest.fixture
def make_seat(live, browser, make_account) -> Iterator[Callable[..., Seat]]:
    """Seat somebody with a role in `demo` in front of a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(
        role: Role = Role.MODERATOR, name: str = "小林", width: int = 1280, height: int = 800, **options: Any
    ) -> Seat:
        make_account(name, role, **options)
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
            )
        )
        seat = Seat(live, contexts[-1])
        seat.sign_in(name)
        return seat

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def shots(tmp_path: Path) -> Callable[[Seat, str], Path]:
    """Take a full-page screenshot, for people to look at."""

    def shoot(seat: Seat, name: str) -> Path:
        path = tmp_path / f"{name}.png"
        seat.page.screenshot(path=path, full_page=True)
        return path

    return shoot
