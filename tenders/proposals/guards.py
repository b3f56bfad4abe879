"""Triggers that make a late receipt and an early lateness refusal unrepresentable, whatever the program above does.

A judged row must name the deadline row in force, must not be stamped after the database's clock nor more than 60 s
before it, and must agree with the closing row. SQLite's clock has milliseconds, so its upper end has 1 ms of tolerance.
A receipt that the closing made because a company had asked for it is stamped with the instant of its staging instead.
A provisional row needs the closing row, except where a clock was in doubt or where its stamp is too old for a receipt:
whoever waited for longer than 60 s across the deadline is neither refused nor received.
"""

from coalition_portal.guards import Guard, append_only

RECEIPT = "tenders_proposals_receipt"
WITHDRAWAL = "tenders_proposals_withdrawal"
REFUSAL = "tenders_proposals_refusal"
PROVISIONAL = "tenders_proposals_provisional"
CLOSING = "tenders_proposals_closing"

JUDGE = """
CREATE OR REPLACE FUNCTION tenders_proposals_judge() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
    stamped timestamptz := coalesce(to_jsonb(NEW)->>'received_at', to_jsonb(NEW)->>'closed_at')::timestamptz;
    closed boolean := EXISTS (
        SELECT 1 FROM tenders_proposals_closing c WHERE c.tender_id = NEW.tender_id AND c.seq = NEW.seq);
    is_old boolean := stamped < clock_timestamp() - interval '60 seconds';
BEGIN
    IF to_jsonb(NEW)->>'kind' = 'AUTO' THEN
        IF NOT EXISTS (
            SELECT 1 FROM tenders_proposals_bundle b
            WHERE b.id = (to_jsonb(NEW)->>'bundle_id')::bigint AND b.staged_at = stamped) THEN
            RAISE EXCEPTION '%: the stamp % is not that of the staging', TG_TABLE_NAME, stamped
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF stamped > clock_timestamp() OR (is_old AND TG_ARGV[0] <> 'closed') THEN
        RAISE EXCEPTION '%: the stamp % is not within 60 s before the clock', TG_TABLE_NAME, stamped
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM tenders_notices_deadline d
        WHERE d.tender_id = NEW.tender_id AND d.seq = NEW.seq AND d.closes_at = NEW.closes_at
        AND NOT EXISTS (SELECT 1 FROM tenders_notices_deadline h WHERE h.tender_id = d.tender_id AND h.seq > d.seq)
    ) THEN
        RAISE EXCEPTION '%: the row does not name the deadline in force', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (TG_ARGV[0] = 'open' AND closed)
        OR (TG_ARGV[0] = 'closed' AND NOT (closed OR is_old) AND to_jsonb(NEW)->>'incident_id' IS NULL) THEN
        RAISE EXCEPTION '%: the row disagrees with the closing row', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
"""

OLD = "NEW.{stamp} < strftime('%Y-%m-%d %H:%M:%f', 'now', '-60 seconds')"
CLOSED = "EXISTS (SELECT 1 FROM tenders_proposals_closing c WHERE c.tender_id = NEW.tender_id AND c.seq = NEW.seq)"
DISAGREES = {
    "open": CLOSED,
    "closed": f"NOT ({CLOSED} OR {OLD.format(stamp='received_at')}) AND NEW.incident_id IS NULL",
    "either": "0",
}
STAGED_THEN = (
    "EXISTS (SELECT 1 FROM tenders_proposals_bundle b WHERE b.id = NEW.bundle_id AND b.staged_at = NEW.received_at)"
)


def _judged(table: str, closing: str, stamp: str = "received_at") -> Guard:
    """`closing`: the row needs the deadline row to be `open` (no closing row), `closed`, or `either`."""
    name = f"{table}_judged"
    outside = f"NEW.{stamp} > strftime('%Y-%m-%d %H:%M:%f', 'now', '+0.001 seconds')"
    if closing != "closed":
        outside += f" OR {OLD.format(stamp=stamp)}"
    if table == RECEIPT:
        outside = f"CASE NEW.kind WHEN 'AUTO' THEN NOT {STAGED_THEN} ELSE {outside} END"
    return Guard(
        name=name,
        table=table,
        postgres=JUDGE
        + f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table} "
        + f"FOR EACH ROW EXECUTE FUNCTION tenders_proposals_judge('{closing}');",
        sqlite=f"""
CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN
    SELECT RAISE(ABORT, '{table}: the stamp is not within 60 s before the clock')
    WHERE {outside};
    SELECT RAISE(ABORT, '{table}: the row does not name the deadline in force')
    WHERE NOT EXISTS (
        SELECT 1 FROM tenders_notices_deadline d
        WHERE d.tender_id = NEW.tender_id AND d.seq = NEW.seq AND d.closes_at = NEW.closes_at
        AND NOT EXISTS (SELECT 1 FROM tenders_notices_deadline h WHERE h.tender_id = d.tender_id AND h.seq > d.seq));
    SELECT RAISE(ABORT, '{table}: the row disagrees with the closing row') WHERE {DISAGREES[closing]};
END""",  # noqa: S608 - names of this module only, no data
    )


def _belongs(table: str) -> Guard:
    """The row's bundle is of its proposal and the proposal of its tender."""
    name = f"{table}_belongs"
    right = (
        "EXISTS (SELECT 1 FROM tenders_proposals_bundle b JOIN tenders_proposals_proposal p ON p.id = b.proposal_id "
        "WHERE b.id = NEW.bundle_id AND p.id = NEW.proposal_id AND p.tender_id = NEW.tender_id)"
    )
    return Guard(
        name=name,
        table=table,
        postgres=f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NOT {right} THEN
        RAISE EXCEPTION '{table}: bundle, proposal and tender do not belong together'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();""",
        sqlite=f"""
CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN NOT {right}
BEGIN SELECT RAISE(ABORT, '{table}: bundle, proposal and tender do not belong together'); END""",
    )


OPENING_FINAL = Guard(
    name="tenders_proposals_opening_final",
    table="tenders_proposals_opening",
    postgres="""
CREATE OR REPLACE FUNCTION tenders_proposals_opening_final() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.opened_at IS NOT NULL THEN
        RAISE EXCEPTION 'an opening that took place is final' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER tenders_proposals_opening_final BEFORE UPDATE ON tenders_proposals_opening
    FOR EACH ROW EXECUTE FUNCTION tenders_proposals_opening_final();""",
    sqlite="""
CREATE TRIGGER tenders_proposals_opening_final BEFORE UPDATE ON tenders_proposals_opening WHEN OLD.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an opening that took place is final'); END""",
)

APPEND_ONLY = [
    "tenders_proposals_bundle",
    RECEIPT,
    WITHDRAWAL,
    REFUSAL,
    PROVISIONAL,
    "tenders_proposals_provisionaldecision",
    "tenders_proposals_reinstatement",
    "tenders_proposals_withdrawalnotice",
    "tenders_proposals_wish",
    CLOSING,
    "tenders_proposals_openedproposal",
]

GUARDS = [
    *[guard for table in APPEND_ONLY for guard in append_only(table)],
    _judged(RECEIPT, "open"),
    _judged(WITHDRAWAL, "open"),
    _judged(REFUSAL, "either"),
    _judged(PROVISIONAL, "closed"),
    _judged(CLOSING, "open", stamp="closed_at"),
    _belongs(RECEIPT),
    _belongs(REFUSAL),
    _belongs(PROVISIONAL),
    OPENING_FINAL,
]
