"""The portal's own S3 settings against a server on loopback: names, links and headers, not the server's policies."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from coalition_portal import clock, storage
from coalition_portal import settings as portal_settings


@pytest.fixture
def bucket_storage(s3_server, monkeypatch):
    for name, value in s3_server.environment().items():
        monkeypatch.setattr(portal_settings, name, value)
    return lambda name: storages.create_storage(portal_settings.private_storage(name))


def test_what_is_stored_comes_back(bucket_storage):
    vault = bucket_storage("vault")

    key = vault.save("sealed/one", ContentFile(b"sealed bytes"))

    assert (vault.open(key).read(), vault.size(key), vault.exists(key)) == (b"sealed bytes", 12, True)


def test_the_same_name_twice_keeps_both(bucket_storage):
    vault = bucket_storage("vault")

    first, second = (vault.save("sealed/twice", ContentFile(content)) for content in (b"first", b"second"))

    assert first != second
    assert (vault.open(first).read(), vault.open(second).read()) == (b"first", b"second")


def test_the_stores_do_not_see_each_other(bucket_storage):
    bucket_storage("vault").save("apart", ContentFile(b"sealed"))

    assert not bucket_storage("documents").exists("apart")


def test_a_link_is_signed_and_lives_for_a_minute(bucket_storage, s3_server):
    link = urlsplit(bucket_storage("documents").url("a document"))

    assert f"{link.scheme}://{link.netloc}" == s3_server.endpoint_url
    assert link.path == "/portal-test/documents/a%20document"
    query = parse_qs(link.query)
    assert query["X-Amz-Expires"] == ["60"]
    assert len(query["X-Amz-Signature"][0]) == 64


def test_no_acl_is_sent(bucket_storage):
    vault = bucket_storage("vault")
    sent = []
    vault.connection.meta.client.meta.events.register(
        "before-sign.s3.PutObject", lambda request, **_: sent.append(dict(request.headers))
    )

    vault.save("sealed/acl", ContentFile(b"sealed"))

    assert [[name for name in headers if name.lower() == "x-amz-acl"] for headers in sent] == [[]]


def test_what_is_gone_was_not_stored(bucket_storage):
    documents = bucket_storage("documents")
    documents.save("a/one", ContentFile(b"one"))
    later = clock.now() + timedelta(days=1)

    assert [storage.is_stored_before(documents, key, later) for key in ("a/one", "a/gone")] == [True, False]


def test_readiness_asks_the_bucket(bucket_storage, s3_server, settings):
    from coalition_portal import health

    settings.STORAGES = settings.STORAGES | {
        name: portal_settings.private_storage(name) for name in ("vault", "documents")
    }
    assert health.check_storage() is None

    portal_settings.S3_BUCKET = "no-such-bucket"
    settings.STORAGES = settings.STORAGES | {"vault": portal_settings.private_storage("vault")}
    with pytest.raises(Exception, match="Not Found"):
        health.check_storage()
