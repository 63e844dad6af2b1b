"""Numbers as people read them: shares with as many digits as they deserve, times in the unit that fits."""

from __future__ import annotations

from collections.abc import Callable

from copilot.policy.estimates import Estimate

Say = Callable[..., str]


def percent(value: float) -> str:
    """A share in percent, with a digit more near 0 and 1 where it matters."""
    hundredths = 100 * value
    close = 0 < hundredths < 9.95 or 90.05 < hundredths < 100
    return f"{hundredths:.1f}%" if close else f"{hundredths:.0f}%"


def count(value: float) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}"


def within(estimate: Estimate, t: Say) -> str:
    """The bounds of an estimate in words."""
    return t("trust.between", low=percent(estimate.low), high=percent(estimate.high))


def duration(seconds: float, t: Say) -> str:
    """A stretch of time in its largest unit that leaves more than one."""
    for key, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 1.5 * size:
            units = seconds / size
            return t(f"time.{key}", n=f"{units:.0f}" if units >= 10 else f"{units:.1f}".removesuffix(".0"))
    return t("time.minutes", n=1) if seconds >= 60 else t("time.seconds", n=f"{seconds:.0f}")
