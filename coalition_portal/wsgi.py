import os

from django.core.wsgi import get_wsgi_application

from coalition_portal.patience import Patient

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition_portal.settings")

application = Patient(get_wsgi_application())

# Applications are loaded now, so the database can be asked; a server without its guards never takes a request.
from coalition_portal.safety import check_start  # noqa: E402

check_start()
