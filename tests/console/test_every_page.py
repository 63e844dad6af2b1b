"""Every page that links lead to: fit for screen readers, for a phone, and for hostile text in every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urldefrag, urlsplit

import pytest

from copilot.people import Role
from copilot.ports import State
from copilot.types import Community, Decision, Label, Message

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "'><svg onload=window.hacked=1>",
    "javascript:window.hacked=1//",
    "</textarea><script>window.hacked=1</script>",
    "</title><script>window.hacked=1</script>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    '<a href="javascript:window.hacked=1">点我</a>',
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "\u202e<b onmouseover=window.hacked=1>",
    "<div hx-get=/console/sign-in hx-trigger=load>",
)
_MOST_PAGES = 60


@pytest.fixture
def hostile(service) -> None:
    """Hostile text wherever a member or an admin can put some."""
    together = " ".join(HOSTILE)
    service.change_community(
        "demo", lambda old: Community("demo", f"群{HOSTILE[1]}", f"邻里 {together}", deny_keywords=(HOSTILE[0],))
    )
    service.rulebook.put(
        "demo", "\n".join(f"{n}. 禁止广告 {text}" for n, text in enumerate(HOSTILE, 1)), State.LIVE, "小林"
    )
    messages = [
        Message(f"{n}{text}"[:60], f"广告 {text}", "demo", f"成员{text}", quoted=text, roles=(text,))
        for n, text in enumerate(HOSTILE)
    ]
    for case in service.ingest(messages)[:4]:
        service.review.resolve(case.id, Decision.REMOVE, [Label.ADS], measure=None, actor=HOSTILE[0], reason=together)


def crawl(seat, start: str) -> Iterator[str]:
    """Open one page after the other, following links within the console."""
    waiting, seen = [start], {start}
    while waiting and len(seen) < _MOST_PAGES:
        path = waiting.pop(0)
        seat.open(path)
        yield path
        for href in seat.page.eval_on_selector_all("a[href]", "found => found.map(a => a.href)"):
            url = urlsplit(urldefrag(href)[0])
            if url.netloc != urlsplit(seat.live.url).netloc or not url.path.startswith("/console/"):
                continue
            shape = url.path.removeprefix("/console")  # one page of each kind is enough, whatever its filters
            if shape not in seen and not shape.endswith((".csv", ".jsonl", "/export")):
                seen.add(shape)
                waiting.append(shape)


def test_no_page_runs_what_members_or_admins_wrote(make_seat, hostile):
    seat = make_seat(Role.OWNER, f"林{HOSTILE[2]}"[:60].replace(":", ""))
    visited = []
    for path in crawl(seat, "/c/demo/queue"):
        seat.page.wait_for_timeout(50)
        assert seat.page.evaluate("window.hacked") is None, f"{path} ran a member's script"
        visited.append(path)
    assert len(visited) >= 2
    assert seat.problems == []


def check_every_page(seat, check: Callable[[str], None]) -> None:
    for path in crawl(seat, "/c/demo/queue"):
        check(path)
    assert seat.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_keeps_to_wcag_aa(make_seat, service, scheme):
    service.ingest([Message("1", "广告加我", "demo", "小王"), Message("2", "可疑的消息", "demo", "小李")])
    seat = make_seat(Role.OWNER)
    seat.page.emulate_media(color_scheme=scheme)

    def sound(path: str) -> None:
        found = seat.accessibility()
        assert found == [], f"{path}: {found}"

    check_every_page(seat, sound)


def test_no_page_is_wider_than_a_phone(make_seat, service):
    service.ingest([Message("1", f"广告{'长' * 300}" + "x" * 300, "demo", "很长的名字" * 10)])
    seat = make_seat(Role.OWNER, width=390, height=844)

    def fits(path: str) -> None:
        wide = seat.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"

    check_every_page(seat, fits)
