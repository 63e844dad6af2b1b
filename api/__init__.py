"""The outside: HTTP service, settings, wiring and the command line."""
