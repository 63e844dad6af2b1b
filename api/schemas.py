"""The bodies of requests and answers. Spans count Unicode characters, not bytes or UTF-16 units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict

from copilot.types import Decision, Label, Measure

MAX_MESSAGES = 256
MAX_TEXT = 20_000


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


MessageText = Annotated[str, AfterValidator(_bounded), Field(json_schema_extra={"maxLength": MAX_TEXT})]
MessageId = Annotated[str, Field(min_length=1, max_length=200, examples=["m-1001"])]
Nickname = Annotated[str, AfterValidator(_bounded), Field(json_schema_extra={"maxLength": MAX_TEXT})]
SentAt = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_in_utc)]
CommunityId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_@:+=-][A-Za-z0-9_.@:+=-]{0,127}$", examples=["demo"]),
]
Theme = Annotated[str, Field(max_length=2_000)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=1_000)]

Examples = Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=50)]

_BOTH_GIVEN: JsonDict = {
    "required": ["community", "theme"],
    "properties": {"community": {"type": "string"}, "theme": {"type": "string"}},
}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageIn(_Body):
    """One message of a member."""

    id: MessageId | None = Field(
        None,
        description="The platform's message id. Without one an id is made up, and a repeated "
        "delivery cannot be recognised.",
    )
    text: MessageText = Field(
        validation_alias=AliasChoices("text", "typed"),
        description="What the author typed, without what they quote or forward.",
        examples=["诚招兼职刷单,日结300,加微信 abc12345"],
    )
    quoted: MessageText = Field("", description="What the author quotes or forwards.")
    author: Nickname | None = Field(None, description="Who wrote it; needed to notice flooding.")
    sent_at: SentAt | None = Field(None, description="When it was sent, with a time zone.")
    reply_to: MessageId | None = Field(None, description="Id of the message it answers.")


class ClassifyIn(_Body):
    """Messages to judge together, in the order they were sent."""

    model_config = ConfigDict(json_schema_extra={"not": _BOTH_GIVEN})

    messages: list[MessageIn] = Field(min_length=1, max_length=MAX_MESSAGES)
    community: CommunityId | None = Field(None, description="Whose theme, rules and lists apply. Excludes `theme`.")
    theme: Theme | None = Field(
        None, description="A theme to judge by, where no community is set up. Excludes `community`."
    )
    store: StrictBool | None = Field(
        None,
        description="Keep the messages: for review, and so that repeats count as flooding. "
        "By default true with a community and false without.",
    )
    explain: StrictBool = Field(
        default_factory=bool,
        description="Also say, of messages that the model does not flag, which label comes closest and "
        "what speaks for it. Flagged ones are always explained.",
    )
    lang: Literal["zh", "en"] = Field("zh", description="Language of `reason`.")

    @field_validator("theme")
    @classmethod
    def _one_theme(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("community") is not None:
            raise ValueError("Give either community or theme, not both.")
        return value

    @property
    def keeps(self) -> bool:
        """Whether the messages are to be kept."""
        return self.community is not None if self.store is None else self.store


class SignalOut(BaseModel):
    """One opinion: who says so, about what, how sure, where, and why."""

    source: str = Field(description="Which detector or model speaks.", examples=["contacts"])
    kind: str = Field(description="What exactly it found.", examples=["wechat"])
    label: Label | None = Field(description="The label it speaks for; null informs only.")
    score: float = Field(ge=0, le=1, description="Probability that the label applies.")
    spans: list[tuple[int, int]] = Field(
        description="Where in `text`: [start, end) in Unicode characters.", examples=[[[12, 20]]]
    )
    reason: str = Field(description="One sentence for people, in the language asked for.")
    reason_en: str = Field(description="The same in English.")


class VersionsOut(BaseModel):
    """What produced this verdict."""

    model: str
    policy: str
    rules: str


class ResultOut(BaseModel):
    """The verdict on one message."""

    id: str = Field(description="The message's id, as given or made up.")
    decision: Decision = Field(description="What to do with the message.")
    measure: Measure = Field(description="What to suggest about its author.")
    labels: list[Label] = Field(description="What it is flagged for, surest first.")
    scores: dict[Label, float] = Field(description="Probability per label, all nine.")
    signals: list[SignalOut]
    versions: VersionsOut
    duplicate: bool = Field(description="It had been kept before; this is the verdict of then.")


class ClassifyOut(BaseModel):
    """Verdicts in the order of the messages."""

    id: str = Field(examples=["cls-4f2c"])
    model: str = Field(examples=["encoder-zh/1"])
    results: list[ResultOut]


class CommunityFields(_Body):
    """What is particular to judging a community."""

    name: str = Field(default_factory=str, min_length=1, max_length=100, examples=["阳光花园业主群"])
    theme: Theme = Field(default_factory=str, description="What the group is about.")
    rules: str = Field(default_factory=str, max_length=20_000, description="Its rules, in its words.")
    commerce: StrictBool = Field(
        default_factory=bool, description="Lawful offers belong here (second-hand, group buying)."
    )
    allow_keywords: Words = Field(default_factory=list, description="Never flag for these words.")
    deny_keywords: Words = Field(default_factory=list, description="Always look at these words.")
    allow_domains: Words = Field(default_factory=list, description="Links that are welcome.")
    deny_domains: Words = Field(default_factory=list, description="Links that are not.")
    on_topic_examples: Examples = Field(
        default_factory=list, description="Messages that belong here, in the members' own words."
    )


class CommunityPatch(CommunityFields):
    """The fields to change; the others stay as they are."""


class CommunityIn(CommunityFields):
    """A community to set up."""

    id: CommunityId
    name: str = Field(min_length=1, max_length=100, examples=["阳光花园业主群"])


class CommunityOut(BaseModel):
    """A community as it is set up."""

    id: str
    name: str
    theme: str
    rules: str
    commerce: bool
    allow_keywords: list[str]
    deny_keywords: list[str]
    allow_domains: list[str]
    deny_domains: list[str]
    on_topic_examples: list[str]


class CommunitiesOut(BaseModel):
    """All communities by id."""

    communities: list[CommunityOut]


class StatusOut(BaseModel):
    """How the service is."""

    status: Literal["ok"]
    version: str
    model: str


class ErrorDetail(BaseModel):
    """What went wrong."""

    type: str = Field(examples=["invalid_request"])
    message: str
    param: str | None = Field(description="The field at fault.", examples=["messages.0.text"])
    request_id: str | None = Field(description="Finds the request in the log.")


class ErrorOut(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail
