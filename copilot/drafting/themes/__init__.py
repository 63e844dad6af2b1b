"""What a community is about, read from its theme: the areas it touches, its nouns, and what it does not want."""

from copilot.drafting.themes.areas import Area, Match, area_names, areas, match_areas, words_in
from copilot.drafting.themes.nouns import Noun, NounKind, Unwanted, barred, clauses_of, nouns, speaks_of

__all__ = [
    "Area",
    "Match",
    "Noun",
    "NounKind",
    "Unwanted",
    "area_names",
    "areas",
    "barred",
    "clauses_of",
    "match_areas",
    "nouns",
    "speaks_of",
    "words_in",
]
