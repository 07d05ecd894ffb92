"""The memory: what was seen of every run and in every look, in SQLite or PostgreSQL.

schema.py       the tables              rows.py      between values and rows
engine.py       opening, transactions   place.py     where it is; sqlite.py, postgres.py: how
version.py      whether it fits         upgrade.py   from one version to the next; backup.py
write.py        what a look adds        merge.py     what a sighting changes; statements.py
tally.py        counts kept in step     views.py     for people who query with SQL
read.py         what was active, recent runs; usual.py, children.py, chronicle.py, overview.py
maintain.py     pruning, figures        export.py    every row of a table
trouble.py      what databases say, in words for people
"""

from quiesce.store.engine import NoStore, Store, open_store
from quiesce.store.identity import Identity

__all__ = ["Identity", "NoStore", "Store", "open_store"]
