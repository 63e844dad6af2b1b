"""Assess messages in batches: gather what is known about each, then judge. Reads only; nothing is kept or sent here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from copilot.charter import UNCHARTERED, Charter
from copilot.inference import Inference
from copilot.judging import CANARY, Facts, Judge
from copilot.policy import CLEAN_RECORD, Policy, Standing
from copilot.ports import CaseIndex, Classifier, Encoder
from copilot.signals import DETECTORS, Context, Detector, Repeats, theme
from copilot.signals.flood import FloodWindow
from copilot.text import TextViews, text_views
from copilot.types import LIBRARY, Assessment, Label, Message, Precedent, Signal, Versions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CANARY", "Moderator"]

log = logging.getLogger(__name__)

_PRECEDENTS = 5
"""Decided cases that are looked at a message."""
_WORTH_SHOWING = 0.2
"""Probability of being the same again below which a case would only distract; from a half on it moves the verdict."""


class Moderator:
    """Turns messages into assessments with one classifier, one policy, the detectors and the index of precedents."""

    def __init__(
        self,
        classifier: Classifier | None,
        policy: Policy | None = None,
        detectors: Sequence[Detector] = DETECTORS,
        *,
        encoder: Encoder | None = None,
        index: CaseIndex | None = None,
    ) -> None:
        self._inference = Inference(classifier, encoder)
        self._index = index
        known = self._inference.knows_relevance
        detectors = tuple(d for d in detectors if not (known and d is theme.detect))
        if policy is None:
            policy = Policy() if classifier is None else Policy(classifier.bands, f"{classifier.version}-bands")
        self._policy = policy
        self._versions = Versions(model=classifier.version if classifier else "none", policy=policy.version)
        self._judge = Judge(self._inference, detectors, policy, self._versions)

    @property
    def versions(self) -> Versions:
        """What assessments of messages without a community carry."""
        return self._versions

    @property
    def policy(self) -> Policy:
        """What decides messages without a community, and what communities' policies build on."""
        return self._policy

    def policy_of(self, charter: Charter) -> Policy:
        """What decides messages of a community."""
        return charter.policy.over(self._policy, charter.choice) if charter.community.id else self._policy

    def assess(
        self,
        messages: Sequence[Message],
        charters: Mapping[str, Charter] | None = None,
        repeats: Sequence[Repeats] | None = None,
        standings: Sequence[Standing] | None = None,
        *,
        explain: bool = False,
    ) -> list[Assessment]:
        """Return one assessment per message, in order.

        `charters` maps the communities that the messages name; `repeats` says per message how often the
        like was said shortly before (by default, within this batch alone), `standings` where its author stands (by
        default, with a clean record). `explain` adds, where the model flags nothing, the label that comes closest
        and what speaks for it.
        """
        return self._assess(messages, charters or {}, repeats, standings, explain=explain)[0]

    def look_up(self, texts: Sequence[str], charter: Charter, k: int) -> list[tuple[Sequence[Precedent], Assessment]]:
        """Return for each text its precedents, at most `k`, and what it would be judged in that community."""
        messages = [Message(str(i), text, charter.community.id) for i, text in enumerate(texts)]
        assessments, found = self._assess(messages, {charter.community.id: charter}, k=k)
        return [(like[:k], assessment) for like, assessment in zip(found, assessments, strict=True)]

    def _assess(
        self,
        messages: Sequence[Message],
        known: Mapping[str, Charter],
        repeats: Sequence[Repeats] | None = None,
        standings: Sequence[Standing] | None = None,
        *,
        explain: bool = False,
        k: int = 0,
    ) -> tuple[list[Assessment], list[Sequence[Precedent]]]:
        """The assessments, and at least `k` precedents of each message where there are so many."""
        views = [text_views(message.text) for message in messages]
        if repeats is None:
            window = FloodWindow()
            repeats = [window.observe(m, v) for m, v in zip(messages, views, strict=True)]
        chartered = [known.get(message.community or "", UNCHARTERED) for message in messages]
        contexts = [
            Context(message, charter.community, repeat)
            for message, charter, repeat in zip(messages, chartered, repeats, strict=True)
        ]
        quoted = self._quoted(messages, views)
        raw = self._inference.classify(views) if quoted is not None else None
        model = self._calibrated(raw, chartered)
        vectors = self._vectors(views, chartered)
        found = self._precedents(views, vectors, chartered, max(k, _PRECEDENTS))
        themed = self._themed(views, contexts) if raw is not None else {}
        policies = {id(charter): self.policy_of(charter) for charter in chartered}
        assessments = [
            self._judge.judge(
                Facts(
                    view=views[i],
                    context=contexts[i],
                    charter=charter,
                    policy=policies[id(charter)],
                    standing=standings[i] if standings is not None else CLEAN_RECORD,
                    raw=raw[i] if raw is not None else None,
                    model=model[i] if model is not None else None,
                    quoted=quoted.get(i) if quoted is not None else None,
                    themed=themed.get(i),
                    vector=vectors[i] if vectors is not None else None,
                    precedents=[p for p in found[i][:_PRECEDENTS] if worth_showing(p)],
                ),
                explain,
            )
            for i, charter in enumerate(chartered)
        ]
        return assessments, found

    def _quoted(
        self, messages: Sequence[Message], views: Sequence[TextViews]
    ) -> dict[int, Mapping[Label, float]] | None:
        """What the model says of the texts that were forwarded without a word; None where it failed."""
        bare = [i for i, m in enumerate(messages) if m.quoted and not views[i].normal.text.strip()]
        scores = self._inference.classify([text_views(messages[i].quoted) for i in bare])
        return None if scores is None else dict(zip(bare, scores, strict=True))

    def _calibrated(
        self, raw: Sequence[Mapping[Label, float]] | None, chartered: Sequence[Charter]
    ) -> list[Mapping[Label, float]] | None:
        if raw is None:
            return None
        return [
            scores if charter.calibration is None else charter.calibration.adjust([scores])[0]
            for scores, charter in zip(raw, chartered, strict=True)
        ]

    def _vectors(self, views: Sequence[TextViews], chartered: Sequence[Charter]) -> NDArray[np.float32] | None:
        """Vectors where a precedent or a clause may need them."""
        needed = any(c.community.id and (self._index is not None or c.rules or c.trial) for c in chartered)
        return self._inference.vectors(views) if needed else None

    def _precedents(
        self, views: Sequence[TextViews], vectors: NDArray[np.float32] | None, chartered: Sequence[Charter], k: int
    ) -> list[Sequence[Precedent]]:
        if self._index is None or vectors is None:
            return [()] * len(views)
        try:
            return list(self._index.search(views, vectors, [_scope(charter) for charter in chartered], k))
        except Exception:
            log.exception("no precedents for %d messages", len(views))
            return [()] * len(views)

    def _themed(self, views: Sequence[TextViews], contexts: Sequence[Context]) -> dict[int, Signal]:
        """For each substantive message under a theme, what the model says of its relevance."""
        chosen = [i for i, context in enumerate(contexts) if context.theme and theme.substantive(views[i])]
        belong = self._inference.belongs(
            [contexts[i].theme for i in chosen],
            views,
            chosen,
            [contexts[i].community.on_topic_examples for i in chosen],
        )
        if belong is None:
            return {}
        return {
            i: theme.judged(p, views[i], by_examples=bool(contexts[i].community.on_topic_examples))
            for i, p in zip(chosen, belong, strict=True)
        }


def worth_showing(precedent: Precedent) -> bool:
    """Whether a precedent is like enough to be shown to people."""
    return precedent.similarity >= _WORTH_SHOWING


def _scope(charter: Charter) -> tuple[str, ...]:
    """Whose cases count: the community's own and the libraries it subscribes to."""
    if not charter.community.id:
        return ()
    return charter.community.id, *(f"{LIBRARY}{name}" for name in charter.community.libraries)
