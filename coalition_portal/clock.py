"""The only reader of time.

`now()` is the host's clock: for what is shown and for what sweeps look for. `database_now()` is the clock that decides
receipts, refusals, withdrawals, closing and opening. Call it as `clock.database_now()`, through the module: tests
replace that one name. `DatabaseNow()` is the same clock inside a query that is made anyway, for what triggers compare
with it.
"""

from datetime import UTC, datetime

from django.db import connection
from django.db.models import DateTimeField, Func


def now() -> datetime:
    """The host's clock, aware, in UTC."""
    return datetime.now(UTC)


def database_now() -> datetime:
    """The database's clock at this very statement, aware, in UTC; not the start of the transaction.

    SQLite answers in whole milliseconds, cut off and never rounded up. Cut-offs are whole seconds, so this decides
    exactly like a clock with microseconds.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)


class DatabaseNow(Func):
    """The database's clock while the query runs, as triggers read it."""

    template = "clock_timestamp()"
    output_field = DateTimeField()

    def as_sqlite(self, compiler, connection, **context):
        # Twice doubled: once for this template, once for the parameters of the query.
        template = "strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', 'now')"
        return self.as_sql(compiler, connection, template=template, **context)
