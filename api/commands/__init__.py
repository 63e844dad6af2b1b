"""Groups of commands, one module each. What they need is imported inside them, so that `--help` is instant."""
