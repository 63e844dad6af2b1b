"""The console's pages, one module per area."""

from api.console.routes import (
    account,
    appeals,
    audit,
    case,
    drafts,
    home,
    member,
    queue,
    retention,
    settings,
    sign_in,
    trust,
)

ROUTERS = (
    sign_in.router,
    home.router,
    account.router,
    queue.router,
    *settings.ROUTERS,
    case.router,
    appeals.router,
    member.router,
    trust.router,
    audit.router,
    retention.router,
    *drafts.ROUTERS,
)
