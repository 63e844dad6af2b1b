"""News from feeds the operator chose: read, freed of repetitions, ranked by a theme. Nothing is fetched here."""

from copilot.drafting.feeds.links import normal_link
from copilot.drafting.feeds.ranking import Ranked, nearness, rank
from copilot.drafting.feeds.reading import Feed, read_feed
from copilot.drafting.feeds.state import FeedState, failed, succeeded

__all__ = ["Feed", "FeedState", "Ranked", "failed", "nearness", "normal_link", "rank", "read_feed", "succeeded"]
