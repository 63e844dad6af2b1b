"""What a running app is made of, as routes and dependencies find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fastapi import Request

from api.limits import RateLimit
from api.metrics import Metrics
from api.settings import Settings
from copilot.adapters.sql import Accounts, Key
from copilot.service import Service


class Keys(Protocol):
    """Checks API keys."""

    def verify(self, plain: str) -> Key | None:
        """Whose key this is, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """The parts of one app."""

    service: Service
    keyring: Keys
    accounts: Accounts
    rate_limit: RateLimit
    sign_in_limit: RateLimit
    address_limit: RateLimit
    metrics: Metrics
    settings: Settings


def pieces_of(request: Request) -> Pieces:
    """The parts of the app that serves this request."""
    found: Pieces = request.app.state.pieces
    return found
