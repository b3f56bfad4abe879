"""Every kind of problem that the API answers with, and what its page says about cause and cure."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class ProblemType:
    """`slug` is the end of the `type` address; it never changes its meaning."""

    slug: str
    status: int
    title: Promise
    cause: Promise
    cure: Promise

    @property
    def url(self) -> str:
        return settings.PORTAL_URL + reverse("problem", args=[self.slug])


BAD_REQUEST = ProblemType(
    "bad-request",
    400,
    _("The request is not understood"),
    _(
        "The address carries a query parameter that the route does not know, or one parameter twice that may stand "
        "once, or the request names a host that is not this portal. A parameter that was silently ignored would make "
        "a short or wrong answer look like a right one, so it is refused."
    ),
    _(
        "Compare the names of your parameters with the list of the route in the API documentation. Of all parameters "
        "only status may be repeated."
    ),
)
INVALID_CURSOR = ProblemType(
    "invalid-cursor",
    400,
    _("The cursor is not valid"),
    _(
        "The cursor was cut, changed or made by hand, or it comes from a list with another order. A cursor is opaque: "
        "it works with the order of the list that gave it."
    ),
    _(
        "Follow links.next of the answer before, unchanged. If it is lost, begin again without a cursor. Cursors do "
        "not expire."
    ),
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    _("There is nothing at this address"),
    _(
        "The route does not exist, or no published tender has this number. A tender that is not published yet is "
        "answered in the same way. Routes other than the index have no slash at the end."
    ),
    _(
        "Begin at the index of the API and follow the links in its answers. Write the number of a tender as the list "
        "writes it, in capitals."
    ),
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    405,
    _("The method is not possible here"),
    _("The routes of the public API are read-only. The Allow header lists the methods of this route."),
    _("Use GET, or HEAD where you want the headers only."),
)
NOT_ACCEPTABLE = ProblemType(
    "not-acceptable",
    406,
    _("The wanted format does not exist"),
    _("The Accept header of the request leaves out application/json, and the API writes no other format."),
    _("Send Accept: application/json, or no Accept header at all."),
)
VALIDATION = ProblemType(
    "validation",
    422,
    _("A value is not possible"),
    _(
        "A query parameter is known, but its value is malformed, out of range or at odds with another one. The member "
        "errors lists every parameter with what is wrong. A wrong window of time is an error and never a short answer."
    ),
    _(
        "Mend the parameters that errors names. Instants are written as in RFC 3339 with a zone, for example "
        "2026-10-14T09:00:00Z; in an address a plus sign is written %2B."
    ),
)
TOO_MANY = ProblemType(
    "too-many",
    429,
    _("Too many requests"),
    _(
        "The limit of requests for your address is used up. Addresses of the sixth version of the Internet Protocol "
        "are counted by their first 64 bits. RateLimit-Policy tells the limit, and RateLimit tells what is left."
    ),
    _(
        "Wait as many seconds as the Retry-After header says. Send If-None-Match with the ETag of your last answer: an "
        "answer 304 does not count. Fetch lists with limit=100."
    ),
)
INTERNAL_ERROR = ProblemType(
    "internal-error",
    500,
    _("The portal failed"),
    _("The portal met an error of its own. It is recorded under the identifier that the member instance shows."),
    _(
        "Try again after a while, with growing pauses. If it goes on, tell the operator of the portal the value of "
        "instance."
    ),
)

ALL = (
    BAD_REQUEST,
    INVALID_CURSOR,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    VALIDATION,
    TOO_MANY,
    INTERNAL_ERROR,
)
BY_SLUG = {problem.slug: problem for problem in ALL}
