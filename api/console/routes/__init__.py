"""The console's pages, one module per area."""

from api.console.routes import account, drafts, home, queue, settings, sign_in

ROUTERS = (
    sign_in.router,
    home.router,
    account.router,
    queue.router,
    *settings.ROUTERS,
    *drafts.ROUTERS,
)
