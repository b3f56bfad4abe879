from django.db import migrations, models
from django.db.models import PROTECT


class Migration(migrations.Migration):
    dependencies = [("tenders_proposals", "0010_withdrawn_reinstatements")]

    operations = [
        migrations.AlterField(
            model_name="withdrawalnotice",
            name="proposal",
            field=models.ForeignKey(
                on_delete=PROTECT, related_name="withdrawal_notices", to="tenders_proposals.proposal"
            ),
        ),
        migrations.AddField(
            model_name="withdrawalnotice",
            name="seq",
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="withdrawalnotice",
            constraint=models.UniqueConstraint(
                fields=("proposal", "seq"), name="withdrawal_notice_once_a_deadline"
            ),
        ),
    ]
