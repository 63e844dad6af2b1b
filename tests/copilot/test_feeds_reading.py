"""Feeds as they are found in the wild become facts, or are refused."""

import contextlib
import json
import time
from datetime import UTC, datetime

import pytest

from copilot.drafting.feeds import normal_link, read_feed
from copilot.drafting.types import Origin
from copilot.errors import InvalidInput

NOW = datetime(2026, 2, 17, 8, 0, tzinfo=UTC)
URL = "https://news.example/feeds/all.xml"


def rss(*items, head="", title="城北日报"):
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"><channel><title>{title}</title>{inner}</channel></rss>'


def item(title, link="/a", date="Tue, 17 Feb 2026 15:00:00 +0800"):
    return f"<title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>"


def read(text, **options):
    return read_feed(text.encode() if isinstance(text, str) else text, URL, NOW, **options)


def titles(text, **options):
    return [fact.text for fact in read(text, **options).entries]


def test_an_entry_becomes_an_untrusted_fact_with_its_source_date_and_link():
    [fact] = read(rss(item("地铁三号线恢复运营"))).entries
    assert (fact.origin, fact.text, fact.by, fact.trusted) == (Origin.FEED, "地铁三号线恢复运营", "城北日报", False)
    assert (fact.url, fact.at) == ("https://news.example/a", datetime(2026, 2, 17, 7, 0, tzinfo=UTC))
    assert fact.id.startswith("feed:")


def test_atom_and_json_feed_are_read_alike():
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
        '<entry><title type="html">&lt;b&gt;甲&lt;/b&gt;</title>'
        '<link href="https://e.org/1"/><id>urn:1</id><updated>2026-02-17T07:00:00Z</updated></entry></feed>'
    )
    made = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [{"id": "1", "url": "https://e.org/1", "title": "甲", "date_published": "2026-02-17T15:00:00+08:00"}],
    }
    one, other = read(atom), read(json.dumps(made))
    assert one == other
    assert one.entries[0].at == datetime(2026, 2, 17, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("encoding", "declared", "served"),
    [
        ("gbk", "gb2312", ""),
        ("gbk", "utf-8", ""),
        ("gbk", "", "text/xml; charset=utf-8"),
        ("gb18030", "", "text/xml"),
        ("utf-8", "gbk", "text/xml; charset=ISO-8859-1"),
        ("utf-8-sig", "gb2312", ""),
        ("utf-16", "utf-16", ""),
        ("big5", "big5", ""),
        ("utf-8", "no-such-encoding", ""),
    ],
)
def test_titles_are_readable_whatever_is_said_about_their_encoding(encoding, declared, served):
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = rss(item("春節放假通知"), head=head, title="新聞")
    assert titles(text.encode(encoding), content_type=served) == ["春節放假通知"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("&lt;b&gt;粗&lt;/b&gt;体&amp;amp;字", "粗体&字"),
        ("<![CDATA[<script>alert(1)</script>标题<style>p{}</style>]]>", "标题"),
        ("<![CDATA[<a href='javascript:x' onclick='y'>点我</a>]]>", "点我"),
        ("三个数 1 &lt; 2 怎么证", "三个数 1 < 2 怎么证"),
        ("  两\n行\t标题 ", "两 行 标题"),
        ("反\u202e向\u200b字\u2066符", "反向字符"),
        ("一家👨‍👩‍👧去春游", "一家👨‍👩‍👧去春游"),
    ],
)
def test_titles_are_plain_text_in_one_line(written, shown):
    assert titles(rss(item(written))) == [shown]


def test_a_huge_title_is_cut_at_a_boundary_and_never_inside_an_emoji():
    [title] = titles(rss(item("长" * 50_000)))
    assert len(title) == 120
    assert title.endswith("…")
    [family] = titles(rss(item("字" * 117 + "👨‍👩‍👧" * 3)))
    assert family == "字" * 117 + "…"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!entity % p SYSTEM "http://127.0.0.1/x"> %p;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own_are_refused(doctype, encoding):
    with pytest.raises(InvalidInput, match="entities"):
        read((doctype + rss(item("&x;"))).encode(encoding))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>404</body></html>", b"{}", b"[1]", b"{" * 90_000, b"\x00\xff" * 99, b"/etc/passwd"],
)
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(InvalidInput) as refused:
        read(body)
    assert refused.value.param == "feed"


def test_a_torn_feed_gives_what_can_still_be_read():
    text = rss(item("第一条", "/1"), item("第二条", "/2"))
    assert titles(text[: text.index("</channel>") - 30])[:1] == ["第一条"]


def test_entries_without_title_or_usable_link_are_left_out_and_counted():
    feed = read(
        rss(
            item("好的", "/ok"),
            item("", "/x"),
            "<title>没有链接</title>",
            item("脚本", "javascript:alert(1)"),
            item("密码", "https://a:b@e.org/"),
            item("🎉🎉", "/emoji"),
        )
    )
    assert ([f.text for f in feed.entries], feed.left_out) == (["好的"], 5)


def test_dates_that_cannot_be_are_unknown():
    dates = ("Fri, 17 Feb 2040 00:00:00 GMT", "昨天", "Thu, 01 Jan 1970 00:00:00 GMT", "")
    feed = read(rss(*(item(f"第{n}条新闻", f"/{n}", date) for n, date in enumerate(dates))))
    assert [f.at for f in feed.entries] == [None] * 4


def test_the_same_guid_or_link_twice_is_one_entry_unless_the_titles_differ():
    same = "<guid isPermaLink='false'>1</guid>"
    feed = read(rss(item("甲新闻", "/1") + same, item("甲新闻", "/1") + same, item("乙新闻", "/2") + same))
    assert [f.text for f in feed.entries] == ["甲新闻", "乙新闻"]
    front = read(rss(item("甲新闻", "/"), item("乙新闻", "/")))
    assert len({f.id for f in front.entries}) == 2


def test_an_entry_keeps_its_id_when_its_tracking_changes():
    ids = {
        read(rss(item("甲", link))).entries[0].id
        for link in ("/a?id=1&amp;utm_source=x", "http://www.news.example/a/?id=1#top", "/a?id=1&amp;spm=9")
    }
    assert len(ids) == 1
    assert normal_link("https://m.e.org/a?b=2&a=1") == normal_link("http://e.org/a/?a=1&b=2&utm_campaign=z")


def test_a_feed_larger_than_a_feed_can_be_is_refused_and_a_long_one_cut():
    with pytest.raises(InvalidInput, match="bytes"):
        read(b" " * 5_000_000)
    feed = read(rss(*(item(f"第{n}条", f"/{n}") for n in range(250))))
    assert (len(feed.entries), feed.left_out) == (200, 50)


@pytest.mark.parametrize("torn", ["<a>" * 1_000_000, "<item><title>" * 40_000, "&" * 900_000, "<!--" * 90_000])
def test_hostile_markup_costs_little_time(torn):
    start = time.process_time()
    with contextlib.suppress(InvalidInput):
        read('<rss version="2.0"><channel><title>t</title>' + torn)
    assert time.process_time() - start < 6
