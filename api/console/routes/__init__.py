"""The console's pages, one module per area."""

from api.console.routes import account, audit, home, queue, retention, sign_in, trust

ROUTERS = (
    sign_in.router,
    home.router,
    account.router,
    queue.router,
    trust.router,
    audit.router,
    retention.router,
)
