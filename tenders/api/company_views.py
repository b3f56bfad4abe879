"""Routes about who asks."""

from manufacturers.queries import person_of
from tenders.api import company_shapes
from tenders.api.private import PrivateView, answer


class MeView(PrivateView):
    def get(self, request):
        return answer(company_shapes.me(request.user, person_of(request.user), request.api_key))
