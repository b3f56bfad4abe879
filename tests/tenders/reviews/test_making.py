from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from coalition_portal.identity.granting import end_role
from coalition_portal.identity.roles import Role
from coalition_portal.ledger.entries import Event, commit
from coalition_portal.ledger.models import Entry
from coalition_portal.permission import Denied
from coalition_portal.post.delivery import render
from coalition_portal.post.models import OutgoingMail
from manufacturers.models import CompanyRole
from tenders.notices.states import TenderState
from tenders.proposals import vault
from tenders.proposals.exclusion import NotExcludable, propose_exclusion
from tenders.reviews.consensus import record
from tenders.reviews.making import NotPublishable, NotRankable, make_ranking, propose_publication, publish_result
from tenders.reviews.models import RankedProposal, Ranking
from tests.factories import companies, people
from tests.factories.reviews import TECHNICAL, Review
from tests.tenders.reviews.conftest import kept

PRICES = [
    {"trial_unit_price": Decimal("4380.00"), "production_unit_price": Decimal("3590.00")},
    {"trial_unit_price": Decimal("4000.00"), "production_unit_price": Decimal("4000.00")},
    {"trial_unit_price": Decimal("3500.00"), "production_unit_price": Decimal("3500.00")},
]


def agreed(say):
    """Three proposals; the third has the best points and the others equal ones, and each has its own price."""
    story = Review(say, proposals=[{"prices": prices} for prices in PRICES])
    story.everybody_reads_everything()
    story.everybody_scores(8, **{story.opened[2].public_id: 10})
    story.agree()
    return story


base = kept(agreed)


def ranks(story):
    rows = RankedProposal.objects.filter(ranking__tender=story.tender)
    return {row.opened_id: (row.rank, row.total) for row in rows}


def test_the_ranking_is_computed_from_consensus_weights_and_the_price_formula(story):
    first, second, third = story.opened

    ranking = story.rank()

    # Ceiling 6000 and full points at 2500 with 15 %: evaluated 3748.00, 4000.00 and 3500.00 give 6.43, 5.71 and 7.14.
    assert ranks(story) == {
        third.pk: (1, Decimal("85") + Decimal("10.71")),
        first.pk: (2, Decimal("68") + Decimal("9.645")),
        second.pk: (3, Decimal("68") + Decimal("8.565")),
    }
    assert (ranking.ranked_count, ranking.excluded_count, story.tender.state) == (3, 0, TenderState.RANKED)


def test_the_ranking_changes_nothing_that_the_public_can_tell(story):
    def public():
        story.tender.refresh_from_db()
        return story.tender.version, story.tender.updated_at, story.tender.changes.count()

    before = public()

    story.rank()

    assert public() == before


def test_each_place_keeps_its_parts_as_exact_strings(story):
    story.rank()

    row = RankedProposal.objects.get(opened=story.opened[0])

    assert [part["criterion"] for part in row.parts] == [
        "performance",
        "links",
        "maturity",
        "production",
        "support",
        "supply_chain",
        "price",
    ]
    assert row.parts[0] == {
        "criterion": "performance",
        "points": "8",
        "weight_percent": "30.00",
        "weighted": "24.000",
        "below_minimum": False,
    }
    assert row.parts[-1] == {
        "criterion": "price",
        "points": "6.43",
        "weight_percent": "15.00",
        "weighted": "9.64500",
        "below_minimum": False,
    }
    assert sum(Decimal(part["weighted"]) for part in row.parts) == row.total


def test_a_point_below_the_minimum_is_marked(story):
    opened = story.opened[2]
    facts = {"reason": "Discussed: not shown.", "by": story.chair, "now": story.later()}
    record(opened=opened, criterion=story.criterion("links"), points=0, **facts)

    story.rank()

    assert RankedProposal.objects.get(opened=opened).below_minimum == ["links"]
    assert RankedProposal.objects.get(opened=story.opened[0]).below_minimum == []


