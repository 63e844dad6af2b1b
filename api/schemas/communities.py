"""Bodies of /v1/communities."""

from __future__ import annotations

from pydantic import BaseModel, Field, StrictBool

from api.schemas.fields import Body, CommunityId, Examples, Libraries, Theme, TimeZone, Words


class CommunityFields(Body):
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
    libraries: Libraries = Field(
        default_factory=list,
        description="Shared libraries of known rumours and schemes to look in.",
        examples=[["rumors"]],
    )
    time_zone: TimeZone = Field(
        "Asia/Shanghai", description="Whose clocks the rules' hours are read by.", examples=["Asia/Shanghai"]
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
    libraries: list[str]
    time_zone: str


class CommunitiesOut(BaseModel):
    """All communities by id."""

    communities: list[CommunityOut]
