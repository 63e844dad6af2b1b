"""The queue in a browser: keys, what shows at once, what comes back, what others do meanwhile."""

from __future__ import annotations

import statistics
import time

import pytest

from copilot.people import Role
from copilot.policy.answers import Answer
from copilot.ports import Stage
from copilot.service.deciding import Verdict
from copilot.types import Decision, Label, Likeness, Measure, Precedent

AD = "广告 招兼职打字员在家就能做日结三百"
TALK = (
    "楼下快递柜又满了取件码多少 师傅几点来修电梯 明天孩子春游带不带水 停车位能不能错开 "
    "周末团购草莓谁要 物业电话没人接 谁家的猫在地库"
).split()


@pytest.fixture
def say(service, make_message):
    """Ingest one message and return its case's id."""

    def say(text=AD, **fields):
        fields = {"author": "小王", **fields}
        return service.ingest([make_message(text, community="demo", **fields)])[0].id

    return say


@pytest.fixture
def sit(make_seat):
    """Open the queue for somebody who knows it already."""

    def sit(role=Role.MODERATOR, name="小林", query="", tour=False, **options):
        seat = make_seat(role, name, **options)
        if not tour:
            seat.page.add_init_script(f"localStorage.setItem('cc-tour-{name}', 'seen')")
        seat.open(f"/c/demo/queue{query}")
        return seat

    return sit


def shown(seat, case_id):
    """Wait until this card is in front, long enough for a key to be no slip."""
    seat.page.wait_for_selector(f"#card article[data-case='{case_id}']:not(.leaving)", timeout=10_000)
    seat.page.wait_for_timeout(230)


def press(seat, key):
    seat.page.keyboard.press(key)


def settle(seat):
    """Wait until what was sent is answered."""
    seat.page.evaluate("window.copilot.queue.settled()")


def stands(service, case_id):
    return service.review.file(case_id).standing


def different(n):
    """Texts that are no copies of one another."""
    return f"可疑 {TALK[n % 7]}{TALK[(n // 7) % 7]} 第{n * 7919}号 {TALK[(n // 3) % 7]}"


@pytest.mark.parametrize(
    ("key", "decision", "measure"),
    [
        ("a", Decision.ALLOW, Measure.NONE),
        ("r", Decision.REMOVE, Measure.REMIND),
        ("w", Decision.REMOVE, Measure.WARN),
        ("m", Decision.REMOVE, Measure.MUTE),
        ("x", Decision.REMOVE, Measure.NONE),
        ("o", Decision.REMOVE, Measure.REMOVE),
    ],
)
def test_one_key_decides_and_u_takes_it_back(sit, say, service, key, decision, measure):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    press(seat, key)
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    kept = stands(service, case_id)
    assert (kept.decision, kept.measure, kept.actor) == (decision, measure, "小林")
    assert kept.labels == (() if key == "a" else (Label.ADS,))
    press(seat, "u")
    shown(seat, case_id)
    assert stands(service, case_id) is None
    assert seat.page.inner_text("#queue-count") == "1"
    assert seat.problems == []


def test_forty_cards_are_cleared_by_keyboard(sit, say, service):
    cases = [say(different(n)) for n in range(40)]
    seat = sit()
    page, keys, waits, confirmed = seat.page, 0, [], []
    page.evaluate(
        """() => { window.times = []; const q = window.copilot.queue.root;
        q.addEventListener('queue:confirmed', () => window.times.push(performance.now())); }"""
    )
    began = time.monotonic()
    for n in range(40):
        page.wait_for_selector("#card article:not(.leaving)")
        page.wait_for_timeout(230)
        before = page.get_attribute("#card article", "data-case")
        key = "arwx"[n % 4]
        pressed = page.evaluate("performance.now()")
        page.keyboard.press(key)
        keys += 1
        painted = page.evaluate(
            """before => new Promise(done => { const look = () => {
                const card = document.querySelector('#card article:not(.leaving)');
                if (card ? card.dataset.case !== before : !document.querySelector('#done').hidden)
                    requestAnimationFrame(() => setTimeout(() => done(performance.now())));
                else requestAnimationFrame(look); }; look(); })""",
            before,
        )
        waits.append(painted - pressed)
    settle(seat)
    confirmed = page.evaluate("window.times.length")
    whole = time.monotonic() - began
    assert keys == confirmed == 40
    assert all(stands(service, case_id) is not None for case_id in cases)
    assert statistics.median(waits) < 300, waits
    assert whole / 40 < 5
    for _ in range(3):
        page.keyboard.press("u")
    settle(seat)
    assert sum(stands(service, case_id) is None for case_id in cases) == 3
    assert seat.problems == []


