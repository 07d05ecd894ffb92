"""Measures quiesce against the loop that it replaces: run it as `python -m bench`."""
