from django.db import migrations

TABLES = ["receipt", "refusal", "withdrawal", "provisional", "closing"]


def add_keys(apps, schema_editor):
    """A composite foreign key to the deadline row. SQLite cannot add one to a table; its insert triggers check the same."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(
            f"ALTER TABLE tenders_proposals_{table} ADD CONSTRAINT {table}_names_a_deadline "
            "FOREIGN KEY (tender_id, seq, closes_at) REFERENCES tenders_notices_deadline (tender_id, seq, closes_at) "
            "DEFERRABLE INITIALLY IMMEDIATE",
            params=None,
        )


def drop_keys(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(
            f"ALTER TABLE tenders_proposals_{table} DROP CONSTRAINT {table}_names_a_deadline", params=None
        )


class Migration(migrations.Migration):
    dependencies = [("tenders_proposals", "0001_initial"), ("tenders_notices", "0001_initial")]
    operations = [migrations.RunPython(add_keys, drop_keys)]
