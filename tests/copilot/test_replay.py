"""What a change would have done: counted right, without reading again what is known, in one pass."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from copilot.policy import Band, Policy, combine
from copilot.reasons import UNAVAILABLE
from copilot.rejudge import by_policy, relisted, reread, rescored
from copilot.replay import Change, replay, stored
from copilot.signals import Context, keywords, links
from copilot.text import text_views
from copilot.types import (
    LABELS,
    Assessment,
    Case,
    CitedClause,
    Clause,
    ClauseKind,
    Community,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Resolution,
    Signal,
    Versions,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = Policy({label: Band(0.5, 0.9) for label in LABELS})
STRICTER = Policy({label: Band(0.3, 0.9) for label in LABELS})
LAXER = Policy({label: Band(0.8, 0.9) for label in LABELS})
WHY = Reason("因", "why")
PLAIN = Community("c", "c")


def case(number, score=0.0, text="大家早上好", community=PLAIN, policy=POLICY, signals=(), **fields):
    """A kept case as it was judged with `community`'s lists and a model that said `score` of ads."""
    at = START + timedelta(minutes=number)
    message = Message(f"m{number}", text, "c", **{"author": f"member {number}", "sent_at": at, **fields})
    views, context = text_views(text), Context(message, community)
    found = (*keywords.detect(views, context), *links.detect(views, context), *signals)
    model = {Label.ADS: score}
    scores = combine(model, found)
    verdict = policy.decide(scores)
    assessment = Assessment(
        message.id,
        verdict.decision,
        verdict.measure,
        verdict.labels,
        scores,
        found,
        Versions("model/1", policy.version),
        model_scores=model,
    )
    return Case(message, assessment, at, id=number)


def altered(kept, **changes):
    """The same case, kept with another assessment."""
    return replace(kept, assessment=replace(kept.assessment, **changes))


def found_clean(kept):
    return kept, Resolution(kept.id, Decision.ALLOW, (), Measure.NONE, "mod", "", START)


def found_harmful(kept):
    return kept, Resolution(kept.id, Decision.REVIEW, (Label.ADS,), Measure.NONE, "mod", "", START)


def undecided(kept):
    return kept, None


def decisions(judge, *cases):
    return [judgement.verdict.decision.value for judgement in judge(cases)]


def test_a_lower_band_shows_what_people_found_clean_and_what_was_missed():
    cases = [
        found_clean(case(1, 0.4)),
        found_harmful(case(2, 0.4)),
        undecided(case(3, 0.4)),
        found_clean(case(4, 0.6)),
        undecided(case(5, 0.1)),
    ]
    report = replay(cases, rescored(by_policy(STRICTER)))
    assert report.changes == {Change.CLEAN_HIT: 1, Change.HARM_CAUGHT: 1, Change.HARDER: 1}
    assert report.examples == {Change.CLEAN_HIT: (1,), Change.HARM_CAUGHT: (2,), Change.HARDER: (3,)}
    assert report.transitions == {
        (Decision.ALLOW, Decision.REVIEW): 3,
        (Decision.REVIEW, Decision.REVIEW): 1,
        (Decision.ALLOW, Decision.ALLOW): 1,
    }
    assert (report.messages, report.decided, report.members, report.changed) == (5, 3, 3, 3)
    assert (report.labels[Label.ADS].gained, report.labels[Label.ADS].lost) == (3, 0)
    assert (report.from_cache, report.read_again) == (5, 0)
    assert (report.first_at, report.last_at) == (START + timedelta(minutes=1), START + timedelta(minutes=5))


def test_a_higher_band_shows_what_would_now_be_missed():
    cases = [found_clean(case(1, 0.6)), found_harmful(case(2, 0.6)), undecided(case(3, 0.6))]
    report = replay(cases, rescored(by_policy(LAXER)))
    assert report.changes == {Change.CLEAN_SPARED: 1, Change.HARM_MISSED: 1, Change.SOFTER: 1}
    assert (report.labels[Label.ADS].gained, report.labels[Label.ADS].lost) == (0, 3)


def test_a_removal_of_what_people_found_clean_is_a_hit_though_it_was_reviewed_before():
    sterner = rescored(by_policy(Policy({Label.ADS: Band(0.5, 0.55)})))
    assert replay([found_clean(case(1, 0.6))], sterner).changes == {Change.CLEAN_HIT: 1}
    assert replay([found_harmful(case(1, 0.6))], sterner).changes == {Change.HARDER: 1}


def test_no_change_changes_nothing():
    cases = [undecided(case(n, n / 10, text)) for n, text in enumerate(["早", "加微信 abc12345", "bit.ly/x", "晚安"])]
    report = replay(cases, rescored(by_policy(POLICY)))
    assert (report.changed, report.members, report.labels, report.examples) == (0, 0, {}, {})


def test_nothing_at_all_is_a_report_too():
    report = replay([], stored)
    assert (report.messages, report.first_at, report.changed) == (0, None, 0)


def test_a_new_word_hits_only_messages_that_have_it():
    listed = relisted(Community("c", "c", deny_keywords=("拼团",)), by_policy(POLICY))
    assert decisions(listed, case(1, text="今晚拼团吗"), case(2), case(3, 0.6)) == ["remove", "allow", "review"]


