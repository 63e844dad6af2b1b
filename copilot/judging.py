"""Judge one message from everything known about it: signals, scores, precedents, rules, policy. Keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copilot.charter import Charter
from copilot.conclusion import conclude
from copilot.inference import Inference
from copilot.policy import Policy, Standing, Verdict, combine
from copilot.precedents import adjust
from copilot.reasons import CANARY_SIGNAL, CLOSEST, MODEL_REASONS, UNAVAILABLE, ZH_LABEL
from copilot.signals import Context, Detector, rumor
from copilot.text import TextViews
from copilot.types import (
    Assessment,
    Decision,
    Label,
    Measure,
    Precedent,
    Reason,
    RuleSet,
    ShadowVerdict,
    Signal,
    Versions,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CANARY = "社区副驾金丝雀测试-9f3a"
"""A harmless string that every installation must send to review, so that the pipeline can be proved end to end."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one message before it is judged."""

    view: TextViews
    context: Context
    charter: Charter
    policy: Policy
    standing: Standing
    raw: Mapping[Label, float] | None
    model: Mapping[Label, float] | None
    quoted: Mapping[Label, float] | None
    themed: Signal | None
    vector: NDArray[np.float32] | None
    precedents: Sequence[Precedent]


class Judge:
    """Judges messages one by one, with the detectors and whatever the model says."""

    def __init__(self, inference: Inference, detectors: Sequence[Detector], base: Policy, versions: Versions) -> None:
        self._inference = inference
        self._detectors = detectors
        self._base = base
        self._versions = versions

    def judge(self, facts: Facts, explain: bool) -> Assessment:
        """Return what comes of the facts about one message."""
        view, message, policy = facts.view, facts.context.message, facts.policy
        signals = [signal for detect in self._detectors for signal in detect(view, facts.context)]
        canary = CANARY in message.text
        if canary:
            signals.append(CANARY_SIGNAL)
        if facts.model is None:
            signals.append(UNAVAILABLE)
        said = combine(facts.model or {}, signals if facts.themed is None else [*signals, facts.themed])
        # no decision may silence the self-check
        adjusted = adjust(said, () if canary else facts.precedents, policy.bands, policy.removal)
        scores = adjusted.scores
        conclusion = conclude(
            policy,
            facts.charter,
            facts.charter.rules,
            message,
            view,
            scores,
            similarity=self._similarity(facts.charter.rules, facts.vector),
            forced_review=facts.model is None,
            standing=facts.standing,
        )
        verdict = conclusion.verdict
        signals = [*self._model_signals(facts, verdict, explain), *adjusted.signals, *signals]
        if Label.RUMOR in verdict.labels:
            signals += rumor.hints(view)
        if facts.themed is not None and (explain or policy.reaches_review(Label.OFF_TOPIC, facts.themed.score)):
            signals.append(facts.themed)
        if facts.quoted is not None:
            verdict = _with_quote(policy, verdict, facts.quoted, signals)
        if verdict.reason is not None:
            signals.append(Signal("standing", None, 0.0, verdict.reason, kind=verdict.measure.value))
        rules = facts.charter.rules
        return Assessment(
            message_id=message.id,
            decision=verdict.decision,
            measure=verdict.measure,
            labels=verdict.labels,
            scores=scores,
            signals=tuple(signals),
            versions=replace(
                self._versions, policy=policy.version, rules=str(rules.version) if rules is not None else ""
            ),
            clauses=conclusion.clauses,
            precedents=tuple(facts.precedents),
            model_scores=facts.raw or {},
            mute_minutes=verdict.minutes,
            would_remove=verdict.would_remove,
            shadow=self._shadow(facts, scores),
        )

    def _shadow(self, facts: Facts, scores: Mapping[Label, float]) -> ShadowVerdict | None:
        """What the rules and the policy on trial make of the same scores."""
        trial, charter = facts.charter.trial, facts.charter
        if trial is None:
            return None
        tried = charter if trial.policy is None else replace(charter, policy=trial.policy)
        rules = trial.rules if trial.rules is not None else charter.rules
        verdict = conclude(
            tried.policy.over(self._base, tried.choice),
            charter,
            rules,
            facts.context.message,
            facts.view,
            scores,
            similarity=self._similarity(rules, facts.vector),
            forced_review=facts.model is None,
            standing=facts.standing,
        ).verdict
        return ShadowVerdict(
            rules=trial.rules.version if trial.rules else None,
            policy=trial.policy.version if trial.policy else None,
            decision=verdict.decision,
            labels=verdict.labels,
        )

    def _similarity(self, rules: RuleSet | None, vector: NDArray[np.float32] | None) -> list[float] | None:
        """Cosine of a message's vector with each clause's."""
        if rules is None or vector is None or not rules.clauses:
            return None
        matrix = self._inference.clause_vectors(rules)
        return None if matrix is None else [float(x) for x in matrix @ vector]

    def _model_signals(self, facts: Facts, verdict: Verdict, explain: bool) -> list[Signal]:
        view, model = facts.view, facts.model or {}
        found = [
            Signal("model", label, model[label], MODEL_REASONS[label], self._inference.evidence(view, label))
            for label in verdict.labels
            if label in MODEL_REASONS and facts.policy.reaches_review(label, model.get(label, 0.0))
        ]
        if explain and model and not found:
            label = max(model, key=lambda name: model[name])
            found = [Signal("model", None, model[label], CLOSEST, self._inference.evidence(view, label), label.value)]
        return found


def _with_quote(
    policy: Policy, verdict: Verdict, quoted_scores: Mapping[Label, float], signals: list[Signal]
) -> Verdict:
    """A bare forward is judged by what it forwards, to review at most and without a measure."""
    quoted = policy.decide(quoted_scores)
    if quoted.decision is Decision.ALLOW:
        return verdict
    label = quoted.labels[0]
    signals.append(
        Signal(
            "quoted",
            None,
            quoted_scores[label],
            Reason(
                f"转发内容疑似{ZH_LABEL[label]}，本人没有另写文字",
                f"The forwarded text looks like {label.value}; its sender typed nothing.",
            ),
            kind=label.value,
        )
    )
    if verdict.decision is not Decision.ALLOW:
        return verdict
    return Verdict(Decision.REVIEW, Measure.NONE, verdict.labels)
