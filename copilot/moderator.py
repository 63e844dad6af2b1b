"""Assess messages: views, signals, model, policy. Reads only; nothing is kept or sent here."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from copilot.policy import Policy, Verdict, combine
from copilot.ports import Classifier, Relevance
from copilot.signals import DETECTORS, Context, Detector, Repeats, rumor, theme
from copilot.signals.flood import FloodWindow
from copilot.text import TextViews, text_views
from copilot.types import (
    Assessment,
    Community,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Signal,
    Span,
    Versions,
)

log = logging.getLogger(__name__)

CANARY = "社区副驾金丝雀测试-9f3a"
"""A harmless string that every installation must send to review, so that the pipeline can be proved end to end."""

NO_COMMUNITY = Community(id="", name="")

_UNAVAILABLE = Signal(
    source="model:unavailable",
    label=None,
    score=0.0,
    reason=Reason("模型不可用，转人工复核", "The model is unavailable, so a person must look."),
)
_CANARY_SIGNAL = Signal(
    source="canary",
    label=Label.ADS,
    score=1.0,
    reason=Reason("这是自检用的约定文本", "This is the agreed self-check text."),
)
_CLOSEST = Reason("模型未标记，这是最接近的标签", "The model flags nothing; this label comes closest.")
_MODEL_REASONS: Mapping[Label, Reason] = {
    Label.ADS: Reason("措辞像广告或引流", "The wording reads like advertising or drawing members away."),
    Label.FRAUD: Reason("措辞像诈骗话术", "The wording reads like a scam."),
    Label.GAMBLING: Reason("措辞像博彩推广", "The wording reads like gambling promotion."),
    Label.PORN: Reason("措辞像色情招揽或低俗骚扰", "The wording reads like sexual solicitation or a lewd approach."),
    Label.ABUSE: Reason("措辞像对人的辱骂或攻击", "The wording reads like an insult or attack on people."),
    Label.PRIVACY: Reason("措辞像在公开他人的私事", "The wording reads like exposing somebody's private matters."),
    Label.RUMOR: Reason(
        "像未注明来源的惊人说法，需要核实", "Reads like an alarming claim without a source; needs checking."
    ),
}


class Moderator:
    """Turns messages into assessments with one classifier, one policy and the detectors."""

    def __init__(
        self,
        classifier: Classifier | None,
        policy: Policy | None = None,
        detectors: Sequence[Detector] = DETECTORS,
    ) -> None:
        self._classifier = classifier
        self._relevance = _relevance_of(classifier)
        self._detectors = tuple(d for d in detectors if self._relevance is None or d is not theme.detect)
        if policy is None:
            policy = Policy() if classifier is None else Policy(classifier.bands, f"{classifier.version}-bands")
        self._policy = policy
        self._versions = Versions(model=classifier.version if classifier else "none", policy=policy.version)

    @property
    def versions(self) -> Versions:
        """What this moderator's assessments will carry."""
        return self._versions

    @property
    def policy(self) -> Policy:
        """Where scores become decisions."""
        return self._policy

    def assess(
        self,
        messages: Sequence[Message],
        communities: Mapping[str, Community] | None = None,
        repeats: Sequence[Repeats] | None = None,
        *,
        explain: bool = False,
    ) -> list[Assessment]:
        """Return one assessment per message, in order.

        `communities` maps the ids that the messages name; `repeats` says per message how often the
        like was said shortly before (by default, within this batch alone). `explain` adds, where the model
        flags nothing, the label that comes closest and what speaks for it.
        """
        known = communities or {}
        views = [text_views(message.text) for message in messages]
        if repeats is None:
            window = FloodWindow()
            repeats = [window.observe(m, v) for m, v in zip(messages, views, strict=True)]
        quoted = [
            text_views(message.quoted) if message.quoted and not view.normal.text.strip() else None
            for message, view in zip(messages, views, strict=True)
        ]
        scores = self._classify(views)
        quoted_scores = self._classify([q for q in quoted if q is not None])
        if quoted_scores is None:
            scores = None
        rest = iter(quoted_scores or ())
        contexts = [
            Context(message, known.get(message.community or "", NO_COMMUNITY), repeat)
            for message, repeat in zip(messages, repeats, strict=True)
        ]
        themed = self._themed(views, contexts) if scores is not None else {}
        assessments = []
        for index, (context, view, quote) in enumerate(zip(contexts, views, quoted, strict=True)):
            model = scores[index] if scores is not None else None
            quote_model = next(rest, None) if quote is not None else None
            assessments.append(self._judge(view, context, themed.get(index), model, quote_model, explain))
        return assessments

    def _themed(self, views: Sequence[TextViews], contexts: Sequence[Context]) -> dict[int, Signal]:
        """For each substantive message under a theme, what the model says of its relevance."""
        chosen = [i for i, context in enumerate(contexts) if context.theme and theme.substantive(views[i])]
        if self._relevance is None or not chosen:
            return {}
        try:
            belong = self._relevance.belongs(
                [contexts[i].theme for i in chosen],
                views,
                chosen,
                [contexts[i].community.on_topic_examples for i in chosen],
            )
        except Exception:
            log.exception("no relevance for %d messages", len(chosen))
            return {}
        return {
            i: theme.judged(p, views[i], by_examples=bool(contexts[i].community.on_topic_examples))
            for i, p in zip(chosen, belong, strict=True)
        }

    def _classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]] | None:
        """Probabilities, or None where there is no model or it failed."""
        if not views:
            return []
        if self._classifier is None:
            return None
        try:
            return self._classifier.classify(views)
        except Exception:
            log.exception("classifier failed; %d messages go to review", len(views))
            return None

    def _judge(
        self,
        view: TextViews,
        context: Context,
        themed: Signal | None,
        model: Mapping[Label, float] | None,
        quote_model: Mapping[Label, float] | None,
        explain: bool,
    ) -> Assessment:
        message = context.message
        signals = [signal for detect in self._detectors for signal in detect(view, context)]
        if CANARY in message.text:
            signals.append(_CANARY_SIGNAL)
        if model is None:
            signals.append(_UNAVAILABLE)
        scores = combine(model or {}, signals if themed is None else [*signals, themed])
        verdict = self._policy.decide(scores, forced_review=model is None)
        signals = self._model_signals(view, model or {}, verdict, explain) + signals
        if Label.RUMOR in verdict.labels:
            signals += rumor.hints(view)
        if themed is not None and (explain or self._policy.reaches_review(Label.OFF_TOPIC, themed.score)):
            signals.append(themed)
        if quote_model is not None:
            verdict = self._with_quote(verdict, quote_model, signals)
        return Assessment(
            message_id=message.id,
            decision=verdict.decision,
            measure=verdict.measure,
            labels=verdict.labels,
            scores=scores,
            signals=tuple(signals),
            versions=self._versions,
        )

    def _model_signals(
        self, view: TextViews, model: Mapping[Label, float], verdict: Verdict, explain: bool
    ) -> list[Signal]:
        found = [
            Signal("model", label, model[label], _MODEL_REASONS[label], self._evidence(view, label))
            for label in verdict.labels
            if label in _MODEL_REASONS and self._policy.reaches_review(label, model.get(label, 0.0))
        ]
        if explain and model and not found:
            label = max(model, key=lambda name: model[name])
            found = [Signal("model", None, model[label], _CLOSEST, self._evidence(view, label), label.value)]
        return found

    def _evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """An explanation that fails costs the explanation, not the verdict."""
        if self._classifier is None:
            return ()
        try:
            return self._classifier.evidence(view, label)
        except Exception:
            log.exception("no evidence for %s", label)
            return ()

    def _with_quote(self, verdict: Verdict, quote_model: Mapping[Label, float], signals: list[Signal]) -> Verdict:
        """A bare forward is judged by what it forwards, to review at most and without a measure."""
        quoted = self._policy.decide(quote_model)
        if quoted.decision is Decision.ALLOW:
            return verdict
        label = quoted.labels[0]
        signals.append(
            Signal(
                "quoted",
                None,
                quote_model[label],
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


def _relevance_of(model: object) -> Relevance | None:
    """A classifier that can also judge relevance is asked for it."""
    return model if isinstance(model, Relevance) else None


ZH_LABEL: Mapping[Label, str] = {
    Label.ADS: "广告引流",
    Label.FRAUD: "诈骗",
    Label.GAMBLING: "博彩",
    Label.PORN: "色情低俗",
    Label.ABUSE: "辱骂攻击",
    Label.RUMOR: "谣言",
    Label.OFF_TOPIC: "偏题",
    Label.PRIVACY: "泄露隐私",
    Label.FLOOD: "刷屏",
}
