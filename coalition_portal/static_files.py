"""Which static files are collected and which of them are compressed, so that a first start takes seconds."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Pages that the portal does not have: another reader of the schema, the API's browsable pages, flags of states.
UNUSED = ["redoc", "rest_framework", "flags"]


class PortalStaticFilesConfig(StaticFilesConfig):
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *UNUSED]


class PortalStaticStorage(CompressedManifestStaticFilesStorage):
    """Names with a digest, each file once, with gzip and brotli beside it; maps for debuggers stay as they are."""

    keep_only_hashed_files = True
    # A module that imports a neighbour has to find it under its name with a digest.
    support_js_module_import_aggregation = True

    def compress_files(self, names):
        return super().compress_files({name for name in names if not name.endswith(".map")})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it at the root wherever no page has named it, as beside a receipt in JSON."""
    return redirect(static("img/favicon.ico"))
