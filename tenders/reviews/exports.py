"""The ranking as XLSX and CSV, for one reader: what queries.py does not show them is not in the file either.

XLSX holds numbers as numbers and every text as a typed string; CSV has neutralised cells. Neither holds a formula.
"""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from coalition_portal.formatting import in_language
from coalition_portal.identity.queries import Person
from tenders.notices.models import Criterion
from tenders.reviews.cells import neutral, one_line
from tenders.reviews.models import RankedProposal, Ranking
from tenders.reviews.queries import excluded_visible_to, places_for, ranked_visible_to, reasons_of

Cell = str | int | Decimal | None
Row = list[Cell]
BATCH = 500
WIDEST = 32_767
"""Characters that a cell of a spreadsheet can hold."""


def ranking_csv(user: Person, ranking: Ranking) -> str:
    """One table: the ranked proposals with a reason for each criterion, then the excluded ones without a rank."""
    criteria = _criteria(ranking)
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in _csv_rows(user, ranking, criteria):
        writer.writerow([neutral(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
    return text.getvalue()


def ranking_xlsx(user: Person, ranking: Ranking) -> bytes:
    """Four sheets: the ranking, the reasons, the excluded, and the figures from which it can be computed again."""
    criteria = _criteria(ranking)
    book = Workbook(write_only=True)
    _add_sheet(book, _("Ranking"), [_head(criteria), *_ranked_rows(user, ranking, criteria)])
    _add_sheet(book, _("Reasons"), _reason_rows(user, ranking, criteria))
    _add_sheet(book, _("Excluded"), [[_("Company"), _("Drone model"), _("Reason")], *_excluded_rows(user, ranking)])
    _add_sheet(book, _("Criteria"), _criteria_rows(ranking, criteria))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv_rows(user: Person, ranking: Ranking, criteria: list[Criterion]) -> Iterator[Row]:
    titles = [_("Reason: %(criterion)s") % {"criterion": in_language(row, "title")} for row in criteria]
    yield [*_head(criteria), *titles, _("Excluded because")]
    for batch in _batches(user, ranking):
        reasons = reasons_of([row.opened_id for row in batch])
        for row, place in _placed(user, ranking, batch):
            told = [reasons.get((row.opened_id, criterion.code), "") for criterion in criteria]
            yield [*_ranked_row(row, place, criteria), *told, ""]
    for company, model, reason in _excluded_rows(user, ranking):
        yield [None, company, "", model, *[None] * (len(_head(criteria)) - 4), *[""] * len(criteria), reason]


def _head(criteria: list[Criterion]) -> Row:
    figures = [
        heading
        for criterion in criteria
        for heading in (
            _("%(criterion)s: point") % {"criterion": in_language(criterion, "title")},
            _("%(criterion)s: contribution") % {"criterion": in_language(criterion, "title")},
        )
    ]
    return [_("Rank"), _("Company"), _("Country"), _("Drone model"), _("Total"), *figures, _("Below the minimum in")]


def _ranked_rows(user: Person, ranking: Ranking, criteria: list[Criterion]) -> Iterator[Row]:
    for batch in _batches(user, ranking):
        for row, place in _placed(user, ranking, batch):
            yield _ranked_row(row, place, criteria)


def _ranked_row(row: RankedProposal, place: int, criteria: list[Criterion]) -> Row:
    parts = {part["criterion"]: part for part in row.parts}
    proposal = row.opened.proposal
    figures = [Decimal(parts[criterion.code][figure]) for criterion in criteria for figure in ("points", "weighted")]
    below = [in_language(criterion, "title") for criterion in criteria if criterion.code in row.below_minimum]
    return [
        place,
        proposal.company.legal_name,
        str(proposal.company.country),
        proposal.drone_model.name,
        row.total,
        *figures,
        "; ".join(below),
    ]


def _reason_rows(user: Person, ranking: Ranking, criteria: list[Criterion]) -> Iterator[Row]:
    yield [_("Rank"), _("Company"), _("Drone model"), _("Criterion"), _("Point"), _("Reason")]
    for batch in _batches(user, ranking):
        reasons = reasons_of([row.opened_id for row in batch])
        for row, place in _placed(user, ranking, batch):
            parts = {part["criterion"]: Decimal(part["points"]) for part in row.parts}
            for criterion in criteria:
                yield [
                    place,
                    row.opened.proposal.company.legal_name,
                    row.opened.proposal.drone_model.name,
                    in_language(criterion, "title"),
                    parts[criterion.code],
                    reasons.get((row.opened_id, criterion.code), ""),
                ]


def _excluded_rows(user: Person, ranking: Ranking) -> Iterator[Row]:
    for exclusion in excluded_visible_to(user, ranking):
        proposal = exclusion.opened.proposal
        yield [proposal.company.legal_name, proposal.drone_model.name, exclusion.reason]


def _criteria_rows(ranking: Ranking, criteria: list[Criterion]) -> Iterator[Row]:
    yield [_("Criterion"), _("Weight, per cent"), _("Minimum"), _("Method")]
    for row in criteria:
        yield [in_language(row, "title"), row.weight_percent, row.minimum_points, str(row.get_method_display())]
    tender = ranking.tender
    yield [
        _("Price with full points, %(currency)s") % {"currency": tender.currency},
        tender.full_points_price,
        None,
        "",
    ]
    yield [_("Price with no points, %(currency)s") % {"currency": tender.currency}, tender.ceiling_price, None, ""]


def _criteria(ranking: Ranking) -> list[Criterion]:
    return list(Criterion.objects.filter(tender=ranking.tender_id).order_by("order"))


def _batches(user: Person, ranking: Ranking) -> Iterator[list[RankedProposal]]:
    batch: list[RankedProposal] = []
    for row in ranked_visible_to(user, ranking).iterator(chunk_size=BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _placed(user: Person, ranking: Ranking, batch: Iterable[RankedProposal]) -> Iterator[tuple[RankedProposal, int]]:
    places = places_for(user, ranking)
    for row in batch:
        yield row, places.rank_of(row)


def _add_sheet(book: Workbook, title: str, rows: Iterable[Row]) -> None:
    sheet = book.create_sheet(title[:31])
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])


def _typed(sheet: object, value: Cell) -> object:
    """A text is told to be a string: left alone, the library takes one that begins with "=" for a formula."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=one_line(value)[:WIDEST])
    cell.data_type = "s"
    return cell


def _plain(value: int | Decimal | None) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
