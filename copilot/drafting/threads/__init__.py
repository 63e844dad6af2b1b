"""Threads: a stretch of messages is taken apart into its conversations, and what in them deserves to be told is found.

messages -> posts (`day`) -> evidence -> talks -> threads (`resuming`) -> what each amounts to -> Digest
"""

from copilot.drafting.threads.digesting import CHAT, digest

__all__ = ["CHAT", "digest"]
