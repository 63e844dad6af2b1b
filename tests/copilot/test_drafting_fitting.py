"""What fits a channel, and that nothing is ever cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.drafting.clusters import clusters, cut, whole_spans
from copilot.drafting.fitting import CHANNELS, KEPT, Channel, Piece, Unit, channel_named, fit, fit_draft
from copilot.drafting.types import Draft, Kind, Line, Sentence, Tone
from copilot.errors import InvalidInput

FAMILY = "👨‍👩‍👧"


def piece(
    text: str, weight: float = 1.0, section: str = "", *, heading: bool = False, shorter: tuple[str, ...] = ()
) -> Piece:
    return Piece(line(text), weight, section, heading, tuple(line(version) for version in shorter))


def line(text: str) -> Line:
    return Line((Sentence(text),))


def fitted(*pieces: Piece, limit: int, unit: Unit = Unit.CHARACTERS, readable: int = 10_000) -> list[str]:
    return [one.text for one in fit(pieces, Channel("test", limit, unit, readable))]


def test_the_least_important_line_goes_first():
    assert fitted(piece("标题", KEPT), piece("要紧的事", 9), piece("不要紧的事", 1), limit=8) == ["标题", "要紧的事"]


def test_a_heading_goes_with_its_last_line():
    pieces = (piece("标题", KEPT), piece("待答：", KEPT, "q", heading=True), piece("一个问题", 1, "q"))
    assert fitted(*pieces, limit=20) == ["标题", "待答：", "一个问题"]
    assert fitted(*pieces, limit=6) == ["标题"]


def test_a_line_is_told_shorter_before_it_is_given_up():
    pieces = (piece("标题", KEPT), piece("一句很长很长很长的话", 5, shorter=("一句短话",)))
    assert fitted(*pieces, limit=7) == ["标题", "一句短话"]


def test_what_must_stay_is_cut_at_a_boundary():
    assert fitted(piece("第一句话说完了。第二句话太长放不下", KEPT), limit=12) == ["第一句话说完了。"]


def test_lines_are_dropped_until_members_will_read_it():
    pieces = [piece("标题", KEPT), *(piece(f"第{i}件事情说的是这个", 10 - i) for i in range(6))]
    assert len(fitted(*pieces, limit=10_000, readable=40)) == 4


def test_a_channel_counts_in_its_own_unit():
    assert CHANNELS["wecom_markdown"].size("汉字") == 6
    assert CHANNELS["telegram"].size("😀") == 2
    assert CHANNELS["discord"].size("😀") == 1


def test_the_documented_limits_are_held():
    assert (CHANNELS["wecom_text"].limit, CHANNELS["wecom_markdown"].limit) == (2048, 4096)
    assert (CHANNELS["telegram"].limit, CHANNELS["discord"].limit) == (4096, 2000)


def test_an_unknown_channel_is_refused():
    with pytest.raises(InvalidInput):
        channel_named("pager")


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("人数是12345人，很多", 6),
        ("看这里https://example.org/a/b/c再说", 12),
        (f"一家{FAMILY}{FAMILY}{FAMILY}{FAMILY}来了", 4),
        ("价格99.50元一份不贵", 5),
        ("时间是2026-05-17这一天", 6),
    ],
)
def test_numbers_addresses_and_families_are_never_cut(text, most):
    left = cut(text, most).removesuffix("…")
    assert text.startswith(left)
    assert not any(start < len(left) < end for start, end in whole_spans(text))
    assert list(clusters(left)) == list(clusters(text))[: len(list(clusters(left)))]


@given(st.text(max_size=80), st.integers(0, 40))
def test_a_cut_text_is_a_beginning_and_not_longer(text, most):
    left = cut(text, most)
    assert len(list(clusters(left))) <= max(most, 0)
    assert text.startswith(left.removesuffix("…")) or left == text


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=9, max_size=60),
        min_size=1,
        max_size=8,
    ),
    st.integers(60, 300),
)
def test_whatever_is_planned_fits_in_bytes(texts, limit):
    pieces = [piece(text, KEPT if i == 0 else float(i)) for i, text in enumerate(texts)]
    try:
        lines = fitted(*pieces, limit=limit, unit=Unit.BYTES)
    except InvalidInput:
        return
    assert len("\n".join(lines).encode()) <= limit


def test_a_draft_without_a_plan_loses_its_end_first():
    lines = tuple(line(text) for text in ("标题", "第一件事", "值得一看：", "一条链接"))
    draft = Draft(Kind.BRIEFING, "c", "zh", Tone.PLAIN, lines, (), "model")
    left = fit_draft(draft, Channel("test", 9, Unit.CHARACTERS, 100))
    assert [one.text for one in left.lines] == ["标题", "第一件事"]