def test_letters_in_a_field_with_a_modifier_or_from_an_input_method_are_no_keys(sit, say, service):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    for key in ("Control+a", "Alt+x", "Meta+w", "Shift+R"):
        press(seat, key)
    press(seat, ".")
    seat.page.keyboard.type("warm xo")
    assert seat.page.input_value("#reason") == "warm xo"
    press(seat, "Enter")
    seat.page.evaluate(
        """for (const init of [{key: 'a', isComposing: true}, {key: 'a', keyCode: 229}, {key: 'a', repeat: true}])
        document.body.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}))"""
    )
    settle(seat)
    assert stands(service, case_id) is None
    press(seat, "w")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    assert stands(service, case_id).reason == "warm xo"
    assert seat.page.input_value("#reason") == ""


def test_a_second_press_by_mistake_does_not_decide_the_next_card(sit, say, service):
    first, second = say("可疑 听说要停水"), say()
    seat = sit()
    shown(seat, first)
    seat.page.evaluate(
        """() => { const press = {bubbles: true, key: 'a'};
        const key = () => document.body.dispatchEvent(new KeyboardEvent('keydown', press));
        window.copilot.queue.root.addEventListener('queue:shown', key, {once: true});
        key(); key(); }"""
    )
    shown(seat, second)
    settle(seat)
    assert stands(service, first) is not None
    assert stands(service, second) is None


def test_a_wrong_label_is_mended_with_l_and_a_digit(sit, say, service):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    press(seat, "l")
    press(seat, "2")
    assert "诈骗" in seat.page.inner_text("[data-labels-shown]")
    press(seat, "x")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    assert stands(service, case_id).labels == (Label.FRAUD,)


def test_a_case_without_a_label_asks_for_one_before_it_is_removed(sit, service, make_message, fake_moderator):
    import dataclasses

    plain = fake_moderator._judge

    def unlabelled(self, message):
        return dataclasses.replace(plain(self, message), labels=())

    fake_moderator._judge = unlabelled
    try:
        [case] = service.ingest([make_message("广告 没有标签", community="demo")])
    finally:
        fake_moderator._judge = plain
    seat = sit()
    shown(seat, case.id)
    press(seat, "w")
    seat.page.wait_for_selector("#labels[open]")
    assert stands(service, case.id) is None
    press(seat, "1")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    assert (stands(service, case.id).labels, stands(service, case.id).measure) == ((Label.ADS,), Measure.WARN)


def test_copies_go_together_but_for_those_unticked_and_come_back_together(sit, say, service):
    first, second, third = say(), say(AD + "啊"), say(AD + "哦", author="小赵")
    seat = sit()
    front = int(seat.page.get_attribute("#card article", "data-case"))
    shown(seat, front)
    press(seat, "b")
    kept_out = ({first, second, third} - {front}).pop()
    seat.page.uncheck(f"[name=also][value='{kept_out}']")
    press(seat, "x")
    shown(seat, kept_out)
    settle(seat)
    together = {first, second, third} - {kept_out}
    assert all(stands(service, case_id) for case_id in together)
    assert stands(service, kept_out) is None
    assert seat.page.inner_text("#queue-count") == "1"
    press(seat, "u")
    settle(seat)
    seat.page.wait_for_function("document.querySelectorAll('#rows li').length === 3")
    assert not any(stands(service, case_id) for case_id in together)
    assert seat.page.inner_text("#queue-count") == "3"


def test_what_a_colleague_decided_comes_back_with_their_name_and_can_be_overruled(sit, say, service):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    seat.page.route("**/events*", lambda route: route.abort())
    service.deciding.decide("demo", [case_id], Verdict(Answer.APPROVE, (), "老周", anyway=True))
    press(seat, "x")
    seat.page.wait_for_selector(".card-banner:has-text('老周')")
    assert "放行" in seat.page.inner_text(".card-banner")
    seat.page.click(".card-banner button:has-text('改判')")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    assert stands(service, case_id).actor == "小林"


