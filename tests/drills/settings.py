"""The portal's own settings, but style sheets by their plain names: no drill looks at one."""

from coalition_portal.settings import *  # noqa: F403
from coalition_portal.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
