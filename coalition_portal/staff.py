"""Our own pages in the coalition's admin site."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def staff_page(view: View) -> View:
    """Visitors are sent to sign in and come back; whoever is signed in and is not staff finds nothing here.

    It says no more than that: what a staff person may see and do is asked of the slice's permissions and queries.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def staff_context(request: HttpRequest, **extra: object) -> dict:
    """What the templates of the admin site expect, and `extra` over it."""
    return admin.site.each_context(request) | extra
