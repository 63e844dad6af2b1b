"""Makes the shipped artefacts: one readable script a stage, run as `python -m training.<stage>`."""