def test_a_word_taken_off_the_list_leaves_what_the_model_and_others_say():
    before = Community("c", "c", deny_keywords=("拼团",))
    contact = Signal("contacts", Label.ADS, 0.7, WHY)
    cases = [
        case(1, 0.1, "今晚拼团吗", before),
        case(2, 0.6, "今晚拼团吗", before),
        case(3, 0.1, "今晚拼团吗", before, signals=(contact,)),
    ]
    assert decisions(stored, *cases) == ["remove"] * 3
    assert decisions(relisted(PLAIN, by_policy(POLICY)), *cases) == ["allow", "review", "review"]


def test_a_word_taken_off_leaves_the_calibrated_score_where_there_is_a_calibration():
    class Doubling:
        version = "head/1"

        def adjust(self, scores):
            return [{label: 2 * p for label, p in row.items()} for row in scores]

    kept = case(1, 0.3, "今晚拼团吗", Community("c", "c", deny_keywords=("拼团",)))
    assert decisions(relisted(PLAIN, by_policy(POLICY)), kept) == ["allow"]
    assert decisions(relisted(PLAIN, by_policy(POLICY), Doubling()), kept) == ["review"]


def test_domain_lists_are_replayed_as_well():
    listed = relisted(Community("c", "c", deny_domains=("example.net",)), by_policy(POLICY))
    assert decisions(listed, case(1, text="看 https://example.net/a"), case(2, text="example.org")) == [
        "remove",
        "allow",
    ]


def test_a_label_that_no_list_touches_keeps_its_stored_score():
    # a precedent had brought ads down from 0.95 to 0.2; a listed word for gambling says nothing of that
    kept = case(1, 0.95, "德州局来人")
    kept = altered(kept, decision=Decision.ALLOW, labels=(), scores={**kept.assessment.scores, Label.ADS: 0.2})
    [judgement] = relisted(Community("c", "c", deny_keywords=("gambling:德州局",)), by_policy(POLICY))([kept])
    assert judgement.verdict.labels == (Label.GAMBLING,)


def test_lists_and_policy_change_together():
    listed = relisted(Community("c", "c", deny_keywords=("拼团",)), by_policy(STRICTER))
    assert decisions(listed, case(1, 0.4), case(2, 0.2), case(3, 0.2, "今晚拼团吗")) == ["review", "allow", "remove"]


def test_an_erased_message_keeps_its_verdict():
    kept = case(1, 0.1, "今晚拼团吗", Community("c", "c", deny_keywords=("拼团",)))
    erased = replace(kept, message=replace(kept.message, text=""))
    assert decisions(relisted(PLAIN, by_policy(POLICY)), erased) == ["remove"]


def test_what_stored_signals_say_beside_the_scores_still_holds():
    blind = case(1, signals=(UNAVAILABLE,))
    forward = case(2, signals=(Signal("quoted", None, 0.7, WHY, kind="fraud"),))
    clause = Clause(1, "周五可发招聘", ClauseKind.ALLOW, (Label.ADS,))
    permitted = altered(case(3, 0.8), clauses=(CitedClause(1, clause, 1.0, WHY, (Label.ADS,)),))
    on_another_day = altered(case(4, 0.8), clauses=(CitedClause(1, clause, 1.0, WHY),))
    assert decisions(rescored(by_policy(STRICTER)), blind, forward, permitted) == ["review", "review", "allow"]
    assert decisions(rescored(by_policy(STRICTER)), on_another_day) != ["allow"]
    assert decisions(rescored(by_policy(LAXER)), blind, forward, permitted) == ["review", "allow", "allow"]


def test_another_model_reads_only_what_it_has_not_judged():
    asked = []

    def assess(messages, repeats):
        asked.extend(zip(messages, repeats, strict=True))
        return [
            Assessment(m.id, Decision.REMOVE, Measure.WARN, (Label.ADS,), {}, (), Versions("model/2", "p"))
            for m in messages
        ]

    old = [case(n, 0.1, text="这是同一段发了好几遍的话", author="a") for n in (1, 2, 3)]
    new = altered(case(4, 0.6), versions=Versions("model/2", "p"))
    report = replay(map(undecided, [*old, new]), reread(assess, "model/2", by_policy(POLICY)))
    assert report.transitions == {(Decision.ALLOW, Decision.REMOVE): 3, (Decision.REVIEW, Decision.REVIEW): 1}
    assert (report.read_again, report.from_cache) == (3, 1)
    assert [repeats.by_author for _, repeats in asked] == [0, 1, 2]


def test_examples_are_few_the_same_each_time_and_of_different_people_and_texts():
    texts = [f"第{n % 7}种话术" for n in range(100)]
    cases = [undecided(case(n, 0.4, text, author=f"member {n % 9}")) for n, text in enumerate(texts)]
    judge = rescored(by_policy(STRICTER))
    shown = replay(cases, judge, examples=4).examples[Change.HARDER]
    assert shown == replay(iter(cases), judge, examples=4).examples[Change.HARDER]
    assert len({texts[n] for n in shown}) == len({n % 9 for n in shown}) == len(shown) == 4


@pytest.mark.parametrize("count", [255, 256, 257])
def test_no_message_is_lost_between_batches(count):
    report = replay((undecided(case(n, 0.4)) for n in range(count)), rescored(by_policy(STRICTER)))
    assert report.messages == report.members == count


def test_memory_does_not_grow_with_the_messages():
    kept = case(1, 0.4)

    def peak(count):
        tracemalloc.start()
        replay(((kept, None) for _ in range(count)), rescored(by_policy(STRICTER)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(2560) < 1.5 * peak(256)
