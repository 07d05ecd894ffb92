"""The memory: what was seen of every run and in every look, in SQLite or PostgreSQL.

schema.py   the tables          rows.py     between values and rows
engine.py   opening             migrate.py  from one version to the next
write.py    what a look adds    read.py     what was active, recent runs, what was usual
"""
