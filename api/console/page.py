"""Render templates: autoescaped, in the reader's language, with the assets' addresses and the CSRF token at hand."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.console.words import LANGUAGES, say
from copilot import __version__
from copilot.masking import parts, private_in_text, typed
from copilot.people import Role

HERE = Path(__file__).parent
STATIC = HERE / "static"

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a whole page or a fragment.

    Templates find `t(key, **values)` for words, `asset(name)` for addresses, `when(time)` for local times,
    `typed_parts(case, shown, evidence)` for what a member typed (parts/typed.html draws them), `veiled(text)` for other
    texts of members, `account` and `csrf` (None and "" where nobody is signed in), `visit` (None outside a community),
    `may(role)`, and what `context` adds.
    Its `language` and `time_zone` stand in for the account's and the community's.
    """
    language = context.pop("language", None) or language_of(request)
    session = getattr(request.state, "session", None)
    visit = getattr(request.state, "visit", None)
    time_zone = context.pop("time_zone", None) or (visit.community.time_zone if visit else "Asia/Shanghai")
    text = _environment.get_template(template).render(
        lang=language,
        t=partial(say, language),
        asset=asset,
        when=partial(_when, time_zone),
        account=session.account if session else None,
        csrf=session.csrf if session else "",
        visit=visit,
        veiled=partial(_veiled, language),
        typed_parts=lambda case, shown, evidence: typed(case, shown=shown, evidence=evidence),
        may=lambda role: visit is not None and visit.role.includes(Role(role)),
        path=request.url.path,
        version=__version__,
        **context,
    )
    # members' clients send halves of surrogate pairs, for which UTF-8 has no form
    return HTMLResponse(text.encode("utf-8", "replace"), status)


def language_of(request: Request) -> str:
    """The account's language, or before signing in the browser's."""
    session = getattr(request.state, "session", None)
    if session is not None and session.account.language in LANGUAGES:
        return str(session.account.language)
    return "zh" if request.headers.get("accept-language", "zh").lower().startswith("zh") else "en"


@cache
def asset(name: str) -> str:
    """The address of a static file, changing with its content so that browsers may keep it for good."""
    path = STATIC / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"
    return f"/console/static/{name}?v={digest}"


def _veiled(language: str, text: str) -> str:
    """A text with words in place of the personal data in it, for where it is only beside the matter."""
    found = parts(text, (), private_in_text(text))
    return "".join(
        part.text or say(language, "private.in_text", kind=say(language, f"private.{part.kind}")) for part in found
    )


def _when(time_zone: str, at: datetime | None, style: str = "%m-%d %H:%M") -> str:
    return "" if at is None else at.astimezone(ZoneInfo(time_zone)).strftime(style)
