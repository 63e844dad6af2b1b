"""What each detector says of real messages, with the right places."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.signals import Context, contacts, flood, keywords, links, privacy, theme
from copilot.signals.context import Repeats
from copilot.signals.flood import FloodWindow
from copilot.text import text_views
from copilot.types import Community, Label, Message

NOBODY = Community(id="", name="")


def run(detector, text, community=NOBODY, repeats=None, **fields):
    context = Context(Message("1", text, **fields), community, repeats or Repeats())
    return detector.detect(text_views(text), context)


def found(signals, text):
    return [(s.kind, text[start:end]) for s in signals for start, end in s.spans]


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("佳薇❤：xw88661", "wechat", "薇❤：xw88661"),
        ("详询 ①③⑧00138000", "mobile", "①③⑧00138000"),
        ("扣❤扣 三六五八九二一零四", "qq", "扣❤扣 三六五八九二一零四"),
        ("加裙 九八七六五四三二一", "group", "裙 九八七六五四三二一"),
        ("邮箱 abc_1@test.example", "email", "abc_1@test.example"),
        ("物业电话 010-66889900", "landline", "010-66889900"),
        ("有事打400-800-1234", "hotline", "400-800-1234"),
        ("@shdnk999 出号", "handle", "@shdnk999"),
    ],
)
def test_contacts_are_found_where_they_were_typed(text, kind, place):
    assert (kind, place) in found(run(contacts, text), text)


@pytest.mark.parametrize(
    "text", ["订单号 13800138000123", "运单13800138000", "今天3-2 昨天1-0", "共计 1380 元", "房间号 3-2-1501"]
)
def test_numbers_that_are_no_contacts_are_left_alone(text):
    assert run(contacts, text) == []


def test_a_hidden_contact_with_a_call_is_bait():
    [signal] = run(contacts, "想赚钱的佳薇❤：xw88661")
    assert signal.label is Label.ADS
    assert signal.score >= 0.9
    assert "变体" in signal.reason.zh


def test_a_hotline_is_no_bait():
    [signal] = run(contacts, "物业热线 400-800-1234 有事请打")
    assert signal.label is None


def test_contacts_are_no_bait_where_the_community_trades():
    market = Community(id="m", name="二手群", commerce=True)
    assert all(s.label is None for s in run(contacts, "出自行车 加我微信 abc12345 价格好说", market))


def test_links_name_their_registered_domain_offline():
    [signal] = run(links, "看这个 https://a.b.com.cn/x?y=1 不错")
    assert "b.com.cn" in signal.reason.zh
    assert signal.label is None


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("ta0bao.com 领券", "look_alike", Label.FRAUD),
        ("进 t.cn/Ab12", "shortener", None),
        ("xiaoshuo点top", "hidden", Label.ADS),
        ("https://t.me/abc", "invitation", None),
    ],
)
def test_kinds_of_links(text, kind, label):
    [signal] = run(links, text)
    assert (signal.kind, signal.label) == (kind, label)


def test_a_link_ends_where_chinese_begins():
    text = "看https://a.example.com/x然后说"
    assert found(run(links, text), text) == [("link", "https://a.example.com/x")]


def test_allowed_domains_beat_denied_ones():
    community = Community("c", "c", allow_domains=("good.com",), deny_domains=("good.com", "bad.com"))
    assert [s.kind for s in run(links, "good.com bad.com", community)] == ["allowed", "denied"]


def test_an_identity_card_number_is_private_and_surer_with_the_right_check_digit():
    [valid] = run(privacy, "她的 110101189003070012")
    [wrong] = run(privacy, "她的 110101189003070011")
    assert valid.kind == wrong.kind == "id_card"
    assert wrong.score < valid.score


def test_a_neighbours_phone_and_address_are_private_but_ones_own_are_not():
    others = run(privacy, "骗子李四 电话13800138000 家住幸福路12号楼3单元501 大家去找他")
    assert {s.kind for s in others} == {"mobile", "address"}
    assert run(privacy, "快递放门口 我电话13800138000") == []
    assert run(privacy, "物业客服13800138000") == []


def test_the_same_message_a_third_time_is_flooding_and_placeholders_never_are():
    window = FloodWindow()
    start = datetime(2026, 11, 22, tzinfo=UTC)

    def say(text, at, author="a"):
        message = Message(f"{author}{at}", text, community="c", author=author, sent_at=start + timedelta(seconds=at))
        views = text_views(text)
        return flood.detect(views, Context(message, NOBODY, window.observe(message, views)))

    text = "今晚八点直播间抽奖大家都来"
    assert say(text, 0) == []
    assert say(text + "！", 5) == []
    [third] = say("今晚八点直播间抽奖大家都來", 9)
    assert third.label is Label.FLOOD
    assert say(text, 9, author="b") == [] or say(text, 9, author="b")[0].label is None
    for at in range(400, 415):  # an album: fifteen pictures, one a second
        assert say("[图片]", at) == []


def test_near_copies_count_and_old_ones_are_forgotten():
    window = FloodWindow(seconds=60)
    start = datetime(2026, 11, 22, tzinfo=UTC)

    def repeats(text, at, message_id=None):
        return window.observe(Message(message_id or str(at), text, "c", "a", sent_at=start + timedelta(seconds=at)))

    assert repeats("代购韩国化妆品全场八折包邮", 0).by_author == 0
    assert repeats("代购韩国化妆品全场八折包邮1", 1).by_author == 1
    assert repeats("代购韩国化妆品全场八折包邮1", 1, "1").by_author == 1  # a repeated delivery hears the same again
    assert repeats("我家的猫昨天生了四只小猫", 2).by_author == 0
    assert repeats("代购韩国化妆品全场八折包邮", 120).by_author == 0


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_are_times_too(year):
    assert FloodWindow().observe(Message("1", "早", "c", "a", sent_at=datetime(year, 1, 1, tzinfo=UTC))).burst == 1


def test_without_a_time_nothing_is_called_flooding():
    window = FloodWindow()
    said = [window.observe(Message(str(i), "同一句话说很多很多遍", "c", "a")) for i in range(20)]
    assert {(r.by_author, r.burst) for r in said} == {(0, 1)}


def test_a_late_delivery_is_no_burst():
    window = FloodWindow()
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for i in range(10):
        window.observe(Message(f"n{i}", f"第{i}句不一样的话", "c", "a", sent_at=now))
    assert window.observe(Message("late", "一小时前说的", "c", "a", sent_at=now - timedelta(hours=1))).burst == 1


def test_the_host_is_what_a_browser_would_open():
    community = Community("c", "c", allow_domains=("good.com",), deny_domains=("WWW.Bad.com",))
    assert [s.kind for s in run(links, "https://good.com:x@bad.com/", community)] == ["denied"]


@pytest.mark.parametrize("text", ["顶一下这个帖子" * 20, "快来看" * 30])
def test_a_message_that_repeats_itself_is_flooding(text):
    assert [s.kind for s in run(flood, text)] == ["self"]


@pytest.mark.parametrize(
    "text",
    ["哈" * 60, "[图片]" * 12, "今天下午业主大会在三号楼架空层举行请各位业主准时参加带好身份证和房产证复印件谢谢"],
)
def test_laughter_placeholders_and_notices_are_not(text):
    assert run(flood, text) == []


def test_denied_words_are_found_in_disguise_and_allowed_words_win():
    community = Community("c", "c", deny_keywords=("代购", "gambling:德州局"), allow_keywords=("代购攻略",))
    text = "代*購 便宜"
    [signal] = run(keywords, text, community)
    assert (signal.label, found([signal], text)) == (Label.ADS, [("deny", "代*購")])
    assert run(keywords, "求代购攻略", community) == []
    assert run(keywords, "今晚德州局", community)[0].label is Label.GAMBLING


def test_no_word_is_denied_by_default():
    assert run(keywords, "测试 管理 干 操作 草莓") == []


def test_the_theme_only_ever_hints():
    signals = run(theme, "昨晚那场篮球加时三次太刺激了", theme="多肉植物养护交流")
    assert [s.label for s in signals] == [Label.OFF_TOPIC]
    assert signals[0].score < 0.5
    assert run(theme, "我的多肉叶子发黄该怎么浇水呢各位", theme="多肉植物养护交流") == []
    assert run(theme, "好的谢谢", theme="多肉植物养护交流") == []
