"""Visits to feeds: conditional, bounded in time, size and redirects, and only to addresses that were checked."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin

import httpx2

from copilot.adapters.feeds.addresses import Allowed, Target, check_url, permitted
from copilot.drafting.feeds.reading import LARGEST
from copilot.drafting.feeds.state import FeedState, failed, succeeded
from copilot.errors import InvalidInput

AGENT = "community-copilot (feed reader)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one visit may take: seconds in all, bytes after decompression, redirects; and visits at a time."""

    seconds: float = 20.0
    bytes: int = LARGEST
    redirects: int = 5
    at_a_time: int = 8


class Outcome(StrEnum):
    """How a visit went: something came, nothing has changed, it failed, or it is not time yet."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Fetched:
    """One visit: the state to keep and, where something came, the body, its declared type, and where it came from."""

    state: FeedState
    outcome: Outcome
    body: bytes = b""
    content_type: str = ""
    url: str = ""


class _Unusable(Exception):
    """The server answered with something that is no use; `wait` is what it asked for."""

    def __init__(self, message: str, *, wait: timedelta | None = None, gone: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.gone = gone


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a visit has got to: the URL in turn, and where the feed lives for good as far as redirects said so."""

    url: str
    settled: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class FeedFetcher:
    """Fetches feeds, several at a time. `tls` replaces the usual trust in certificates. No proxy of the environment is
    used, since it would connect where nobody checked."""

    allowed: Allowed = field(default_factory=Allowed)
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    resolve: Resolve | None = None

    def fetch(self, states: Sequence[FeedState], now: datetime) -> list[Fetched]:
        """Visit each feed that is due; one result per state, in order. No failure of a feed leaves here."""
        return asyncio.run(self.fetch_async(states, now))

    async def fetch_async(self, states: Sequence[FeedState], now: datetime) -> list[Fetched]:
        """The same inside a running event loop."""
        if not any(state.due(now) for state in states):
            return [Fetched(state, Outcome.WAITING) for state in states]
        turn = asyncio.Semaphore(self.limits.at_a_time)
        threads = ThreadPoolExecutor(self.limits.at_a_time, thread_name_prefix="feeds-dns")
        try:
            async with self._client() as client:
                resolve = self.resolve or _resolver(threads)
                visits = [self._visit(client, resolve, turn, state, now) for state in states]
                return list(await asyncio.gather(*visits))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            verify=self.tls if self.tls is not None else True,
            trust_env=False,
            follow_redirects=False,
            timeout=self.limits.seconds,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx2.Limits(max_keepalive_connections=0),  # hosts that share an address share no connection
        )

    async def _visit(
        self, client: httpx2.AsyncClient, resolve: Resolve, turn: asyncio.Semaphore, state: FeedState, now: datetime
    ) -> Fetched:
        if not state.due(now):
            return Fetched(state, Outcome.WAITING)
        async with turn:
            try:
                async with asyncio.timeout(self.limits.seconds):
                    return await self._follow(client, resolve, state, now)
            except _Unusable as error:
                return Fetched(failed(state, now, str(error), wait=error.wait, gone=error.gone), Outcome.FAILED)
            except InvalidInput as error:
                return Fetched(failed(state, now, error.message), Outcome.FAILED)
            except TimeoutError:
                said = f"{self.limits.seconds:g} 秒内没有答完 / no full answer within {self.limits.seconds:g} s"
                return Fetched(failed(state, now, said), Outcome.FAILED)
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError, zlib.error, ssl.SSLError) as error:
                said = f"连不上 / cannot be reached: {type(error).__name__}: {error}"
                return Fetched(failed(state, now, said), Outcome.FAILED)

    async def _follow(self, client: httpx2.AsyncClient, resolve: Resolve, state: FeedState, now: datetime) -> Fetched:
        way = _Way(state.moved_to or state.url, state.moved_to or state.url, for_good=True)
        for _ in range(self.limits.redirects + 1):
            found = await self._ask(client, resolve, state, way, now)
            if isinstance(found, Fetched):
                return found
            way = found
        raise _Unusable(f"转了超过 {self.limits.redirects} 次 / redirected more than {self.limits.redirects} times")

    async def _ask(
        self, client: httpx2.AsyncClient, resolve: Resolve, state: FeedState, way: _Way, now: datetime
    ) -> Fetched | _Way:
        target = check_url(way.url, self.allowed)
        names = [str(target.literal)] if target.literal else await resolve(target.host, target.port)
        address = permitted(target, names, self.allowed)[0]
        extensions = {"sni_hostname": target.host} if target.scheme == "https" and not target.literal else {}
        headers = _headers(target, state)
        async with client.stream("GET", target.at(address), headers=headers, extensions=extensions) as response:
            if response.status_code in _REDIRECTS:
                return _redirected(way, response)
            moved = way.settled if way.settled != state.url else ""
            etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
            validators = {"etag": etag[:500], "modified": modified[:100], "moved_to": moved}
            if response.status_code == 304:
                return Fetched(succeeded(state, now, changed=False, **validators), Outcome.UNCHANGED)
            if response.status_code != 200:
                raise _refusal(response, now)
            body = await _body(response, self.limits.bytes)
            kind = response.headers.get("content-type", "")[:200]
            return Fetched(succeeded(state, now, changed=True, **validators), Outcome.FETCHED, body, kind, target.url)


def _headers(target: Target, state: FeedState) -> dict[str, str]:
    conditions = {"If-None-Match": state.etag, "If-Modified-Since": state.modified}
    return {
        "Host": target.authority,
        "User-Agent": AGENT,
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip, deflate",
    } | {name: value for name, value in conditions.items() if value}


def _resolver(threads: ThreadPoolExecutor) -> Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        return list(dict.fromkeys(str(place[4][0]) for place in found))

    return resolve


def _redirected(way: _Way, response: httpx2.Response) -> _Way:
    location = response.headers.get("location", "")
    if not location:
        raise _Unusable("转向却没说去哪里 / redirected to nowhere")
    target = urljoin(way.url, location)
    for_good = way.for_good and response.status_code in _FOR_GOOD
    return _Way(target, target if for_good else way.settled, for_good)


def _refusal(response: httpx2.Response, now: datetime) -> _Unusable:
    status = response.status_code
    return _Unusable(
        f"HTTP {status}", wait=_retry_after(response.headers.get("retry-after", ""), now), gone=status == 410
    )


def _retry_after(said: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, 10.2.3); None for anything else or the past."""
    if said.isascii() and said.isdigit() and len(said) < 9:
        return timedelta(seconds=int(said))
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None


async def _body(response: httpx2.Response, most: int) -> bytes:
    """Read and decompress an answer; never holds more than `most` bytes and one packet."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in _WINDOW:
        raise _Unusable(f"不认识的压缩方式 {encoding} / unknown content encoding")
    inflate = zlib.decompressobj(_WINDOW[encoding]) if _WINDOW[encoding] else None
    body = bytearray()
    async for packet in response.aiter_raw():
        body += packet if inflate is None else inflate.decompress(packet, most + 1 - len(body))
        if len(body) > most:
            raise _Unusable(f"超过 {most} 字节 / more than {most} bytes")
    if inflate is not None and not inflate.eof:
        raise _Unusable("压缩内容不完整 / the compressed body is cut short")
    return bytes(body)


_COMPRESSED = zlib.MAX_WBITS | 32
"""With 32 added zlib tells gzip and zlib apart by itself."""
_WINDOW = {"identity": 0, "": 0, "gzip": _COMPRESSED, "x-gzip": _COMPRESSED, "deflate": _COMPRESSED}
