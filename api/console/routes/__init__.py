"""The console's pages, one module per area."""

from api.console.routes import account, home, queue, sign_in, trust

ROUTERS = (
    sign_in.router,
    home.router,
    account.router,
    queue.router,
    trust.router,
)
