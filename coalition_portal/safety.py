"""What the portal refuses to start with. Settings are judged as values, before any application is loaded."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from coalition_portal import file_keys

DEFAULT_SECRET_KEY = "embedded-demo-key-that-production-refuses-to-start-with"  # noqa: S105 - refused below
SECRET_KEY_LENGTH = 50
DEFAULT_FILE_KEY = "ZGVtby1maWxlLWtleS10aGF0LXByb2R1Y3Rpb24tLSE="
# Those of docker-compose.yml and of .env.example, which everybody can read.
PUBLISHED_PASSWORDS = ("portal", "password", "0123456789abcdef" * 4)
# Names that RFC 2606 keeps for examples: nobody real signs in from there.
INVENTED_DOMAINS = ("@example.org", "@example.com", "@example.net", ".example", ".test", ".invalid")


def malformed_settings(values: Mapping[str, Any]) -> list[str]:
    """One sentence for each setting that would fail only when somebody submits; each names its variable."""
    return [*_malformed_proxies(values), *_malformed_clocks(values)]


def _malformed_proxies(values: Mapping[str, Any]) -> Iterator[str]:
    for place, text in enumerate(values["PORTAL_STAMPING_PROXIES"], start=1):
        try:
            ip_network(text)
        except ValueError as error:
            wanted = "set addresses or networks, such as 10.0.0.2 or 10.0.0.0/24"
            yield f"PORTAL_STAMPING_PROXIES is wrong at place {place} ({error}): {wanted}."


def _malformed_clocks(values: Mapping[str, Any]) -> Iterator[str]:
    for place, text in enumerate(values["PORTAL_PROXY_CLOCKS"], start=1):
        address = urlsplit(text)
        if address.scheme not in ("http", "https") or not address.hostname:
            wanted = "set addresses such as http://10.0.0.2:8000/proxy-clock"
            yield f"PORTAL_PROXY_CLOCKS is wrong at place {place} ({text}): {wanted}."


def unsafe_settings(values: Mapping[str, Any]) -> list[str]:
    """One sentence for each setting that a production portal must not run with; each names its variable."""
    return [sentence for check in CHECKS for sentence in check(values)]


def _unsafe_switches(values: Mapping[str, Any]) -> Iterator[str]:
    if values["DEBUG"]:
        yield "DEBUG is on: leave it out."
    if values["PORTAL_DEMO"]:
        yield "PORTAL_DEMO is on: the demo's password is printed, so leave it out or set it to 0."
    if values["SECRET_KEY"] == DEFAULT_SECRET_KEY or len(values["SECRET_KEY"]) < SECRET_KEY_LENGTH:
        yield f"SECRET_KEY is the published default or short: set {SECRET_KEY_LENGTH} random characters or more."


def _unsafe_keys(values: Mapping[str, Any]) -> Iterator[str]:
    for place, text in enumerate(values["PORTAL_FILE_KEYS"], start=1):
        if text == DEFAULT_FILE_KEY:
            yield f"PORTAL_FILE_KEYS holds the published key at place {place}: set 32 random bytes in base64."
            continue
        try:
            file_keys.decoded(text)
        except ValueError as error:
            yield f"PORTAL_FILE_KEYS is wrong at place {place} ({error}): set 32 random bytes in base64."


def _unsafe_addresses(values: Mapping[str, Any]) -> Iterator[str]:
    address = urlsplit(values["PORTAL_URL"])
    if address.scheme != "https":
        yield f"PORTAL_URL is {values['PORTAL_URL']}: set the https address that people use."
    if "*" in values["ALLOWED_HOSTS"] or address.hostname not in values["ALLOWED_HOSTS"]:
        yield f"ALLOWED_HOSTS must name the host of PORTAL_URL ({address.hostname}) and never be *."
    files = urlsplit(values["PORTAL_DOWNLOAD_URL"])
    if values["PORTAL_DOWNLOAD_URL"] and (files.scheme != "https" or files.hostname == address.hostname):
        yield f"PORTAL_DOWNLOAD_URL is {values['PORTAL_DOWNLOAD_URL']}: set an https address on a host of its own."


def _unsafe_stamps(values: Mapping[str, Any]) -> Iterator[str]:
    if values["PORTAL_STAMPING_PROXIES"] and not values["PORTAL_PROXY_CLOCKS"]:
        yield (
            "PORTAL_STAMPING_PROXIES is set without PORTAL_PROXY_CLOCKS: a proxy whose clock is behind would let late "
            "proposals in, so set the addresses at which the proxies tell their clocks."
        )


def _unsafe_services(values: Mapping[str, Any]) -> Iterator[str]:
    if values["DATABASES"]["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield "DATABASE_URL must name a PostgreSQL database, such as postgres://user:password@host:5432/portal."
    if values["EMAIL_BACKEND"] != "django.core.mail.backends.smtp.EmailBackend":
        yield "EMAIL_URL must name an SMTP server, such as smtp+tls://user:password@host:587."


def _unsafe_passwords(values: Mapping[str, Any]) -> Iterator[str]:
    sent = {
        "DATABASE_URL": values["DATABASES"]["default"].get("PASSWORD"),
        "EMAIL_URL": values.get("EMAIL_HOST_PASSWORD"),
        "S3_SECRET_ACCESS_KEY": values.get("S3_SECRET_ACCESS_KEY"),
    }
    for name, password in sent.items():
        if password in PUBLISHED_PASSWORDS:
            yield f"{name} holds a password that is published with the portal: set one of your own."


def _unsafe_buckets(values: Mapping[str, Any]) -> Iterator[str]:
    for name, storage in values["STORAGES"].items():
        options = storage.get("OPTIONS", {})
        if options.get("default_acl") not in (None, "private"):
            yield f"S3_DEFAULT_ACL makes the files of {name} public ({options['default_acl']}): leave it out."
        if options.get("custom_domain"):
            yield f"custom_domain of the storage {name} would hand out links without a signature: remove it."
        if options.get("file_overwrite"):
            yield f"file_overwrite of the storage {name} would lose files: remove it."


CHECKS = (
    _unsafe_switches,
    _unsafe_keys,
    _unsafe_addresses,
    _unsafe_stamps,
    _unsafe_services,
    _unsafe_passwords,
    _unsafe_buckets,
)


def check_start() -> None:
    """Raise ImproperlyConfigured unless the database guards itself and, in production, holds no demo account.

    Server, worker and beat call this once before they serve. A database that does not answer raises its own error: a
    portal that cannot see its guards must not take a proposal.
    """
    # Settings import this module before applications are loaded, so what needs them is imported here.
    from django.conf import settings

    from coalition_portal.guards import missing_guards

    missing = missing_guards()
    if missing:
        raise ImproperlyConfigured(f"The database lacks its guards ({', '.join(missing)}): run manage.py migrate.")
    if settings.PORTAL_PRODUCTION and demo_accounts():
        raise ImproperlyConfigured(
            f"The database holds {demo_accounts()} demo accounts that can sign in: start with a database of your own."
        )


def demo_accounts() -> int:
    """How many people with an invented address could sign in with a password."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
    from django.db.models import Q

    invented = Q()
    for ending in INVENTED_DOMAINS:
        invented |= Q(email__iendswith=ending)
    people = get_user_model().objects.filter(invented, is_active=True)
    return people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).count()
