"""From any version to the newest: nothing lost, whatever happens in between."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from tests.store.shape import shape

from quiesce.store import open_store
from quiesce.store.database.place import place
from quiesce.store.database.session import Database
from quiesce.store.database.version import VERSIONS
from quiesce.store.upkeep.upgrade import MIGRATIONS, from_nothing


def test_all_migrations_from_nothing_equal_the_schema(empty: str) -> None:
    where = place(empty)
    if where.path is not None:
        where.path.parent.mkdir()
        where.path.touch()
    database = Database(where)
    with database.transaction(write=True) as connection:
        from_nothing(connection)
        migrated = shape(connection)
        connection.rollback()
    with open_store(empty, create=True) as store, store.reading() as connection:
        created = shape(connection)
    database.close()
    assert migrated == created


def test_the_versions_that_the_program_knows_are_the_migrations() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == VERSIONS
    for script in scripts.walk_revisions():
        assert script.module.title, script.path
