"""Signing in and out, and what keeps others from doing it for somebody."""

from __future__ import annotations

from copilot.people import Role

PASSWORD = "correct horse battery"


def test_a_stranger_is_sent_to_the_form(make_console):
    answer = make_console(None).get("/account", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/sign-in"


def test_signing_in_opens_the_pages_and_signing_out_closes_them(make_console):
    console = make_console(Role.VIEWER)
    assert "小林" in console.get("/account").text
    console.post("/sign-out")
    assert console.get("/account", follow_redirects=False).status_code == 303


def test_a_wrong_password_and_an_unknown_name_read_the_same(make_console, make_account):
    console = make_console(None)
    make_account("小林")
    wrong = console.sign_in("小林", "wrong password")
    unknown = console.sign_in("没有此人", "wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("小林", "") == unknown.text.replace("没有此人", "")


def test_guessing_is_slowed_down_for_one_name(make_console, make_account):
    console = make_console(None)
    make_account("小林")
    answers = [console.sign_in("小林", f"wrong {n}").status_code for n in range(7)]
    assert answers == [401] * 6 + [429]
    assert console.sign_in("小林").status_code == 429  # even with the right one


def test_a_form_without_its_token_changes_nothing(make_console):
    console = make_console()
    forged = console.client.post("/console/account/password", data={"old": PASSWORD, "new": "another one 123"})
    assert forged.status_code == 403
    console.post("/sign-out")
    assert console.sign_in("小林", PASSWORD).status_code == 200
    assert "小林" in console.get("/account").text


def test_what_another_site_sends_is_refused(make_console):
    console = make_console()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert console.post("/sign-out", headers=headers).status_code == 403


def test_a_changed_password_ends_other_sessions(make_console, make_client, service):
    here = make_console()
    there = type(here)(make_client(None, service), here.accounts)
    there.sign_in("小林")
    assert here.post("/account/password", {"old": PASSWORD, "new": "a new long one"}).status_code == 200
    assert there.get("/account", follow_redirects=False).status_code == 303
    assert here.get("/account", follow_redirects=False).status_code == 200


def test_nothing_may_be_framed_or_scripted_from_elsewhere(make_console):
    headers = make_console(None).get("/sign-in").headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_form_works_in_a_browser(make_seat):
    seat = make_seat(Role.MODERATOR)
    seat.open("/account")
    assert seat.page.inner_text("h1").startswith("我的账号")
    assert seat.accessibility() == []
    assert seat.problems == []
