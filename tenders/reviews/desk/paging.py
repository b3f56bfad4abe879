"""Pages of long lists."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

ROWS = 50


class CountedPaginator(Paginator):
    """A paginator that is told how many rows there are, so that it need not count them."""

    def __init__(self, rows, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count


def page_of(request: HttpRequest, rows, per_page: int = ROWS, *, count: int | None = None) -> Page:
    """The page that the address asks for; the nearest one that exists."""
    paginator = Paginator(rows, per_page) if count is None else CountedPaginator(rows, per_page, count)
    return paginator.get_page(request.GET.get("page"))