def test_without_a_connection_the_card_comes_back_and_nothing_is_lost(sit, say, service):
    first, second = say("可疑 听说要停水"), say()
    seat = sit()
    shown(seat, first)
    seat.page.route("**/decide", lambda route: route.abort())
    press(seat, "a")
    shown(seat, second)
    seat.page.wait_for_selector("#toasts :has-text('连不上服务器'), #toasts > :text('连不上服务器')")
    assert stands(service, first) is None
    assert seat.page.locator("#rows li").count() == 2
    seat.page.unroute("**/decide")
    press(seat, "k")
    shown(seat, first)
    assert "连不上服务器" in seat.page.inner_text(".card-banner")
    press(seat, "a")
    shown(seat, second)
    settle(seat)
    assert stands(service, first) is not None


def test_skipping_escalating_and_setting_aside(sit, say, service):
    rumour, ad = say("可疑 听说要停水"), say()
    seat = sit()
    shown(seat, rumour)
    press(seat, "s")
    shown(seat, ad)
    settle(seat)
    press(seat, "e")
    seat.page.keyboard.type("当事人是物业")
    press(seat, "Enter")
    shown(seat, rumour)
    settle(seat)
    press(seat, "c")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    from copilot.ports import Wanted

    [(waiting, _)] = service.queue.page(Wanted(("demo",), "小林", stages=(Stage.ESCALATED,))).rows
    assert (waiting.case_id, waiting.handed.reason) == (ad, "当事人是物业")
    [(waiting, _)] = service.queue.page(Wanted(("demo",), "小林", stages=(Stage.CHECKING,))).rows
    assert waiting.case_id == rumour
    for _ in range(3):
        press(seat, "u")
    settle(seat)
    [(first, _), (second, _)] = service.queue.page(Wanted(("demo",), "小林")).rows
    assert (first.case_id, first.skipped, second.case_id) == (rumour, False, ad)


def test_new_cases_and_colleagues_show_without_moving_anything(sit, say, service):
    first, second, third = say("可疑 听说要停水"), say(different(1)), say(different(2))
    seat = sit()
    shown(seat, int(seat.page.get_attribute("#card article", "data-case")))
    before = seat.page.evaluate("document.querySelector('#card').getBoundingClientRect().top")
    mine = int(seat.page.get_attribute("#card article", "data-case"))
    held, gone = ({first, second, third} - {mine}).copy(), None
    held = sorted(held)
    gone = held.pop()
    service.queue.claim("demo", held[0], "老周")
    service.deciding.decide("demo", [gone], Verdict(Answer.APPROVE, (), "老周"))
    say(different(3))
    seat.page.wait_for_selector(f"li.held[data-case='{held[0]}']:has-text('老周')", timeout=10_000)
    seat.page.wait_for_selector(f"li.gone[data-case='{gone}']:has-text('老周')")
    seat.page.wait_for_selector(".news:has-text('1 条新的')")
    assert seat.page.evaluate("document.querySelector('#card').getBoundingClientRect().top") == before
    press(seat, "n")
    seat.page.wait_for_function("document.querySelectorAll('#rows li').length === 3")
    assert int(seat.page.get_attribute("#card article", "data-case")) == mine
    assert seat.page.inner_text("#queue-count") == "3"
    assert seat.problems == []


def test_an_open_card_is_claimed_and_given_up_on_leaving(sit, say, service):
    first, second = say("可疑 听说要停水"), say()
    seat = sit()
    shown(seat, first)
    held = _eventually(lambda: _claims(service), lambda claims: claims == {first: "小林"})
    assert held == {first: "小林"}
    press(seat, "j")
    shown(seat, second)
    held = _eventually(lambda: _claims(service), lambda claims: claims == {second: "小林"})
    assert held == {second: "小林"}


def _claims(service):
    from datetime import UTC, datetime

    return {claim.case_id: claim.holder for claim in service.queue.news(["demo"], datetime.now(UTC)).claims}


