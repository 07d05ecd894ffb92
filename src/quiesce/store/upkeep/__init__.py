"""Keeping a store in order: versions, backups, size, and taking everything out of it."""
