"""From messages to assessments: what the parts say together, and what happens when one fails."""

from dataclasses import replace

import pytest

from copilot.charter import Charter
from copilot.moderator import CANARY, Moderator
from copilot.policy import Band
from copilot.types import LABELS, Community, Decision, Label, Measure, Message


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


class Whispering(Scripted):
    """A classifier that takes everything for a rumour, and everything for off topic but talk of cats."""

    def classify(self, views):
        return [{Label.RUMOR: 0.8, Label.ADS: 0.1} for _ in views]

    def belongs(self, themes, views, chosen, examples):
        return [
            0.9 if "猫" in views[i].typed or any("狗" in e for e in said) else 0.1
            for i, said in zip(chosen, examples, strict=True)
        ]


def test_a_rumour_says_what_to_check():
    text = "听我表姐说的！自来水查出剧毒，赶紧转发给家人"
    [assessment] = Moderator(Whispering()).assess([Message("1", text)])
    hints = {s.kind: [text[a:b] for a, b in s.spans] for s in assessment.signals if s.source == "rumor"}
    assert set(hints) == {"alarm", "urging", "hearsay", "no_source"}
    assert hints["alarm"] == ["剧毒"]
    [sourced] = Moderator(Whispering()).assess([Message("1", "市疾控中心通报：自来水合格")])
    assert not [s for s in sourced.signals if s.source == "rumor"]


def test_relevance_is_asked_only_where_there_is_a_theme_and_something_is_said():
    moderator = Moderator(Whispering())
    community = Community("c", "c", theme="养猫")
    texts = ["今天大盘跌了好多啊", "我家猫三天没吃饭了", "好的"]
    messages = [Message(str(i), text, community="c") for i, text in enumerate(texts)]
    scores = [a.scores[Label.OFF_TOPIC] for a in moderator.assess(messages, {"c": Charter(community)})]
    assert scores == pytest.approx([0.9, 0.1, 0.0])
    assert moderator.assess([Message("1", texts[0])])[0].scores[Label.OFF_TOPIC] == 0
    said = [
        [s.source for s in a.signals if s.label is Label.OFF_TOPIC]
        for a in moderator.assess(messages, {"c": Charter(community)})
    ]
    assert said == [["model:theme"], [], []]  # what belongs is not told that it does not
    approved = replace(community, on_topic_examples=("我家的狗",))
    [helped] = moderator.assess(messages[:1], {"c": Charter(approved)}, explain=True)
    assert helped.scores[Label.OFF_TOPIC] == pytest.approx(0.1)
    assert "认可" in next(s.reason.zh for s in helped.signals if s.label is Label.OFF_TOPIC)


def test_off_topic_alone_never_removes():
    class Sure(Whispering):
        bands = dict.fromkeys(LABELS, Band(0.5, 0.6))

        def classify(self, views):
            return [{} for _ in views]

    [verdict] = Moderator(Sure()).assess([Message("1", "今天大盘跌了好多啊", theme="养猫")])
    assert verdict.decision is Decision.REVIEW
    assert verdict.labels == (Label.OFF_TOPIC,)


def test_explain_names_the_closest_label_of_what_is_not_flagged():
    moderator = Moderator(Scripted())
    [plain], [explained] = (moderator.assess([Message("1", "早")], explain=e) for e in (False, True))
    assert [s for s in plain.signals if s.source == "model"] == []
    [signal] = [s for s in explained.signals if s.source == "model"]
    assert (signal.label, signal.kind, signal.spans) == (None, "ads", ((0, 1),))
    assert explained.scores == plain.scores
    assert explained.decision is plain.decision
    [flagged] = moderator.assess([Message("1", "特价")], explain=True)
    assert [s.label for s in flagged.signals if s.source == "model"] == [Label.ADS]
