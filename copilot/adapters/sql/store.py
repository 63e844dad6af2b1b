"""The store port over SQL: one unit of work is one connection and at most one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from copilot.adapters.sql.appeals import SqlAppeals
from copilot.adapters.sql.audit import SqlAuditLog
from copilot.adapters.sql.cases import SqlCases
from copilot.adapters.sql.claims import SqlClaims
from copilot.adapters.sql.communities import SqlCommunities
from copilot.adapters.sql.conversation import SqlConversation
from copilot.adapters.sql.drafts import SqlDrafts
from copilot.adapters.sql.engine import translated
from copilot.adapters.sql.erasure import SqlErasures
from copilot.adapters.sql.feeds import SqlFeeds
from copilot.adapters.sql.figures import SqlFigures
from copilot.adapters.sql.joins import SqlJoins
from copilot.adapters.sql.measures import SqlOrders
from copilot.adapters.sql.notes import SqlNotes
from copilot.adapters.sql.plans import SqlPlans
from copilot.adapters.sql.queue import SqlQueue
from copilot.adapters.sql.reports import SqlReports
from copilot.adapters.sql.resolutions import SqlResolutions
from copilot.adapters.sql.retention import SqlRetentions
from copilot.adapters.sql.rules import rule_set_json, to_rule_set
from copilot.adapters.sql.safeguards import SqlSafeguards
from copilot.adapters.sql.scrub import scrub
from copilot.adapters.sql.spot_checks import SqlSpotChecks
from copilot.adapters.sql.surroundings import SqlSurroundings
from copilot.adapters.sql.tables import communities
from copilot.adapters.sql.versions import SqlVersions
from copilot.policy import CommunityPolicy
from copilot.ports.content import ContentStore
from copilot.ports.erasure import Scrubbed
from copilot.types import RuleSet


class SqlStore:
    """Opens units of work on a database. Safe to share between threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        """Start a unit; it commits when the block ends without error."""
        with translated(), self._engine.connect() as connection:
            yield SqlUnitOfWork(connection)
            connection.commit()

    def ping(self) -> None:
        """Ask the database for a sign of life; raises StoreUnavailable."""
        with translated(), self._engine.connect() as connection:
            connection.execute(sa.select(communities.c.id).limit(1))

    def scrub(self, *, rebuild: bool) -> Scrubbed:
        """Make what was deleted unreadable in the files too; with `rebuild` also what older versions left there."""
        return scrub(self._engine, rebuild=rebuild)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


class SqlUnitOfWork:
    """Reads and writes of one unit, by noun."""

    def __init__(self, connection: sa.Connection) -> None:
        self.communities = SqlCommunities(connection)
        self.cases = SqlCases(connection)
        self.resolutions = SqlResolutions(connection)
        self.audit = SqlAuditLog(connection)
        self.safeguards = SqlSafeguards(connection)
        self.rules = SqlVersions[RuleSet](connection, "rules", rule_set_json, to_rule_set)
        self.policies = SqlVersions[CommunityPolicy](connection, "policy", _policy_json, _to_policy)
        self.heads = SqlVersions[Mapping[str, Any]](connection, "head", dict, lambda _, body: body)
        self.queue = SqlQueue(connection)
        self.claims = SqlClaims(connection)
        self.surroundings = SqlSurroundings(connection)
        self.orders = SqlOrders(connection)
        self.reports = SqlReports(connection)
        self.appeals = SqlAppeals(connection)
        self.notes = SqlNotes(connection)
        self.figures = SqlFigures(connection)
        self.spot_checks = SqlSpotChecks(connection)
        self.erasures = SqlErasures(connection)
        self.retentions = SqlRetentions(connection)
        self.content = ContentStore(
            SqlDrafts(connection),
            SqlJoins(connection),
            SqlFeeds(connection),
            SqlPlans(connection),
            SqlConversation(connection),
        )


def _policy_json(policy: CommunityPolicy) -> Mapping[str, Any]:
    return policy.to_mapping()


def _to_policy(version: int, body: Mapping[str, Any]) -> CommunityPolicy:
    return CommunityPolicy.from_mapping(body, version)
