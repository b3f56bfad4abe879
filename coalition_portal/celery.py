"""The Celery app. Celery only carries out what is due: no task decides a cut-off, and each is safe to run twice."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition_portal.settings")

app = Celery("coalition_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
