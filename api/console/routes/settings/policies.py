"""A community's policy as a form: percentages, rungs and hours in fields, and every problem beside its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.console.routes.settings.forms import Problems, Typed
from api.console.words import say
from copilot.errors import InvalidInput
from copilot.policy import DEFAULT_LADDER, NEVER_REMOVED, Automatic, Bands, CommunityPolicy
from copilot.rules import read_hours, write_hours
from copilot.types import LABELS, Label, Measure

_SHARES = ("budget", "confidence")
_COUNTS = ("removals_per_hour", "removals_per_day")
_MOST_ROLES, _LONGEST_ROLE = 20, 50
_LONGEST_NUMBER = 12
RUNGS = 6
"""Rungs that a form offers for each label, one of them empty."""
MUTES = (10, 30, 60, 360, 1440, 4320, 10080, 43200)


@dataclass(slots=True)
class PolicyForm:
    """The form as typed, and the plain values of a policy as far as they could be read."""

    values: dict[str, Any]
    problems: Problems
    body: dict[str, Any] = field(default_factory=dict)


def written(policy: CommunityPolicy, base: Bands, language: str) -> dict[str, Any]:
    """A policy as the form shows it; `base` are the bands that it overrides."""
    bands, values = {**base, **policy.bands}, dict[str, Any]()
    for label in LABELS:
        band = bands[label]
        values[f"review.{label}"] = percent(band.review)
        values[f"remove.{label}"] = percent(band.remove) if band.remove <= 1 else ""
        ladder = {**DEFAULT_LADDER, **policy.ladder}[label]
        values[f"ladder.{label}"] = [_rung_name(rung.measure, rung.minutes) for rung in ladder]
    return values | {
        "automatic": policy.automatic.value,
        **{name: percent(getattr(policy, name)) for name in _SHARES},
        **{name: str(getattr(policy, name)) for name in _COUNTS},
        "half_life_days": _plain(policy.half_life_days),
        "exempt_roles": "\n".join(policy.exempt_roles),
        "quiet_hours": write_hours(policy.quiet_hours, language),
    }


def read_policy(form: Typed, base: Bands, time_zone: str, language: str) -> PolicyForm:
    """Read the form. What is the model's own or the default stays so, and follows it later."""
    values: dict[str, Any] = {f"{side}.{label}": form.text(f"{side}.{label}") for side in _SIDES for label in LABELS}
    values |= {f"ladder.{label}": [rung for rung in form.many(f"ladder.{label}") if rung] for label in LABELS}
    texts = ("automatic", *_SHARES, *_COUNTS, "half_life_days", "exempt_roles", "quiet_hours")
    read = PolicyForm(values | {name: form.text(name) for name in texts}, Problems(language))
    read.body = {
        "automatic": read.values["automatic"] or Automatic.SHADOW.value,
        "time_zone": time_zone,
        "bands": _bands(read, base),
        "ladder": _ladders(read),
        "exempt_roles": _roles(read),
        "quiet_hours": _hours(read),
        **_numbers(read),
    }
    if not read.problems:
        _check(read)
    return read


_SIDES = ("review", "remove")


def _bands(read: PolicyForm, base: Bands) -> dict[str, dict[str, float | None]]:
    found: dict[str, dict[str, float | None]] = {}
    for label in LABELS:
        review = _share(read, f"review.{label}")
        typed = read.values[f"remove.{label}"].strip()
        never = label in NEVER_REMOVED or not typed
        remove = None if never else _share(read, f"remove.{label}")
        if review is None or (remove is None and not never):
            continue
        if remove is not None and remove < review:
            read.problems.add(f"remove.{label}", "settings.policy.band_wrong")
        own = percent(review), percent(remove) if remove is not None else ""
        theirs = percent(base[label].review), percent(base[label].remove) if base[label].remove <= 1 else ""
        if own != theirs:
            found[label.value] = {"review": review, "remove": remove}
    return found


def _share(read: PolicyForm, name: str) -> float | None:
    value = _number(read.values[name])
    if value is None or not 0 < value <= 100:
        read.problems.add(name, "settings.policy.percent_wrong")
        return None
    return round(value / 100, 6)


def _number(text: str) -> float | None:
    """A number, with a percent sign or a full-width point if need be; None where it is none."""
    plain = text.strip().rstrip("%％").strip().replace("．", ".").replace("。", ".")
    try:
        value = float(plain) if len(plain) <= _LONGEST_NUMBER and plain.isascii() else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _ladders(read: PolicyForm) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for label in LABELS:
        default = [_rung_name(rung.measure, rung.minutes) for rung in DEFAULT_LADDER[label]]
        names = read.values[f"ladder.{label}"] = read.values[f"ladder.{label}"] or default
        if names != default:
            found[label.value] = [_rung(name) for name in names]
    return found


