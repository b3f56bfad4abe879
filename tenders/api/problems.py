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
        "once, or the request names a host that is not this portal, or its body is no JSON, or names a member twice. "
        "What was silently ignored would make a short or wrong answer look like a right one, so it is refused."
    ),
    _(
        "Compare the names of your parameters with the list of the route in the API documentation. Of all parameters "
        "only status may be repeated. Write a body as one JSON object in UTF-8."
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
UNAUTHENTICATED = ProblemType(
    "unauthenticated",
    401,
    _("The portal does not know who asks"),
    _(
        "The route is for companies, and the request carries no valid key and no session. A key stops being valid when "
        "it is revoked, when it runs out, when the account of its person is closed, and when its person no longer acts "
        "for the company."
    ),
    _(
        "Send the whole key, as it was shown once, in the header Authorization: Bearer. Where it is lost or no longer "
        "valid, make another one on the page of your company’s keys."
    ),
)
FORBIDDEN = ProblemType(
    "forbidden",
    403,
    _("This is not allowed"),
    _(
        "The key lacks the scope that the route needs, or its person may not do this: viewers read only, and what "
        "binds the company is for signatories. A request by a browser is also refused without its token against "
        "forgery, and binding acts ask for the password again."
    ),
    _(
        "The member detail says which of these it is. Make a key with the scope that is named there, or ask somebody "
        "with that role in your company."
    ),
)
SEALED = ProblemType(
    "sealed",
    403,
    _("The proposals are sealed"),
    _(
        "Nobody sees the proposals of a tender before its opening, and nobody learns whether there are any. The member "
        "opens_at says when the opening is possible at the earliest."
    ),
    _("Ask again after the opening."),
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    _("There is nothing at this address"),
    _(
        "The route does not exist, or no published tender has this number, or nothing of your company has this "
        "identifier. A tender that is not published yet, and what belongs to another company, is answered in the same "
        "way. Routes other than the index have no slash at the end."
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
    _("The route does not know this method; most routes are read-only. The Allow header lists what it takes."),
    _("Use a method of the Allow header: GET, or HEAD where you want the headers only, works on nearly every route."),
)
NOT_ACCEPTABLE = ProblemType(
    "not-acceptable",
    406,
    _("The wanted format does not exist"),
    _("The Accept header of the request leaves out application/json, and the API writes no other format."),
    _("Send Accept: application/json, or no Accept header at all."),
)
CONFLICT = ProblemType(
    "conflict",
    409,
    _("The state of things does not allow this now"),
    _(
        "What you ask for does not fit what there is: something is missing, a newer version counts, the same thing "
        "exists already, or a request with the same Idempotency-Key is still running. The member detail says which."
    ),
    _("Read the proposal again, mend what detail names, and repeat the request."),
)
DEADLINE_PASSED = ProblemType(
    "deadline-passed",
    409,
    _("The deadline has passed"),
    _(
        "The request arrived at the instant of the deadline or later, by the clock of the portal. The members deadline "
        "and server_time show both instants. The attempt is recorded, and the draft is kept."
    ),
    _(
        "Nothing more can be submitted or withdrawn. What was submitted before counts. After the deadline a signatory "
        "can give notice of a withdrawal on the page of the proposal."
    ),
)
PRECONDITION_FAILED = ProblemType(
    "precondition-failed",
    412,
    _("The draft has changed since you read it"),
    _("The If-Match header names another version than the one there is, so your change could undo somebody else’s."),
    _("Read it again, make your change on what stands there now, and send the new ETag as If-Match."),
)
TUS_VERSION = ProblemType(
    "tus-version",
    412,
    _("The portal speaks another version of tus"),
    _("Requests of an upload carry the header Tus-Resumable with the protocol’s version; the portal speaks 1.0.0."),
    _("Send Tus-Resumable: 1.0.0, or use a client of tus that does."),
)
UPLOAD_GONE = ProblemType(
    "upload-gone",
    410,
    _("The upload is no longer there"),
    _(
        "It was ended, its file was refused, or it expired because no byte came for seven days. What had arrived is "
        "deleted; the member detail says more where a file was refused."
    ),
    _("Begin a new upload."),
)
LENGTH_REQUIRED = ProblemType(
    "length-required",
    411,
    _("The length of the body is missing"),
    _("A body without Content-Length cannot be told from one that broke off, so no byte of it is taken."),
    _("Send each piece with its Content-Length."),
)
FILE_REFUSED = ProblemType(
    "file-refused",
    422,
    _("The file is not taken"),
    _(
        "The tender does not ask for such a file, or it is too large, of another type than its name says, damaged, "
        "protected, or one too many. Files are judged before they travel, by their first bytes, and as a whole."
    ),
    _("Mend the file as detail says and begin a new upload."),
)
UPLOAD_BUSY = ProblemType(
    "upload-busy",
    423,
    _("Another request writes to this upload"),
    _("Pieces of a file are taken one after the other. A request whose line broke counts for up to 45 seconds more."),
    _("Wait as many seconds as Retry-After says, ask by HEAD how far the upload is, and go on from there."),
)
CHECKSUM_MISMATCH = ProblemType(
    "checksum-mismatch",
    460,
    _("The bytes are not those that were sent"),
    _("The digest of the piece differs from the one in Upload-Checksum, so none of its bytes was kept."),
    _("Send the same piece again from the same offset."),
)
STORE_FULL = ProblemType(
    "store-full",
    507,
    _("The portal has no room for the file"),
    _("The store keeps a reserve, so that what is frozen can be submitted. Nothing that arrived is lost."),
    _("Wait as many seconds as Retry-After says and go on with the same upload."),
)
TOO_LARGE = ProblemType(
    "too-large",
    413,
    _("The request is too large"),
    _("The body is larger than the route takes. Files do not travel in JSON: they are uploaded by tus."),
    _("Send less at once; send files to the uploads of the API."),
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    415,
    _("The body has the wrong type"),
    _("The Content-Type header does not name the one type that the route reads."),
    _("Send Content-Type: application/json in UTF-8; uploads are application/offset+octet-stream."),
)
VALIDATION = ProblemType(
    "validation",
    422,
    _("A value is not possible"),
    _(
        "A query parameter or a member of the body has a value that is malformed, out of range or at odds with another "
        "one, or the body has a member that the route does not know. The member errors lists each with what is wrong. "
        "A wrong window of time is an error and never a short answer."
    ),
    _(
        "Mend what errors names: parameter is the name of a query parameter, pointer the place in the body as in RFC "
        "6901. Instants are written as in RFC 3339 with a zone, for example 2026-10-14T09:00:00Z; in an address a plus "
        "sign is written %2B."
    ),
)
IDEMPOTENCY_KEY_MISSING = ProblemType(
    "idempotency-key-missing",
    400,
    _("The Idempotency-Key is missing"),
    _(
        "The route makes something that must not be made twice when a request is repeated, so it wants the header "
        "Idempotency-Key with 1 to 200 visible characters that you choose."
    ),
    _("Make a random key for each act, and send the same key when you repeat the request for that act."),
)
IDEMPOTENCY_KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    422,
    _("The Idempotency-Key was used for another request"),
    _("A request with this key and another method, address or body was answered within the last 24 hours."),
    _("Send a new key with a new request, and the same body with a repeated one."),
)
PRECONDITION_REQUIRED = ProblemType(
    "precondition-required",
    428,
    _("The If-Match header is missing"),
    _("A change says which version it is made on, so that two people do not undo each other’s work unseen."),
    _("Read what you want to change and send the ETag of the answer as If-Match."),
)
TOO_MANY = ProblemType(
    "too-many",
    429,
    _("Too many requests"),
    _(
        "The limit of requests for your address or your key is used up. Addresses of the sixth version of the Internet "
        "Protocol are counted by their first 64 bits. RateLimit-Policy tells the limit, and RateLimit tells what is "
        "left. Submitting has a limit of its own for each company."
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
UNAVAILABLE = ProblemType(
    "unavailable",
    503,
    _("The portal cannot answer for a moment"),
    _(
        "The portal’s database or its store of files does not answer. Nothing counts as received before its receipt is "
        "answered."
    ),
    _("Wait as many seconds as Retry-After says and repeat the request, with its Idempotency-Key where it has one."),
)

ALL = (
    BAD_REQUEST,
    INVALID_CURSOR,
    IDEMPOTENCY_KEY_MISSING,
    UNAUTHENTICATED,
    FORBIDDEN,
    SEALED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    CONFLICT,
    DEADLINE_PASSED,
    PRECONDITION_FAILED,
    UPLOAD_GONE,
    LENGTH_REQUIRED,
    TUS_VERSION,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION,
    FILE_REFUSED,
    IDEMPOTENCY_KEY_REUSED,
    UPLOAD_BUSY,
    PRECONDITION_REQUIRED,
    TOO_MANY,
    CHECKSUM_MISMATCH,
    INTERNAL_ERROR,
    UNAVAILABLE,
    STORE_FULL,
)
BY_SLUG = {problem.slug: problem for problem in ALL}
