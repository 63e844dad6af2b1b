"""A decision counts for the very next message: the service, the index of precedents and the store together."""

from __future__ import annotations

import pytest

import models
from api import wiring
from copilot.adapters.sql import SqlStore
from copilot.errors import ArtifactError
from copilot.moderator import CANARY, Moderator
from copilot.service import Service
from copilot.service.libraries import KnownText
from copilot.service.precedents import PrecedentKeeper
from copilot.types import Community, Decision, Label, Likeness

SCHEME = "蚕丝面膜招代理，98元拿货送60片，卖不掉全退，宝妈在家带娃也能做"
CLOAKED = "蠶絲面膜招玳理 ⑨⑧元拿货送六十片，卖不掉全褪，寶媽在家dai娃也能做"


@pytest.fixture
def make_following(engine, tmp_path, undecided):
    """Build a service with an index as after a start: from the snapshot if there is one, else from the store."""

    def make():
        encoder = models.load_encoder(models.HASHING)
        with SqlStore(engine).begin() as unit:
            last = unit.resolutions.last()
        keeper = PrecedentKeeper(*models.load_case_index(tmp_path / "index", encoder, last))
        return Service(SqlStore(engine), Moderator(undecided, encoder=encoder, index=keeper.index), keeper), keeper

    return make


@pytest.fixture
def following(make_following):
    service, _ = make_following()
    for name in ("one", "two"):
        service.add_community(Community(name, name))
    return service


@pytest.fixture
def say(following, make_message):
    def say(text, community="one", service=following):
        return service.ingest([make_message(text, community=community)])[0]

    return say


def confirm(service, case, decision=Decision.REMOVE, labels=(Label.ADS,)):
    return service.review.resolve(case.id, decision, labels, measure=None, actor="王")


def test_a_confirmed_scheme_in_new_clothes_is_flagged_with_its_precedent(following, say):
    first = say(SCHEME)
    assert first.assessment.decision is Decision.ALLOW
    confirm(following, first)
    again = say(CLOAKED).assessment
    assert again.decision is Decision.REVIEW
    assert again.labels == (Label.ADS,)
    [precedent] = again.precedents
    assert (precedent.case_id, precedent.likeness) == (first.id, Likeness.NEAR_COPY)
    assert any(signal.source == "precedent" for signal in again.signals)
    assert say("今天菜场的西红柿真便宜").assessment.decision is Decision.ALLOW


def test_no_community_sees_anothers_cases(following, say):
    confirm(following, say(SCHEME))
    assert say(SCHEME, community="two").assessment.precedents == ()
    assert following.search("two", [SCHEME], 5)[0].precedents == ()
    [found] = following.search("one", [SCHEME], 5)
    assert found.texts == (SCHEME,)


def test_undoing_a_decision_forgets_the_precedent(following, say):
    resolution = confirm(following, say(SCHEME))
    assert say(SCHEME + "。").assessment.precedents
    following.review.undo(resolution.id, "王")
    assert say(SCHEME + "！").assessment.precedents == ()


def test_a_second_process_hears_of_it_and_so_does_one_started_later(following, say, make_following):
    other, _ = make_following()
    confirm(following, say(SCHEME))
    assert say(CLOAKED, service=other).assessment.precedents
    later, _ = make_following()
    assert say(CLOAKED + "。", service=later).assessment.precedents


def test_a_snapshot_is_taken_up_where_it_ended_and_a_broken_one_is_not(
    following, say, make_following, tmp_path, caplog
):
    confirm(following, say(SCHEME))
    service, keeper = make_following()
    say("随便说说", service=service)
    models.save_case_index(keeper.index, tmp_path / "index", keeper.mark)
    _, restored = make_following()
    assert (restored.mark, len(restored.index)) == (keeper.mark, 1)
    for file in (tmp_path / "index").glob("*.npz"):
        file.write_bytes(file.read_bytes()[:-9])
    service, broken = make_following()
    assert (broken.mark, len(broken.index)) == (0, 0)
    assert "read from the store" in caplog.text
    assert say(CLOAKED, service=service).assessment.precedents


def test_a_library_speaks_to_those_who_subscribe(following, say):
    from dataclasses import replace

    following.libraries.add("schemes", [KnownText(SCHEME, (Label.ADS,), "拉代理")])
    assert say(CLOAKED).assessment.precedents == ()
    following.change_community("one", lambda old: replace(old, libraries=("schemes",)))
    [precedent] = say(CLOAKED + "。").assessment.precedents
    assert precedent.community == "library:schemes"
    assert say(CLOAKED, community="two").assessment.precedents == ()


def test_no_decision_silences_the_self_check(following, say):
    text = f"自检 {CANARY}"
    confirm(following, say(text), Decision.ALLOW, ())
    assert say(text + " 再来").assessment.decision is Decision.REVIEW


def test_an_index_that_fails_costs_the_precedent_and_not_the_verdict(make_following, following, say):
    service, keeper = make_following()
    confirm(following, say(SCHEME))
    keeper.index.add = None  # whatever goes wrong in there
    assert say(CLOAKED, service=service).assessment.precedents == ()


def test_a_torn_ranking_leaves_the_rest_working(monkeypatch, tmp_path, caplog):
    def torn(*_):
        raise ArtifactError("the ranking is torn")

    monkeypatch.setattr(models, "load_case_index", torn)
    assert wiring.load_precedents(tmp_path, models.load_encoder(models.HASHING), 0) is None
    assert "NO PRECEDENTS" in caplog.text


def test_texts_without_a_word_have_no_precedents_by_chance(following, say):
    confirm(following, say("[图片]"))
    assert say("😀😀").assessment.precedents == ()
    assert say("").assessment.precedents == ()
    assert say("谢谢").assessment.precedents == ()
