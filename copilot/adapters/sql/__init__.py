"""The store on SQLite or PostgreSQL, one implementation for both."""

from copilot.adapters.sql.accounts import Accounts, Session
from copilot.adapters.sql.engine import connect
from copilot.adapters.sql.keys import Key, KeyInfo, KeyRing
from copilot.adapters.sql.ledger import SqlLedger
from copilot.adapters.sql.migrate import is_current, upgrade
from copilot.adapters.sql.people import Member, People
from copilot.adapters.sql.store import SqlStore

__all__ = [
    "Accounts",
    "Key",
    "KeyInfo",
    "KeyRing",
    "Member",
    "People",
    "Session",
    "SqlLedger",
    "SqlStore",
    "connect",
    "is_current",
    "upgrade",
]
