"""What the domain needs from outside, each a protocol of a few methods. Batch in, batch out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from copilot.types import Case, Community, DecidedCase, Label, Message, Precedent, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from copilot.policy import Bands
    from copilot.text import TextViews


class Classifier(Protocol):
    """Gives calibrated probabilities per label."""

    @property
    def version(self) -> str:
        """Name and version of the artefact, such as `encoder-zh/1`."""
        ...

    @property
    def bands(self) -> Bands:
        """Review and remove thresholds chosen for this model on development data."""
        ...

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]]:
        """One mapping per text, in order; labels the model does not know are absent."""
        ...

    def evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """The typed characters that spoke most for a label, in order; empty where it cannot say."""
        ...


class Encoder(Protocol):
    """Turns texts into unit vectors whose dot product is their similarity."""

    @property
    def version(self) -> str:
        """Name and version of the artefact."""
        ...

    @property
    def dim(self) -> int:
        """Length of a row."""
        ...

    def encode(self, views: Sequence[TextViews]) -> NDArray[np.float32]:
        """Rows of shape (len(views), dim), each of length one."""
        ...


@runtime_checkable
class Relevance(Protocol):
    """Says whether messages have to do with the theme of their community."""

    def belongs(
        self,
        themes: Sequence[str],
        views: Sequence[TextViews],
        chosen: Sequence[int],
        examples: Sequence[Sequence[str]],
    ) -> list[float]:
        """Calibrated probability that each chosen text of a batch belongs to the theme beside it.

        `themes` and `examples` run beside `chosen`, which are places in `views`: the whole batch is passed so
        that a model that has just read it need not read it again. `examples` are messages that
        count as on topic; there may be none.
        """
        ...


class CaseIndex(Protocol):
    """Finds decided cases that are like a text. Derived from the store, rebuilt from it, never the only copy.

    The communities and libraries to look in are part of every question: no case of any other is ever returned.
    Safe to call from several threads; what `add` was given is found by the next search.
    """

    @property
    def version(self) -> str:
        """Name and version of the encoder whose vectors it holds."""
        ...

    def add(self, cases: Sequence[DecidedCase], vectors: NDArray[np.float32]) -> None:
        """Keep cases, one vector each; a case with the same community and id is replaced."""
        ...

    def remove(self, community: str, case_ids: Sequence[int]) -> None:
        """Forget cases; unknown ones are ignored."""
        ...

    def search(
        self, views: Sequence[TextViews], vectors: NDArray[np.float32], scopes: Sequence[Sequence[str]], k: int
    ) -> list[list[Precedent]]:
        """For each text at most `k` precedents from the communities and libraries of its scope, likest first."""
        ...


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept when the block ends without error, or nothing."""

    def community(self, community_id: str) -> Community:
        """Return it; raises NotFound."""
        ...

    def communities(self) -> list[Community]:
        """All communities by id."""
        ...

    def add_community(self, community: Community) -> None:
        """Keep a new one; raises Conflict where the id is taken."""
        ...

    def replace_community(self, community: Community) -> None:
        """Overwrite an existing one; raises NotFound."""
        ...

    def kept_cases(self, messages: Sequence[Message]) -> list[Case | None]:
        """For each message the case kept for the same community, id and text, if any."""
        ...

    def add_cases(self, cases: Sequence[Case]) -> None:
        """Keep new cases, and an outbox row for each that is not `allow`."""
        ...

    def recent(self, community_id: str, since: datetime, limit: int) -> Iterable[Message]:
        """The community's last messages sent after `since`, oldest first, at most `limit`."""
        ...


class Store(Protocol):
    """Opens units of work."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Start a transaction; raises StoreUnavailable where the database does not answer."""
        ...
