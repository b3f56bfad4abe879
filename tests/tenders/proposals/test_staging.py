import hashlib
import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from coalition_portal import clock
from coalition_portal.ledger.entries import commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.storage import document_storage, vault_storage
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals import staging, vault
from tenders.proposals.contents import unsealed
from tenders.proposals.documents import kept_documents, remove_document
from tenders.proposals.models import Bundle
from tenders.proposals.staging import NotStageable, current_bundle, stage
from tenders.proposals.submission import withdraw
from tests.factories import companies
from tests.factories.proposals import change_draft, draft_proposal

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def _stage(proposal, *, now=None, by=None):
    return stage(proposal=proposal, by=by or companies.owner_of(proposal.company), now=now or clock.now())


def _year_from(closes_at):
    there = closes_at.astimezone(ZoneInfo("Europe/Riga"))
    months = [(there.year + (there.month - 1 + n) // 12, (there.month - 1 + n) % 12 + 1) for n in range(12)]
    return [f"{year}-{month:02}" for year, month in months]


def test_frozen_version_says_what_reviewers_will_read(proposal, owner, database_clock):
    now = clock.now() - timedelta(seconds=1)
    database_clock(now)

    bundle = _stage(proposal, now=now)

    closes_at = deadline_in_force(proposal.tender).closes_at
    manifest = vault.read_manifest(bundle)
    answers, documents = manifest.pop("answers"), manifest.pop("documents")
    assert manifest == {
        "schema": "idc-proposal/2",
        "tender": proposal.tender.number,
        "proposal": proposal.public_id,
        "version": 1,
        "company": {
            "public_id": proposal.company.public_id,
            "legal_name": proposal.company.legal_name,
            "country": "UA",
            "register_scheme": proposal.company.register_scheme,
            "register_number": proposal.company.register_number,
        },
        "drone_model": {"name": proposal.drone_model.name, "kind": "FPV"},
        "offer": {
            "currency": "EUR",
            "prices": {"trial_unit_price": "4380.00", "production_unit_price": "3590.00"},
            "steps": [
                {"quantity": 20, "price": "4380.00"},
                {"quantity": 500, "price": "4150.00"},
                {"quantity": 1500, "price": "4050.00"},
                {"quantity": 5000, "price": "3590.00"},
            ],
            "delivery": {"term": "DAP", "place": "Riga, Latvia"},
            "vat_basis": "WITHOUT",
            "validity_days": 120,
            "prevailing_language": "en",
            "lead_time_days": 21,
            "monthly_capacity": 400,
            "capacity_by_month": [{"month": month, "drones": 400} for month in _year_from(closes_at)],
            "production_region": "Example region",
            "partners": [{"name": "Placeholder Rotors", "country": "LV", "part": "motors"}],
            "trial_support": "Two people on site for the first week.",
        },
        "declarations": ["exclusion_grounds", "sanctions", "truth", "validity", "no_collusion"],
        "staged_at": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert len(answers) == 18
    assert answers["FPV-01"] == {"type": "NUMBER", "value": "8"}
    assert answers["FPV-09"] == {"type": "YES_NO", "value": True}
    assert answers["FPV-08"] == {"type": "CHOICE", "value": "both"}
    assert documents == [
        {
            "public_id": document.public_id,
            "kind": document.kind_code,
            "name": document.name,
            "media_type": document.media_type,
            "size_bytes": document.size_bytes,
            "sha256": document.sha256,
        }
        for document in kept_documents(proposal)
    ]


def test_row_names_digest_and_size_of_the_canonical_bytes(proposal, owner, database_clock):
    now = clock.now() - timedelta(seconds=1)
    database_clock(now)

    bundle = _stage(proposal, now=now)

    with vault_storage().open(bundle.storage_key) as kept:
        content = unsealed(kept.read(), file_id=bundle.storage_key)
    assert (bundle.sha256, bundle.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (
        content == json.dumps(json.loads(content), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )
    assert (bundle.version, bundle.revision, bundle.staged_by, bundle.staged_at) == (
        1,
        proposal.revision,
        owner,
        now,
    )


def test_log_holds_a_commitment_and_nothing_else(proposal):
    bundle = _stage(proposal)

    entry = Entry.objects.get(commitment=bundle.commitment)
    facts = {
        "act": "staging",
        "proposal": proposal.public_id,
        "version": 1,
        "bundle_sha256": bundle.sha256,
        "staged_at": bundle.staged_at,
    }
    assert bundle.commitment == commit(bundle.salt, facts)
    assert proposal.public_id.encode() not in bytes(entry.body)


def test_same_revision_is_frozen_once(proposal):
    first = _stage(proposal)

    assert _stage(proposal) == first == current_bundle(proposal)
    assert Bundle.objects.count() == 1


def test_changed_draft_gets_the_next_version(proposal):
    first = _stage(proposal)
    changed = change_draft(proposal)

    assert current_bundle(changed) is None
    second = _stage(changed)
    assert (second.version, second.revision, second.sha256 != first.sha256) == (2, changed.revision, True)
    assert current_bundle(changed) == second


def test_withdrawn_version_is_frozen_anew_with_the_same_content(cutoff):
    proposal = cutoff.submitted()
    first = current_bundle(proposal)
    cutoff.at(timedelta(seconds=-4))

    withdraw(proposal=proposal, by=companies.owner_of(proposal.company))

    assert current_bundle(proposal) is None
    assert _stage(proposal, now=cutoff.closes_at - timedelta(seconds=3)).version == first.version + 1


def test_incomplete_draft_is_refused_with_what_is_missing(proposal, owner):
    [plan] = [document for document in kept_documents(proposal) if document.kind_code == "production_plan"]
    remove_document(document=plan, by=owner, now=clock.now())

    with pytest.raises(NotStageable) as raised:
        _stage(proposal)

    assert raised.value.sentence == (
        "1 item is missing: Production and quality plan. Put it in, then freeze the version."
    )
    assert not Bundle.objects.exists()


def test_empty_draft_is_refused_with_the_count():
    with pytest.raises(NotStageable, match="^32 items are missing, the first: Answer to INT-01, Level speed. "):
        _stage(draft_proposal())


def test_document_that_the_store_lost_is_found_before_the_deadline(proposal):
    document = kept_documents(proposal)[0]
    document_storage().delete(document.content.parts.get().storage_key)

    with pytest.raises(NotStageable) as raised:
        _stage(proposal)

    assert raised.value.sentence == (
        f"Our store no longer has “{document.name}” as you uploaded it. Remove it and upload it again."
    )


def test_document_that_was_cut_off_is_found_before_the_deadline(proposal):
    document = kept_documents(proposal)[0]
    with open(document_storage().path(document.content.parts.get().storage_key), "r+b") as kept:
        kept.truncate(10)

    with pytest.raises(NotStageable, match="no longer has"):
        _stage(proposal)


def test_draft_that_changes_while_it_is_frozen_is_not_frozen(monkeypatch, proposal):
    write = vault.write_manifest

    def write_while_somebody_saves(content):
        change_draft(proposal)
        return write(content)

    monkeypatch.setattr(staging.vault, "write_manifest", write_while_somebody_saves)

    with pytest.raises(NotStageable, match="changed while it was being frozen"):
        _stage(proposal)
    assert not Bundle.objects.exists()


def test_two_people_who_freeze_at_once_get_one_version(monkeypatch, proposal):
    write = vault.write_manifest
    others = []

    def write_while_somebody_freezes(content):
        if not others:
            others.append(None)
            others[0] = _stage(proposal)
        return write(content)

    monkeypatch.setattr(staging.vault, "write_manifest", write_while_somebody_freezes)

    assert _stage(proposal) == others[0]
    assert Bundle.objects.count() == 1


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (0 * MICROSECOND, False), (MICROSECOND, False)])
def test_draft_is_frozen_before_the_deadline_and_not_at_it(proposal, offset, is_open):
    now = deadline_in_force(proposal.tender).closes_at + offset

    if is_open:
        assert _stage(proposal, now=now).version == 1
    else:
        with pytest.raises(Denied):
            _stage(proposal, now=now)


@pytest.mark.parametrize(
    ("role", "may"),
    [(None, False), (CompanyRole.VIEWER, False), (CompanyRole.EDITOR, True), (CompanyRole.SIGNATORY, True)],
)
def test_who_may_freeze(proposal, role, may):
    user = companies.person_of(proposal.company, role) if role else companies.owner_of(companies.company())

    if may:
        assert _stage(proposal, by=user).staged_by == user
    else:
        with pytest.raises(Denied):
            _stage(proposal, by=user)
