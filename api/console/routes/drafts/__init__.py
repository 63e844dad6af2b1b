"""Content: the calendar, the editor of a draft, what it takes to write one, and how a community speaks."""

from api.console.routes.drafts import calendar, editor, new, performance, plans, voice

ROUTERS = (
    calendar.router,
    performance.router,
    voice.router,
    plans.router,
    new.router,
    editor.router,  # last: its paths begin with a number
)
