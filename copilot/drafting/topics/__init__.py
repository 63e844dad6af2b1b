"""Topic prompts: concrete questions in a community's field, grounded, not repeated, better with experience."""

from copilot.drafting.topics.candidates import Setting, Source
from copilot.drafting.topics.fitness import fitness
from copilot.drafting.topics.past import PastTopic, learn_rates
from copilot.drafting.topics.prompts import TopicPrompt, prompts
from copilot.drafting.topics.safety import OffLimits, off_limits
from copilot.drafting.topics.stock import Pattern, stock

__all__ = [
    "OffLimits",
    "PastTopic",
    "Pattern",
    "Setting",
    "Source",
    "TopicPrompt",
    "fitness",
    "learn_rates",
    "off_limits",
    "prompts",
    "stock",
]
