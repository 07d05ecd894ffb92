"""One file a version of the tables, each frozen: it names nothing that may change later.

A file has Alembic's `revision` and `down_revision`, a `title`, and up to three steps:

- `begin()`: changes of the tables that come first; quick.
- `count(connection)` and `batch(connection, reached)`: moving rows, in pieces of about a second.
  `batch` does one piece that begins after `reached` (None at first) and gives back where the
  next one begins, or None when there is none, and how many rows it was.
- `upgrade()`: the changes that come last; quick.

Each step and each piece is one transaction, so that an upgrade that was interrupted goes on
where it was. Going back is restoring the backup. Views are dropped before and made anew after.
`VERSIONS` in `version.py` lists them.
"""
