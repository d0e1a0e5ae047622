"""Measurements: ours against a peer in the same run. `python -m bench` runs them all; no test depends on a figure."""
