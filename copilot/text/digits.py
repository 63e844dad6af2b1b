"""Read digits of every style as digits where they form a number: 一三八零零…, 幺, 壹, 1-3-8 00 …"""

from __future__ import annotations

import re

from copilot.text.view import Edit

_NUMERALS = {
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    **dict(zip("弌弍弎幺洞拐勾两", "12310792", strict=True)),
}
_HOMOPHONES = dict(
    zip("依伊医尔耳儿散伞寺似思吾舞武溜流刘遛漆齐巴吧爸扒酒久灵凌玲铃o", "11122233444555666677888899" + "00000", strict=True)
)
"""Read as digits only inside a run that plainly is a number already."""

_PLAIN = "0-9" + "".join(_NUMERALS)
_ANY = _PLAIN + "".join(_HOMOPHONES)
_GAP = r"[^\w\n]{0,3}"
_RUN = re.compile(rf"(?<![a-z0-9])[{_PLAIN}](?:{_GAP}[{_ANY}]){{6,}}")
_AFTER_LETTERS = re.compile(rf"(?<=[a-z_])(?=[0-9]*[^\W0-9a-z_])[{_PLAIN}]{{3,12}}(?![{_PLAIN}])")
"""The numerals of an account that begins with letters: xueli二零七九三."""
_DRAWN = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[0-9loisz]{11}(?![a-z0-9])")
_DRAWN_DIGITS = str.maketrans("loisz", "10152")
"""Letters drawn like digits, read so only where a mobile number comes out: l38OOO62Sl7."""
_FEWEST_DIGITS = 7
_NUMBER_LIKE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|\d{15,19}")
_DATE_OR_TIME = re.compile(
    r"(?:19|20)\d\d[\-/. ](?:0?[1-9]|1[0-2])[\-/. ](?:[12]\d|3[01]|0?[1-9])(?!\d)"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?!\d)"
)


def digit_edits(text: str) -> list[Edit]:
    """Return the edits that write hidden numbers of seven and more digits as plain digits."""
    edits: list[Edit] = []
    for match in _RUN.finditer(text):
        run = match.group().rstrip("".join(_HOMOPHONES)).rstrip(" ")
        digits = _as_number(run)
        if digits is not None and digits != run:
            edits.append((match.start(), match.start() + len(run), digits))
    for match in _AFTER_LETTERS.finditer(text):
        edits.append((match.start(), match.end(), "".join(map(_value, match.group()))))
    for match in _DRAWN.finditer(text):
        digits = match.group().translate(_DRAWN_DIGITS)
        if digits != match.group() and _NUMBER_LIKE.fullmatch(digits):
            edits.append((match.start(), match.end(), digits))
    return sorted(edits)


def _as_number(run: str) -> str | None:
    """Return the digits of a run, or None where it is a date, a list of numbers or too short."""
    digits = "".join(_value(char) for char in run)
    if len(digits) < _FEWEST_DIGITS or _DATE_OR_TIME.match(run):
        return None
    if sum(char in _HOMOPHONES for char in run) * 3 > len(digits):
        return None
    if run.isascii():  # several numbers in a row ("199 299 399", "3-2 1-0 2-2") stay several
        one_by_one = all(len(group) == 1 for group in re.findall(r"\d+", run))
        return digits if one_by_one or _NUMBER_LIKE.fullmatch(digits) else None
    return digits


def _value(char: str) -> str:
    if "0" <= char <= "9":
        return char
    return _NUMERALS.get(char) or _HOMOPHONES.get(char) or ""
