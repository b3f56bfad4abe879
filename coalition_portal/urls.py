from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from coalition_portal.static_files import favicon

# The admin site has no password door of its own. This stands above admin.site.urls: set later it does nothing.
admin.site.login = secure_admin_login(admin.site.login)

handler500 = "coalition_portal.faults.server_error"

urlpatterns = [
    path("", include("coalition_portal.health")),
    path("favicon.ico", favicon, name="favicon"),
    path("", include("tenders.notices.urls")),
    path("proposals/", include("tenders.proposals.urls")),
    path("", include("tenders.reviews.urls")),
    path("company/keys/", include("tenders.api.key_urls")),
    path("company/", include("manufacturers.urls")),
    path("api/v1/", include("tenders.api.urls")),
    path("problems/", include("tenders.api.problem_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

if settings.PORTAL_DEMO:
    urlpatterns += [path("demo/mail/", include("coalition_portal.post.urls"))]
