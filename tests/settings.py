"""The portal's own settings, on a data folder of this test process and on the database that the run is about."""

import atexit
import os
import shutil
import tempfile

# The environment of whoever runs the tests says nothing about the portal under test.
for name in ("PORTAL_FILE_KEYS",):
    os.environ.pop(name, None)
for name in ("DATABASE_URL", "REDIS_URL", "REDIS_CACHE_URL", "S3_BUCKET", "EMAIL_URL", "PORTAL_URL", "SECRET_KEY"):
    os.environ.pop(name, None)
for name in (
    "PORTAL_FILE_KEYS",
    "ALLOWED_HOSTS",
    "PORTAL_DEMO",
    "PORTAL_PRODUCTION",
    "PORTAL_PROXY_COUNT",
    "PORTAL_DOWNLOAD_URL",
    "PORTAL_CLAMD",
    "DEBUG",
    "PORT",
    "LOG_LEVEL",
):
    os.environ.pop(name, None)
os.environ["PORTAL_DATA"] = _folder = tempfile.mkdtemp(prefix="portal-test-")
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

from coalition_portal.settings import *  # noqa: E402, F403 - the environment above must be set first
from coalition_portal.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Several runs may share one server.
    DATABASES["default"]["TEST"] = {"NAME": f"test_portal_{os.getpid()}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
# The live server serves static files where it finds this app under its plain name.
_named = "coalition_portal.static_files.PortalStaticFilesConfig"
INSTALLED_APPS = ["django.contrib.staticfiles" if app == _named else app for app in INSTALLED_APPS]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Argon2 is slow on purpose; tests/coalition_portal/test_passwords.py looks at the real one.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", "coalition_portal.passwords.PortalPasswordHasher"]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
STATIC_ROOT.mkdir(parents=True)  # noqa: F405 - WhiteNoise warns where it is missing
