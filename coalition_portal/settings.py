"""Every setting of the portal: values from the environment, safe defaults. README.md explains each variable."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from coalition_portal import safety

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# What this portal is

PORTAL_PRODUCTION = env.bool("PORTAL_PRODUCTION", default=False)
PORTAL_DEMO = env.bool("PORTAL_DEMO", default=not PORTAL_PRODUCTION)
PORTAL_DEMO_CUTOFF_SECONDS = env.int("PORTAL_DEMO_CUTOFF_SECONDS", default=900)
PORTAL_DATA = Path(env.str("PORTAL_DATA", default="") or BASE_DIR / "var").resolve()
PORT = env.int("PORT", default=8000)
PORTAL_URL = (env.str("PORTAL_URL", default="") or f"http://127.0.0.1:{PORT}").rstrip("/")
PORTAL_HTTPS = PORTAL_URL.startswith("https://")
PORTAL_PROXY_COUNT = env.int("PORTAL_PROXY_COUNT", default=0)
OCID_PREFIX = env.str("OCID_PREFIX", default="ocds-213czf")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or safety.DEFAULT_SECRET_KEY
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or ["127.0.0.1", "localhost", "[::1]"]
# A host for downloads alone; empty means that documents come from the portal's own.
PORTAL_DOWNLOAD_URL = env.str("PORTAL_DOWNLOAD_URL", default="").rstrip("/")
if PORTAL_DOWNLOAD_URL:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, urlsplit(PORTAL_DOWNLOAD_URL).hostname]

# The virus scanner: host:port or the path of a socket; empty means that there is none.
PORTAL_CLAMD = env.str("PORTAL_CLAMD", default="")

# Applications and the path of a request

INSTALLED_APPS = [
    "coalition_portal.admin_site.CoalitionAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "coalition_portal.static_files.PortalStaticFilesConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_countries",
    "csp",
    "coalition_portal.ledger",
    "coalition_portal.identity",
    "coalition_portal.post",
    "coalition_portal.watch",
    "manufacturers",
    "tenders.notices",
    "tenders.proposals",
    "tenders.reviews",
    "tenders.api",
    *(["tenders.demo"] if PORTAL_DEMO else []),
]

MIDDLEWARE = [
    "coalition_portal.middleware.RequestId",
    "coalition_portal.middleware.RequestMoment",
    "django.middleware.security.SecurityMiddleware",
    "coalition_portal.middleware.SecurityHeaders",
    # Requests to the host for downloads end here.
    "coalition_portal.download_host.DownloadHost",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    # Requests of the public API end here; what follows is for people.
    "tenders.api.middleware.PublicApi",
    "csp.middleware.CSPMiddleware",
    "coalition_portal.middleware.NoNul",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coalition_portal.middleware.NoStore",
    "coalition_portal.middleware.ForgetAtSignOut",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coalition_portal.middleware.StaffSecondFactor",
    "coalition_portal.middleware.DeniedPage",
]

ROOT_URLCONF = "coalition_portal.urls"
WSGI_APPLICATION = "coalition_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "coalition_portal.display.words",
                "coalition_portal.display.instants",
                "coalition_portal.display.drawings",
                "coalition_portal.display.form_fields",
                "coalition_portal.display.frame",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coalition_portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data: one SQLite file for one machine, PostgreSQL by DATABASE_URL

SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    },
}


def database_from(url: str) -> dict:
    """Django's description of the database at `url`; without one, the SQLite file in the data folder."""
    found = env.db_url_config(url) if url else {"ENGINE": SQLITE["ENGINE"], "NAME": str(PORTAL_DATA / "portal.sqlite3")}
    if found["ENGINE"] == SQLITE["ENGINE"]:
        # Requests of live_server run beside the test in threads, which an in-memory database refuses.
        return found | SQLITE | {"TEST": {"NAME": str(PORTAL_DATA / "test.sqlite3")}}
    return {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} | found


