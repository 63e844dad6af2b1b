"""Sentences for people that belong to no single detector."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.types import Label, Reason, Signal

ZH_LABEL: Mapping[Label, str] = {
    Label.ADS: "广告引流",
    Label.FRAUD: "诈骗",
    Label.GAMBLING: "博彩",
    Label.PORN: "色情低俗",
    Label.ABUSE: "辱骂攻击",
    Label.RUMOR: "谣言",
    Label.OFF_TOPIC: "偏题",
    Label.PRIVACY: "泄露隐私",
    Label.FLOOD: "刷屏",
}

UNAVAILABLE = Signal(
    source="model:unavailable",
    label=None,
    score=0.0,
    reason=Reason("模型不可用，转人工复核", "The model is unavailable, so a person must look."),
)
CANARY_SIGNAL = Signal(
    source="canary",
    label=Label.ADS,
    score=1.0,
    reason=Reason("这是自检用的约定文本", "This is the agreed self-check text."),
)
CLOSEST = Reason("模型未标记，这是最接近的标签", "The model flags nothing; this label comes closest.")
MODEL_REASONS: Mapping[Label, Reason] = {
    Label.ADS: Reason("措辞像广告或引流", "The wording reads like advertising or drawing members away."),
    Label.FRAUD: Reason("措辞像诈骗话术", "The wording reads like a scam."),
    Label.GAMBLING: Reason("措辞像博彩推广", "The wording reads like gambling promotion."),
    Label.PORN: Reason("措辞像色情招揽或低俗骚扰", "The wording reads like sexual solicitation or a lewd approach."),
    Label.ABUSE: Reason("措辞像对人的辱骂或攻击", "The wording reads like an insult or attack on people."),
    Label.PRIVACY: Reason("措辞像在公开他人的私事", "The wording reads like exposing somebody's private matters."),
    Label.RUMOR: Reason(
        "像未注明来源的惊人说法，需要核实", "Reads like an alarming claim without a source; needs checking."
    ),
}
