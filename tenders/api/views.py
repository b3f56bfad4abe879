"""The public routes: parse, ask the rows once, make one shape. No session, cookie or key has a meaning here."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenders.api import (
    caching,
    examples,
    facts,
    pagination,
    parameters,
    rows,
    schema,
    serializers,
    shapes,
    throttling,
)
from tenders.api.authentication import sent_key
from tenders.api.problems import INVALID_CURSOR, NOT_FOUND, VALIDATION
from tenders.api.routes import Route
from tenders.api.tender_query import TenderListQuery

VERSION = settings.SPECTACULAR_SETTINGS["VERSION"]


@dataclass(frozen=True)
class Found:
    """What a route found: its validators at once, its body only when somebody must have it."""

    etag: str
    cache_control: str
    body: Callable[[], dict | bytes]
    last_modified: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def tag(kind: str, *known: object) -> str:
    """The ETag of an answer: it changes with the facts, the language, the shape and what addresses are made of."""
    return caching.entity_tag(kind, VERSION, get_language(), settings.PORTAL_URL, settings.OCID_PREFIX, *known)


class PublicView(Route):
    """A read-only route under the limit of its address, or of the key that is sent; a key picks nothing but the limit.

    An answer 304 is not counted.
    """

    http_method_names = ["get", "head", "options"]
    is_counted = False

    def check_throttles(self, request):
        """Before any work; a request that may end as 304 is counted when it turns out not to."""
        if request.method != "OPTIONS" and not caching.is_conditional(request):
            self.spend(request)

    def spend(self, request):
        self.is_counted = True
        key = sent_key(request) if "HTTP_AUTHORIZATION" in request.META else None
        if key is None:
            self.allowance = throttling.spend(request, request.now)
        else:
            self.allowance = throttling.spend_of(key.public_id, throttling.KEY, request.now)
        if self.allowance is not None and self.allowance.is_over:
            raise self.allowance.refusal()

    def answer(self, request, found: Found) -> HttpResponse:
        headers = {"Cache-Control": found.cache_control, **found.headers}
        if found.last_modified:
            headers["Last-Modified"] = found.last_modified
        if caching.is_conditional(request):
            if held := caching.matching_tag(request, found.etag, found.last_modified):
                return caching.not_modified(headers, held)
            self.spend(request)
        content = found.body()
        if not isinstance(content, bytes):
            content = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return HttpResponse(content, content_type="application/json", headers={**headers, "ETag": found.etag})

    def finalize_response(self, request, response, *args, **kwargs):
        if response.status_code >= 400 and not self.is_counted:
            self.spend(request)
        return super().finalize_response(request, response, *args, **kwargs)


class IndexView(PublicView):
    @schema.describes(
        serializers.Index,
        operation_id="index",
        summary=_("Index of the API"),
        description=_("Begin here: links to all routes that have no parameter in their path."),
    )
    def get(self, request):
        parameters.check_names(request.query_params, {})
        body = shapes.index(VERSION)
        lasting = caching.cache_control(request.now, None, longest=caching.LONG_SECONDS)
        return self.answer(request, Found(tag("index", body), lasting, lambda: body))


class TenderListView(PublicView):
    @schema.describes(
        serializers.TenderPage,
        operation_id="tenders",
        summary=_("List of published tenders"),
        description=_(
            "Pages by cursor: follow links.next, which is absent at the end and only there. All filters must fit. "
            "Windows of time take in their first instant and leave out their last."
        ),
        parameters=parameters.TENDER_LIST,
        problems_too=(INVALID_CURSOR, VALIDATION),
        example=examples.PAGE,
    )
    def get(self, request):
        query = parameters.read_tender_list(request.query_params)
        found = rows.tender_page(query, request.now)
        page, follows = found[: query.limit], len(found) > query.limit
        links = self._links(query, pagination.cursor_after(page[-1], query.sort) if follows else None)
        total = rows.filtered(query, request.now).count() if query.count else None
        known = [(row["number"], row["version"], facts.updated_at(row, request.now)) for row in page]
        return self.answer(
            request,
            Found(
                tag("tenders", links, total, [facts.status_of(row, request.now) for row in page], known),
                caching.cache_control(request.now, self._next_event_at(query, page, request.now)),
                lambda: shapes.page([shapes.summary(row, request.now) for row in page], links, total),
                headers={"Link": ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())},
            ),
        )

    @staticmethod
    def _next_event_at(query, page, now):
        """The clock changes the rows shown; where a filter asks it, also which rows are shown."""
        if query.asks_the_clock:
            return rows.next_deadline(now)
        return min(filter(None, (facts.next_event_at(row, now) for row in page)), default=None)

    @staticmethod
    def _links(query: TenderListQuery, cursor: str | None) -> dict[str, str]:
        route = shapes.address("api-tenders")
        links = {"self": route + query.address(query.cursor)}
        return links | {"next": route + query.address(cursor)} if cursor else links


class TenderView(PublicView):
    @schema.describes(
        serializers.TenderDetail,
        operation_id="tender",
        summary=_("One tender, whole"),
        description=_("Everything that the public may know of a tender in one answer."),
        problems_too=(NOT_FOUND,),
    )
    def get(self, request, number):
        parameters.check_names(request.query_params, {})
        row, deadlines = rows.whole_row(number)
        return self.answer(request, _found("tender", request, row, lambda: self._body(row, deadlines, request.now)))

    @staticmethod
    def _body(row, deadlines, now):
        requirements, withheld = rows.public_requirements(row["pk"])
        return shapes.detail(row, deadlines, requirements, withheld, rows.criteria(row["pk"]), now)


class TenderStatusView(PublicView):
    @schema.describes(
        serializers.TenderStatus,
        operation_id="tender_status",
        summary=_("Status of one tender"),
        description=_(
            "Small and made for polling with If-None-Match. The status is computed from the clock at each request, so "
            "it says sealed from the instant of the deadline on."
        ),
        problems_too=(NOT_FOUND,),
        example=examples.STATUS,
    )
    def get(self, request, number):
        parameters.check_names(request.query_params, {})
        row, deadlines = rows.status_row(number)
        return self.answer(request, _found("status", request, row, lambda: shapes.status(row, deadlines, request.now)))


class OpenApiView(PublicView):
    @schema.describes(
        serializers.OpenApiDocument,
        operation_id="openapi",
        summary=_("This description"),
        description=_("OpenAPI 3.1, made from the code that answers."),
        parameters=parameters.OPENAPI,
        problems_too=(VALIDATION,),
    )
    def get(self, request):
        language = parameters.read(request.query_params, parameters.OPENAPI).get("lang", get_language())
        document = schema.openapi_document(language)
        lasting = caching.cache_control(request.now, None, longest=caching.LONG_SECONDS)
        headers = {"Content-Language": language}
        return self.answer(request, Found(tag("openapi", document), lasting, lambda: document, headers=headers))


def _found(kind: str, request, row, body: Callable[[], dict]) -> Found:
    """One tender under its validators: they change with its version and at the instant of its deadline."""
    changed_at = facts.updated_at(row, request.now)
    return Found(
        tag(kind, row["number"], row["version"], facts.status_of(row, request.now), changed_at, row["closes_at"]),
        caching.cache_control(request.now, facts.next_event_at(row, request.now)),
        body,
        last_modified=caching.last_modified(changed_at, request.now),
    )