DATABASES = {"default": database_from(env.str("DATABASE_URL", default=""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Background work: Celery sweeps over rows that say what is due, and decides nothing

REDIS_URL = env.str("REDIS_URL", default="")
REDIS_CACHE_URL = env.str("REDIS_CACHE_URL", default="") or REDIS_URL
# One process serves, works and keeps the beat where no broker is given; elsewhere worker and beat run on their own.
PORTAL_EMBEDDED = env.bool("PORTAL_EMBEDDED", default=not REDIS_URL)
SWEEP_SECONDS = 5
# Off where cron runs `manage.py sweep` in place of worker and beat: /readyz then waits for no heartbeat.
PORTAL_WORKERS = env.bool("PORTAL_WORKERS", default=True)

BROKER_FOLDER = PORTAL_DATA / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 5, "socket_connect_timeout": 5}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_FOLDER / "queue"),
        "data_folder_out": str(BROKER_FOLDER / "queue"),
        "control_folder": str(BROKER_FOLDER / "control"),
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # A sweep that waited longer than one interval is worth nothing: the next one does the same work.
    "sweep": {
        "task": "tenders.proposals.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    # It lists the whole store, for files that no row names.
    "orphans": {"task": "tenders.proposals.tasks.sweep_orphans", "schedule": 3600, "options": {"expires": 3600}},
    "kept answers": {"task": "tenders.api.tasks.forget_old_answers", "schedule": 3600, "options": {"expires": 3600}},
}

CACHES = {
    "default": (
        {
            "BACKEND": "coalition_portal.identity.sign_in_limits.SignInLimitsCache",
            "LOCATION": REDIS_CACHE_URL,
            "KEY_PREFIX": "portal",
            "OPTIONS": {
                "serializer": "coalition_portal.cache.JsonSerializer",
                "socket_timeout": 2,
                "socket_connect_timeout": 2,
            },
        }
        if REDIS_CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
    ),
    # Parts of public pages that never change, kept by each process for itself: no network, nothing to be down.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "template_fragments",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

# Files: folders of the data directory, or one private bucket

S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_REGION = env.str("S3_REGION", default="garage")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
S3_DEFAULT_ACL = env.str("S3_DEFAULT_ACL", default="") or None


def private_storage(name: str) -> dict:
    """Files under `name`, never overwritten and never public: in the bucket where one is given, else in a folder."""
    return bucket_storage(name) if S3_BUCKET else folder_storage(name)


def folder_storage(name: str) -> dict:
    return {
        "BACKEND": "coalition_portal.storage.DurableFiles",
        "OPTIONS": {
            "location": str(PORTAL_DATA / "files" / name),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def bucket_storage(name: str) -> dict:
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "location": name,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": S3_REGION,
            "access_key": S3_ACCESS_KEY_ID,
            "secret_key": S3_SECRET_ACCESS_KEY,
            "default_acl": S3_DEFAULT_ACL,
            "file_overwrite": False,
            "custom_domain": None,
            "querystring_auth": True,
            "querystring_expire": 60,
            # One piece of a file at a time in memory, going out and coming in.
            "transfer_config": TransferConfig(use_threads=False),
            "max_memory_size": 2 * 1024 * 1024,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                # Self-hosted servers differ in the newer checksum trailers; the portal keeps its own digests.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }


# Keys that files are encrypted under (coalition_portal/file_keys.py)

PORTAL_FILE_KEYS = env.list("PORTAL_FILE_KEYS", default=[]) or [safety.DEFAULT_FILE_KEY]

STORAGES = {
    "default": private_storage("other"),
    "vault": private_storage("vault"),
    "documents": private_storage("documents"),
    "staticfiles": {"BACKEND": "coalition_portal.static_files.PortalStaticStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = PORTAL_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Settling: how long a tender waits after its deadline before it closes, so that queued requests drain

# Addresses or networks of the proxies whose stamp of arrival is believed (coalition_portal/arrival.py).
PORTAL_STAMPING_PROXIES = env.list("PORTAL_STAMPING_PROXIES", default=[])
# Addresses at which they tell their clocks (coalition_portal/watch/proxy_clock.py).
PORTAL_PROXY_CLOCKS = env.list("PORTAL_PROXY_CLOCKS", default=[])
PORTAL_SETTLE_SECONDS = env.int("PORTAL_SETTLE_SECONDS", default=60 if PORTAL_STAMPING_PROXIES else 2)

# No file is larger, whatever a tender says.
PORTAL_UPLOAD_MAX_MB = env.int("PORTAL_UPLOAD_MAX_MB", default=300)
# Counts what comes in, encrypts it before it touches a disk, and keeps one file of a request.
FILE_UPLOAD_HANDLERS = ["coalition_portal.uploads.SealingUploadHandler"]

# Mail: SMTP by EMAIL_URL, else files that the demo mailbox shows

EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = PORTAL_DATA / "mail"
EMAIL_TIMEOUT = 20
if EMAIL_URL:
    globals().update(env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="") or "Drone Coalition tenders <tenders@localhost>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Accounts: one door, by e-mail address; staff pass a second factor (coalition_portal.middleware.StaffSecondFactor)

AUTH_USER_MODEL = "portal_identity.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["coalition_portal.passwords.PortalPasswordHasher"]
PASSWORD_MIN_LENGTH = 15
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/proposals/"
ACCOUNT_ADAPTER = "coalition_portal.identity.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PORTAL_HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = PORTAL_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Drone Coalition"

# The browser

# A browser takes the __Host- prefix only over https.
COOKIE_PREFIX = "__Host-" if PORTAL_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}portal_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PORTAL_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}portal_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tenders.proposals.views.typed.refuse_forgery"
LANGUAGE_COOKIE_NAME = "portal_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PORTAL_HTTPS
# A key sent in clear must fail and not be led on to https; the two checks are asked from inside.
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PORTAL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PORTAL_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PORTAL_PROXY_COUNT else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # The QR code of the second factor and the glyphs of the API page are data addresses.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# The API: open data without a key, and what a company does with one (tenders/api/README.md)

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "tenders.api.errors.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": _("Tenders of the International Drone Coalition"),
    "DESCRIPTION": _(
        "Published tenders and their status, for everybody, without a key; proposals for companies, with a key. Within "
        "v1 only fields, routes and codes are added: ignore what you do not know. HEAD and OPTIONS work on every "
        "route. Each address has 600 requests in 10 minutes; an answer 304 is free. Each key has 3000 in 10 minutes."
    ),
    # Raise it with every change of what the API says: it is part of every ETag.
    "VERSION": "1.4.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {
        "tender_number": {"type": "string", "pattern": "^IDC-[0-9]{4}-[0-9]{4,10}$"},
        "public_id": {"type": "string", "pattern": "^[a-z2-7]{26}$"},
    },
    "COMPONENT_SPLIT_PATCH": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "key": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "idc_<id>_<secret>",
                "description": _("A key that a person of the company made on its page of keys."),
            },
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "portal_session",
                "description": _("The session of a browser; methods that write need the header X-CSRFToken as well."),
            },
        }
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "TenderStatusWord": "tenders.api.serializers.TENDER_STATUS",
        "OcdsStatusWord": "tenders.api.serializers.OCDS_TENDER_STATUS",
        "StandingWord": "tenders.api.company_serializers.STANDING",
        "JudgedStandingWord": "tenders.api.submitting_serializers.JUDGED_STANDING",
        "RoleWord": "tenders.api.company_serializers.ROLE",
        "JobStateWord": "tenders.api.submitting_serializers.JOB_STATE",
        "UploadStateWord": "tenders.api.upload_schema.STATE",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "defaultModelsExpandDepth": 0, "validatorUrl": None},
}

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("uk", _("Ukrainian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# The public sources name it among the states whose makers may bid, and ISO 3166-1 gives it no code.
COUNTRIES_OVERRIDE = {"XK": _("Kosovo")}
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

refusals = safety.malformed_settings(globals())
if PORTAL_PRODUCTION:
    refusals += safety.unsafe_settings(globals())
if refusals:
    raise ImproperlyConfigured(" ".join(refusals))
