"""The memory: what was seen of every run and in every look, in SQLite or PostgreSQL.

schema.py    the tables, and views.py for people who query with SQL; rows.py: values and rows
identity.py  which system a row is about
database/    where a store is, opening it, transactions, whether its version fits
writing/     what a look adds: merge.py decides, statements.py sends, tally.py keeps counts in step
reading/     what was active, recent runs, what was usual, looks, predictions, what is known
upkeep/      upgrades and backups, pruning, figures, export; migrations/: from version to version
"""

from quiesce.store.database.engine import NoStore, Store, open_store
from quiesce.store.identity import Identity

__all__ = ["Identity", "NoStore", "Store", "open_store"]
