"""Fetching feeds over HTTP without being led anywhere the operator did not allow."""

from copilot.adapters.feeds.addresses import Allowed, check_url
from copilot.adapters.feeds.fetch import FeedFetcher, Fetched, Limits, Outcome

__all__ = ["Allowed", "FeedFetcher", "Fetched", "Limits", "Outcome", "check_url"]
