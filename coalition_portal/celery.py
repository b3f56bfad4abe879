"""The Celery app. Celery only carries out what is due: no task decides a cut-off, and each is safe to run twice."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

from coalition_portal import safety

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition_portal.settings")

app = Celery("coalition_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**_signal):
    """Celery goes on after an error in a signal's receiver; only an exit stops it."""
    try:
        safety.check_start()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error
