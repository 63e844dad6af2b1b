"""Fields that several bodies share. Spans count Unicode characters, not bytes or UTF-16 units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from copilot.types import LIBRARY

MAX_TEXT = 20_000


_ID = r"^[A-Za-z0-9_@:+=-][A-Za-z0-9_.@:+=-]{0,127}$"


def _bounded(text: str) -> str:
    # Not Field(max_length=...): that would refuse lone surrogates, which truncated emoji leave.
    if len(text) > MAX_TEXT:
        raise ValueError(f"This text has {len(text)} characters; at most {MAX_TEXT} are judged.")
    return text


def _is_text(value: Any) -> Any:
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("Write a time as in 2026-01-31T08:00:00+08:00.")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("This time is out of range.") from None


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        raise ValueError("There is no such time zone; write one as in Asia/Shanghai.") from None
    return value


def _not_reserved(value: str) -> str:
    if value.startswith(LIBRARY):
        raise ValueError(f"Ids that begin with {LIBRARY!r} stand for shared libraries.")
    return value


MessageText = Annotated[str, AfterValidator(_bounded), Field(json_schema_extra={"maxLength": MAX_TEXT})]
MessageId = Annotated[str, Field(min_length=1, max_length=200, examples=["m-1001"])]
Nickname = Annotated[str, AfterValidator(_bounded), Field(json_schema_extra={"maxLength": MAX_TEXT})]
SentAt = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_in_utc)]
CommunityId = Annotated[
    str,
    AfterValidator(_not_reserved),
    Field(
        pattern=_ID,
        examples=["demo"],
        json_schema_extra={"pattern": f"^(?!{LIBRARY}){_ID[1:]}"},  # the validators' own engine has no lookahead
    ),
]
Roles = Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=20)]
Theme = Annotated[str, Field(max_length=2_000)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=1_000)]

Libraries = Annotated[list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]], Field(max_length=20)]
TimeZone = Annotated[
    str, AfterValidator(_known_zone), Field(max_length=64, json_schema_extra={"enum": sorted(available_timezones())})
]
Examples = Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)]


class Body(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
