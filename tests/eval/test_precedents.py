"""The measure of precedents counts what a moderator would: right after one decision, and made wrong by it."""

import numpy as np
import pytest

from copilot.policy import Policy
from copilot.text import text_views
from copilot.types import LABELS, Assessment, Decision, Label, Measure, Versions
from eval.index import Cases, grown, plot
from eval.precedents import Family, Said, World, case_families, cost, everything, right, transfers
from models import HASHING, load_encoder
from models.precedents.index import FaissCaseIndex
from models.precedents.ranking import Ranking

ENCODER = load_encoder(HASHING)
SCHEME = "民宿保洁加盟，5.8万一个县代理，派单教系统，月净利三万起"


class Unsure:
    """Finds every text a little suspicious of advertising, below any threshold."""

    policy = Policy()

    def assess(self, messages):
        scores = dict.fromkeys(LABELS, 0.02) | {Label.ADS: 0.2}
        return [
            Assessment(m.id, Decision.ALLOW, Measure.NONE, (), scores, (), Versions("unsure", "p")) for m in messages
        ]


@pytest.fixture
def world():
    return World(Unsure(), ENCODER, Ranking.load(ENCODER.version))


def said(text, *labels):
    return Said(text, Decision.REMOVE if labels else Decision.ALLOW, labels)


def test_a_near_copy_becomes_right_and_a_retelling_and_look_alikes_stay_as_they_were(world):
    members = (SCHEME, SCHEME.replace("，", " ").replace("保洁", "保结"), "想当老板的来，一个县就放一家")
    family = Family(tuple(said(text, Label.ADS) for text in members), (said("我想找个固定的保洁，有人推荐吗"),))
    _, found = everything(family, world)
    rows = {row["after one decision"]: row for row in transfers(found)}
    assert (rows["… near-copies"]["pairs"], rows["… near-copies"]["right_after"]) == (2, 1.0)
    assert (rows["… retellings"]["pairs"], rows["… retellings"]["right_after"]) == (4, 0.0)
    assert rows["look-alikes"]["made_wrong"] == rows["warnings"]["made_wrong"] == 0.0


def test_a_look_alike_that_is_caught_counts_as_made_wrong(world):
    family = Family((said(SCHEME, Label.ADS),), (said(SCHEME + "呀"),))
    _, found = everything(family, world)
    [row] = [row for row in transfers(found) if row["after one decision"] == "look-alikes"]
    assert (row["right_before"], row["right_after"], row["made_wrong"]) == (1.0, 0.0, 1.0)


def test_a_verdict_is_right_where_it_carries_the_label_or_allows(world):
    ads, allowed = said("x", Label.ADS), said("x")
    flagged = world.policy.decide({Label.ADS: 0.9, Label.FRAUD: 0.8})
    assert right(ads, flagged)
    assert not right(said("x", Label.PORN), flagged)
    assert not right(allowed, flagged)
    assert right(allowed, world.policy.decide({}))


def test_cost_counts_ordinary_messages_whose_verdict_changes(world):
    chat = world.judged([said(SCHEME), said("今天中午吃什么")])
    row = cost(chat, world.judged([said(SCHEME, Label.ADS)]), world)
    assert (row["messages"], row["verdicts changed"], row["share"]) == (2, 1, 0.5)


def test_families_of_one_part_only_and_none_about_flooding():
    dev, test = (
        {member.text for family in case_families(part) for member in family.members} for part in ("dev", "test")
    )
    assert dev
    assert test
    assert not dev & test
    assert all(Label.FLOOD not in family.members[0].labels for family in case_families("dev"))


def test_growth_is_measured_at_each_size_and_drawn():
    texts = [f"第{i}条消息，{chr(0x5300 + i)}{chr(0x6700 + i)}卖{i}元" * 2 for i in range(30)]
    rows = ENCODER.encode([text_views(text) for text in texts])
    index = FaissCaseIndex(ENCODER.version, ENCODER.dim, Ranking.load(ENCODER.version))
    table = list(grown(index, Cases(rows, texts), (60, 120), Cases(rows, texts, seed=1)))
    assert [row["cases"] for row in table] == [60, 120]
    assert len(index) == 120
    assert all(row["recall_at_10"] == 1.0 and row["search_p99_ms"] >= row["search_p50_ms"] > 0 for row in table)
    assert len(plot(table).axes) == 3


def test_synthetic_vectors_are_unit_rows_near_real_ones():
    rows = np.eye(4, dtype=np.float32)
    cases, made = Cases(rows, ["一二三四五六七八九十一二"]).batch(7, 50)
    assert [case.case_id for case in cases] == list(range(7, 57))
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert (made @ rows.T).max(axis=1).min() > 0.5
