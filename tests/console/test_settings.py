"""Settings over HTTP: who may see them, what is refused and kept in the form, who is told of whom."""

import re

import pytest

from copilot.adapters.sql import People
from copilot.people import Role
from copilot.policy import Automatic
from copilot.types import Decision, Message

S = "/c/demo/settings"
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
PAGES = ("basics", "rules", "policy", "replay", "learning", "channels")


@pytest.fixture
def console(make_console):
    return make_console(Role.OPERATOR)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def basics(console, **changes):
    """The form of the basics as a browser would send it."""
    seen = hidden(console.get(f"{S}/basics").text, "seen")
    form = {"name": "阳光花园业主群", "theme": "小区邻里", "time_zone": "Asia/Shanghai", "seen": seen}
    return form | changes


def actions(service):
    with service._store.begin() as unit:
        return [(entry.deed.actor, entry.deed.action) for entry in unit.audit.search("demo")]


@pytest.mark.parametrize("page", [*PAGES, "people"])
def test_a_page_is_there_for_its_role_and_for_no_lower_one(make_console, page):
    least = Role.OWNER if page == "people" else Role.OPERATOR
    lower = Role.OPERATOR if page == "people" else Role.MODERATOR
    assert make_console(least, "甲").get(f"{S}/{page}").status_code == 200
    assert make_console(lower, "乙").get(f"{S}/{page}").status_code == 403
    assert make_console(None).get(f"{S}/{page}", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["basics", "rules", "policy", "rules/back", "policy/resume", "rules/versions/1/end"])
def test_no_moderator_changes_anything(make_console, service, path):
    assert make_console(Role.MODERATOR).post(f"{S}/{path}", {"text": "1. 禁止刷屏"}).status_code == 403
    assert len(service.rulebook.all("demo")) == 1


