"""The audit log: looked through, checked, exported. What belongs to no community is for admins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from api import sheets
from api.console.deeds import Teller
from api.console.guard import Admin, Operator
from api.console.page import language_of, page
from api.console.words import say
from api.pieces import pieces_of
from copilot.errors import InvalidInput
from copilot.ports import Entry
from copilot.service.audit import Audit, Search

router = APIRouter()

_PAGE = 50
_UTC = "UTC"
Format = Annotated[Literal["csv", "jsonl"], Path()]


def asked(
    who: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=100)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    words: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> dict[str, str | int | None]:
    """The form's fields as they were sent."""
    return {"who": who, "kind": kind, "since": since, "until": until, "words": words.strip(), "before": before}


Asked = Annotated[dict[str, str | int | None], Depends(asked)]


@router.get("/c/{community}/audit")
def show_audit(request: Request, visit: Operator, form: Asked) -> Response:
    """A page of a community's entries."""
    return _page(request, visit.community.id, visit.community.time_zone, form)


@router.get("/c/{community}/audit/export.{form}")
def export_audit(request: Request, visit: Operator, form: Format, fields: Asked) -> Response:
    """All entries that the form asks for."""
    return _export(request, _search(visit.community.id, visit.community.time_zone, fields), form)


@router.get("/audit")
def show_system_audit(request: Request, _admin: Admin, form: Asked) -> Response:
    """A page of what belongs to no community: accounts, keys, libraries."""
    return _page(request, "", _UTC, form)


@router.get("/audit/export.{form}")
def export_system_audit(request: Request, _admin: Admin, form: Format, fields: Asked) -> Response:
    """All entries that the form asks for."""
    return _export(request, _search("", _UTC, fields), form)


def _page(request: Request, community_id: str, time_zone: str, form: dict[str, str | int | None]) -> Response:
    audit, language = pieces_of(request).service.audit, language_of(request)
    problem = ""
    try:
        wanted = _search(community_id, time_zone, form)
    except InvalidInput:
        problem, wanted = say(language, "audit.bad_date"), Search(community_id)
    found = audit.page(wanted, _PAGE + 1)
    kept = {name: value for name, value in form.items() if value and name != "before"}
    return page(
        request,
        "audit/page.html",
        400 if problem else 200,
        entries=found[:_PAGE],
        chain=audit.check(datetime.now(UTC)),
        tell=Teller(language),
        actors=audit.actors(community_id),
        nouns=_nouns(audit, community_id),
        form=form,
        problem=problem,
        older=urlencode({**kept, "before": found[_PAGE - 1].number}) if len(found) > _PAGE else "",
        filtered=urlencode(kept),
        base=f"/console/c/{community_id}/audit" if community_id else "/console/audit",
        zone=time_zone,
    )


def _nouns(audit: Audit, community_id: str) -> list[str]:
    return list(dict.fromkeys(action.partition(".")[0] for action in audit.actions(community_id)))


def _search(community_id: str, time_zone: str, form: dict[str, str | int | None]) -> Search:
    """Read the form; days are the community's, the last one included. Raises InvalidInput for a date that is none."""
    zone = ZoneInfo(time_zone)
    until = _day(str(form["until"]), zone)
    before = form["before"]
    return Search(
        community_id,
        words=str(form["words"]),
        actor=str(form["who"]),
        action=f"{form['kind']}." if form["kind"] else "",
        since=_day(str(form["since"]), zone),
        until=until + timedelta(days=1) if until else None,
        before=before if isinstance(before, int) else None,
    )


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time.min, zone)
    except ValueError:
        raise InvalidInput("a date reads 2026-11-26", param="since") from None


def _export(request: Request, wanted: Search, form: str) -> Response:
    entries = pieces_of(request).service.audit.every(replace(wanted, before=None))
    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.{form}"
    if form == "jsonl":
        return sheets.download(json_lines(entries), name, "application/x-ndjson")
    return sheets.download(sheets.lines(rows(entries, Teller(language_of(request)))), name)


def json_lines(entries: Iterator[Entry]) -> Iterator[str]:
    """Entries as they are kept, one JSON object a line."""
    for entry in entries:
        body = {"number": entry.number, "at": entry.at.isoformat(), **asdict(entry.deed)}
        yield json.dumps({**body, "erased": entry.erased, "hash": entry.hash}, ensure_ascii=False) + "\n"


def rows(entries: Iterator[Entry], tell: Teller) -> Iterator[tuple[object, ...]]:
    """Entries as a table for people, what changed in words, with the codes beside it."""
    yield "number", "at", "actor", "action", "subject", "what", "change", "reason", "erased", "hash"
    for entry in entries:
        deed = entry.deed
        change = "; ".join(f"{each.field}: {each.before} → {each.after}" for each in tell.changes(deed))
        at = entry.at.isoformat(timespec="seconds")
        what = tell.what(deed.action)
        yield (
            entry.number,
            at,
            deed.actor,
            deed.action,
            deed.subject,
            what,
            change,
            deed.reason,
            entry.erased,
            entry.hash,
        )
