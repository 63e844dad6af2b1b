"""Lists as people type them: every wrong line is named, and nothing else is lost."""

import pytest

from copilot.signals import Context, keywords, links
from copilot.signals.lists import Fault, broad, read_domains, read_examples, read_words
from copilot.text import text_views
from copilot.types import Community, Label, Message


def problems(lines):
    return [(p.line, p.fault, p.part) for p in lines.problems]


def test_a_prefix_says_what_a_word_stands_for():
    text = "代购\ngambling:德州局\n博彩：百家乐\nFRAUD: 刷单\n10:30开团"
    read = read_words(text, labelled=True)
    assert read.entries == ("代购", "gambling:德州局", "gambling:百家乐", "fraud:刷单", "10:30开团")
    assert not read.problems


def test_every_wrong_line_is_named_and_the_others_are_read():
    read = read_words("代购\n\ngamble:德州\n，。！\n" + "长" * 101 + "\n彩票:", labelled=True)
    assert read.entries == ("代购",)
    assert problems(read) == [
        (3, Fault.NO_LABEL, "gamble"),
        (4, Fault.NO_WORD, "，。！"),
        (5, Fault.TOO_LONG, "100"),
        (6, Fault.NO_LABEL, "彩票"),
    ]


def test_a_label_without_a_word_is_no_entry():
    assert problems(read_words("ads:", labelled=True)) == [(1, Fault.NO_WORD, "ads:")]


def test_an_emoji_is_a_word():
    assert read_words("🎰").entries == ("🎰",)


def test_the_same_entry_counts_once_and_too_many_are_refused_at_their_line():
    assert read_words("代购\n代购\n 代购 ").entries == ("代购",)
    read = read_words("\n".join(f"词{n}" for n in range(1002)))
    assert len(read.entries) == 1000
    assert problems(read) == [(1001, Fault.TOO_MANY, "1000")]
    assert len(read_examples("\n".join(map(str, range(51)))).problems) == 1


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        ("https://www.taobao.com/item?id=1", "taobao.com"),
        ("Example.COM", "example.com"),
        ("t.me/group", "t.me"),
        ("ａｂｃ．ｃｏｍ", "abc.com"),
    ],
)
def test_a_domain_is_taken_out_of_whatever_was_pasted(typed, entry):
    assert read_domains(typed).entries == (entry,)


def test_what_is_no_domain_is_refused():
    assert problems(read_domains("taobao.com\n不是网址\nlocalhost")) == [
        (2, Fault.NO_DOMAIN, "不是网址"),
        (3, Fault.NO_DOMAIN, "localhost"),
    ]


def test_what_was_read_is_what_the_detectors_find():
    words = read_words("博彩：德州局", labelled=True).entries
    sites = read_domains("https://www.bad-site.com/x").entries
    community = Community("c", "c", deny_keywords=words, deny_domains=sites)
    text = "晚上德 州 局，报名 bad-site.com/go"
    context = Context(Message("1", text), community)
    assert [s.label for s in keywords.detect(text_views(text), context)] == [Label.GAMBLING]
    assert [s.kind for s in links.detect(text_views(text), context)] == ["denied"]


def test_words_that_occur_everywhere_are_pointed_out():
    assert broad(["干", "代购", "ok", "gambling:赌", "gambling:赌场"]) == ("干", "ok", "gambling:赌")
