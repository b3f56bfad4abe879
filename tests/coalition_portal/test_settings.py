from pathlib import Path

import pytest

from coalition_portal import settings as portal_settings
from tests.services.environment import python, settings_of

PRODUCTION = {
    "PORTAL_PRODUCTION": "1",
    "PORTAL_URL": "https://tenders.example.org",
    "ALLOWED_HOSTS": "tenders.example.org",
    "SECRET_KEY": "k" * 50,
    "PORTAL_FILE_KEYS": "b3RoZXItZmlsZS1rZXktb3RoZXItZmlsZS1rZXktMTI=",
    "DATABASE_URL": "postgres://portal:pass@database:5432/portal",
    "EMAIL_URL": "smtp+tls://user:pass@mail.example.org:587",
}


def test_without_any_variable_the_portal_lives_in_its_data_folder(tmp_path):
    found = settings_of(
        "PORTAL_DATA", "PORTAL_DEMO", "PORTAL_EMBEDDED", "PORTAL_URL", "DATABASES", "CELERY_BROKER_URL",
        "CELERY_BROKER_TRANSPORT_OPTIONS", "EMAIL_BACKEND", "EMAIL_FILE_PATH", "STATIC_ROOT", "SESSION_COOKIE_NAME",
        PORTAL_DATA=str(tmp_path / "a folder"), PORT="8010",
    )  # fmt: skip
    folder = str(tmp_path / "a folder")

    assert found["DATABASES"]["default"]["NAME"] == f"{folder}/portal.sqlite3"
    assert found["DATABASES"]["default"]["OPTIONS"] == {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    del found["DATABASES"]
    assert found == {
        "PORTAL_DATA": folder,
        "PORTAL_DEMO": True,
        "PORTAL_EMBEDDED": True,
        "PORTAL_URL": "http://127.0.0.1:8010",
        "CELERY_BROKER_URL": "filesystem://localhost",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": f"{folder}/broker/queue",
            "data_folder_out": f"{folder}/broker/queue",
            "control_folder": f"{folder}/broker/control",
        },
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": f"{folder}/mail",
        "STATIC_ROOT": f"{folder}/static",
        "SESSION_COOKIE_NAME": "portal_session",
    }


@pytest.mark.parametrize(
    ("address", "hosts"),
    [("", ["tenders.example.org"]), ("https://files.example.org/", ["tenders.example.org", "files.example.org"])],
)
def test_the_host_for_downloads_is_answered_too(address, hosts):
    found = settings_of("ALLOWED_HOSTS", "PORTAL_DOWNLOAD_URL", **PRODUCTION, PORTAL_DOWNLOAD_URL=address)

    assert found == {"ALLOWED_HOSTS": hosts, "PORTAL_DOWNLOAD_URL": address.rstrip("/")}


def test_services_are_taken_from_the_environment():
    found = settings_of(
        "DATABASES", "CELERY_BROKER_URL", "CACHES", "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS",
        "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "PORTAL_EMBEDDED",
        **PRODUCTION, REDIS_URL="redis://broker:6379/0", REDIS_CACHE_URL="redis://cache:6379/0",
    )  # fmt: skip

    database = found.pop("DATABASES")["default"]
    assert {name: database[name] for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "USER": "portal",
        "PASSWORD": "pass",
        "HOST": "database",
        "PORT": 5432,
    }
    cache = found.pop("CACHES")["default"]
    assert (cache["BACKEND"], cache["LOCATION"], cache["OPTIONS"]["serializer"]) == (
        "coalition_portal.identity.sign_in_limits.SignInLimitsCache",
        "redis://cache:6379/0",
        "coalition_portal.cache.JsonSerializer",
    )
    assert found == {
        "CELERY_BROKER_URL": "redis://broker:6379/0",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
        "EMAIL_HOST_USER": "user",
        "EMAIL_HOST_PASSWORD": "pass",
        "PORTAL_EMBEDDED": False,
    }


