from django.urls import path

from tenders.reviews.desk import agreeing, assigning, declaring, excluding, queue, ranking, scoring

# A proposal's public id has 26 characters, so no word below is taken for one; the words come first all the same.
urlpatterns = [
    path("reviews/", queue.queue, name="desk-queue"),
    path("reviews/<slug:number>/declare/", declaring.declare, name="desk-declare"),
    path("reviews/<slug:number>/assignments/", assigning.board, name="desk-assignments"),
    path("reviews/<slug:number>/panel/", assigning.name_member, name="desk-panel"),
    path("reviews/<slug:number>/panel/<slug:person>/remove/", assigning.remove_member, name="desk-panel-remove"),
    path("reviews/<slug:number>/exclusions/", excluding.exclusions, name="desk-exclusions"),
    path("reviews/<slug:number>/consensus/", agreeing.overview, name="desk-consensus"),
    path("reviews/<slug:number>/consensus/drafts/", agreeing.drafts, name="desk-consensus-drafts"),
    path("reviews/<slug:number>/consensus/<slug:pid>/", agreeing.proposal, name="desk-consensus-proposal"),
    path("reviews/<slug:number>/ranking/", ranking.ranking, name="desk-ranking"),
    path("reviews/<slug:number>/ranking/make/", ranking.make, name="desk-ranking-make"),
    path("reviews/<slug:number>/ranking/publish/", ranking.publish, name="desk-ranking-publish"),
    path("reviews/<slug:number>/ranking.xlsx", ranking.as_xlsx, name="desk-ranking-xlsx"),
    path("reviews/<slug:number>/ranking.csv", ranking.as_csv, name="desk-ranking-csv"),
    path("reviews/<slug:number>/<slug:pid>/", scoring.review, name="desk-review"),
    path("reviews/<slug:number>/<slug:pid>/lock/", scoring.lock, name="desk-review-lock"),
    path("reviews/<slug:number>/<slug:pid>/conflict/", declaring.recuse, name="desk-recuse"),
    path(
        "reviews/<slug:number>/<slug:pid>/documents/<slug:document_id>/", scoring.document, name="desk-review-document"
    ),
]
