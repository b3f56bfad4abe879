"""What public and private routes have in common: the format, the methods they tell of, what is left of the limit."""

from django.http import HttpResponse
from rest_framework.views import APIView

from tenders.api import errors, throttling
from tenders.api.negotiation import JsonOnly

NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'"
"""An answer of data loads nothing, whoever opens it in a browser."""


class Route(APIView):
    content_negotiation_class = JsonOnly
    allowance: throttling.Allowance | None = None

    def finalize_response(self, request, response, *args, **kwargs):
        if self.allowance is not None:
            for name, value in self.allowance.headers.items():
                response.headers[name] = value
        return response

    def options(self, request, *args, **kwargs):
        """The methods of the route, the same whoever asks and whatever is there."""
        response = HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
        del response.headers["Content-Type"]
        return response

    def http_method_not_allowed(self, request, *args, **kwargs):
        raise errors.method_not_allowed(request.method, self.allowed_methods)
