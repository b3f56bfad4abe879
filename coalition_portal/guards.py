"""Triggers: the last guard of append-only tables and of facts that must not be representable.

Each app names its guards once, for both databases, in its own `guards.py`, and registers them when it is ready.
SQLite rebuilds a table for many migrations and drops its triggers without a word; therefore all guards are dropped
before migrations there and installed after them. On PostgreSQL those that are absent or outdated are installed after
migrations. `missing_guards()` is what start-up and /readyz ask.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'integrity_constraint_violation';
END
$guard$;
"""


@dataclass(frozen=True)
class Guard:
    """One trigger called `name` on `table`.

    `postgres` may hold several statements and must be safe to repeat (CREATE OR REPLACE, PostgreSQL 14 and newer).
    `sqlite` is exactly one CREATE TRIGGER statement. An empty text means: not needed on that database.
    """

    name: str
    table: str
    postgres: str
    sqlite: str

    def sql(self, vendor: str) -> str:
        return (self.postgres if vendor == "postgresql" else self.sqlite).strip().rstrip(";")

    def mark(self, vendor: str) -> str:
        """Tells this wording of the guard from another; on PostgreSQL it stands in the trigger's comment."""
        return "guard " + hashlib.sha256(self.sql(vendor).encode()).hexdigest()[:32]


_registered: dict[str, Guard] = {}


def append_only(table: str) -> list[Guard]:
    """Guards that refuse update, delete and (PostgreSQL) truncate with an IntegrityError on both databases."""
    return [
        _refusing("update", table, rows=True),
        _refusing("delete", table, rows=True),
        _refusing("truncate", table, rows=False),
    ]


def _refusing(act: str, table: str, *, rows: bool) -> Guard:
    name = f"{table}_no_{act}"
    each = "ROW" if rows else "STATEMENT"
    return Guard(
        name=name,
        table=table,
        postgres=REFUSE_CHANGE
        + f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" '
        + f"FOR EACH {each} EXECUTE FUNCTION portal_refuse_change();",
        sqlite=f'CREATE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" '
        + f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} refused'); END"
        if rows
        else "",
    )


def register(guards: Iterable[Guard]) -> None:
    """Called from AppConfig.ready with the app's GUARDS; the same guard may be registered again, another may not."""
    for guard in guards:
        if _registered.setdefault(guard.name, guard) != guard:
            raise ValueError(f"Two different guards are called {guard.name}; every guard needs a name of its own.")
    pre_migrate.connect(_before_migrations, dispatch_uid="guards-before-migrations")
    post_migrate.connect(_after_migrations, dispatch_uid="guards-after-migrations")


def missing_guards(using: str = "default") -> list[str]:
    """Names of the guards that are absent, switched off or worded differently in the database, in order."""
    connection = connections[using]
    return sorted(guard.name for guard in _absent(connection))


def install(using: str = "default") -> None:
    """Install what is missing on tables that exist, and drop guards that no app names any more (PostgreSQL)."""
    connection = connections[using]
    absent = _absent(connection)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, table in _left_over(connection):
            cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
        tables = set(connection.introspection.table_names(cursor)) if absent else set()
        for guard in absent:
            if guard.table in tables:
                _install(cursor, guard, connection.vendor)


@contextmanager
def disabled(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Guards off inside the transaction that is open, for the flush between tests and of an unfinished demo world."""
    if not connection.in_atomic_block:
        raise RuntimeError("Guards can be switched off only inside a transaction, so that they cannot stay off.")
    present = {guard.name: guard for guard in _registered.values() if guard.sql(connection.vendor)}
    present = {name: guard for name, guard in present.items() if name in _marks(connection)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _switch(cursor, present.values(), "DISABLE")
            yield
            _switch(cursor, present.values(), "ENABLE")
            return
        for guard in present.values():
            cursor.execute(f'DROP TRIGGER "{guard.name}"')
        yield
        for guard in present.values():
            cursor.execute(guard.sqlite)


def _before_migrations(*, using: str, **_kwargs: object) -> None:
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in _marks(connection):
            cursor.execute(f'DROP TRIGGER "{name}"')


def _after_migrations(*, using: str, **_kwargs: object) -> None:
    install(using)


def _absent(connection: BaseDatabaseWrapper) -> list[Guard]:
    marks = _marks(connection)
    vendor = connection.vendor
    wanted = [guard for guard in _registered.values() if guard.sql(vendor)]
    return [guard for guard in wanted if marks.get(guard.name) != guard.mark(vendor)]


def _marks(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The marks of the triggers present and switched on, by name."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, coalesce(obj_description(t.oid, 'pg_trigger'), '') FROM pg_trigger t"
                " WHERE NOT tgisinternal AND tgenabled <> 'D' AND pg_table_is_visible(tgrelid)"
            )
            return dict(cursor.fetchall())
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: Guard(name, table, "", sql).mark("sqlite") for name, table, sql in cursor.fetchall()}


def _left_over(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
            " WHERE NOT tgisinternal AND pg_table_is_visible(tgrelid)"
            " AND obj_description(t.oid, 'pg_trigger') LIKE %s",
            ["guard %"],
        )
        return [(name, table) for name, table in cursor.fetchall() if name not in _registered]


def _install(cursor: object, guard: Guard, vendor: str) -> None:
    if vendor == "postgresql":
        cursor.execute(guard.sql(vendor))
        cursor.execute(f'COMMENT ON TRIGGER "{guard.name}" ON "{guard.table}" IS \'{guard.mark(vendor)}\'')
        cursor.execute(f'ALTER TABLE "{guard.table}" ENABLE TRIGGER "{guard.name}"')
        return
    cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"')
    cursor.execute(guard.sql(vendor))


def _switch(cursor: object, guards: Iterable[Guard], word: str) -> None:
    for table in sorted({guard.table for guard in guards}):
        cursor.execute(f'ALTER TABLE "{table}" {word} TRIGGER USER')
