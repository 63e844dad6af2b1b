"""Read digits of every style as digits where they form a number: 一三八零零…, 幺, 壹, 1-3-8 00 …"""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.text.view import Edit, without_overlaps

_NUMERALS = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    **dict(zip("弌弍弎幺洞拐勾两", "12310792", strict=True)),
}
_HOMOPHONES = dict(
    zip(
        "依伊医尔耳儿散伞寺似思吾舞武溜流刘遛漆齐巴吧爸扒酒久灵凌玲铃o",
        "11122233444555666677888899" + "00000",
        strict=True,
    )
)
"""Read as digits only inside a run that plainly is a number already."""

_PLAIN = "0-9" + "".join(_NUMERALS)
_ANY = _PLAIN + "".join(_HOMOPHONES)
_GAP = r"[^\w\n]{0,3}"
_RUN = re.compile(rf"(?:(?<![a-z0-9.])[0-9]|(?<![0-9])[{''.join(_NUMERALS)}])(?:{_GAP}[{_ANY}]){{5,}}")
_HEAD = re.compile(r"^[^\x00-\x7f]+[^\w]+")
_TAIL = re.compile(r"[^\w]+[^\x00-\x7f]+$")
_AFTER_LETTERS = re.compile(rf"(?<=[a-z0-9_\-]{{2}}[a-z_\-])(?=[0-9]*[^\W0-9a-z_])[{_PLAIN}]{{2,12}}(?![{_PLAIN}])")
"""The numerals of an account that begins with letters: xueli二零七九三."""
_DRAWN = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)(?:[0-9loisz]{11}|[0-9lo]{7,11})(?![a-z0-9])")
_DRAWN_DIGITS = str.maketrans("loisz", "10152")
"""Letters drawn like digits, read so only where a mobile number comes out: l38OOO62Sl7."""
_FEWEST_DIGITS = 6
_COUNTING = "0123456789"
_SPELLED = {
    "ling": "0",
    "yi": "1",
    "yao": "1",
    "er": "2",
    "san": "3",
    "si": "4",
    "wu": "5",
    "liu": "6",
    "qi": "7",
    "ba": "8",
    "jiu": "9",
}
_SPELLED_DIGIT = rf"(?:(?:{'|'.join(_SPELLED)})(?![a-z])|\d{{1,4}})"
_SPELLED_RUN = re.compile(rf"(?<![a-z0-9]){_SPELLED_DIGIT}(?: {_SPELLED_DIGIT}){{4,}}")
"""Numbers in pinyin: er qi san wu ling jiu."""
_NUMBER_LIKE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|\d{15,19}")
_DATE_OR_TIME = re.compile(
    r"(?:19|20)\d\d[\-/. ](?:0?[1-9]|1[0-2])[\-/. ](?:[12]\d|3[01]|0?[1-9])(?!\d)"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
)


def digit_edits(text: str) -> list[Edit]:
    """Return the edits that write hidden numbers of six and more digits as plain digits."""
    return without_overlaps([*_runs(text), *_spelled(text), *_drawn(text)])


def _runs(text: str) -> Iterator[Edit]:
    """Numerals and separated digits in a row, and numerals behind the letters of an account."""
    for match in _RUN.finditer(text):
        start, run = match.start(), match.group().rstrip("".join(_HOMOPHONES)).rstrip(" ")
        # in "一比一 139 0000 0001 二手" the numerals at the edges belong to words
        tail, head = _TAIL.sub("", run), _HEAD.sub("", run)
        if tail.isascii() or _NUMBER_LIKE.fullmatch("".join(map(_value, tail))):
            run = tail
        elif head.isascii() or _NUMBER_LIKE.fullmatch("".join(map(_value, head))):
            start, run = start + len(run) - len(head), head
        digits = _as_number(run)
        if digits is not None and digits != run:
            yield start, start + len(run), digits
    for match in _AFTER_LETTERS.finditer(text):
        yield *match.span(), "".join(map(_value, match.group()))


def _spelled(text: str) -> Iterator[Edit]:
    for match in _SPELLED_RUN.finditer(text):
        if not match.group().replace(" ", "").isdigit():
            yield *match.span(), "".join(_SPELLED.get(word, word) for word in match.group().split(" "))


def _drawn(text: str) -> Iterator[Edit]:
    for match in _DRAWN.finditer(text):
        digits = match.group().translate(_DRAWN_DIGITS)
        plainly = len(digits) >= 7 and len(re.findall("[lo]", match.group())) <= 3
        if digits.isdigit() and digits != match.group() and (plainly or _NUMBER_LIKE.fullmatch(digits)):
            yield *match.span(), digits


def _as_number(run: str) -> str | None:
    """Return the digits of a run, or None where it is a date, a list of numbers or too short."""
    digits = "".join(_value(char) for char in run)
    if len(digits) < _FEWEST_DIGITS or _DATE_OR_TIME.match(run) or digits in _COUNTING:
        return None
    if sum(char in _HOMOPHONES for char in run) * 3 > len(digits):
        return None
    if run.isascii():  # several numbers in a row ("199 299 399", "3-2 1-0 2-2") stay several
        sizes = [len(group) for group in re.findall(r"\d+", run)]
        scattered = max(sizes) <= 2 and sizes.count(1) >= 3
        return digits if scattered or _NUMBER_LIKE.fullmatch(digits) else None
    return digits


def _value(char: str) -> str:
    if "0" <= char <= "9":
        return char
    return _NUMERALS.get(char) or _HOMOPHONES.get(char) or ""
