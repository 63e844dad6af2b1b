"""Who of the people with an account may do what in a community."""

from __future__ import annotations

from copilot.adapters.sql import Accounts
from copilot.people import Role
from copilot.policy.assignment import Bench


def bench_of(accounts: Accounts, community_id: str) -> Bench:
    """Who may answer appeals of a community."""
    able = [account for account in accounts.all() if not account.disabled]
    moderators = [a.name for a in able if (role := a.roles.get(community_id)) and role.includes(Role.MODERATOR)]
    return Bench(tuple(moderators), tuple(a.name for a in able if a.admin and a.name not in moderators))
