import pytest
from django.core.exceptions import ImproperlyConfigured

from coalition_portal import safety
from tests.factories import people

SAFE = {
    "PORTAL_STAMPING_PROXIES": ["10.0.0.2"],
    "PORTAL_PROXY_CLOCKS": ["http://10.0.0.2:8000/proxy-clock"],
    "DEBUG": False,
    "PORTAL_DEMO": False,
    "SECRET_KEY": "k" * 50,
    "PORTAL_FILE_KEYS": ["b3RoZXItZmlsZS1rZXktb3RoZXItZmlsZS1rZXktMTI="],
    "PORTAL_URL": "https://tenders.example.org",
    "PORTAL_DOWNLOAD_URL": "https://files.example.org",
    "ALLOWED_HOSTS": ["tenders.example.org", "127.0.0.1"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "STORAGES": {"vault": {"OPTIONS": {"default_acl": None, "file_overwrite": False, "custom_domain": None}}},
}
KEY = "SECRET_KEY is the published default or short: set 50 random characters or more."
HOSTS = "ALLOWED_HOSTS must name the host of PORTAL_URL (tenders.example.org) and never be *."


def vault(**options):
    return {"vault": {"OPTIONS": options}}


def test_safe_settings_are_not_refused():
    assert safety.unsafe_settings(SAFE) == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"DEBUG": True}, "DEBUG is on: leave it out."),
        (
            {"PORTAL_DEMO": True},
            "PORTAL_DEMO is on: the demo's password is printed, so leave it out or set it to 0.",
        ),
        ({"SECRET_KEY": safety.DEFAULT_SECRET_KEY}, KEY),
        ({"SECRET_KEY": "k" * 49}, KEY),
        (
            {"PORTAL_FILE_KEYS": [*SAFE["PORTAL_FILE_KEYS"], safety.DEFAULT_FILE_KEY]},
            "PORTAL_FILE_KEYS holds the published key at place 2: set 32 random bytes in base64.",
        ),
        (
            {"PORTAL_FILE_KEYS": ["c2hvcnQ="]},
            "PORTAL_FILE_KEYS is wrong at place 1 (got 5 bytes of base64, wanted 32): set 32 random bytes in base64.",
        ),
        (
            {"PORTAL_FILE_KEYS": ["no base64"]},
            "PORTAL_FILE_KEYS is wrong at place 1 (got 0 bytes of base64, wanted 32): set 32 random bytes in base64.",
        ),
        (
            {"PORTAL_URL": "http://tenders.example.org"},
            "PORTAL_URL is http://tenders.example.org: set the https address that people use.",
        ),
        ({"ALLOWED_HOSTS": ["127.0.0.1"]}, HOSTS),
        (
            {"PORTAL_DOWNLOAD_URL": "http://files.example.org"},
            "PORTAL_DOWNLOAD_URL is http://files.example.org: set an https address on a host of its own.",
        ),
        (
            {"PORTAL_DOWNLOAD_URL": "https://tenders.example.org:8443"},
            "PORTAL_DOWNLOAD_URL is https://tenders.example.org:8443: set an https address on a host of its own.",
        ),
        ({"ALLOWED_HOSTS": ["*", "tenders.example.org"]}, HOSTS),
        (
            {"PORTAL_PROXY_CLOCKS": []},
            "PORTAL_STAMPING_PROXIES is set without PORTAL_PROXY_CLOCKS: a proxy whose clock is behind would let late "
            "proposals in, so set the addresses at which the proxies tell their clocks.",
        ),
        (
            {"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}},
            "DATABASE_URL must name a PostgreSQL database, such as postgres://user:password@host:5432/portal.",
        ),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"},
            "EMAIL_URL must name an SMTP server, such as smtp+tls://user:password@host:587.",
        ),
        (
            {"DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql", "PASSWORD": "portal"}}},
            "DATABASE_URL holds a password that is published with the portal: set one of your own.",
        ),
        (
            {"EMAIL_HOST_PASSWORD": "password"},
            "EMAIL_URL holds a password that is published with the portal: set one of your own.",
        ),
        (
            {"S3_SECRET_ACCESS_KEY": "0123456789abcdef" * 4},
            "S3_SECRET_ACCESS_KEY holds a password that is published with the portal: set one of your own.",
        ),
        (
            {"STORAGES": vault(default_acl="public-read")},
            "S3_DEFAULT_ACL makes the files of vault public (public-read): leave it out.",
        ),
        (
            {"STORAGES": vault(custom_domain="files.example.org")},
            "custom_domain of the storage vault would hand out links without a signature: remove it.",
        ),
        (
            {"STORAGES": vault(file_overwrite=True)},
            "file_overwrite of the storage vault would lose files: remove it.",
        ),
    ],
)
def test_each_unsafe_setting_is_refused_by_name(change, refusal):
    assert safety.unsafe_settings(SAFE | change) == [refusal]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (
            {"PORTAL_STAMPING_PROXIES": ["10.0.0.2", "10.0.0.0.1"]},
            "PORTAL_STAMPING_PROXIES is wrong at place 2 ('10.0.0.0.1' does not appear to be an IPv4 or IPv6 network): "
            "set addresses or networks, such as 10.0.0.2 or 10.0.0.0/24.",
        ),
        (
            {"PORTAL_STAMPING_PROXIES": ["10.0.0.2/24"]},
            "PORTAL_STAMPING_PROXIES is wrong at place 1 (10.0.0.2/24 has host bits set): "
            "set addresses or networks, such as 10.0.0.2 or 10.0.0.0/24.",
        ),
        (
            {"PORTAL_PROXY_CLOCKS": ["10.0.0.2:8000/proxy-clock"]},
            "PORTAL_PROXY_CLOCKS is wrong at place 1 (10.0.0.2:8000/proxy-clock): "
            "set addresses such as http://10.0.0.2:8000/proxy-clock.",
        ),
    ],
)
def test_each_malformed_setting_is_refused_by_name(change, refusal):
    assert safety.malformed_settings(SAFE | change) == [refusal]


