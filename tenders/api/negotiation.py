from rest_framework.negotiation import DefaultContentNegotiation


class JsonOnly(DefaultContentNegotiation):
    """Nothing wanted, or wanted without words, is anything wanted (RFC 9110, 12.5.1)."""

    def get_accept_list(self, request):
        wanted = request.META.get("HTTP_ACCEPT", "").strip()
        return super().get_accept_list(request) if wanted else ["*/*"]
