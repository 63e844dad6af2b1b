"""Bodies of POST /v1/classify."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictBool, ValidationInfo, field_validator
from pydantic.config import JsonDict

from api.schemas.fields import Body, CommunityId, MessageId, MessageText, Nickname, Roles, SentAt, Theme
from copilot.types import ClauseKind, Decision, Label, Likeness, Measure

MAX_MESSAGES = 256

_BOTH_GIVEN: JsonDict = {
    "required": ["community", "theme"],
    "properties": {"community": {"type": "string"}, "theme": {"type": "string"}},
}


class MessageIn(Body):
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
    roles: Roles = Field(
        default_factory=list, description="The author's roles in the community, in its own words.", examples=[["商家"]]
    )
    sent_at: SentAt | None = Field(None, description="When it was sent, with a time zone.")
    reply_to: MessageId | None = Field(None, description="Id of the message it answers.")


class ClassifyIn(Body):
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


class CitedClauseOut(BaseModel):
    """A clause of the community's rules that the message falls under."""

    version: int = Field(description="Version of the rules.")
    number: int = Field(description="Number of the clause in that version.")
    text: str = Field(description="The clause in the community's own words.")
    kind: ClauseKind
    confidence: float = Field(ge=0, le=1)
    reason: str = Field(description="One sentence for people, in the language asked for.")


class PrecedentOut(BaseModel):
    """A decided case that the message is like."""

    case_id: int
    community: str = Field(description="The community itself, or the shared library it is from.")
    decision: Decision = Field(description="How people decided it.")
    labels: list[Label] = Field(description="For what.")
    similarity: float = Field(ge=0, le=1, description="Probability that it is the same again.")
    likeness: Likeness


class ShadowOut(BaseModel):
    """What rules or a policy on trial make of the message."""

    rules: int | None = Field(description="Version of the rules on trial.")
    policy: int | None = Field(description="Version of the policy on trial.")
    decision: Decision
    labels: list[Label]


class VersionsOut(BaseModel):
    """What produced this verdict."""

    model: str
    policy: str
    rules: str


class ResultOut(BaseModel):
    """The verdict on one message."""

    id: str = Field(description="The message's id, as given or made up.")
    decision: Decision = Field(description="What to do with the message.")
    would_remove: bool = Field(
        description="A review that would be a removal if the community's own cases and its policy allowed it."
    )
    measure: Measure = Field(description="What to suggest about its author.")
    mute_minutes: int = Field(description="How long a suggested mute lasts; 0 for everything else.")
    labels: list[Label] = Field(description="What it is flagged for, surest first.")
    scores: dict[Label, float] = Field(description="Probability per label, all nine.")
    signals: list[SignalOut]
    clauses: list[CitedClauseOut] = Field(description="Clauses it falls under, surest first.")
    precedents: list[PrecedentOut] = Field(description="Decided cases it is like, likest first.")
    versions: VersionsOut
    shadow: ShadowOut | None = Field(description="Recorded, not acted upon; null where nothing is on trial.")
    case_id: int | None = Field(description="The case to decide, where the message was kept.")
    duplicate: bool = Field(description="It had been kept before; this is the verdict of then.")


class ClassifyOut(BaseModel):
    """Verdicts in the order of the messages."""

    id: str = Field(examples=["cls-4f2c"])
    model: str = Field(examples=["encoder-zh/2"])
    results: list[ResultOut]