def _eventually(look, wanted, seconds=8.0):
    ends = time.monotonic() + seconds
    while not wanted(found := look()) and time.monotonic() < ends:
        time.sleep(0.1)
    return found


@pytest.mark.slow
def test_ten_thousand_in_the_queue_stay_smooth(sit, service, make_message):
    for start in range(0, 10_000, 500):
        batch = [
            make_message(different(n), community="demo", author=f"邻居{n % 900}") for n in range(start, start + 500)
        ]
        service.ingest(batch)
    seat = sit()
    page = seat.page
    assert page.inner_text("#queue-count") == "10000"
    assert page.locator("#rows li").count() <= 100
    took = []
    for _ in range(12):
        before = page.get_attribute("#card article:not(.leaving)", "data-case")
        began = time.monotonic()
        press(seat, "j")
        page.wait_for_function(
            "b => (document.querySelector('#card article:not(.leaving)')?.dataset.case ?? b) !== b",
            arg=before,
        )
        took.append(time.monotonic() - began)
    assert statistics.median(took) < 0.3
    response = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
    assert response < 1500
    assert seat.problems == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits(sit, say, service, monkeypatch, width, height, scheme):
    like = Precedent(1, "demo", Decision.REMOVE, (Label.ADS, Label.FRAUD), 0.97, Likeness.NEAR_COPY)
    monkeypatch.setattr(service.cards, "_look_up", lambda *_: [(like, "很长的先例" * 40)] * 3)
    say("可疑 听说要停水" + "长" * 300, quoted="引用的话")
    say(AD)
    last = say(AD + "啊", author="一个名字特别特别特别长的群友" * 3)
    seat = sit(width=width, height=height)
    seat.page.emulate_media(color_scheme=scheme)
    press(seat, "j")
    seat.page.wait_for_timeout(300)
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seat.accessibility() == []
    press(seat, "?")
    seat.page.wait_for_selector("#help[open]")
    seat.page.wait_for_timeout(400)
    assert seat.accessibility() == []
    press(seat, "Escape")
    buttons = seat.page.locator(".acts .act")
    if width < 500:
        boxes = [buttons.nth(i).bounding_box() for i in range(buttons.count())]
        assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)
        assert all(box["y"] + box["height"] <= height for box in boxes)
    assert last
    assert seat.problems == []


def test_every_key_has_a_button_that_does_the_same(sit, say, service):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    keys = set(seat.page.locator(".queue [aria-keyshortcuts]").evaluate_all("all => all.map(b => b.ariaKeyShortcuts)"))
    assert keys >= set("arwmxouselcbkj?")
    seat.page.click(".acts [data-act=warn]")
    seat.page.wait_for_selector("#done:visible")
    settle(seat)
    assert stands(service, case_id).measure is Measure.WARN


def test_who_only_looks_has_no_keys_to_decide(sit, say, service):
    case_id = say()
    seat = sit(Role.VIEWER)
    seat.page.wait_for_selector(f"#card article[data-case='{case_id}']")
    for key in "arwmxoscu":
        press(seat, key)
    settle(seat)
    assert seat.page.locator(".acts").count() == 0
    assert stands(service, case_id) is None
    assert seat.problems == []


def test_the_tour_is_shown_once(sit, say):
    say()
    seat = sit(tour=True)
    seat.page.wait_for_selector("#tour:visible")
    for _ in range(3):
        seat.page.click("[data-tour=next]")
    assert seat.page.locator("#tour:visible").count() == 0
    seat.page.reload()
    seat.page.wait_for_selector("#card article")
    assert seat.page.locator("#tour:visible").count() == 0
    press(seat, "?")
    seat.page.click("[data-act=tour]")
    seat.page.wait_for_selector("#tour:visible")


def test_the_notice_follows_the_answer_under_the_pointer(sit, say):
    case_id = say()
    seat = sit()
    shown(seat, case_id)
    assert "警告" in seat.page.inner_text("[data-notice]:visible")
    seat.page.hover("[data-act=mute]")
    assert "禁言" in seat.page.inner_text("[data-notice]:visible")
    seat.page.hover("[data-act=approve]")
    assert "不会通知" in seat.page.inner_text("[data-notice]:visible")
