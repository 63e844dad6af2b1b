"""Decided cases are found again: at once, however cloaked, in their own community only, until they are forgotten."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models.precedents.shelf
import models.precedents.vectors
from copilot.text import text_views
from copilot.types import DecidedCase, Decision, Label, Likeness
from models import HASHING, load_encoder
from models.precedents.index import FaissCaseIndex
from models.precedents.ranking import Ranking

SCHEME = "民宿保洁加盟，5.8万一个县代理，派单教系统，月净利三万起，免费考察"
ENCODER = load_encoder(HASHING)
RANKING = Ranking.load(ENCODER.version)


def case(number, text=SCHEME, community="g", decision=Decision.REMOVE, labels=(Label.ADS,)):
    return DecidedCase(number, community, text, decision, labels)


def vectors(*texts):
    return ENCODER.encode([text_views(text) for text in texts])


def made(*cases):
    index = FaissCaseIndex(ENCODER.version, ENCODER.dim, RANKING)
    keep(index, *cases)
    return index


def keep(index, *cases):
    index.add(cases, vectors(*(each.text for each in cases)))


def find(index, text, scope=("g",), k=5):
    [found] = index.search([text_views(text)], vectors(text), [scope], k)
    return found


def distinct(count):
    """Texts that share nothing but by chance."""
    rng = np.random.default_rng(0)
    return ["".join(map(chr, rng.integers(0x4E00, 0x9000, 16))) for _ in range(count)]


@pytest.mark.parametrize(
    "cloaked", ["民·宿·保·洁 加 盟，５．８万一个县代理，派單教系統，月净利三万起，免费考察！", SCHEME + "🎉"]
)
def test_the_same_words_are_found_through_any_cloak_that_leaves_their_normal_form(cloaked):
    [found] = find(made(case(7)), cloaked)
    assert (found.case_id, found.likeness, found.similarity) == (7, Likeness.SAME, 1.0)
    assert (found.community, found.decision, found.labels) == ("g", Decision.REMOVE, (Label.ADS,))


def test_a_near_copy_is_found_by_its_sound_among_many_others():
    index = made(case(1), *(case(i + 2, text) for i, text in enumerate(distinct(300))))
    first, *_ = find(index, "民宿保结加氓 5.8W一县代里 派单教系统 月净利叁万起 免费考查")
    assert (first.case_id, first.likeness) == (1, Likeness.NEAR_COPY)
    assert first.similarity > 0.9


def test_whoever_passes_a_scheme_on_to_warn_of_it_is_not_taken_for_its_author():
    index = made(case(1))
    for warning in (f"我妈差点就信了：{SCHEME}", f"{SCHEME} 大家看到了不要理", f"举报这个骗子：{SCHEME[:20]}"):
        assert find(index, warning)[0].similarity <= 0.5 or find(index, warning)[0].likeness is Likeness.SIMILAR


def test_what_has_no_words_of_its_own_is_no_copy_of_anything():
    index = made(case(1, "[图片]"), case(2, "加我"), case(3, " "))
    assert find(index, "[图片]") == find(index, "") == find(index, "[图片] [图片]") == []
    assert {found.likeness for found in find(index, "加我")} == {Likeness.SIMILAR}
    assert find(made(case(1, "💩💩💩💩💩")), "💩💩💩💩💩")[0].likeness is Likeness.SAME


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 9), st.sampled_from([SCHEME, "出一台九成新相机"])), max_size=8
    ),
    st.lists(st.sampled_from(["a", "b", "c", "library:x", ""]), max_size=3),
)
def test_no_question_reaches_a_community_outside_its_scope(kept, scope):
    index = made(*(case(number, text, community) for community, number, text in kept))
    assert {found.community for found in find(index, SCHEME, tuple(scope), 50)} <= set(scope)
    last = {(community, number): text for community, number, text in kept}
    assert len(index) == len(last)


def test_libraries_are_searched_beside_the_community_and_only_if_named():
    index = made(case(1, community="library:schemes"), case(2, community="other"))
    assert find(index, SCHEME) == []
    assert [f.case_id for f in find(index, SCHEME, ("g", "library:schemes", "library:schemes"))] == [1]


def test_a_case_decided_anew_replaces_the_old_decision_and_a_removed_one_is_gone():
    index = made(case(1), case(2, "另外一件不相干的事情"))
    keep(index, case(1, decision=Decision.ALLOW, labels=()))
    assert [f.decision for f in find(index, SCHEME) if f.likeness is Likeness.SAME] == [Decision.ALLOW]
    index.remove("g", [1, 99])
    index.remove("unknown", [1])
    assert [f.case_id for f in find(index, SCHEME)] == [2]
    assert len(index) == 1


def test_the_likest_come_first_and_no_more_than_asked_for():
    index = made(*(case(i, SCHEME[: 10 + i]) for i in range(20)))
    found = find(index, SCHEME, k=7)
    assert len(found) == 7
    assert [f.similarity for f in found] == sorted((f.similarity for f in found), reverse=True)
    assert find(index, SCHEME, k=0) == []


def test_vectors_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="shape"):
        made().add([case(1)], np.zeros((1, 3), np.float32))


@pytest.fixture
def small(monkeypatch):
    """Sizes at which a few hundred cases go the way of a million."""
    monkeypatch.setattr(models.precedents.shelf, "_AT_ONCE", 64)
    monkeypatch.setattr(models.precedents.vectors, "EXACT_UP_TO", 128)


def test_a_large_index_finds_what_exact_search_finds_and_follows_removals(small):
    texts = distinct(600)
    index = made()
    for start in range(0, len(texts), 50):
        keep(index, *(case(i, texts[i]) for i in range(start, start + 50)))
    index.settle()
    assert len(index.segments["g"]) <= 4
    assert all(find(index, texts[i])[0].case_id == i for i in range(0, 600, 17))
    index.remove("g", range(0, 600, 2))
    index.settle()
    assert len(index) == 300
    assert all(f.case_id % 2 for i in range(0, 600, 17) for f in find(index, texts[i]))
    assert all(find(index, texts[i])[0].case_id == i for i in range(1, 600, 17) if i % 2)


def test_while_a_large_part_is_built_new_cases_are_found_and_forgotten_ones_stay_so(small, monkeypatch):
    texts = distinct(203)
    begun, go_on = threading.Event(), threading.Event()
    joined = models.precedents.shelf.Segment.joined

    def slow(chosen, *rest):
        if sum(map(len, chosen)) > 64:
            begun.set()
            assert go_on.wait(10)
        return joined(chosen, *rest)

    monkeypatch.setattr(models.precedents.shelf.Segment, "joined", slow)
    index = made(*(case(i, text) for i, text in enumerate(texts[:100])))
    keep(index, *(case(i + 100, text) for i, text in enumerate(texts[100:200])))
    assert begun.wait(10)
    for i in (200, 201, 202):
        keep(index, case(i, texts[i]))
        assert find(index, texts[i])[0].case_id == i
    index.remove("g", [5, 150, 200])
    go_on.set()
    index.settle()
    assert len(index) == 200
    assert all(find(index, texts[i])[0].case_id != i for i in (5, 150, 200))
    assert all(find(index, texts[i])[0].case_id == i for i in (6, 151, 201, 202))


def test_readers_and_writers_at_once_see_no_torn_state(small):
    texts = distinct(240)
    index = made(*(case(i, text) for i, text in enumerate(texts[:40])))
    failures: list[object] = []
    done = threading.Event()

    def read():
        try:
            while not done.is_set():
                for i in (0, 20, 39):
                    found = find(index, texts[i])
                    assert found[0].case_id == i, found
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(40, 240, 4):
        keep(index, *(case(i + j, texts[i + j]) for j in range(4)))
        index.remove("g", [i])
    done.set()
    for reader in readers:
        reader.join()
    index.settle()
    assert failures == []
    assert len(index) == 190