def _rung(name: str) -> dict[str, Any]:
    measure, _, minutes = name.partition(":")
    return {"measure": measure, "minutes": int(minutes) if minutes.isdecimal() else 0}


def _rung_name(measure: Measure, minutes: int) -> str:
    return f"{measure.value}:{minutes}" if minutes else measure.value


def rungs(chosen: Iterable[str]) -> list[str]:
    """The rungs to choose from, mildest first, with those in use."""
    known = ["none", "remind", "warn", *(f"mute:{minutes}" for minutes in MUTES), "remove"]
    order = {measure.value: rank for rank, measure in enumerate(Measure)}

    def severity(name: str) -> tuple[int, int]:
        rung = _rung(name)
        return order.get(rung["measure"], 0), rung["minutes"]

    return sorted({*known, *chosen}, key=severity)


def _roles(read: PolicyForm) -> list[str]:
    roles = list(dict.fromkeys(line.strip() for line in read.values["exempt_roles"].splitlines() if line.strip()))
    if len(roles) > _MOST_ROLES or any(len(role) > _LONGEST_ROLE for role in roles):
        read.problems.add("exempt_roles", "settings.policy.roles_wrong", most=_MOST_ROLES, longest=_LONGEST_ROLE)
    return roles


def _hours(read: PolicyForm) -> list[dict[str, Any]]:
    windows, unread = read_hours(read.values["quiet_hours"])
    for line in unread:
        read.problems.add("quiet_hours", "settings.rules.hours_wrong", line=line)
    return [
        {
            "weekdays": list(window.weekdays),
            "start": window.start and window.start.isoformat("minutes"),
            "end": window.end and window.end.isoformat("minutes"),
        }
        for window in windows
    ]


def _numbers(read: PolicyForm) -> dict[str, float | int]:
    found: dict[str, float | int] = {}
    for name in (*_SHARES, *_COUNTS, "half_life_days"):
        value = _number(read.values[name])
        if value is None or (name in _COUNTS and value != int(value)):
            read.problems.add(name, f"settings.policy.wrong.{name}")
        elif name in _SHARES:
            found[name] = round(value / 100, 6)
        else:
            found[name] = int(value) if name in _COUNTS else value
    return found


def _check(read: PolicyForm) -> None:
    """Let the policy itself say what makes no sense, beside the field that it names."""
    try:
        CommunityPolicy.from_mapping(read.body)
    except InvalidInput as error:
        name, key = _named(error.param or "")
        read.problems.add(name, key)


def _named(param: str) -> tuple[str, str]:
    """The form's field for a policy's parameter, and what to say."""
    part, _, rest = param.partition(".")
    if part == "bands":
        label, _, side = rest.partition(".")
        return f"{side or 'remove'}.{label}", "settings.policy.band_wrong"
    if part == "ladder":
        return f"ladder.{rest.partition('[')[0]}", "settings.policy.ladder_wrong"
    if part.startswith("quiet_hours"):
        return "quiet_hours", "settings.policy.quiet_wrong"
    return part, f"settings.policy.wrong.{part}" if part in _NAMED else "settings.policy.wrong.other"


_NAMED = frozenset({*_SHARES, *_COUNTS, "half_life_days", "automatic"})


def percent(share: float) -> str:
    """A share as a percentage with two decimals at most: `23.19`."""
    return _plain(round(100 * share, 2))


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], labels: Iterable[Label] = LABELS
) -> list[tuple[str, str, Any, Any]]:
    """What two written policies differ in: the field, the label if it is of one, the old value and the new one."""
    names = [(f"{side}.{label}", label.value) for side in (*_SIDES, "ladder") for label in labels]
    names += [(name, "") for name in old if "." not in name]
    return [(name.partition(".")[0], label, old[name], new[name]) for name, label in names if old[name] != new[name]]


def lasting(language: str, name: str) -> str:
    """How long the mute of a rung (`mute:60`) lasts, in the largest unit that fits."""
    minutes = int(name.partition(":")[2])
    for unit, key in ((1440, "days"), (60, "hours")):
        if minutes % unit == 0:
            return say(language, f"settings.{key}", n=minutes // unit)
    return say(language, "settings.minutes", n=minutes)


def told(language: str, name: str, value: Any) -> str:
    """A written value as people read it."""
    match name:
        case "ladder":
            return " → ".join(_rung_words(language, rung) for rung in value)
        case "automatic":
            return say(language, f"settings.mode.{value}")
        case "review" | "remove" | "budget" | "confidence":
            return f"{value}%" if value else say(language, "settings.policy.never")
    return ", ".join(str(value).splitlines()) or say(language, "common.none")


def _rung_words(language: str, name: str) -> str:
    if ":" in name:
        return say(language, "settings.policy.mute_for", time=lasting(language, name))
    return say(language, f"measure.{name}")
