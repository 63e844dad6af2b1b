"""When two texts are the same again."""

import random

import pytest

from copilot.text import text_views
from copilot.text.copies import Fingerprint, fingerprint

AD = "招兼职打字员,在家就能做,日结300-500元,名额不多,加微信 zhaopin8866 详聊"


def of(text: str) -> Fingerprint:
    return fingerprint(text_views(text))


@pytest.mark.parametrize(
    "copy",
    [
        "招 兼 职 打字员，在家就能做！日结300-500元 名额不多 加薇信zhaopin8866详聊",
        "招兼职打字員在家就能做日結300-500元名額不多加微信zhaopin8866詳聊",
    ],
)
def test_a_cloaked_copy_is_the_same(copy):
    assert of(AD).same(of(copy))
    assert of(AD).keys == of(copy).keys


@pytest.mark.parametrize(
    "copy",
    [
        "招兼职打字员,在家就能做,日结200-400元,名额不多,加微信 zhaopin9921 详聊",
        "急招兼职打字员,在家就能做,日结300-500元,名额有限,加微信 zhaopin8866 详聊哦",
    ],
)
def test_a_copy_with_other_numbers_or_words_is_found_and_told_from_the_same(copy):
    assert of(AD).copies(of(copy))
    assert of(copy).copies(of(AD))
    assert not of(AD).same(of(copy))
    assert set(of(AD).keys) & set(of(copy).keys)


@pytest.mark.parametrize(
    "other",
    [
        f"大家别信 {AD} 骗子",
        "招保洁阿姨,包吃住,月薪4500,有意请打物业电话咨询一下",
        "早",
        "",
        f"{AD} 另外今天下午三点小区活动室有免费的口腔检查,需要的邻居带医保卡过来,医生会在那里待到五点",
    ],
)
def test_what_says_something_else_is_no_copy(other):
    assert not of(AD).copies(of(other))
    assert not of(other).copies(of(AD))


def test_short_texts_are_copies_only_when_they_are_the_same():
    assert of("加我").copies(of("加 我"))
    assert not of("明天见啊").copies(of("明天见"))


def test_texts_without_content_do_not_meet():
    assert of(" ").keys == of("").keys == ()
    assert of("😀😀").keys != of("😡😡").keys
    assert of("\ud83d半个表情").keys


def test_copies_meet_and_strangers_seldom_do():
    rng = random.Random(7)
    words = (
        "明天 小区 停车 快递 物业 下午 孩子 放学 水管 师傅 电话 楼下 垃圾 分类 群里 通知 周末 团购 草莓 车位".split()
    )
    texts = ["".join(rng.choices(words, k=14)) for _ in range(60)]
    met = strangers = 0
    for text in texts:
        changed = list(text)
        for at in rng.sample(range(len(text)), 2):
            changed[at] = "啊"
        met += bool(set(of(text).keys) & set(of("".join(changed)).keys))
        strangers += bool(set(of(text).keys) & set(of(rng.choice([t for t in texts if t != text])).keys))
    assert met >= 57
    assert strangers <= 20
