import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from coalition_portal import guards
from coalition_portal.guards import Guard, append_only
from coalition_portal.ledger.guards import GUARDS
from coalition_portal.ledger.models import Entry

NAMES = {guard.name for guard in GUARDS if guard.sql(connection.vendor)}


@pytest.fixture
def entry():
    return Entry.objects.create(
        index=0, body=b"{}", leaf_hash="a" * 64, previous_hash="0" * 64, event="e", subject="s",
        recorded_at="2026-10-14T09:00:00Z",
    )  # fmt: skip


def drop(name, table="portal_ledger_entry"):
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')


def test_append_only_names_update_delete_and_truncate():
    assert [(guard.name, guard.table, bool(guard.sqlite), bool(guard.postgres)) for guard in append_only("t")] == [
        ("t_no_update", "t", True, True),
        ("t_no_delete", "t", True, True),
        ("t_no_truncate", "t", False, True),
    ]


def test_register_takes_the_same_guard_again_and_no_other_of_its_name():
    guards.register(GUARDS)

    with pytest.raises(ValueError, match="portal_ledger_entry_no_update"):
        guards.register([Guard("portal_ledger_entry_no_update", "another", "", "")])


@pytest.mark.django_db
def test_no_guard_is_missing_after_migrations():
    assert guards.missing_guards() == []


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["update", "delete"])
def test_append_only_refuses_changes(entry, act):
    rows = Entry.objects.filter(pk=entry.pk)

    with (
        pytest.raises(IntegrityError, match=f"portal_ledger_entry is append-only: {act} refused"),
        transaction.atomic(),
    ):
        rows.update(subject="other") if act == "update" else rows.delete()

    assert list(rows.values_list("subject", flat=True)) == ["s"]


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_append_only_refuses_truncate(entry):
    statement = "TRUNCATE portal_ledger_entry"

    with pytest.raises(IntegrityError, match="truncate refused"), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_a_dropped_guard_is_missed_and_installed_again(entry):
    drop("portal_ledger_entry_no_update")
    assert guards.missing_guards() == ["portal_ledger_entry_no_update"]

    guards.install()

    assert guards.missing_guards() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(subject="other")


@pytest.mark.django_db
def test_a_guard_of_another_wording_is_missed_and_installed_anew(entry):
    drop("portal_ledger_entry_no_update")
    with connection.cursor() as cursor:
        cursor.execute(_harmless_trigger())
    assert guards.missing_guards() == ["portal_ledger_entry_no_update"]

    guards.install()

    assert guards.missing_guards() == []


def _harmless_trigger():
    if connection.vendor == "postgresql":
        return (
            "CREATE TRIGGER portal_ledger_entry_no_update BEFORE UPDATE ON portal_ledger_entry FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        )
    return "CREATE TRIGGER portal_ledger_entry_no_update BEFORE UPDATE ON portal_ledger_entry BEGIN SELECT 1; END"


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_a_guard_that_is_switched_off_is_missed_and_switched_on(entry):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_ledger_entry DISABLE TRIGGER portal_ledger_entry_no_update")
    assert guards.missing_guards() == ["portal_ledger_entry_no_update"]

    guards.install()

    assert guards.missing_guards() == []


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_a_guard_that_no_app_names_any_more_is_dropped(monkeypatch):
    old = Guard(
        "portal_ledger_entry_old", "portal_ledger_entry",
        "CREATE OR REPLACE TRIGGER portal_ledger_entry_old BEFORE UPDATE ON portal_ledger_entry"
        " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "",
    )  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setitem(guards._registered, old.name, old)
        guards.install()
        assert old.name in guards._marks(connection)

    guards.install()

    assert old.name not in guards._marks(connection)


@pytest.mark.django_db
def test_a_guard_on_a_table_that_is_not_there_yet_waits(monkeypatch):
    early = append_only("not_there_yet")[0]
    monkeypatch.setitem(guards._registered, early.name, early)

    guards.install()

    assert guards.missing_guards() == ["not_there_yet_no_update"]


@pytest.mark.sqlite_only
@pytest.mark.django_db(transaction=True)
def test_sqlite_drops_all_guards_before_migrations_and_has_them_after():
    guards._before_migrations(using="default")
    assert set(guards.missing_guards()) >= NAMES

    call_command("migrate", verbosity=0)

    assert guards.missing_guards() == []


@pytest.mark.postgres_only
@pytest.mark.django_db
def test_postgresql_keeps_its_guards_before_migrations():
    guards._before_migrations(using="default")

    assert guards.missing_guards() == []


@pytest.mark.django_db
def test_disabled_is_over_with_its_block(entry):
    with guards.disabled(connection):
        Entry.objects.all().delete()

    assert guards.missing_guards() == []
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_disabled_is_refused_outside_a_transaction():
    with pytest.raises(RuntimeError, match="only inside a transaction"), guards.disabled(connection):
        pass


@pytest.mark.django_db(transaction=True)
def test_the_flush_between_tests_gets_past_the_guards(entry):
    call_command("flush", interactive=False, verbosity=0)

    assert Entry.objects.count() == 0
    assert guards.missing_guards() == []
