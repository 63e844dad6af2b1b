"""What a community is: name, theme, words and domains of its own, with a box to try them out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import Operator, Visit
from api.console.page import language_of
from api.console.routes.settings.forms import Form, Problems, Typed, back, fragment, show
from api.console.routes.settings.trying import tried
from api.pieces import pieces_of
from copilot.errors import Conflict
from copilot.signals.lists import Lines, broad, read_domains, read_examples, read_words
from copilot.types import LABELS, Community

router = APIRouter(prefix="/c/{community}/settings")

LISTS = ("on_topic_examples", "deny_keywords", "allow_keywords", "deny_domains", "allow_domains")
_FIELDS = ("name", "theme", "commerce", "time_zone", "libraries", *LISTS)
_LONGEST_NAME, _LONGEST_THEME = 100, 2000
_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "UTC")


@dataclass(slots=True)
class Basics:
    """The form as typed, with what could be read of it."""

    values: dict[str, Any]
    problems: Problems
    read: dict[str, Any] = field(default_factory=dict)

    def applied(self, community: Community) -> Community:
        """The community as it would be."""
        return replace(community, **self.read)


@router.get("")
def show_settings(visit: Operator) -> Response:
    """The first of the pages."""
    return RedirectResponse(f"/console/c/{visit.community.id}/settings/basics", 303)


@router.get("/basics")
def show_basics(request: Request, visit: Operator) -> Response:
    """What is in force."""
    return _page(request, visit, _written(visit.community), seen_of(visit.community))


@router.post("/basics")
def save_basics(request: Request, visit: Operator, form: Form) -> Response:
    """Keep what was typed, unless a field is wrong or somebody else has changed it meanwhile."""
    basics = read_basics(form, language_of(request))
    seen = form.text("seen")
    if basics.problems:
        return _page(request, visit, basics.values, seen, 400, problems=basics.problems)

    def change(now: Community) -> Community:
        if seen_of(now) != seen:
            raise Conflict("somebody else has changed these settings meanwhile", param="seen")
        return basics.applied(now)

    service = pieces_of(request).service
    try:
        service.change_community(visit.community.id, change, visit.actor)
    except Conflict:
        now = service.community(visit.community.id)
        theirs = [name for name in _FIELDS if _written(now)[name] != basics.values[name]]
        return _page(request, visit, basics.values, seen_of(now), 409, theirs=theirs, now=_written(now))
    return back(visit, "basics", "saved")


@router.post("/basics/try")
def try_basics(request: Request, visit: Operator, form: Form) -> Response:
    """Judge a message by what is in force and by what is typed."""
    basics = read_basics(form, language_of(request))
    if basics.problems:
        return fragment(request, visit, "tried", 400, problems=basics.problems, sides=())
    return tried(request, visit, form, lambda charter: replace(charter, community=basics.applied(charter.community)))


def read_basics(form: Typed, language: str) -> Basics:
    """Read the form; every wrong line is named, and nothing typed is lost."""
    values: dict[str, Any] = {name: form.text(name) for name in ("name", "theme", "time_zone", *LISTS)}
    values |= {"commerce": form.ticked("commerce"), "libraries": sorted(set(form.many("libraries")))}
    basics = Basics(values, Problems(language))
    name, theme = values["name"].strip(), values["theme"].strip()
    if not 1 <= len(name) <= _LONGEST_NAME:
        basics.problems.add("name", "settings.basics.name_wrong", most=_LONGEST_NAME)
    if len(theme) > _LONGEST_THEME:
        basics.problems.add("theme", "settings.basics.theme_wrong", most=_LONGEST_THEME, length=len(theme))
    if not _is_zone(values["time_zone"]):
        basics.problems.add("time_zone", "settings.basics.zone_wrong")
    basics.read = {
        "name": name,
        "theme": theme,
        "time_zone": values["time_zone"],
        "commerce": values["commerce"],
        "libraries": tuple(values["libraries"]),
    }
    for list_name in LISTS:
        basics.read[list_name] = _entries(list_name, values[list_name], basics.problems)
    return basics


def _entries(name: str, text: str, problems: Problems) -> tuple[str, ...]:
    lines = _lines(name, text)
    for problem in lines.problems:
        named = ", ".join(LABELS)
        problems.add(name, f"settings.fault.{problem.fault}", line=problem.line, part=problem.part, labels=named)
    return lines.entries


def _lines(name: str, text: str) -> Lines:
    if name.endswith("domains"):
        return read_domains(text)
    return read_examples(text) if name == "on_topic_examples" else read_words(text, labelled=name == "deny_keywords")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _written(community: Community) -> dict[str, Any]:
    """The community as the form shows it."""
    values = {name: value for name, value in asdict(community).items() if name in _FIELDS}
    lists = {name: "\n".join(values[name]) for name in LISTS}
    return {**values, **lists, "libraries": sorted(values["libraries"])}


def seen_of(community: Community) -> str:
    """What stands for the settings that somebody saw before changing them."""
    text = json.dumps(_written(community), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _page(
    request: Request, visit: Visit, values: dict[str, Any], seen: str, status: int = 200, /, **context: Any
) -> Response:
    sizes = pieces_of(request).service.libraries.sizes()
    zones = [*_ZONES, *sorted(available_timezones() - set(_ZONES))]
    deny = read_words(values["deny_keywords"], labelled=True).entries
    return show(
        request,
        visit,
        "basics",
        "basics",
        status,
        **{"theirs": (), "now": {}, **context},
        values=values,
        seen=seen,
        zones=zones,
        sizes={**dict.fromkeys(values["libraries"], 0), **sizes},
        broad=broad(deny),
        labels=LABELS,
        lists=LISTS,
    )
