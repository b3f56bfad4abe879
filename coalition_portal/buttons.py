"""Buttons whose address is no page: who comes there to read is led to the page on which the button stands.

People come to read after signing in again, by the language switch on the answer to a post, and with a browser that
opens its tabs anew.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def button_on(page: str, *names: str, told: str = "") -> Callable[[View], View]:
    """The view gets posts alone; `page` is the page of the button, which takes the view's arguments called `names`.

    `told` is said there to who comes to read: what they pressed the button for may not have arrived.
    """

    def takes_posts(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def guarded(request: HttpRequest, **arguments: object) -> HttpResponse:
            if request.method == "POST":
                return view(request, **arguments)
            if told and request.user.is_authenticated:
                messages.warning(request, told)
            return redirect(page, **{name: arguments[name] for name in names})

        return guarded

    return takes_posts
