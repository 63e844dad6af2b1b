"""What a model answers, read without trusting it."""

import json
from zoneinfo import ZoneInfo

import pytest

from copilot.drafting.answer import UnreadableAnswer, read_answer, schema
from copilot.drafting.material import gather
from copilot.drafting.types import Draft, Fact, Kind, Line, Origin, Sentence, Tone

COUNT = Fact("count:messages", Origin.COUNT, "812 条消息", trusted=True)
PIPE = Fact("message:a-101", Origin.MESSAGE, "6栋水管明早9点修，师傅 13812345678", by="老孔")
HEATING = Fact("feed:x", Origin.FEED, "供暖 15 日开始", url="https://news.example/1")


def material(language="zh"):
    rows = [Sentence("本期要点：")], [Sentence(f.text, (f.id,)) for f in (COUNT, PIPE, HEATING)]
    lines = tuple(Line(tuple(row)) for row in rows)
    composed = Draft(Kind.BRIEFING, "c", language, Tone.PLAIN, lines, (COUNT, PIPE, HEATING), "composer/1")
    return gather(composed, (), (), ZoneInfo("Asia/Shanghai"), 100)


def lines(*rows):
    """An answer: a row is a list of (text, id, id …)."""
    return json.dumps(
        {"lines": [{"sentences": [{"text": text, "facts": ids} for text, *ids in row]} for row in rows]},
        ensure_ascii=False,
    )


GOOD = lines([("早上好！",)], [("昨天聊了 812 条。", "count:1"), ("水管明早9点修。", "message:1")])


@pytest.mark.parametrize(
    "wrapped",
    [
        "%s",
        "```json\n%s\n```",
        '<think>先想想 {"lines": []}</think>\n%s',
        "好的，这是早报：\n%s\n希望你喜欢！",
        '格式是 {"lines": [{"sentences": []}]}，那么：%s',
        '{"note": {"a": "}"}} { 不是 JSON %s',
    ],
)
def test_what_stands_around_the_json_does_not_matter(wrapped):
    assert [line.text for line in read_answer(wrapped.replace("%s", GOOD), material())] == [
        "早上好！",
        "昨天聊了 812 条。水管明早9点修。",
    ]


def test_facts_come_back_under_their_own_ids_and_links_where_they_are_cited():
    [line] = read_answer(lines([("供暖 15 日开始 {feed:1}", "feed:1", "feed:1")]), material())
    assert line.sentences == (Sentence("供暖 15 日开始 https://news.example/1", ("feed:x",)),)


def test_line_breaks_in_a_sentence_become_spaces():
    assert read_answer(lines([("812\n条\t消息", "count:1")]), material())[0].text == "812 条 消息"


def test_english_sentences_are_joined_by_a_space():
    answer = lines([("Good morning!",), ("812 messages yesterday.", "count:1")])
    assert read_answer(answer, material("en"))[0].text == "Good morning! 812 messages yesterday."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "没有输出 JSON"),
        ("抱歉，我不能写这个。", "没有输出 JSON"),
        ("<html><body>502 Bad Gateway</body></html>", "没有输出 JSON"),
        ("<think>" + GOOD, "没有输出 JSON"),
        (GOOD[:-30], "JSON 不完整"),
        ("[" * 100_000, "没有输出 JSON"),
        ("{" * 100_000, "JSON 不完整"),
        ('{"lines":' * 5_000, "JSON 不完整"),
        ('{"lines": ' + "1" * 5_000 + "}", "JSON 不完整"),
        ('{"lines": "早上好"}', "lines 应是"),
        ('{"lines": []}', "lines 应是"),
        (lines(*[[("812 条", "count:1")]] * 61), "lines 应是"),
        ('{"lines": ["早上好"]}', "sentences 应是"),
        (lines([("812 条", "count:1")] * 21), "sentences 应是"),
        ('{"lines": [{"sentences": [{"text": "早"}]}]}', "facts（资料编号的列表）"),
        ('{"lines": [{"sentences": [{"text": 5, "facts": []}]}]}', "facts（资料编号的列表）"),
        ('{"lines": [{"sentences": [{"text": "早", "facts": [["count:1"]]}]}]}', "facts（资料编号的列表）"),
        (lines([("早上好",)]), "没有一句话有依据"),
        (lines([("昨天 812 条。", "count:9")]), "没有编号 count:9"),
        (lines([("昨天 812 条。", "count:messages")]), "没有编号 count:messages"),
        (lines([("", "count:1")]), "空的"),
        (lines([("812" * 300, "count:1")]), "超过 600 字"),
        (lines([("昨天 812 条。\u202e", "count:1")]), "控制字符"),
        (lines([("看 {feed:1}", "count:1")]), "只能写所引资料的 link"),
        (lines([("看 {count:1}", "count:1")]), "只能写所引资料的 link"),
        (lines([("联系师傅〔手机号1〕", "message:1")]), "隐去的个人信息"),
        (lines([("供暖 15 日开始 https://news.example/1", "feed:1")]), "不要自己写网址"),
        (lines([("供暖 15 日开始 news.com/1", "feed:1")]), "不要自己写网址"),
    ],
)
def test_an_answer_that_is_no_draft_is_refused_with_the_reason(answer, said):
    with pytest.raises(UnreadableAnswer) as error:
        read_answer(answer, material())
    assert any(said in problem.zh for problem in error.value.problems)
    assert all(problem.en.endswith(".") for problem in error.value.problems)


def test_everything_that_is_wrong_is_told_at_once():
    answer = lines([("812 条", "count:9"), ("打〔手机号1〕", "message:1")], [("群主辞职了",)])
    with pytest.raises(UnreadableAnswer) as error:
        read_answer(answer, material())
    assert len(error.value.problems) == 3


@pytest.mark.parametrize("frame", ["早上好！", "大家早", "🌞", "早呀～", "——", "【本期要点】"])
def test_a_model_may_greet_and_copy_what_frames_the_base(frame):
    assert read_answer(lines([(frame,), ("812 条。", "count:1")]), material())[0].text == f"{frame}812 条。"


@pytest.mark.parametrize("claim", ["群主已经辞职了。", "本群即将解散", "早上好，群主辞职了", "祝大家发财"])
def test_a_model_may_make_up_no_sentence_without_a_source(claim):
    with pytest.raises(UnreadableAnswer) as error:
        read_answer(lines([("812 条。", "count:1"), (claim,)]), material())
    assert claim in error.value.problems[0].zh


def test_the_schema_lets_only_facts_be_cited_that_there_are():
    line = schema(material())["properties"]["lines"]["items"]
    sentence = line["properties"]["sentences"]["items"]
    assert sentence["properties"]["facts"]["items"]["enum"] == ["count:1", "message:1", "feed:1"]
