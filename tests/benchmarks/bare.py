"""The ceiling: a Django view that does nothing, without middleware, on the same server as the portal."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="bare", MIDDLEWARE=[])

urlpatterns = [path("", lambda request: JsonResponse({"status": "open"}))]
application = get_wsgi_application()
