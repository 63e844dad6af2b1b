"""Implementations of the ports that reach outside: databases and platforms."""