def test_every_page_reads_in_english_too(make_console):
    console = make_console(Role.OWNER, language="en")
    for page in (*PAGES, "people"):
        text = console.get(f"{S}/{page}").text
        assert 'lang="en"' in text
        main = re.sub(r"<textarea.*?</textarea>", "", text[text.index('class="pane"') :], flags=re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", main)
        assert not re.findall(r"设置|保存|版本|送审|移除", words), page


def test_settings_begin_with_the_basics_and_lead_to_all_pages_of_the_role(console):
    page = console.get(S)
    assert page.url.path == f"/console{S}/basics"
    linked = set(re.findall(rf'href="/console{S}/(\w+)"', page.text))
    assert set(PAGES) <= linked
    assert "people" not in linked  # an owner's
    for name in linked:
        assert console.get(f"{S}/{name}").status_code == 200


def test_basics_are_saved_and_logged(console, service):
    form = basics(
        console, name="新群名", deny_keywords="博彩：德州局\n代购", deny_domains="https://bad.com/x", commerce="1"
    )
    answer = console.post(f"{S}/basics", form)
    assert "已保存" in answer.text
    saved = service.community("demo")
    assert (saved.name, saved.deny_keywords, saved.deny_domains, saved.commerce) == (
        "新群名",
        ("gambling:德州局", "代购"),
        ("bad.com",),
        True,
    )
    assert saved.rules.startswith("1. 请勿发布广告")
    assert actions(service)[0] == ("小林", "community.change")


def test_wrong_lines_are_named_and_everything_typed_is_kept(console, service):
    form = basics(
        console, theme="新主题", deny_keywords="代购\ngamble:德州", deny_domains="不是网址", time_zone="Mars/Base"
    )
    answer = console.post(f"{S}/basics", form)
    assert answer.status_code == 400
    for said in (
        "第 2 行：没有“gamble”这个类别",
        "第 1 行：“不是网址”不是网址",
        "没有这个时区",
        "新主题",
        "代购\ngamble:德州",
    ):
        assert said in answer.text
    assert service.community("demo").theme == "小区邻里"


def test_the_second_of_two_editors_is_told_keeps_their_words_and_may_insist(make_console, service):
    one, two = make_console(Role.OPERATOR, "甲"), make_console(Role.OPERATOR, "乙")
    mine, theirs = basics(one, theme="甲的主题"), basics(two, theme="乙的主题")
    one.post(f"{S}/basics", mine)
    answer = two.post(f"{S}/basics", theirs)
    assert answer.status_code == 409
    assert "甲的主题" in answer.text
    assert "乙的主题" in answer.text
    assert service.community("demo").theme == "甲的主题"
    two.post(f"{S}/basics", theirs | {"seen": hidden(answer.text, "seen")})
    assert service.community("demo").theme == "乙的主题"


def test_a_change_of_the_rules_does_not_stand_in_the_way_of_the_basics(console, service):
    form = basics(console, theme="新主题")
    console.post(f"{S}/rules", {"text": "1. 禁止刷屏", "seen": "1", "state": "live"})
    assert console.post(f"{S}/basics", form).status_code == 200
    saved = service.community("demo")
    assert (saved.theme, saved.rules) == ("新主题", "1. 禁止刷屏")


def test_nothing_typed_becomes_part_of_the_page(console, make_console, service):
    words = basics(console, name=XSS[:90], theme=XSS, deny_keywords=XSS, on_topic_examples=XSS, libraries=XSS)
    console.post(f"{S}/basics", words)
    console.post(f"{S}/rules", {"text": f"1. 禁止{XSS}", "seen": "1", "state": "live"})
    console.post(f"{S}/rules", {"text": XSS, "seen": "0"})
    service.ingest([Message("1", f"可疑{XSS}", "demo", author=XSS)])
    owner = make_console(Role.OWNER, XSS[:40])
    found = [owner.get(f"{S}/{page}").text for page in (*PAGES, "people")]
    found.append(owner.post(f"{S}/people", {"name": XSS[:50], "how": "known", "role": "viewer"}).text)
    found.append(owner.post(f"{S}/basics/try", words | {"sample": f"广告{XSS}"}).text)
    found.append(owner.post(f"{S}/rules/read", {"text": f"1. 禁止{XSS}"}).text)
    found.append(owner.get(f"{S}/rules/versions/2").text)
    for text in found:
        assert "<img" not in text.replace('<img src="/console/static', "")
        assert "<script>alert" not in text


def test_a_message_is_tried_and_not_kept(console, service):
    answer = console.post(f"{S}/basics/try", basics(console) | {"sample": "有可疑的说法"})
    assert answer.text.count("待审") == 2
    assert "<mark>可疑</mark>" in answer.text
    assert service.review.queue("demo") == []
    assert console.post(f"{S}/basics/try", basics(console) | {"sample": " "}).status_code == 400


def test_an_owner_adds_changes_and_removes_people(make_console, make_account, accounts, service):
    owner = make_console(Role.OWNER, "阿秋")
    make_account("老周", None)
    assert "已添加" in owner.post(f"{S}/people", {"name": "老周", "how": "known", "role": "moderator"}).text
    members = {member.name: member for member in People(accounts).of("demo")}
    there = f"{S}/people/{members['老周'].account}"
    owner.post(there, {"role": "operator", "seen": "moderator"})
    assert accounts.named("老周").roles == {"demo": Role.OPERATOR}
    late = owner.post(there, {"role": "remove", "seen": "moderator"})
    assert late.status_code == 409
    owner.post(there, {"role": "remove", "seen": "operator"})
    assert accounts.named("老周").roles == {}
    assert actions(service)[:3] == [("阿秋", "people.appoint")] * 3


def test_a_made_account_signs_in_with_the_password_that_is_shown_once(make_console):
    owner = make_console(Role.OWNER, "阿秋")
    page = owner.post(f"{S}/people", {"name": "小雨", "how": "new", "role": "moderator"}).text
    password = re.search(r'id="secret">([^<]+)<', page)[1]
    assert password not in owner.get(f"{S}/people").text
    guest = make_console(None)
    assert guest.sign_in("小雨", password).status_code == 200


def test_an_owner_gives_up_their_own_role_only_by_name_and_never_as_the_last(make_console, make_account, accounts):
    owner = make_console(Role.OWNER, "阿秋")
    own = f"{S}/people/{accounts.named('阿秋').id}"
    asked = owner.post(own, {"role": "viewer", "seen": "owner"})
    assert asked.status_code == 400
    assert 'name="sure"' in asked.text
    sure = {"role": "viewer", "seen": "owner", "sure": "阿秋"}
    assert "至少要有一位负责人" in owner.post(own, sure).text
    make_account("老周", Role.OWNER)
    owner.post(own, sure)
    assert accounts.named("阿秋").roles == {"demo": Role.VIEWER}
    assert owner.get(f"{S}/people").status_code == 403


def test_unknown_names_and_roles_are_refused_kindly(make_console):
    owner = make_console(Role.OWNER, "阿秋")
    assert "没有这个账号" in owner.post(f"{S}/people", {"name": "没有此人", "how": "known", "role": "viewer"}).text
    assert "已经在名单里" in owner.post(f"{S}/people", {"name": "阿秋", "how": "known", "role": "viewer"}).text
    assert owner.post(f"{S}/people", {"name": "谁", "how": "new", "role": "king"}).status_code == 400


def test_an_admin_sets_a_community_up_with_rules_to_begin_with(make_console, service):
    assert make_console(Role.OWNER, "阿秋").get("/communities/new").status_code == 403
    admin = make_console(Role.VIEWER, "站长", admin=True)
    rules = admin.post("/communities/new/rules", {"starter": "owners"}).text
    assert "读到" in rules
    form = {"id": "g-100", "name": "新群", "theme": "邻里", "starter": "owners", "rules": "1. 禁止广告"}
    assert "已添加" in admin.post("/communities/new", form).text
    made = service.community("g-100")
    assert (made.name, made.theme, made.rules) == ("新群", "邻里", "1. 禁止广告")
    again = admin.post("/communities/new", form | {"name": "另一个"})
    assert again.status_code == 409
    assert "另一个" in again.text
    assert admin.post("/communities/new", form | {"id": "library:x", "name": ""}).text.count('role="alert"') == 3


def test_learning_that_is_not_installed_is_said(console):
    assert "没有装学习功能" in console.post(f"{S}/learning/measure", {"days": "365"}).text


def test_the_channels_page_names_the_address_of_this_server(console):
    text = console.get(f"{S}/channels").text
    assert "http://testserver/v1/classify" in text
    assert "/console/v1" not in text


def test_a_community_whose_decisions_exist_shows_them_behind_its_policy(console, service):
    service.ingest([Message("1", "可疑", "demo"), Message("2", "早", "demo")])
    [case] = service.review.queue("demo")
    service.review.resolve(case.id, Decision.ALLOW, [], measure=None, actor="小林")
    scores = console.get(f"{S}/policy/scores").text
    assert "近 30 天 2 条消息，其中 1 条有人裁定过" in scores
    assert scores.count('class="clean"') == 9  # one bar a label
    assert service.policies.all("demo") == []
    assert service.automatic("demo").choice.shift is None
    assert Automatic.SHADOW.value in console.get(f"{S}/policy").text
