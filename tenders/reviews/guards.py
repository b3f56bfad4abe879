"""Triggers behind the verbs: a locked sheet, a signature and a ranking that was made do not change any more."""

from coalition_portal.guards import Guard, append_only

ASSIGNMENT = "tenders_reviews_assignment"
SHEET = "tenders_reviews_scoresheet"
SCORE = "tenders_reviews_score"
CONSENSUS = "tenders_reviews_consensuspoint"
RANKING = "tenders_reviews_ranking"

APPEND_ONLY = ["tenders_reviews_declaration", "tenders_reviews_conflict", "tenders_reviews_rankedproposal"]


def refusing(name: str, table: str, acts: str, condition: str, sentence: str) -> Guard:
    """Refuse `acts` ("INSERT OR UPDATE") where `condition` holds; {row} in it becomes NEW, or OLD for a deletion."""
    return Guard(
        name=name,
        table=table,
        postgres=f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF {condition.format(row="OLD")} THEN
            RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF {condition.format(row="NEW")} THEN
        RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER {name} BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();""",
        sqlite="",
    )


def on_sqlite(name: str, table: str, act: str, condition: str, sentence: str) -> Guard:
    """The same for one act: SQLite has no trigger for several."""
    row = "OLD" if act == "DELETE" else "NEW"
    return Guard(
        name=f"{name}_{act.lower()}",
        table=table,
        postgres="",
        sqlite=f"""
CREATE TRIGGER {name}_{act.lower()} BEFORE {act} ON {table} WHEN {condition.format(row=row)}
BEGIN SELECT RAISE(ABORT, '{sentence}'); END""",
    )


def refuse(name: str, table: str, acts: list[str], condition: str, sentence: str) -> list[Guard]:
    return [
        refusing(name, table, " OR ".join(acts), condition, sentence),
        *[on_sqlite(name, table, act, condition, sentence) for act in acts],
    ]


def final(table: str, condition: str, sentence: str) -> list[Guard]:
    """No deletion ever, and no change of a row for which `condition` on OLD holds."""
    return [
        *refuse(f"{table}_stays", table, ["DELETE"], "1 = 1", f"{table}: a row is never deleted"),
        *refuse(f"{table}_final", table, ["UPDATE"], condition, sentence),
    ]


WRITE = ["INSERT", "UPDATE", "DELETE"]

GUARDS = [
    *[guard for table in APPEND_ONLY for guard in append_only(table)],
    *refuse(
        "tenders_reviews_recused_unassigned",
        ASSIGNMENT,
        ["INSERT", "UPDATE"],
        "{row}.ended_at IS NULL AND EXISTS (SELECT 1 FROM tenders_reviews_conflict c"
        " WHERE c.member_id = {row}.member_id AND c.opened_id = {row}.opened_id)",
        "a recused member cannot be assigned",
    ),
    *final(SHEET, "OLD.state = 'LOCKED'", "a locked sheet is final"),
    *refuse(
        "tenders_reviews_locked_scores",
        SCORE,
        WRITE,
        "EXISTS (SELECT 1 FROM tenders_reviews_scoresheet s WHERE s.id = {row}.sheet_id AND s.state = 'LOCKED')",
        "the scores of a locked sheet are final",
    ),
    *refuse(
        "tenders_reviews_ranked_consensus",
        CONSENSUS,
        WRITE,
        "EXISTS (SELECT 1 FROM tenders_reviews_ranking r"
        " JOIN tenders_proposals_openedproposal o ON o.tender_id = r.tender_id WHERE o.id = {row}.opened_id)",
        "consensus points are final once the ranking is made",
    ),
    *final(RANKING, "OLD.published_at IS NOT NULL", "a published result is final"),
]
