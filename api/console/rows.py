"""The queue's list as its templates need it: which cases are wanted, in words and numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from api import demo
from api.console.cards import card_context
from api.console.guard import Visit
from api.console.words import say
from copilot.errors import InvalidInput
from copilot.people import Role
from copilot.ports import Cursor, Stage, Wanted
from copilot.service import Service
from copilot.service.queue import QueuePage
from copilot.types import LABELS, Case, Label

Kind = Literal["open", "checking", "escalated", "skipped"]


class Filter(BaseModel):
    """What the address of the queue asks for: where the page before ended (`after`), or chosen cases (`only`)."""

    kind: Kind = "open"
    label: Label | Literal[""] = ""
    author: str = Field("", max_length=200)
    scope: Literal["", "all"] = ""
    after: str = Field("", max_length=100)
    only: list[Annotated[int, Field(ge=1, lt=2**63)]] = Field(default_factory=list, max_length=200)

    def wanted(self, service: Service, visit: Visit) -> Wanted:
        """The same for the service. Owners see what was escalated among the rest."""
        stages = {
            "checking": (Stage.CHECKING,),
            "escalated": (Stage.ESCALATED,),
        }.get(self.kind) or ((Stage.OPEN, Stage.ESCALATED) if visit.role is Role.OWNER else (Stage.OPEN,))
        return Wanted(
            communities=communities_of(service, visit, self.scope),
            account=visit.actor,
            stages=stages,
            label=Label(self.label) if self.label else None,
            author=self.author or None,
            skipped=True if self.kind == "skipped" else None,
        )

    def cursor(self) -> Cursor | None:
        """The place that `after` names; raises InvalidInput."""
        if not self.after:
            return None
        try:
            skipped, rank, case_id = self.after.split("_")
            return Cursor(skipped == "1", float.fromhex(rank), int(case_id) % 2**63)
        except ValueError:
            raise InvalidInput("this is no place in the queue", param="after") from None


def communities_of(service: Service, visit: Visit, scope: str) -> tuple[str, ...]:
    """The one that is visited, or all in which whoever looks has a role."""
    if scope != "all":
        return (visit.community.id,)
    return tuple(c.id for c in service.communities() if visit.account.role_in(c.id))


def rows_context(service: Service, visit: Visit, wanted: Filter) -> dict[str, Any]:
    """What `queue/rows.html` shows."""
    if wanted.only:
        found = service.queue.rows(visit.community.id, wanted.only, visit.actor)
    else:
        found = service.queue.page(wanted.wanted(service, visit), wanted.cursor())
    return _rows(service, visit, wanted, found)


def page_context(service: Service, visit: Visit, wanted: Filter, language: str) -> dict[str, Any]:
    """What `queue/page.html` shows: the list, and the first card that nobody else looks at."""
    found = service.queue.page(wanted.wanted(service, visit), wanted.cursor())
    free = [w for w, _ in found.rows if w.case_id not in found.claims or found.claims[w.case_id].holder == visit.actor]
    first = free[0] if free and free[0].community == visit.community.id else None
    card = (
        card_context(service.cards.card(first.community, first.case_id, visit.actor), visit, language) if first else {}
    )
    return {
        **_rows(service, visit, wanted, found),
        **card,
        "first": first.case_id if first else None,
        "counts": found.counts,
        "open_count": found.counts.stages[Stage.OPEN],
        "labels": LABELS,
        "words": json.dumps({key: say(language, f"queue.js.{key}") for key in _JS_WORDS}, ensure_ascii=False),
        "has_more_communities": len(communities_of(service, visit, "all")) > 1,
        "may_load_demo": visit.role is Role.OWNER and visit.community.id == demo.COMMUNITY.id,
    }


def mark_now() -> str:
    """The moment of a page, as its stream of events takes it."""
    return str(int(datetime.now(UTC).timestamp() * 1_000_000))


def _rows(service: Service, visit: Visit, wanted: Filter, found: QueuePage) -> dict[str, Any]:
    now, zone = datetime.now(UTC), ZoneInfo(visit.community.time_zone)
    names = {c.id: c.name for c in service.communities()} if wanted.scope == "all" else {}
    rows = [
        {
            "waiting": waiting,
            "summary": summary(case),
            "at": at,
            "style": "%H:%M" if at.astimezone(zone).date() == now.astimezone(zone).date() else "%m-%d",
            "level": waiting.urgency.level(now).value,
            "held": claim.holder if claim and claim.holder != visit.actor else "",
            "community_name": names.get(waiting.community, ""),
        }
        for waiting, case in found.rows
        for claim in [found.claims.get(waiting.case_id)]
        for at in [case.message.sent_at or case.received_at]
    ]
    more = found.more
    return {
        "rows": rows,
        "wanted": wanted,
        "more": _place(more) if more else "",
    }


def _place(cursor: Cursor) -> str:
    """A place in the queue as `Filter.cursor` reads it; a plus sign would be a blank in an address."""
    rank = cursor.rank.hex().replace("+", "")
    return f"{int(cursor.skipped)}_{rank}_{cursor.case_id}"


def summary(case: Case) -> str:
    """The first words of a message, or of what it quotes."""
    text = " ".join((case.message.text.strip() or case.message.quoted).split())
    return text[:80]


_JS_WORDS = (
    "approve",
    "remind",
    "warn",
    "mute",
    "remove",
    "expel",
    "skip",
    "escalate",
    "check",
    "undone",
    "nothing_to_undo",
    "together",
    "failed",
    "offline",
    "back",
    "left",
    "new",
    "held",
    "gone",
    "taken",
    "overrule",
    "relabelled",
    "crowded",
    "last",
    "copied",
)
