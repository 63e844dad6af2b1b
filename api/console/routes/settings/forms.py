"""What the settings' forms have in common: typed values, problems beside their fields, the frame around a page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from api.console.guard import Visit
from api.console.page import language_of, page
from api.console.words import say
from copilot.people import Role

TABS = (
    ("basics", Role.OPERATOR),
    ("rules", Role.OPERATOR),
    ("policy", Role.OPERATOR),
    ("replay", Role.OPERATOR),
    ("learning", Role.OPERATOR),
    ("people", Role.OWNER),
    ("channels", Role.OPERATOR),
    ("retention", Role.OWNER),
)


class Typed:
    """A form as it was sent: strings only, none where nothing was typed."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, default: str = "") -> str:
        """One field, with the line breaks of a text file."""
        value = self._data.get(name, default)
        return value.replace("\r\n", "\n") if isinstance(value, str) else default

    def many(self, name: str) -> list[str]:
        """A field that may occur several times, such as ticked boxes."""
        return [value for value in self._data.getlist(name) if isinstance(value, str)]

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number that a control of ours sends; what is out of range is brought into it."""
        text = self.text(name)
        return min(max(int(text), low), high) if text.isdecimal() and len(text) < 12 else default

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))


async def _typed(request: Request) -> Typed:
    return Typed(await request.form())


Form = Annotated[Typed, Depends(_typed)]


@dataclass(slots=True)
class Problems:
    """What is wrong, by field, in the reader's language."""

    language: str
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, key: str, **values: object) -> None:
        """Say what is wrong with a field in the words of a key."""
        self.found[name].append(say(self.language, key, **values))

    def __bool__(self) -> bool:
        return bool(self.found)

    def of(self, name: str) -> list[str]:
        """What is wrong with a field."""
        return self.found.get(name, [])


def show(request: Request, visit: Visit, tab: str, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """Render a page of the settings with the others beside it."""
    done = request.query_params.get("done", "")
    return page(
        request,
        f"settings/{template}.html",
        status,
        tab=tab,
        tabs=[name for name, role in TABS if visit.role.includes(role) and _exists(name)],
        root=address(visit),
        done=f"settings.done.{done}" if done in _DONE else "",
        **{"problems": Problems(language_of(request)), **context},
    )


_DONE = (
    "saved",
    "trial",
    "promoted",
    "ended",
    "back",
    "resumed",
    "adopted",
    "forgotten",
    "added",
    "changed",
    "removed",
)


def _exists(name: str) -> bool:
    """Whether there is a page of this name: not every part of the console need be there."""
    from api.console.routes import ROUTERS  # which lists these modules, so not while they load

    path = f"/c/{{community}}/settings/{name}"
    return any(getattr(route, "path", "") == path for router in ROUTERS for route in router.routes)


def address(visit: Visit) -> str:
    """Where the settings of the community are."""
    return f"/console/c/{quote(visit.community.id)}/settings"


def back(visit: Visit, tab: str, done: str, version: int | None = None) -> RedirectResponse:
    """Return to a page after a change, which then says what was done, and shows a version."""
    chosen = "" if version is None else f"&from={version}"
    return RedirectResponse(f"{address(visit)}/{tab}?done={done}{chosen}", 303)


def fragment(request: Request, visit: Visit, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a part of a page."""
    return page(request, f"settings/{template}.html", status, root=address(visit), **context)
