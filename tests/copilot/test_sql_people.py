"""The people of a community: never without an owner, never changed behind somebody's back, always in the log."""

import pytest

from copilot.adapters.sql import People, SqlStore
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.people import Role

PASSWORD = "correct horse battery"


@pytest.fixture
def people(accounts):
    return People(accounts)


@pytest.fixture
def owner(accounts, people):
    accounts.create("阿秋", PASSWORD)
    return people.add("demo", "阿秋", Role.OWNER, "admin")


def entries(engine, community="demo"):
    with SqlStore(engine).begin() as unit:
        return [
            (e.deed.actor, e.deed.action, e.deed.subject, e.deed.before, e.deed.after)
            for e in unit.audit.search(community)
        ]


def test_a_made_account_can_sign_in_with_the_password_shown(accounts, people, engine):
    member, password = people.create("demo", "小雨", Role.MODERATOR, "阿秋", "en")
    account = accounts.verify("小雨", password)
    assert account.roles == {"demo": Role.MODERATOR}
    assert (account.id, account.language, account.admin) == (member.account, "en", False)
    subject = f"account:{member.account}"
    assert entries(engine) == [("阿秋", "people.appoint", subject, {"role": None}, {"role": "moderator"})]
    assert entries(engine, "")[0][:3] == ("阿秋", "account.create", subject)


def test_a_refused_account_leaves_nothing_behind(accounts, people, owner, engine):
    for name, error in (("阿秋", Conflict), ("", InvalidInput), ("a:b", InvalidInput)):
        with pytest.raises(error):
            people.create("demo", name, Role.VIEWER, "阿秋")
    assert [account.name for account in accounts.all()] == ["阿秋"]
    assert len(entries(engine)) == 1


def test_nobody_is_added_twice_and_no_stranger(people, owner):
    with pytest.raises(Conflict):
        people.add("demo", "阿秋", Role.VIEWER, "admin")
    with pytest.raises(NotFound):
        people.add("demo", "没有此人", Role.VIEWER, "admin")
    assert [member.role for member in people.of("demo")] == [Role.OWNER]


def test_the_last_owner_stays(accounts, people, owner, engine):
    for role in (Role.OPERATOR, None):
        with pytest.raises(Conflict) as error:
            people.change("demo", owner.account, role, "阿秋", seen=Role.OWNER)
        assert error.value.param == "role"
    second = people.create("demo", "老周", Role.OWNER, "阿秋")[0]
    accounts.disable(second.account)  # who cannot sign in does not count
    with pytest.raises(Conflict):
        people.change("demo", owner.account, None, "阿秋", seen=Role.OWNER)
    accounts.disable(second.account, disabled=False)
    people.change("demo", owner.account, None, "阿秋", seen=Role.OWNER)
    assert [member.name for member in people.of("demo")] == ["老周"]
    assert entries(engine)[0][1:] == (
        "people.appoint",
        f"account:{owner.account}",
        {"role": "owner"},
        {"role": None},
    )


def test_the_second_of_two_who_change_a_role_is_told(people, owner):
    member, _ = people.create("demo", "小雨", Role.VIEWER, "阿秋")
    people.change("demo", member.account, Role.MODERATOR, "阿秋", seen=Role.VIEWER)
    with pytest.raises(Conflict):
        people.change("demo", member.account, None, "老周", seen=Role.VIEWER)
    assert {m.name: m.role for m in people.of("demo")}["小雨"] is Role.MODERATOR


def test_a_role_in_one_community_is_none_in_another(people, owner):
    assert people.of("other") == []
    with pytest.raises(NotFound):
        people.change("other", owner.account, Role.VIEWER, "阿秋", seen=Role.OWNER)


def test_the_highest_role_comes_first(people, owner):
    for name, role in (("丁", Role.VIEWER), ("乙", Role.MODERATOR), ("甲", Role.OPERATOR)):
        people.create("demo", name, role, "阿秋")
    assert [member.name for member in people.of("demo")] == ["阿秋", "甲", "乙", "丁"]