def test_excluded_proposals_are_not_ranked_and_counted(story):
    story.exclude(story.opened[2])

    ranking = story.rank()

    assert {pk: rank for pk, (rank, _total) in ranks(story).items()} == {
        story.opened[0].pk: 1,
        story.opened[1].pk: 2,
    }
    assert (ranking.ranked_count, ranking.excluded_count) == (2, 1)


def test_the_log_commits_to_the_ranking(story):
    ranking = story.rank()

    entry = Entry.objects.order_by("-index").first()
    rows = RankedProposal.objects.filter(ranking=ranking).order_by("rank")
    secret = [[row.rank, row.opened.public_id, row.total] for row in rows]
    assert (entry.event, entry.subject) == (Event.REVIEWS_RANKING_MADE, story.tender.number)
    assert [Decimal(total) for _rank, _key, total in secret] == sorted((row.total for row in rows), reverse=True)
    exact = [[row.rank, row.opened.public_id, exact_total(row)] for row in rows]
    assert entry.commitment == commit(ranking.salt, {"ranking": exact})


def exact_total(row):
    return sum((Decimal(part["weighted"]) for part in row.parts), Decimal(0))


def test_making_twice_is_the_first_ranking(story):
    ranking = story.rank()
    entries = Entry.objects.count()

    again = make_ranking(tender=story.tender, by=story.chair, now=story.later())

    assert (again, again.made_at, Entry.objects.count()) == (ranking, ranking.made_at, entries)


def test_a_missing_consensus_point_stops_the_ranking(review):
    story = review(proposals=1)
    story.everybody_reads_everything()
    story.everybody_scores()

    with pytest.raises(NotRankable, match="6 consensus points are missing"):
        story.rank()

    assert not Ranking.objects.exists()


def test_an_undecided_exclusion_stops_the_ranking(story):
    propose_exclusion(opened=story.opened[0], reason="Too slow.", by=story.officer, now=story.later())

    with pytest.raises(NotRankable, match="1 proposed exclusion is undecided"):
        story.rank()


def test_a_tender_without_an_admitted_proposal_is_not_ranked(story):
    for opened in story.opened:
        story.exclude(opened)

    with pytest.raises(NotRankable, match="No proposal is left"):
        story.rank()


def test_a_submission_that_could_not_be_read_stops_the_ranking(db, database_clock, monkeypatch):
    def broken(bundle):
        raise vault.ContentMismatch("The stored version has another digest.")

    monkeypatch.setattr(vault, "read_manifest", broken)
    story = Review(database_clock, proposals=1)

    with pytest.raises(NotRankable, match="could not be read"):
        story.rank()


def test_only_the_chair_makes_the_ranking(story):
    for other in (story.officer, people.chair("EE"), story.members[TECHNICAL, "LV"].user):
        with pytest.raises(Denied):
            make_ranking(tender=story.tender, by=other, now=story.later())


def test_nothing_is_excluded_after_the_ranking(story):
    story.rank()

    with pytest.raises(NotExcludable):
        propose_exclusion(opened=story.opened[0], reason="Too late.", by=story.officer, now=story.later())


# Publication


@pytest.fixture
def ranking(story):
    return story.rank()


def propose(story, ranking, by):
    return propose_publication(ranking=ranking, by=by, now=story.later())


def publish(story, ranking, by):
    return publish_result(ranking=ranking, by=by, now=story.later())


@pytest.mark.parametrize("chair_first", [True, False])
def test_officer_and_chair_publish_together_in_either_order(story, ranking, chair_first):
    people_in_order = [story.chair, story.officer] if chair_first else [story.officer, story.chair]

    propose(story, ranking, people_in_order[0])
    published = publish(story, ranking, people_in_order[1])

    countries = (published.publication_proposed_country_id, published.published_country_id)
    assert (published.publication_proposed_by, published.published_by) == tuple(people_in_order)
    assert countries == (("GB", "LV") if chair_first else ("LV", "GB"))
    assert published.published_at == story.now


def test_nobody_publishes_what_nobody_proposed(story, ranking):
    with pytest.raises(NotPublishable, match="Nobody has proposed"):
        publish(story, ranking, story.chair)


