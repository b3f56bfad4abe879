from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenders_proposals", "0003_uploads_and_work_on_drafts")]
    operations = []
