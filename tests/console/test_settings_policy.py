"""The policy page over HTTP: percentages, ladders and hours in fields, and who may let the machine remove."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from copilot.people import Role
from copilot.policy import Automatic, Band, Rung
from copilot.policy.breaker import Cause, open_for
from copilot.types import LABELS, Decision, Label, Measure, Message

P = "/c/demo/settings/policy"


def form(**changes):
    """The policy's form as a browser would send it: the fake model's own bands, everything else by default."""
    values = {"seen": "0", "state": "live", "automatic": "shadow", "budget": "1", "confidence": "95"}
    values |= {"half_life_days": "30", "removals_per_hour": "30", "removals_per_day": "200"}
    values |= {f"review.{label}": "50" for label in LABELS}
    values |= {f"remove.{label}": "95" for label in LABELS if label not in (Label.RUMOR, Label.OFF_TOPIC)}
    return values | {name.replace("__", "."): value for name, value in changes.items()}


@pytest.fixture
def console(make_console):
    return make_console(Role.OPERATOR)


def live(service):
    return next(v.value for v in service.policies.all("demo") if v.state == "live")


def test_the_form_shows_what_is_in_force(console, service):
    page = console.get(P).text
    sent = dict(re.findall(r'<input id="([\w.]+)" name="[\w.]+" value="([^"]*)"', page))
    assert sent["review.ads"] == "50"
    assert sent["remove.ads"] == "95"
    assert "remove.rumor" not in sent
    assert (sent["budget"], sent["confidence"], sent["removals_per_day"]) == ("1", "95", "200")


def test_what_the_model_says_is_not_written_down_as_the_communitys_own(console, service):
    console.post(P, form())
    assert live(service).bands == {}
    assert live(service).ladder == {}
    console.post(P, form(seen="1", review__ads="31.5", remove__ads=""))
    assert live(service).bands == {Label.ADS: Band(0.315)}


def test_everything_typed_is_kept_as_meant(console, service):
    console.post(
        P,
        form(
            budget="0.5%",
            quiet_hours="每天 23:00-07:00\n周末 12:00-14:00",
            exempt_roles="群主\n 管理员 \n",
            ladder__ads=["warn", "mute:60", "remove", "", ""],
            removals_per_hour="10",
        ),
    )
    policy = live(service)
    assert policy.budget == 0.005
    assert policy.exempt_roles == ("群主", "管理员")
    assert [w.weekdays for w in policy.quiet_hours] == [(), (6, 7)]
    assert policy.ladder == {Label.ADS: (Rung(Measure.WARN), Rung(Measure.MUTE, 60), Rung(Measure.REMOVE))}
    assert policy.removals_per_hour == 10
    page = console.get(P).text
    assert "23:00-07:00\n周六日 12:00-14:00</textarea>" in page


WRONG = [
    ({"review__ads": "abc"}, "0 到 100 之间的百分数"),
    ({"review__ads": "0"}, "0 到 100 之间的百分数"),
    ({"review__ads": "99"}, "移除线不能低于送审线"),
    ({"budget": "90"}, "误删预算要在 0.1% 到 25% 之间"),
    ({"removals_per_hour": "1.5"}, "0 到 100000 之间的整数"),
    ({"removals_per_day": "-1"}, "0 到 100000 之间的整数"),
    ({"quiet_hours": "周末\n不知道"}, "第 2 行的时间看不懂"),
    ({"quiet_hours": "00:00-12:00\n12:00-24:00"}, "永远不会结束"),
    ({"ladder__ads": ["remove", "warn"]}, "一级比一级重"),
    ({"automatic": "yes"}, "请选关、只记录或开"),
    ({"exempt_roles": "长" * 51}, "最多 20 个身份"),
    ({"half_life_days": "1e9"}, "1 到 3650 之间的天数"),
]


def test_a_wrong_value_is_named_beside_its_field_and_everything_typed_is_kept(console, service):
    for changes, said in WRONG:
        answer = console.post(P, form(exempt_roles="群主") | form(**changes))
        assert answer.status_code == 400, changes
        assert said in answer.text, changes
        kept = [value for name, value in changes.items() if isinstance(value, str) and name != "automatic"]
        assert all(value in answer.text for value in kept), changes
    assert service.policies.all("demo") == []


def test_only_an_owner_lets_the_machine_remove(make_console, service):
    operator, owner = make_console(Role.OPERATOR, "小林"), make_console(Role.OWNER, "阿秋")
    refused = operator.post(P, form(automatic="live"))
    assert refused.status_code == 400
    assert "要由负责人来做" in refused.text
    assert operator.post(P, form(automatic="live", state="shadow")).status_code == 200  # a trial removes nothing
    assert operator.post(f"{P}/versions/1/promote", {"seen": "0"}).status_code == 403
    assert owner.post(f"{P}/versions/1/promote", {"seen": "0"}).status_code == 200
    assert live(service).automatic is Automatic.LIVE
    operator.post(P, form(automatic="live", budget="0.5", seen="1"))  # what is on may be kept on
    assert live(service).budget == 0.005
    operator.post(P, form(automatic="off", seen="2"))
    assert operator.post(f"{P}/back", {"seen": "3"}).status_code == 403
    assert live(service).automatic is Automatic.OFF


def test_the_second_of_two_editors_is_told(console, service):
    console.post(P, form(budget="2"))
    late = console.post(P, form(budget="3"))
    assert late.status_code == 409
    assert "刚刚保存了第 1 版" in late.text
    assert 'value="3"' in late.text
    assert live(service).budget == 0.02


def test_a_look_ahead_tells_what_people_had_found_fine(console, service):
    kept = service.ingest([Message(f"m{n}", f"可疑的事{n}", "demo", author=f"a{n}") for n in range(3)])
    service.review.resolve(kept[0].id, Decision.ALLOW, [], measure=None, actor="小林")
    same = console.post(f"{P}/preview", form()).text
    assert "和生效中的一样" in same
    laxer = console.post(f"{P}/preview", form(review__rumor="92")).text
    assert re.search(r"3</strong>\s*条不再送审", laxer)
    assert "其中 1 条人曾判为正常，不再打扰" in laxer
    assert "可疑的事0" in laxer
    stricter = console.post(f"{P}/preview", form(review__ads="0.5")).text
    assert "条会多送审" not in stricter  # they are in review already
    assert "百分数" in console.post(f"{P}/preview", form(review__ads="x")).text


def test_a_paused_machine_is_shown_with_its_reason_and_resumed_by_a_person(console, service):
    now = datetime.now(UTC).timestamp()
    with service._store.begin() as unit:
        protection = unit.safeguards.turn("demo")
        breaker = open_for(protection.breaker, Cause.SPIKE, now).breaker
        unit.safeguards.put("demo", replace(protection, breaker=breaker))
    assert "移除数量突然远超平时" in console.get(P).text
    assert "自动移除已恢复" in console.post(f"{P}/resume").text
    assert "移除数量突然远超平时" not in console.get(P).text
    with service._store.begin() as unit:
        assert unit.audit.search("demo")[0].deed.actor == "小林"


def test_a_policy_on_trial_shows_what_it_changes(console, service):
    page = console.post(P, form(state="shadow", review__ads="31")).text
    assert "第 1 版试行中" in page
    assert 'name="review.ads" value="31"' in page
    shown = console.get(f"{P}/versions/1").text
    assert "50%" in shown
    assert "31%" in shown
    assert "送审线" in shown
    assert console.get(f"{P}/versions/9").status_code == 404
