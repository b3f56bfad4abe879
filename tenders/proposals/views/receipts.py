from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coalition_portal.canonical import canonical_json
from coalition_portal.formatting import microseconds
from tenders.proposals.models import Receipt, Withdrawal
from tenders.proposals.queries import receipt_of_version
from tenders.proposals.receipts import receipt_document, wish_behind
from tenders.proposals.views.pages import DraftPage, proposal_page


@require_safe
@proposal_page
def receipt(request: HttpRequest, page: DraftPage, version: int) -> HttpResponse:
    row = _receipt_or_404(page, version)
    content = receipt_document(row)
    counting = page.standing.bundle
    context = {
        "page": page,
        "receipt": row,
        "content": content,
        "size": sum(file["size_bytes"] for file in content["files"]),
        "received_utc": microseconds(row.received_at),
        "before": row.closes_at - row.received_at,
        "wish": wish_behind(row),
        "withdrawal": Withdrawal.objects.filter(receipt=row).first(),
        "counts": counting is not None and counting.pk == row.bundle_id,
        "replaced_by": counting.version if counting is not None and counting.version > version else None,
    }
    return render(request, "proposals/receipt.html", context)


@require_safe
@proposal_page
def receipt_json(request: HttpRequest, page: DraftPage, version: int) -> HttpResponse:
    """The same as canonical JSON, byte for byte the same whenever it is asked for."""
    row = _receipt_or_404(page, version)
    name = f"receipt-{page.proposal.tender.number}-{page.proposal.public_id}-{version}.json"
    return HttpResponse(
        canonical_json(receipt_document(row)),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _receipt_or_404(page: DraftPage, version: int) -> Receipt:
    row = receipt_of_version(page.proposal, version)
    if row is None:
        raise Http404
    return row
