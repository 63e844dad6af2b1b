"""From messages to assessments: what the parts say together, and what happens when one fails."""

import pytest

from copilot.moderator import CANARY, Moderator
from copilot.policy import Band
from copilot.types import LABELS, Decision, Label, Measure, Message


class Scripted:
    """A classifier that knows one word."""

    version = "scripted/1"

    @property
    def bands(self):
        return dict.fromkeys(LABELS, Band(0.5, 0.9))

    def evidence(self, view, label):
        return ((0, 1),)

    def classify(self, views):
        return [{Label.ADS: 0.95 if "特价" in v.typed else 0.6 if "优惠" in v.typed else 0.01} for v in views]


class Speechless(Scripted):
    """A classifier that cannot explain itself."""

    def evidence(self, view, label):
        raise RuntimeError("no idea")


class Broken(Scripted):
    """A classifier that fails."""

    def classify(self, views):
        raise RuntimeError("out of order")


def decisions(moderator, *texts, **fields):
    messages = [Message(str(i), text, **fields) for i, text in enumerate(texts)]
    return [a.decision for a in moderator.assess(messages)]


def test_every_message_gets_its_own_verdict_in_order():
    assert decisions(Moderator(Scripted()), "早", "优惠", "特价", "晚") == ["allow", "review", "remove", "allow"]


def test_batch_equals_singles():
    moderator = Moderator(Scripted())
    messages = [Message(str(i), text) for i, text in enumerate(["早上好", "特价 加V abc12345", "", "\ud800"])]
    assert moderator.assess(messages) == [moderator.assess([m])[0] for m in messages]


def test_all_nine_labels_are_scored_and_versions_stated():
    [assessment] = Moderator(Scripted()).assess([Message("1", "早")])
    assert set(assessment.scores) == set(LABELS)
    assert assessment.versions.model == "scripted/1"
    assert assessment.versions.policy


def test_a_flag_of_the_model_says_so():
    [assessment] = Moderator(Scripted()).assess([Message("1", "特价")])
    [signal] = [s for s in assessment.signals if s.source == "model"]
    assert (signal.label, signal.score) == (Label.ADS, 0.95)
    assert signal.reason.zh
    assert signal.reason.en


@pytest.mark.parametrize("classifier", [Broken(), None])
def test_without_a_working_model_everything_goes_to_review_with_the_reason(classifier):
    for assessment in Moderator(classifier).assess([Message("1", "早"), Message("2", "优惠")]):
        assert assessment.decision is Decision.REVIEW
        assert "model:unavailable" in [s.source for s in assessment.signals]


def test_without_a_model_the_detectors_still_speak():
    [assessment] = Moderator(None).assess([Message("1", "赚钱佳薇❤：xw88661")])
    assert Label.ADS in assessment.labels


def test_a_quoted_offer_does_not_count_against_who_complains_about_it():
    moderator = Moderator(Scripted())
    assert moderator.assess([Message("1", "管理员管管这种广告", quoted="特价特价")])[0].decision is Decision.ALLOW


def test_an_explanation_that_fails_costs_only_the_explanation():
    [assessment] = Moderator(Speechless()).assess([Message("1", "特价")])
    assert assessment.decision is Decision.REMOVE
    assert [s.spans for s in assessment.signals if s.source == "model"] == [()]


def test_invisible_characters_are_no_text_of_ones_own():
    assert Moderator(Scripted()).assess([Message("1", "\u200b", quoted="特价特价")])[0].decision is Decision.REVIEW


def test_a_bare_forward_is_reviewed_and_never_punished():
    [assessment] = Moderator(Scripted()).assess([Message("1", "", quoted="特价特价")])
    assert assessment.decision is Decision.REVIEW
    assert assessment.measure is Measure.NONE
    assert [s.source for s in assessment.signals] == ["quoted"]


def test_the_canary_proves_the_pipeline():
    assert decisions(Moderator(Scripted()), CANARY)[0] is not Decision.ALLOW
