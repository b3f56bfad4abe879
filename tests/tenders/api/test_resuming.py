"""A client of tus that is killed again and again, against the portal in a process of its own."""

import hashlib
import random
import sqlite3

import pytest

from tests.tenders.api.resuming.portal import Scale, film, running_portal, send, standing

MEGABYTE = 1024 * 1024
SIZE = 300 * MEGABYTE
KILLS = 10
GROWTH_MB = 50


@pytest.mark.sqlite_only
def test_300_mb_survive_ten_kills_and_the_web_process_stays_small(tmp_path):
    small, large = tmp_path / "small.mp4", tmp_path / "large.mp4"
    film(small, 3 * MEGABYTE)
    film(large, SIZE)
    chance = random.Random(20261120)  # noqa: S311 - the same offsets at each run
    with running_portal(tmp_path / "portal") as (facts, web):
        # Whatever the first upload loads and keeps belongs to the base.
        warm = standing(facts, send(facts, small)[0])
        _forget(tmp_path, warm["Portal-Document"])
        scale = Scale(web)
        base_mb = scale.reset()

        offsets = [0]
        for kill in range(KILLS):
            url, has_lived = send(facts, large, chance.randrange(1, SIZE // 11))
            facts = facts | ({"url": url} if url else {})
            assert not has_lived, f"client {kill} was to be killed"
            offsets.append(int(standing(facts, facts["url"])["Upload-Offset"]))
        _nothing, has_lived = send(facts, large)

        end = standing(facts, facts["url"])
        growth_mb = scale.most_mb - base_mb
    assert has_lived
    assert (end["Upload-Offset"], end["Portal-Upload-State"]) == (str(SIZE), "kept")
    assert _digest_in(tmp_path, end["Portal-Document"]) == _digest_of(large)
    assert offsets == sorted(offsets)
    assert 0 < offsets[-1] < SIZE
    assert growth_mb <= GROWTH_MB, f"the web process grew by {growth_mb:.0f} MB over {base_mb:.0f} MB"
    print(f"offsets {offsets}; grew by {growth_mb:.0f} MB over {base_mb:.0f} MB")


def _forget(folder, document):
    """The tender takes one video."""
    with sqlite3.connect(folder / "portal" / "portal.sqlite3") as database:
        changed = database.execute(
            "UPDATE tenders_proposals_document SET removed_at = uploaded_at WHERE public_id = ?", [document]
        )
        assert changed.rowcount == 1


def _digest_in(folder, document):
    with sqlite3.connect(folder / "portal" / "portal.sqlite3") as database:
        rows = database.execute("SELECT sha256 FROM tenders_proposals_document WHERE public_id = ?", [document])
        return rows.fetchone()[0]


def _digest_of(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
