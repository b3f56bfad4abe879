import re

from django.db import migrations, models

ROWS_MAX = 20
NAME_MAX = 160


def rows_of(text):
    """One row for each line; what stands before the first comma or colon is the name, unless it is too long for one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > ROWS_MAX:
        lines = [*lines[: ROWS_MAX - 1], " ".join(lines[ROWS_MAX - 1 :])]
    return [row_of(line) for line in lines]


def row_of(line):
    name, part = (re.split(r"\s*[,:]\s*", line, maxsplit=1) + [""])[:2]
    if len(name) > NAME_MAX:
        name, part = "", line
    return {"name": name, "country": "", "part": part}


def text_of(rows):
    return "\n".join(", ".join(value for value in row.values() if value) for row in rows)


def keep_text_as_rows(apps, schema_editor):
    proposals = apps.get_model("tenders_proposals", "Proposal").objects.exclude(partners_text="")
    for proposal in proposals.only("pk", "partners_text"):
        proposal.partners = rows_of(proposal.partners_text)
        proposal.save(update_fields=["partners"])


def keep_rows_as_text(apps, schema_editor):
    for proposal in apps.get_model("tenders_proposals", "Proposal").objects.only("pk", "partners"):
        proposal.partners_text = text_of(proposal.partners)
        proposal.save(update_fields=["partners_text"])


class Migration(migrations.Migration):
    dependencies = [("tenders_proposals", "0006_one_writer_of_an_upload")]
    operations = [
        migrations.RenameField("proposal", "partners", "partners_text"),
        migrations.AddField(
            "proposal", "partners", models.JSONField(default=list, verbose_name="partners and subcontractors")
        ),
        migrations.RunPython(keep_text_as_rows, keep_rows_as_text),
        migrations.RemoveField("proposal", "partners_text"),
    ]
