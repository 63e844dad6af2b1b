"""The index of precedents: finds decided cases that are like a text, by its words, its sound and its meaning."""