def test_networks_of_both_versions_are_well_formed():
    assert safety.malformed_settings(SAFE | {"PORTAL_STAMPING_PROXIES": ["10.0.0.0/24", "fd00::/8", "::1"]}) == []


def test_a_private_acl_is_safe():
    assert safety.unsafe_settings(SAFE | {"STORAGES": vault(default_acl="private")}) == []


@pytest.fixture
def in_production(settings):
    settings.PORTAL_PRODUCTION = True


@pytest.mark.django_db
def test_start_is_refused_without_the_guards(monkeypatch):
    monkeypatch.setattr("coalition_portal.guards.missing_guards", lambda: ["log_no_delete", "log_no_update"])

    with pytest.raises(ImproperlyConfigured) as refusal:
        safety.check_start()

    assert str(refusal.value) == (
        "The database lacks its guards (log_no_delete, log_no_update): run manage.py migrate."
    )


@pytest.mark.django_db
def test_start_in_production_is_refused_with_demo_accounts_that_can_sign_in(in_production):
    people.person(email="anna@example.org", password=people.PASSWORD)
    people.person(email="borys@example.org")
    people.person(email="real@portal.lv", password=people.PASSWORD)

    with pytest.raises(ImproperlyConfigured) as refusal:
        safety.check_start()

    assert str(refusal.value) == (
        "The database holds 1 demo accounts that can sign in: start with a database of your own."
    )


@pytest.mark.django_db
def test_start_in_production_with_real_people_only(in_production):
    people.person(email="real@portal.lv", password=people.PASSWORD)
    people.person(email="gone@example.org", password=people.PASSWORD, is_active=False)

    assert safety.check_start() is None


@pytest.mark.django_db
def test_start_outside_production_takes_the_demo(settings):
    people.person(email="anna@example.org", password=people.PASSWORD)

    assert safety.check_start() is None
