"""Ways to judge kept cases again, for `copilot.replay`. What stored scores can tell is not read again:

- a band, a threshold, an exemption, a permitting clause: `rescored(by_policy(policy))`
- a keyword or domain list: `relisted(community, by_policy(policy))` runs only the detectors that read them
- another model: `reread(assess, version, by_policy(policy))` reads what another version judged
- rules: `rescored(by_rules(policy, charter, rules))`
- anything else: `rescored` with a function of one's own from a case and its scores to a verdict
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from copilot.charter import Charter
from copilot.conclusion import conclude
from copilot.policy import Policy, Verdict
from copilot.ports import Calibration
from copilot.reasons import UNAVAILABLE
from copilot.replay import Judge, Judgement
from copilot.signals import Context, Repeats, keywords, links
from copilot.signals.flood import FloodWindow
from copilot.text import TextViews, text_views
from copilot.types import Assessment, Case, Community, Decision, Label, Measure, Message, RuleSet, Signal

_LIST_SOURCES = frozenset({"keywords", "links"})

Decide = Callable[[Case, Mapping[Label, float]], Verdict]
"""From a case and its scores, which may differ from the stored ones, to a verdict."""
Assess = Callable[[Sequence[Message], Sequence[Repeats]], Sequence[Assessment]]
"""`Moderator.assess` with its charters."""


def by_policy(policy: Policy) -> Decide:
    """Decide by a policy what scores, clauses cited, the author's roles and a forwarded text's signal come to.

    The measure is that of a clean record. What a forward quoted is known only where it was flagged at the time.
    """

    def decide(case: Case, scores: Mapping[Label, float]) -> Verdict:
        assessment = case.assessment
        verdict = policy.decide(
            scores,
            forced_review=any(signal.source == UNAVAILABLE.source for signal in assessment.signals),
            roles=case.message.roles,
            permitted={label for cited in assessment.clauses for label in cited.lifts},
        )
        quoted = (signal for signal in assessment.signals if signal.source == "quoted")
        if verdict.decision is Decision.ALLOW and any(policy.reaches_review(Label(q.kind), q.score) for q in quoted):
            return Verdict(Decision.REVIEW, Measure.NONE, verdict.labels)
        return verdict

    return decide


def by_rules(policy: Policy, charter: Charter, rules: RuleSet) -> Decide:
    """Decide by a policy and by what these rules forbid and permit, read from the words and the scores.

    Vectors are not kept, so clauses are cited without them: judge both sides of a replay this way.
    """

    def decide(case: Case, scores: Mapping[Label, float]) -> Verdict:
        forced = any(signal.source == UNAVAILABLE.source for signal in case.assessment.signals)
        view = _views(case.message.text)
        return conclude(policy, charter, rules, case.message, view, scores, forced_review=forced).verdict

    return decide


@lru_cache(maxsize=1024)  # more than a batch: both sides of a replay read the same texts one after the other
def _views(text: str) -> TextViews:
    return text_views(text)


def rescored(decide: Decide) -> Judge:
    """Judge from stored scores alone."""
    return lambda cases: [Judgement(decide(case, case.assessment.scores)) for case in cases]


def relisted(community: Community, decide: Decide, calibration: Calibration | None = None) -> Judge:
    """Judge by the keyword and domain lists of `community`, everything else as stored.

    Scores that the lists leave as they were are the stored ones, and so are those of a message whose text was erased.
    `calibration` is what corrected the model's probabilities at the time.
    """

    def judge(cases: Sequence[Case]) -> list[Judgement]:
        return [Judgement(decide(case, _relisted_scores(case, community, calibration))) for case in cases]

    return judge


def _relisted_scores(case: Case, community: Community, calibration: Calibration | None) -> Mapping[Label, float]:
    """The stored scores with the lists' part replaced."""
    if not case.message.text:
        return case.assessment.scores
    views, context = text_views(case.message.text), Context(case.message, community)
    new = _strongest([*keywords.detect(views, context), *links.detect(views, context)])
    signals = case.assessment.signals
    old = _strongest([signal for signal in signals if signal.source in _LIST_SOURCES])
    if new == old:
        return case.assessment.scores
    scores = dict(case.assessment.scores)
    for label in {label for label in {*old, *new} if old.get(label, 0.0) != new.get(label, 0.0)}:
        rest = scores.get(label, 0.0)
        if rest <= old.get(label, 0.0):  # the list decided, so what lay below it must be found again
            others = _strongest([signal for signal in signals if signal.source not in _LIST_SOURCES])
            rest = max(others.get(label, 0.0), _model_part(case, calibration).get(label, 0.0))
        scores[label] = max(rest, new.get(label, 0.0))
    return scores


def _model_part(case: Case, calibration: Calibration | None) -> Mapping[Label, float]:
    raw = case.assessment.model_scores
    return calibration.adjust([raw])[0] if calibration is not None else raw


def _strongest(signals: Sequence[Signal]) -> dict[Label, float]:
    scores: dict[Label, float] = {}
    for signal in signals:
        if signal.label is not None:
            scores[signal.label] = max(scores.get(signal.label, 0.0), signal.score)
    return scores


def reread(assess: Assess, model: str, decide: Decide) -> Judge:
    """Judge by another model, in batches; what that model's version has judged already is decided from its scores.

    Repetition is counted anew over the stream, which must be oldest first. A judge of this kind serves one replay.
    """
    window = FloodWindow()

    def judge(cases: Sequence[Case]) -> list[Judgement]:
        messages = [replace(c.message, sent_at=c.message.sent_at or c.received_at) for c in cases]
        repeats = [window.observe(message) for message in messages]
        unread = [i for i, case in enumerate(cases) if case.assessment.versions.model != model]
        fresh = assess([messages[i] for i in unread], [repeats[i] for i in unread]) if unread else ()
        judged = {
            i: Judgement(Verdict(a.decision, a.measure, a.labels), read=True)
            for i, a in zip(unread, fresh, strict=True)
        }
        return [
            judged[i] if i in judged else Judgement(decide(case, case.assessment.scores))
            for i, case in enumerate(cases)
        ]

    return judge
