"""The settings in a real browser: rules from words into force and back, thresholds under the hand, hostile words."""

import re
import threading

import pytest

from copilot.people import Role
from copilot.types import Decision, Message

S = "/c/demo/settings"
XSS = "<img src=x onerror=\"document.title='hacked'\">"


@pytest.fixture
def said(live):
    """Twelve messages, four of them suspicious, one of which somebody found fine."""
    texts = [f"可疑的说法{n}" if n % 3 == 0 else f"大家好{n}" for n in range(12)]
    kept = live.service.ingest([Message(f"m{n}", t, "demo", author=f"a{n}") for n, t in enumerate(texts)])
    live.service.review.resolve(kept[0].id, Decision.ALLOW, [], measure=None, actor="小林")


def fine(seat):
    assert seat.accessibility() == []
    assert seat.problems == []


def no_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_rules_are_changed_read_replayed_tried_out_promoted_and_taken_back(make_seat, live, said):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"{S}/rules")
    page.fill("#text", "1. 请勿发布广告。\n2. 请大家看着来\n3. 禁止刷屏")
    page.wait_for_selector("#clause-3")
    page.click("#clause-2 >> text=更正")
    page.wait_for_selector("#clause-2 select[name=kind]")
    assert page.evaluate("document.activeElement.name") == "kind"
    page.select_option("#clause-2 select[name=kind]", "forbid")
    page.check("#clause-2 input[value=abuse]")
    page.click("#clause-2 >> text=就这样")
    page.wait_for_selector("#clause-2 >> text=已由人确认")
    page.click("text=回放看看")
    page.wait_for_selector("#replayed >> text=12 条消息的结论都不变")
    page.click("text=保存并试行")
    page.wait_for_selector("text=第 2 版试行中")
    assert page.input_value("#text").endswith("3. 禁止刷屏")
    fine(seat)
    page.click("text=转为生效")
    page.wait_for_selector("text=这一版已经生效")
    assert live.service.community("demo").rules.endswith("3. 禁止刷屏")
    page.evaluate("window.confirm = () => true")
    page.click("text=退回上一版")
    page.wait_for_selector("text=已退回上一版")
    assert live.service.community("demo").rules == "1. 请勿发布广告。\n2. 请勿辱骂他人。"
    assert seat.problems == []


def test_a_dragged_slider_moves_its_number_its_line_and_the_consequence(make_seat, said):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"{S}/policy")
    page.wait_for_selector("#chart-rumor rect", state="attached")
    page.wait_for_selector("#outcome >> text=和生效中的一样")
    page.click("[data-band=rumor] summary")
    slider = page.locator("[data-slides='review.rumor']")
    line = page.locator("[data-at='review.rumor']")
    before = line.get_attribute("x1")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("PageUp")  # the keyboard drags as well
    page.wait_for_selector("#outcome >> text=条不再送审")
    assert float(page.input_value("[id='review.rumor']")) > 90
    assert line.get_attribute("x1") != before
    outcome = page.inner_text("#outcome")
    assert re.search(r"4\s*条不再送审", outcome)
    assert "其中 1 条人曾判为正常" in outcome
    page.click("#outcome summary")
    assert "可疑的说法0" in page.inner_text("#outcome")
    fine(seat)
    page.click("[data-band=rumor] button")  # back to the model's own
    page.wait_for_selector("#outcome >> text=和生效中的一样")
    assert page.input_value("[id='review.rumor']") == "50"


def test_the_lines_push_each_other_and_removal_may_be_never(make_seat):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"{S}/policy")
    page.locator("[data-slides='review.ads']").fill("900")
    assert page.input_value("[id='remove.ads']") == page.input_value("[id='review.ads']")
    page.locator("[data-slides='remove.ads']").fill("1000")
    assert page.input_value("[id='remove.ads']") == ""
    assert page.inner_text("[data-shows='remove.ads']") == "从不"
    page.fill("[id='review.ads']", "77")
    page.evaluate("document.getElementById('policy').noValidate = true")
    page.click("text=保存并生效")
    page.wait_for_selector("text=已保存")
    assert page.input_value("[id='review.ads']") == "77"
    assert page.input_value("[id='remove.ads']") == ""
    assert seat.problems == []


def test_a_replay_can_be_cancelled_and_run_again(make_seat, live, monkeypatch):
    seat, go = make_seat(Role.OPERATOR), threading.Event()
    real, ended = live.service.replays.replay, []

    def slow(*arguments):
        *rest, progress = arguments
        for done in range(10_000):
            try:
                progress(done, 10_000)
            except Exception as error:
                ended.append(type(error).__name__)
                raise
            if go.wait(0.01):
                break
        return real(*rest, progress)

    monkeypatch.setattr(live.service.replays, "replay", slow)
    page = seat.open(f"{S}/replay")
    page.click("text=回放看看")
    page.wait_for_selector("#replayed progress")
    assert page.is_disabled("#replay-go")
    page.click("[data-cancel]")
    page.wait_for_selector("text=已取消，什么也没改")
    assert page.is_enabled("#replay-go")
    for _ in range(100):
        if ended:
            break
        page.wait_for_timeout(50)
    assert ended == ["_Stopped"]
    go.set()
    page.click("text=回放看看")
    page.wait_for_selector("#replayed >> text=没有收到消息")
    assert seat.problems == []


def test_leaving_with_unsaved_words_asks_first(make_seat):
    seat = make_seat(Role.OPERATOR)
    page = seat.open(f"{S}/basics")
    assert page.is_hidden(".dirty")
    page.fill("#theme", "新的主题")
    assert page.is_visible(".dirty")
    page.click("nav.tabs >> text=接入")  # the dialog is dismissed, so we stay
    assert page.input_value("#theme") == "新的主题"
    assert [problem[:6] for problem in seat.problems] == ["dialog"]


def test_no_name_no_rule_and_no_message_runs_as_script(make_seat, live):
    seat = make_seat(Role.OWNER, XSS[:60])
    live.service.ingest([Message("1", f"可疑 {XSS}", "demo", author=XSS)])
    page = seat.open(f"{S}/basics")
    for field in ("#name", "#theme", "#deny_keywords", "#on_topic_examples"):
        page.fill(field, XSS)
    page.fill("#sample", f"可疑 {XSS}")
    page.click("text=判一下")
    page.wait_for_selector("#tried .verdict")
    page.click(".savebar button")
    page.wait_for_selector("text=已保存")
    page = seat.open(f"{S}/rules")
    page.fill("#text", f"1. 禁止{XSS}")
    page.wait_for_selector("#clause-1 >> text=onerror")
    page.click("text=保存并生效")
    page.wait_for_selector(".success")
    seat.open(f"{S}/people")
    page = seat.open(f"{S}/policy")
    page.click("[data-band=rumor] summary")
    page.fill("[id='review.rumor']", "95")
    page.wait_for_selector("#outcome >> text=条不再送审")
    assert page.title() != "hacked"
    assert page.locator("img[src=x]").count() == 0
    assert seat.problems == []


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "dark", "zh"), (1280, "light", "en")])
def test_every_page_is_accessible_and_fits(make_seat, said, width, scheme, language):
    seat = make_seat(Role.OWNER, "阿秋", width=width, language=language)
    seat.page.emulate_media(color_scheme=scheme)
    for name in ("basics", "rules", "policy", "replay", "learning", "people", "channels"):
        page = seat.open(f"{S}/{name}")
        page.wait_for_timeout(300)
        page.evaluate("document.querySelectorAll('details').forEach(part => (part.open = true))")
        assert seat.accessibility() == [], name
        assert no_wider_than_the_window(page), name
    assert seat.problems == []
