"""The bytes of a feed (RSS, Atom, JSON Feed), read into facts. Never fetches anything, whatever the bytes say."""

from __future__ import annotations

import calendar
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.drafting.feeds.links import entry_link, normal_link
from copilot.drafting.feeds.plain import plain
from copilot.drafting.likeness import content
from copilot.drafting.types import Fact, Origin
from copilot.errors import InvalidInput

MOST_ENTRIES = 200
LONGEST_TITLE = 120
LARGEST = 4 * 1024 * 1024
"""Bytes of a feed, after decompression, that are read at most."""
_MOST_TAGS = 100_000
"""Parsing takes some ten microseconds a tag, whoever wrote them."""

_AHEAD = timedelta(hours=1)
_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml.{0,300}?\?>", re.DOTALL)
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DATES = ("published_parsed", "updated_parsed", "created_parsed")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "iso-8859-1": "windows-1252"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read: its title, its entries in its own order, and how many had to be left out.

    Left out are entries without a title or a link that may be published, repetitions, and what is beyond the limit.
    """

    title: str
    entries: tuple[Fact, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Raw:
    title: str
    link: str
    at: datetime | None


def read_feed(body: bytes, url: str, now: datetime, content_type: str = "", most: int = MOST_ENTRIES) -> Feed:
    """Read a feed that was fetched from `url`, which relative links start from.

    Entries become facts of origin FEED: `text` is the title in plain text, `by` the feed's title, `url` the link, `at`
    the date in UTC, None where it is missing, impossible or in the future. They are data and never trusted.
    Raises InvalidInput (`feed`) for what is no feed, is too large, or declares entities of its own.
    """
    if len(body) > LARGEST:
        raise InvalidInput(f"a feed has at most {LARGEST} bytes, this one {len(body)}", param="feed")
    text = _decoded(body, content_type)
    title, raw = _json_feed(text) if text.lstrip()[:1] == "{" else _xml_feed(text)
    name = plain(title, 60)
    found = list(_facts(raw[:most], url, name, now))
    return Feed(name, tuple(found), len(raw) - len(found))


def _decoded(body: bytes, content_type: str) -> str:
    """Decode by byte order mark, else by whichever fits first: UTF-8, what the document declares, what the server
    declares, GB 18030. Text in another encoding is hardly ever valid UTF-8, while declarations are often wrong. Pure
    ASCII goes by its declaration. What fits none is read as UTF-8 with replacement characters."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared, charset = _DECLARED.search(body[:400]), _CHARSET.search(content_type)
    named = [declared[1].decode("ascii").lower() if declared else "", charset[1].lower() if charset else ""]
    wider = [_WIDER.get(name, name) for name in named if name]
    for encoding in [*wider, "utf-8"] if body.isascii() else ["utf-8", *wider, "gb18030"]:
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")


def _xml_feed(text: str) -> tuple[str, list[_Raw]]:
    import feedparser  # a twentieth of a second that a process without feeds saves

    if text.count("<") > _MOST_TAGS:
        raise InvalidInput(f"a feed has at most {_MOST_TAGS} tags", param="feed")
    if _ENTITY.search(text):
        raise InvalidInput("a feed may declare no entities of its own", param="feed")
    # a stream, since feedparser opens anything else as a URL or a file
    source = io.BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    found = feedparser.parse(source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not found.get("version") and not found.entries:
        raise InvalidInput("this is no RSS, Atom or JSON feed", param="feed")
    return str(found.feed.get("title", "")), [_xml_entry(entry) for entry in found.entries]


def _xml_entry(entry: Mapping[str, Any]) -> _Raw:
    dates = (entry.get(key) for key in _DATES if key in entry)  # asking for one it lacks warns
    parsed = next((date for date in dates if date), None)
    guid = str(entry.get("id", ""))
    link = str(entry.get("link", "")) or (guid if guid.startswith(("http://", "https://")) else "")
    return _Raw(str(entry.get("title", "")) or str(entry.get("summary", "")), link, _from_struct(parsed))


def _from_struct(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError):
        return None


def _json_feed(text: str) -> tuple[str, list[_Raw]]:
    """JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("this is no RSS, Atom or JSON feed", param="feed") from error
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list):
        raise InvalidInput("this is no RSS, Atom or JSON feed", param="feed")
    return _word(found, "title"), [_json_entry(item) for item in items if isinstance(item, dict)]


def _json_entry(item: Mapping[str, Any]) -> _Raw:
    said = _word(item, "title") or _word(item, "summary") or _word(item, "content_text") or _word(item, "content_html")
    dated = _word(item, "date_published") or _word(item, "date_modified")
    try:
        at = datetime.fromisoformat(dated)
    except ValueError:
        at = None
    link = _word(item, "url") or _word(item, "external_url") or _word(item, "id")
    return _Raw(said, link if "://" in link or link.startswith("/") else "", at if at and at.tzinfo else None)


def _word(of: Mapping[str, Any], key: str) -> str:
    value = of.get(key)
    return value if isinstance(value, str) else ""


def _facts(raw: list[_Raw], url: str, name: str, now: datetime) -> Iterator[Fact]:
    """Yield each entry once. Where several share a link, as in feeds that link to their front page, titles tell them
    apart."""
    links = [entry_link(entry.link, url) if entry.link else "" for entry in raw]
    shared = Counter(links)
    seen: set[str] = set()
    for entry, link in zip(raw, links, strict=True):
        title = plain(entry.title, LONGEST_TITLE)
        if not link or not content(title):
            continue
        key = normal_link(link) + ("\n" + content(title) if shared[link] > 1 else "")
        identity = f"feed:{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if identity not in seen:
            seen.add(identity)
            yield Fact(identity, Origin.FEED, title, by=name, at=_possible(entry.at, now), url=link)


def _possible(at: datetime | None, now: datetime) -> datetime | None:
    """A date within living memory of the web and not in the future, in UTC."""
    return at.astimezone(UTC) if at and _OLDEST <= at <= now + _AHEAD else None
