"""The trust page, the weekly report and random checks, as people see them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from api.console import numbers
from api.console.words import say
from copilot.people import Role
from copilot.types import Decision, Label, Message


@pytest.fixture
def lived(service):
    """Some messages, most of the flags decided."""
    for i in range(12):
        [case] = service.ingest([Message(f"a{i}", f"广告 第 {i} 条", "demo", f"邻居{i}")])
        right = i % 4 != 0
        decision, labels = (Decision.REMOVE, [Label.ADS]) if right else (Decision.ALLOW, [])
        service.review.resolve(case.id, decision, labels, measure=None, actor="=HYPERLINK(1)" if i == 1 else "小林")
    service.ingest([Message(f"c{i}", f"今天第 {i} 件事", "demo", "阿珍") for i in range(30)])
    service.ingest([Message("w", "可疑的消息", "demo", "阿珍")])
    return service


def test_the_page_shows_shares_with_their_ranges_and_what_they_are(make_console, lived):
    page = make_console(Role.VIEWER).get("/c/demo/trust").text
    assert "75%" in page
    assert re.search(r"在 \d+(?:\.\d)?% 到 \d+(?:\.\d)?% 之间", page)
    assert "依据 12 条裁定" in page
    assert "至少抽查 20 条才能估计" in page
    assert say("zh", "trust.precision.is") in page


def test_an_empty_community_is_told_what_to_do(make_console):
    page = make_console(Role.VIEWER).get("/c/demo/trust").text
    assert "把机器人接进来" in page


def test_a_viewer_may_look_but_not_draw(make_console, lived):
    console = make_console(Role.VIEWER)
    assert "抽查 20 条</button>" not in console.get("/c/demo/trust").text
    assert console.post("/c/demo/trust/check").status_code == 403


def test_drawn_checks_wait_in_the_queue_and_the_page_says_so(make_console, lived):
    console = make_console(Role.MODERATOR)
    page = console.post("/c/demo/trust/check")
    assert "已抽出 20 条" in page.text
    assert "还有 20 条抽查在队列里" in page.text
    assert len(lived.review.queue("demo")) == 21
    for _ in range(4):
        page = console.post("/c/demo/trust/check")
    assert "没有可抽的消息" in page.text


def test_the_figures_come_as_csv_without_formulas(make_console, lived):
    answer = make_console(Role.VIEWER).get("/c/demo/trust/figures.csv?days=7")
    assert answer.headers["content-disposition"].endswith('-7d.csv"')
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:4] == ["figure", "of", "from", "value"]
    [precision] = [row for row in rows if row[:3] == ["precision", "", ""]]
    assert precision[3] == "0.7500"
    assert precision[6:] == ["9", "12"]
    people = [row[1] for row in rows if row[0] == "decisions_day"]
    assert "'=HYPERLINK(1)" in people


def test_an_unknown_period_is_the_usual_one(make_console, lived):
    console = make_console(Role.VIEWER)
    assert 'aria-current="true">近 30 天' in console.get("/c/demo/trust?days=12").text
    assert console.get("/c/demo/trust?days=x").status_code == 400


def week():
    return f"{datetime.now(UTC) + timedelta(hours=8):%G-W%V}"


def test_the_weekly_report_says_what_happened_and_what_to_do(make_console, lived):
    page = make_console(Role.VIEWER).get(f"/c/demo/trust/report?week={week()}").text
    assert "群里发了 43 条消息，机器标记了 13 条（30%）。" in page
    assert "其中 12 条已由人裁定：9 条确有问题，3 条是误报。" in page
    assert "每 100 条标记里约有 75 条是对的" in page
    assert "漏掉多少还不知道" in page
    assert "抽查 20 条放行的消息" in page
    assert "这一周还没过完" in page


def test_the_weekly_report_reads_in_english_too(make_console, lived):
    page = make_console(Role.VIEWER, language="en").get(f"/c/demo/trust/report?week={week()}").text
    assert "There were 43 messages; the machine flagged 13 of them (30%)." in page
    assert "To do" not in page
    assert not re.search(r"[\u4e00-\u9fff]", page.split("<main")[1].replace("阳光花园业主群", ""))


def test_without_a_week_the_last_whole_one_is_told(make_console, lived):
    page = make_console(Role.VIEWER).get("/c/demo/trust/report").text
    assert "这一周没有消息。" in page
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    assert str(today - timedelta(days=today.weekday() + 7)) in page
    nonsense = make_console(Role.VIEWER, name="老周").get("/c/demo/trust/report?week=soon")
    assert nonsense.status_code == 200


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0%"), (0.004, "0.4%"), (0.0996, "10%"), (0.5, "50%"), (0.987, "98.7%"), (1, "100%")]
)
def test_shares_have_a_digit_more_where_it_matters(value, shown):
    assert numbers.percent(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 秒"),
        (59, "59 秒"),
        (60, "1 分钟"),
        (89, "1 分钟"),
        (95, "1.6 分钟"),
        (3600, "60 分钟"),
        (7200, "2 小时"),
        (200000, "2.3 天"),
    ],
)
def test_times_come_in_the_unit_that_fits(seconds, shown):
    assert numbers.duration(seconds, lambda key, **values: say("zh", key, **values)) == shown


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_whole_accessible_and_without_complaints(make_seat, lived, width):
    lived.trust.check("demo", "小林", datetime.now(UTC))
    seat = make_seat(Role.MODERATOR, width=width)
    page = seat.open("/c/demo/trust")
    page.wait_for_selector("[data-chart] canvas")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-chart] canvas").count() == 3
    assert seat.accessibility() == []
    assert seat.problems == []


def test_every_chart_has_its_numbers_as_a_table(make_seat, lived):
    seat = make_seat(Role.VIEWER)
    page = seat.open("/c/demo/trust")
    for chart in page.locator("section:has([data-chart])").all():
        chart.locator("summary").click()
        assert chart.locator("table tbody tr").count() > 0


def test_charts_follow_the_colours_of_the_system(make_seat, lived):
    seat = make_seat(Role.VIEWER)
    page = seat.open("/c/demo/trust")
    page.wait_for_selector("[data-chart] canvas")
    colour = "echarts.getInstanceByDom(document.querySelector('[data-chart]')).getOption().series[3].lineStyle.color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    for _ in range(50):  # no wait_for_function: it evaluates in the page, which forbids that
        if page.evaluate(colour) != light:
            break
        page.wait_for_timeout(20)
    assert page.evaluate(colour) != light
    assert seat.problems == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_weekly_report_prints_on_one_sheet(make_seat, lived, language):
    seat = make_seat(Role.VIEWER, language=language)
    page = seat.open(f"/c/demo/trust/report?week={week()}")
    assert seat.accessibility() == []
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert seat.problems == []


def test_the_first_day_of_a_report_is_a_monday(make_console, lived):
    page = make_console(Role.VIEWER).get("/c/demo/trust/report?week=2026-W01").text
    assert "2025-12-29" in page
    assert date(2025, 12, 29).isoweekday() == 1
