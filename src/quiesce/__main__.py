"""`python -m quiesce`."""

from quiesce.cli.main import entry

entry()
