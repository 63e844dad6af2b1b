"""The settings of a community: what it is, its rules, its policy, its people."""

from api.console.routes.settings import basics, channels, learning, new, people, policy, replay, rules

ROUTERS = (
    basics.router,
    rules.router,
    policy.router,
    replay.router,
    learning.router,
    people.router,
    channels.router,
    new.router,
)
