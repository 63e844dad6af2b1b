"""One text, several views, one offset map. Training, serving and evaluation all read texts here.

`typed` is what the author wrote. `normal` writes every character one way (NFKC, simplified, lower
case, nothing invisible). `resolved` also takes out what hides words: separators inside them, digits
in disguise, homophones and look-alikes of contact and trade words. `spoken` is how it sounds.
"""

from __future__ import annotations

from copilot.text.digits import digit_edits
from copilot.text.normal import canonical, normal_view
from copilot.text.resolve import alias_edits, sign_edits, word_edits
from copilot.text.separators import pair_edits, separator_edits
from copilot.text.syllables import spelled_out, spoken_view
from copilot.text.view import Edit, View

__all__ = ["Edit", "TextViews", "View", "canonical", "text_views"]


class TextViews:
    """The views of one typed text, each made when first asked for."""

    __slots__ = ("_joined", "_normal", "_numbered", "_resolved", "_spoken", "typed")

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self._normal: View | None = None
        self._joined: View | None = None
        self._numbered: View | None = None
        self._resolved: View | None = None
        self._spoken: View | None = None

    @property
    def normal(self) -> View:
        """Every character in one spelling."""
        if self._normal is None:
            self._normal = normal_view(self.typed)
        return self._normal

    @property
    def joined(self) -> View:
        """`normal` without separators inside words, emoji inside words read aloud."""
        if self._joined is None:
            view = self.normal
            for step in (sign_edits, pair_edits, separator_edits):
                view = view.edited(step(view.text))
            self._joined = view
        return self._joined

    @property
    def numbered(self) -> View:
        """`joined` with hidden numbers written as digits."""
        if self._numbered is None:
            self._numbered = self.joined.edited(digit_edits(self.joined.text))
        return self._numbered

    @property
    def resolved(self) -> View:
        """`numbered` with hidden contact words and trade words restored."""
        if self._resolved is None:
            view = self.numbered
            for step in (word_edits, alias_edits):
                view = view.edited(step(view.text))
            self._resolved = view
        return self._resolved

    @property
    def spoken(self) -> View:
        """`joined` as syllable codes (see `syllables.spelled_out`)."""
        if self._spoken is None:
            self._spoken = spoken_view(self.joined)
        return self._spoken

    @property
    def syllables(self) -> list[str]:
        """The syllables of `joined`, in order; what has no syllable stands for itself."""
        return spelled_out(self.spoken.text)


def text_views(typed: str) -> TextViews:
    """Return the views of a typed text. Accepts any string, lone surrogates included."""
    return TextViews(typed)
