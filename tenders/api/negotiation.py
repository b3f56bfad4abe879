from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation

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


class Anything(BaseContentNegotiation):
    """For files, whose type is their own: whoever asks for one takes it as it is."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type
