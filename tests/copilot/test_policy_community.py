"""What a community sets: read strictly, written back whole, and decisive."""

import json
from datetime import UTC, datetime, time

import pytest

from copilot.errors import InvalidInput
from copilot.policy import Band, CommunityPolicy, Policy, Rung
from copilot.policy.decision import Automatic
from copilot.policy.risk import Choice, Tally
from copilot.types import Decision, Label, Measure, Window

FULL = {
    "bands": {"ads": {"review": 0.3, "remove": 0.99}, "rumor": {"review": 0.4, "remove": None}},
    "automatic": "live",
    "budget": 0.02,
    "confidence": 0.9,
    "exempt_roles": ["群主", "管理员"],
    "quiet_hours": [{"weekdays": [6, 7], "start": "22:30", "end": "08:00"}],
    "time_zone": "Asia/Shanghai",
    "ladder": {"ads": [{"measure": "warn", "minutes": 0}, {"measure": "mute", "minutes": 30}]},
    "half_life_days": 14,
    "removals_per_hour": 5,
    "removals_per_day": 20,
}
LIVE = CommunityPolicy(automatic=Automatic.LIVE)
BASE = Policy({Label.ADS: Band(0.4, 0.9), Label.FRAUD: Band(0.5, 0.9)}, "model/1-bands")
PROVEN = Choice(0.0, Tally(400, 0))
SURE = {Label.ADS: 0.95}


def test_a_policy_survives_being_written_and_read():
    policy = CommunityPolicy.from_mapping(FULL, 3)
    assert policy.to_mapping() == FULL
    assert CommunityPolicy.from_mapping(json.loads(json.dumps(policy.to_mapping())), 3) == policy
    assert policy.version == 3
    assert policy.quiet_hours == (Window((6, 7), time(22, 30), time(8)),)
    assert CommunityPolicy.from_mapping({}) == CommunityPolicy()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"budgte": 0.01}, "budgte"),
        ({"budget": 0}, "budget"),
        ({"budget": "1%"}, "budget"),
        ({"budget": float("nan")}, "budget"),
        ({"budget": True}, "budget"),
        ({"confidence": 1}, "confidence"),
        ({"automatic": "on"}, "automatic"),
        ({"automatic": ["live"]}, "automatic"),
        ({"bands": {"ads": {"remove": 0.9}}}, "bands.ads.review"),
        ({"bands": {"ads": {"review": 0.9, "remove": 0.5}}}, "bands.ads"),
        ({"bands": {"ads": {"review": None}}}, "bands.ads"),
        ({"bands": {"ads": {"review": 2}}}, "bands.ads"),
        ({"bands": {"adverts": {"review": 0.5}}}, "bands"),
        ({"bands": {"rumor": {"review": 0.5, "remove": 0.9}}}, "bands.rumor.remove"),
        ({"bands": []}, "bands"),
        ({"exempt_roles": "群主"}, "exempt_roles"),
        ({"exempt_roles": ["群主", 3]}, "exempt_roles[1]"),
        ({"exempt_roles": [" "]}, "exempt_roles"),
        ({"quiet_hours": [{"start": "25:00"}]}, "quiet_hours[0].start"),
        ({"quiet_hours": [{"start": "22:00+08:00"}]}, "quiet_hours[0].start"),
        ({"quiet_hours": [{"weekdays": [0]}]}, "quiet_hours[0].weekdays"),
        ({"quiet_hours": [{}]}, "quiet_hours"),
        ({"quiet_hours": [{"start": "08:00", "end": "20:00"}, {"start": "20:00", "end": "08:00"}]}, "quiet_hours"),
        ({"time_zone": "Shanghai"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"ladder": {"ads": []}}, "ladder.ads"),
        ({"ladder": {"ads": [{"measure": "mute"}]}}, "ladder.ads[0].minutes"),
        ({"ladder": {"ads": [{"measure": "mute", "minutes": 99_999_999}]}}, "ladder.ads"),
        ({"ladder": {"ads": [{"measure": "warn"}, {"measure": "remind"}]}}, "ladder.ads"),
        ({"ladder": {"ads": [{"measure": "ban"}]}}, "ladder.ads[0].measure"),
        ({"ladder": {"ads": [{"measure": "warn", "hours": 2}]}}, "ladder.ads[0].hours"),
        ({"half_life_days": 0}, "half_life_days"),
        ({"half_life_days": True}, "half_life_days"),
        ({"removals_per_hour": -1}, "removals_per_hour"),
        ({"removals_per_day": 1.5}, "removals_per_day"),
    ],
)
def test_what_is_wrong_is_named(body, param):
    with pytest.raises(InvalidInput) as caught:
        CommunityPolicy.from_mapping(body)
    assert caught.value.param == param


def test_a_body_that_is_no_object_is_refused():
    with pytest.raises(InvalidInput):
        CommunityPolicy.from_mapping([])