def test_nobody_publishes_what_they_proposed(story, ranking):
    propose(story, ranking, story.officer)

    with pytest.raises(NotPublishable, match="second person"):
        publish(story, ranking, story.officer)


def test_proposing_twice_is_the_first_proposal(story, ranking):
    first = propose(story, ranking, story.officer)

    again = propose(story, ranking, story.chair)

    assert (again.publication_proposed_by, again.publication_proposed_at) == (
        story.officer,
        first.publication_proposed_at,
    )


def test_two_people_of_one_country_do_not_publish(story, ranking):
    propose(story, ranking, story.officer)

    with pytest.raises(NotPublishable, match="of the country"):
        publish(story, ranking, people.officer("LV"))


def test_one_of_the_two_is_the_chair_of_the_tender(story, ranking):
    """The officer's country changed hands in between: two officers of two countries are still no chair."""
    propose(story, ranking, story.officer)
    other = people.officer("EE")
    story.tender.officer_country = people.country("EE")
    story.tender.save()

    with pytest.raises(NotPublishable, match="the chair of this tender"):
        publish(story, ranking, other)


def test_others_neither_propose_nor_publish(story, ranking):
    for other in (people.officer("EE"), people.chair("EE"), people.opener("EE"), people.staff(Role.AUDITOR)):
        with pytest.raises(Denied):
            propose(story, ranking, other)
        with pytest.raises(Denied):
            publish(story, ranking, other)


def test_a_chair_whose_role_has_ended_does_not_publish(story, ranking):
    propose(story, ranking, story.officer)
    end_role(grant=people.grant_of(story.chair, Role.CHAIR), by=None, now=story.later())

    with pytest.raises(Denied):
        publish(story, ranking, story.chair)


def test_publishing_twice_tells_nobody_twice(story, ranking):
    first = story.publish(ranking)
    mails, entries = OutgoingMail.objects.count(), Entry.objects.count()

    again = publish(story, ranking, story.officer)

    assert (again.published_at, OutgoingMail.objects.count(), Entry.objects.count()) == (
        first.published_at,
        mails,
        entries,
    )


def test_every_bidder_gets_news_and_nothing_of_the_result(story, ranking):
    company = story.opened[0].proposal.company
    signatory = companies.person_of(company, CompanyRole.SIGNATORY)
    viewer = companies.person_of(company, CompanyRole.VIEWER)

    story.publish(ranking)

    mails = OutgoingMail.objects.filter(template="review_result")
    owners = {companies.owner_of(opened.proposal.company).email for opened in story.opened}
    assert {mail.to for mail in mails} == owners | {signatory.email}
    assert viewer.email not in {mail.to for mail in mails}
    path = f"/results/{story.opened[0].public_id}/"
    subject, body = render(mails.get(to=signatory.email))
    assert subject == f"Result: {story.tender.number}"
    assert path in body
    for secret in ("77.645", "rank", "Shown on page", *(opened.proposal.company.legal_name for opened in story.opened)):
        assert secret not in body


def test_the_database_keeps_a_ranking_and_wants_two_people_of_two_countries(story, ranking):
    rows = Ranking.objects.filter(pk=ranking.pk)
    alone = {
        "publication_proposed_by": story.chair,
        "publication_proposed_country": "GB",
        "publication_proposed_at": story.now,
        "published_by": story.chair,
        "published_country": "GB",
        "published_at": story.now,
    }
    acts = [
        lambda: RankedProposal.objects.filter(ranking=ranking).update(rank=1),
        lambda: RankedProposal.objects.filter(ranking=ranking).delete(),
        rows.delete,
        lambda: rows.update(**alone),
        lambda: rows.update(**alone | {"published_by": story.officer}),
        lambda: rows.update(**alone | {"published_country": "LV"}),
        lambda: rows.update(published_by=story.chair, published_country="GB", published_at=story.now),
    ]

    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    story.publish(ranking)
    with pytest.raises(IntegrityError, match="published result is final"), transaction.atomic():
        rows.update(published_at=None, published_by=None, published_country=None)
