from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps

from coalition_portal import guards

OURS = ("coalition_portal.", "manufacturers", "tenders.")


def guards_of_the_apps():
    modules = [f"{config.name}.guards" for config in apps.get_app_configs() if config.name.startswith(OURS)]
    return [guard for module in modules if find_spec(module) for guard in import_module(module).GUARDS]


def test_every_guard_that_an_app_names_is_registered_and_no_other():
    assert {guard.name: guard for guard in guards_of_the_apps()} == guards._registered


def test_every_guard_is_on_a_table_of_ours():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    assert {guard.table for guard in guards_of_the_apps()} - tables == set()


def test_the_same_tables_are_guarded_on_both_databases():
    """Guards may be cut differently: a trigger of SQLite takes one kind of statement, one of PostgreSQL several."""
    guarded = {
        vendor: {guard.table for guard in guards_of_the_apps() if guard.sql(vendor)}
        for vendor in ("sqlite", "postgresql")
    }

    assert guarded["sqlite"] == guarded["postgresql"]


def test_names_fit_into_postgresql():
    assert [guard.name for guard in guards_of_the_apps() if len(guard.name) > 63] == []


@pytest.mark.django_db
def test_every_guard_is_in_the_database():
    assert guards.missing_guards() == []