@pytest.mark.parametrize(
    ("automatic", "choice", "decision", "would_remove"),
    [
        ("live", PROVEN, Decision.REMOVE, False),
        ("live", Choice(None, Tally(10, 0), 289), Decision.REVIEW, True),  # no evidence, no promise
        ("live", None, Decision.REVIEW, True),
        ("shadow", PROVEN, Decision.REVIEW, True),
        ("shadow", None, Decision.REVIEW, True),
        ("off", PROVEN, Decision.REVIEW, False),
    ],
)
def test_removal_by_state_and_evidence(automatic, choice, decision, would_remove):
    policy = CommunityPolicy(automatic=Automatic(automatic)).over(BASE, choice)
    verdict = policy.decide(SURE)
    assert (verdict.decision, verdict.would_remove) == (decision, would_remove)
    assert verdict.measure is Measure.WARN  # the same for the same message, whatever the machine may do


def test_a_bot_without_a_community_gets_the_model_s_own_thresholds():
    assert BASE.decide(SURE).decision is Decision.REMOVE
    assert CommunityPolicy().automatic is Automatic.SHADOW


def test_thresholds_move_with_the_choice_but_never_below_what_the_community_set():
    lax = Choice(-1.0, Tally(4000, 4))
    strict = Choice(2.0, Tally(400, 0))
    score = {Label.ADS: 0.85}
    assert LIVE.over(BASE, lax).decide(score).decision is Decision.REMOVE
    assert LIVE.over(BASE, strict).decide(SURE).decision is Decision.REVIEW
    own = CommunityPolicy(automatic=Automatic.LIVE, bands={Label.ADS: Band(0.4, 0.9)})
    assert own.over(BASE, lax).decide(score).decision is Decision.REVIEW
    never = CommunityPolicy(automatic=Automatic.LIVE, bands={Label.ADS: Band(0.4)})
    assert never.over(BASE, lax).decide({Label.ADS: 1.0}).decision is Decision.REVIEW
    assert LIVE.over(BASE, Choice(-4.0, Tally(4000, 4))).decide({Label.ADS: 0.39}).decision is Decision.ALLOW


def test_exempt_roles_may_advertise_but_a_stolen_account_is_seen():
    policy = CommunityPolicy(exempt_roles=("管理员",), automatic=Automatic.LIVE).over(BASE, PROVEN)
    assert policy.decide(SURE, roles=("管理员",)).decision is Decision.ALLOW
    assert policy.decide(SURE, roles=("成员",)).decision is Decision.REMOVE
    fraud = policy.decide({Label.FRAUD: 0.99, **SURE}, roles=("管理员", "商家"))
    assert (fraud.decision, fraud.labels, fraud.measure) == (Decision.REVIEW, (Label.FRAUD,), Measure.NONE)


def test_what_a_clause_permits_is_not_flagged_and_the_rest_is():
    policy = LIVE.over(BASE, PROVEN)
    assert policy.decide(SURE, permitted={Label.ADS}).decision is Decision.ALLOW
    both = policy.decide({Label.FRAUD: 0.7, **SURE}, permitted={Label.ADS})
    assert (both.decision, both.labels) == (Decision.REVIEW, (Label.FRAUD,))
    assert policy.decide(SURE, permitted={Label.ADS}, forced_review=True).decision is Decision.REVIEW


def test_the_version_names_model_and_community_policy():
    assert CommunityPolicy(version=4).over(BASE).version == "model/1-bands+4"


def test_the_community_s_ladder_replaces_the_default_one_for_its_labels():
    policy = CommunityPolicy(ladder={Label.ADS: (Rung(Measure.MUTE, 5),)}).over(BASE)
    verdict = policy.decide({Label.ADS: 0.5})
    assert (verdict.measure, verdict.minutes) == (Measure.MUTE, 5)
    assert policy.decide({Label.FRAUD: 0.6}).measure is Measure.WARN


def shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-05-01T21:59", "2026-05-01T21:59"),
        ("2026-05-01T22:00", "2026-05-02T08:00"),
        ("2026-05-02T03:00", "2026-05-02T08:00"),
        ("2026-05-02T08:00", "2026-05-02T08:00"),
    ],
)
def test_a_notice_waits_for_the_end_of_quiet_hours(at, due):
    policy = CommunityPolicy(quiet_hours=(Window((), time(22), time(8)),))
    assert policy.notice_due(shanghai(at)) == shanghai(due)
    assert policy.notice_due(shanghai(at).astimezone(UTC)) == shanghai(due)


def test_quiet_windows_may_follow_on_one_another():
    night, saturday = Window((), time(22), time(8)), Window((6,))
    policy = CommunityPolicy(quiet_hours=(night, saturday))
    assert policy.notice_due(shanghai("2026-05-01T23:00")) == shanghai("2026-05-03T08:00")  # Friday night to Sunday
    friday_night = CommunityPolicy(quiet_hours=(Window((5,), time(22), time(8)),))
    assert friday_night.notice_due(shanghai("2026-05-02T03:00")) == shanghai("2026-05-02T08:00")
    assert friday_night.notice_due(shanghai("2026-05-03T03:00")) == shanghai("2026-05-03T03:00")


def test_the_night_on_which_clocks_change_ends_by_the_clock():
    policy = CommunityPolicy(quiet_hours=(Window((), time(22), time(8)),), time_zone="Europe/Berlin")
    due = policy.notice_due(datetime(2026, 3, 28, 23, tzinfo=UTC))
    assert due == datetime(2026, 3, 29, 6, tzinfo=UTC)  # eight in summer time
