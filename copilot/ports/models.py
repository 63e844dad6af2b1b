"""What turns text into numbers and finds what is like it. Batch in, batch out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from copilot.types import Case, DecidedCase, Label, Precedent, Resolution, Span

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


@runtime_checkable
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


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a community's decisions taught: the calibration to keep, whether it is new, and a report of plain values."""

    calibration: Mapping[str, Any]
    changed: bool
    report: Mapping[str, Any]


class Learner(Protocol):
    """Refits a community's calibration, and adopts it only where it does better on held-back decisions."""

    def __call__(
        self,
        decided: Sequence[tuple[Case, Resolution]],
        bands: Bands,
        model: str,
        current: Mapping[str, Any] | None,
    ) -> Learnt:
        """Learn from decisions about one model's scores, under the bands in force, beside the current calibration."""
        ...


class Calibration(Protocol):
    """A community's own correction of the model, learnt from what its people decided."""

    @property
    def version(self) -> str:
        """Names it in assessments."""
        ...

    def adjust(self, scores: Sequence[Mapping[Label, float]]) -> list[Mapping[Label, float]]:
        """Return the corrected probabilities, one mapping per text, in order."""
        ...