def test_https_makes_cookies_and_transport_strict():
    found = settings_of(
        "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS",
        "SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT", "PORTAL_DEMO",
        **PRODUCTION, PORTAL_PROXY_COUNT="1",
    )  # fmt: skip

    assert found == {
        "SESSION_COOKIE_NAME": "__Host-portal_session",
        "CSRF_COOKIE_NAME": "__Host-portal_csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
        "PORTAL_DEMO": False,
    }


def test_forwarded_headers_are_not_believed_without_a_proxy():
    assert settings_of("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT") == {
        "SECURE_PROXY_SSL_HEADER": None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    }


def start(**variables):
    """The exit code of a start with these variables, and its last line."""
    done = python("-c", "import django; django.setup()", **variables)
    return done.returncode, done.stderr.strip().splitlines()[-1:]


def test_a_malformed_proxy_is_refused_at_the_start_and_not_at_the_first_submission():
    code, (refusal,) = start(PORTAL_STAMPING_PROXIES="10.0.0.2, proxy")

    assert code == 1
    assert "PORTAL_STAMPING_PROXIES is wrong at place 2" in refusal


def test_production_starts_with_everything_set():
    assert start(**PRODUCTION) == (0, [])


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "PORTAL_FILE_KEYS", "PORTAL_URL", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL"]
)
def test_production_refuses_to_start_without(name):
    code, (refusal,) = start(**{key: value for key, value in PRODUCTION.items() if key != name})

    assert code == 1
    assert refusal.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")


@pytest.mark.parametrize("name", ["DEBUG", "PORTAL_DEMO"])
def test_production_refuses_to_start_with(name):
    code, (refusal,) = start(**PRODUCTION, **{name: "1"})

    assert code == 1
    assert refusal.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} is on: ")


def test_every_unsafe_setting_is_named_at_once():
    _code, (refusal,) = start(PORTAL_PRODUCTION="1", PORTAL_DEMO="1", DEBUG="1")

    named = [
        name for name in ("DEBUG", "PORTAL_DEMO", "SECRET_KEY", "PORTAL_FILE_KEYS", "PORTAL_URL") if name in refusal
    ]
    assert named == ["DEBUG", "PORTAL_DEMO", "SECRET_KEY", "PORTAL_FILE_KEYS", "PORTAL_URL"]


def test_production_refuses_a_public_bucket():
    code, (refusal,) = start(**PRODUCTION, S3_BUCKET="portal", S3_DEFAULT_ACL="public-read")

    assert code == 1
    assert "S3_DEFAULT_ACL makes the files of vault public (public-read): leave it out." in refusal


def test_every_page_carries_the_strict_policy(client, db):
    policy = client.get("/healthz").headers["Content-Security-Policy"]

    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
    ]


@pytest.mark.parametrize(
    ("password", "refusals"),
    [
        ("fourteen chars", ["password_too_short"]),
        ("fifteen letters", []),
        ("12345678901234567890", ["password_too_common"]),
        ("anna.berzina@example.org", ["password_too_similar"]),
    ],
)
def test_passwords_are_long_and_uncommon_and_otherwise_free(password, refusals):
    from django.contrib.auth.password_validation import ValidationError, get_password_validators, validate_password

    from coalition_portal.identity.models import User

    validators = get_password_validators(portal_settings.AUTH_PASSWORD_VALIDATORS)
    try:
        validate_password(password, User(email="anna.berzina@example.org", name="Anna"), validators)
        found = []
    except ValidationError as error:
        found = [one.code for one in error.error_list]

    assert found == refusals


def test_argon2_is_the_hash_of_new_passwords():
    from django.contrib.auth.hashers import make_password, verify_password

    encoded = make_password("a long password for tests", hasher="argon2")

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password("a long password for tests", encoded)[0]
    assert portal_settings.PASSWORD_HASHERS == ["coalition_portal.passwords.PortalPasswordHasher"]


def test_the_data_folder_is_the_only_place_written_to(tmp_path):
    """Settings are read without making anything; the folder is made by what needs it."""
    settings_of("PORTAL_DATA", PORTAL_DATA=str(tmp_path / "data"))

    assert not Path(tmp_path / "data").exists()
