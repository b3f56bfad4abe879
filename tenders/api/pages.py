"""What people read about the API: its documentation, and a page for each kind of problem."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.authentication import BaseAuthentication

from tenders.api import problems, throttling


class WhoeverIsSignedIn(BaseAuthentication):
    """The person whom Django's own middleware found: the frame of the page greets them."""

    def authenticate(self, request):
        return request._request.user, None


class DocsView(SpectacularSwaggerSplitView):
    """Our page around the package's own viewer; the set-up script is a second request, so the CSP stays strict."""

    http_method_names = ["get", "head"]
    authentication_classes = [WhoeverIsSignedIn]
    url_name = "api-openapi"
    template_name = "api/docs.html"
    template_name_js = "api/docs.js"

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.data["limit"] = throttling.ANONYMOUS
        return response

    def _get_schema_url(self, request):
        return f"{reverse(self.url_name)}?lang={get_language()}"


@require_safe
def problem_list(request):
    return render(request, "api/problems.html", {"problems": problems.ALL})


@require_safe
def problem(request, slug):
    if slug not in problems.BY_SLUG:
        raise Http404
    return render(request, "api/problem.html", {"problem": problems.BY_SLUG[slug]})
