"""The figures on threads count what they say they count."""

from itertools import pairwise

import pytest

from eval.clustering import agreement, exact_match, local_agreement, one_to_one
from eval.digests import counts, readable
from eval.rouge import rouge_l, rouge_n
from eval.threads import by_pauses, by_replies
from training.days import days
from training.thread_cases import sample
from training.threads import bcubed

GOLD = ["a", "a", "a", "b", "b", "c"]


def test_perfect_grouping_scores_one_everywhere_whatever_the_names():
    assert set(agreement([7, 7, 7, 3, 3, 1], GOLD).values()) == {1.0}


@pytest.mark.parametrize(
    ("found", "share"), [([1] * 6, 3 / 6), ([1, 2, 3, 4, 5, 6], 3 / 6), ([1, 1, 2, 2, 2, 3], 5 / 6)]
)
def test_one_to_one_pairs_each_thread_once(found, share):
    assert one_to_one(found, GOLD) == pytest.approx(share)


def test_bcubed_of_one_thread_and_of_single_messages():
    assert bcubed([1] * 6, GOLD) == (pytest.approx((9 + 4 + 1) / 36), 1.0)
    assert bcubed([1, 2, 3, 4, 5, 6], GOLD) == (1.0, pytest.approx((1 + 1 + 1) / 6))


def test_a_thread_counts_as_exact_only_where_nothing_is_missing_or_added():
    assert exact_match([1, 1, 1, 2, 3, 4], GOLD) == pytest.approx(2 / 3)
    assert exact_match([1, 1, 1, 1, 1, 4], GOLD) == 0


def test_local_agreement_looks_three_messages_back():
    assert local_agreement([1, 1, 1, 1], ["a", "b", "b", "a"]) == pytest.approx(2 / 6)


def test_rouge_counts_shared_characters_pairs_and_order():
    assert rouge_n("3号楼停水", "3号楼 停水", 1) == 1
    assert rouge_n("停水3号楼", "3号楼停水", 2) == pytest.approx(3 / 4)
    assert rouge_l("停水3号楼", "3号楼停水") == pytest.approx(3 / 5)
    assert rouge_n("", "水", 1) == rouge_l("", "水") == 0


def test_counts_add_days_up():
    row = counts("dev", "x", [({1, 2}, {2}), (set(), {3, 4})])
    assert (row["said"], row["true"], row["right"]) == (2, 3, 1)
    assert (row["P"], row["R"], row["F"]) == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))


def test_baselines_bind_by_time_and_by_reply_alone():
    one = sample(next(day for day in days("dev") if day.thin), None)
    minutes = [post.minute for post in one.evidence.posts]
    pauses = sum(later - earlier > 10 for earlier, later in pairwise(minutes))
    assert len(set(by_pauses(one))) == pauses + 1
    replies = sum(post.answers is not None for post in one.evidence.posts)
    assert len(set(by_replies(one))) == len(minutes) - replies


def test_every_day_belongs_to_one_part_and_every_message_to_one_thread():
    parts = [{day.name for day in days(part)} for part in ("train", "dev", "test")]
    assert len(set.union(*parts)) == sum(map(len, parts)) == 16
    for day in days("train"):
        assert set(day.thread_of) == {message.id for message in day.messages}


def test_a_digest_can_be_read_by_people():
    from copilot.drafting.threads import digest

    day = days("train")[0]
    text = readable(digest("g", day.messages, encoder=None, since=day.since, until=day.until), day)
    assert "Open" in text
    assert "Settled" in text
