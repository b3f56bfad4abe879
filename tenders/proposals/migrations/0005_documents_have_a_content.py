import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenders_proposals", "0004_encrypt_documents")]
    operations = [
        migrations.RemoveField(model_name="document", name="storage_key"),
        migrations.AlterField(
            model_name="document",
            name="content",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="tenders_proposals.content"
            ),
        ),
    ]
