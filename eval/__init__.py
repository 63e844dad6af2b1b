"""Measures what is served: quality, evasion, speed, durability, and the corpus itself."""
