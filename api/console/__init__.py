"""The moderators' console: server-rendered pages under /console, with htmx and a little script of our own."""
