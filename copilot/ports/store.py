"""The transaction around everything that is kept, one small protocol per noun."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from copilot.ports.appeals import Appeals
from copilot.ports.audit import AuditLog
from copilot.ports.cases import Cases, Communities, Resolutions
from copilot.ports.content import ContentStore
from copilot.ports.erasure import Erasures, Retentions, Scrubbed
from copilot.ports.figures import Figures, SpotChecks
from copilot.ports.measures import Orders
from copilot.ports.notes import Notes
from copilot.ports.queue import Claims, Surroundings, WaitingCases
from copilot.ports.reports import Reports
from copilot.ports.safeguards import Safeguards
from copilot.ports.versions import Versioned
from copilot.types import RuleSet

if TYPE_CHECKING:
    from copilot.policy import CommunityPolicy


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept when the block ends without error, or nothing."""

    @property
    def communities(self) -> Communities:
        """The communities."""
        ...

    @property
    def cases(self) -> Cases:
        """Their cases."""
        ...

    @property
    def resolutions(self) -> Resolutions:
        """What people decided about them."""
        ...

    @property
    def audit(self) -> AuditLog:
        """What everybody did."""
        ...

    @property
    def safeguards(self) -> Safeguards:
        """Circuit breakers and watches."""
        ...

    @property
    def rules(self) -> Versioned[RuleSet]:
        """The communities' rules."""
        ...

    @property
    def policies(self) -> Versioned[CommunityPolicy]:
        """The communities' policies."""
        ...

    @property
    def heads(self) -> Versioned[Mapping[str, Any]]:
        """The communities' calibrations, as `Calibration` reads them."""
        ...

    @property
    def queue(self) -> WaitingCases:
        """What waits for a person."""
        ...

    @property
    def claims(self) -> Claims:
        """Who is looking at what."""
        ...

    @property
    def surroundings(self) -> Surroundings:
        """What was said around a message."""
        ...

    @property
    def orders(self) -> Orders:
        """What bots are to do."""
        ...

    @property
    def reports(self) -> Reports:
        """What members report."""
        ...

    @property
    def appeals(self) -> Appeals:
        """What members appeal against."""
        ...

    @property
    def notes(self) -> Notes:
        """What people remark about cases."""
        ...

    @property
    def figures(self) -> Figures:
        """Counts of messages and decisions."""
        ...

    @property
    def spot_checks(self) -> SpotChecks:
        """Random draws of allowed messages."""
        ...

    @property
    def erasures(self) -> Erasures:
        """What takes personal data out."""
        ...

    @property
    def retentions(self) -> Retentions:
        """How long texts are kept."""
        ...

    @property
    def content(self) -> ContentStore:
        """Drafts and what they are made of."""
        ...


class Store(Protocol):
    """Opens units of work."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Start a transaction; raises StoreUnavailable where the database does not answer."""
        ...

    def scrub(self, *, rebuild: bool) -> Scrubbed:
        """Make what was deleted unreadable in the files too; with `rebuild` also what older versions left there."""
        ...
