from rest_framework.negotiation import DefaultContentNegotiation

ANYTHING = "*/*"


class JsonOnly(DefaultContentNegotiation):
    """Nothing wanted, or wanted without words, is anything wanted (RFC 9110, 12.5.1)."""

    def get_accept_list(self, request):
        wanted = request.META.get("HTTP_ACCEPT", "").strip()
        return super().get_accept_list(request) if wanted else [ANYTHING]

    def select_renderer(self, request, renderers, format_suffix=None):
        if request.META.get("HTTP_ACCEPT", ANYTHING) == ANYTHING:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)
