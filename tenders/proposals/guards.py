"""Triggers that make a late receipt and an early lateness refusal unrepresentable, whatever the program above does.

A judged row must name the deadline row in force, must not be stamped after the database's clock nor more than 60 s
before it, and must agree with the closing row. SQLite's clock has milliseconds, so its upper end has 1 ms of tolerance.
A receipt that the closing made because a company had asked for it is stamped with the instant of its staging instead.
A provisional row needs the closing row, except where a clock was in doubt or where its stamp is too old for a receipt:
whoever waited for longer than 60 s across the deadline is neither refused nor received.
A row names only what belongs together: one tender, proposal and version; a reinstatement has two people's words.
"""

from coalition_portal.guards import Guard, append_only

RECEIPT = "tenders_proposals_receipt"
WITHDRAWAL = "tenders_proposals_withdrawal"
REFUSAL = "tenders_proposals_refusal"
PROVISIONAL = "tenders_proposals_provisional"
CLOSING = "tenders_proposals_closing"
REINSTATEMENT = "tenders_proposals_reinstatement"
NOTICE = "tenders_proposals_withdrawalnotice"
WISH = "tenders_proposals_wish"
OPENED = "tenders_proposals_openedproposal"

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


def _belongs(table: str, right: str, fault: str) -> Guard:
    """A new row is written only where `right` holds, which speaks of it as NEW; else the refusal says `fault`."""
    name = f"{table}_belongs"
    return Guard(
        name=name,
        table=table,
        postgres=f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NOT ({right}) THEN
        RAISE EXCEPTION '{table}: {fault}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();""",
        sqlite=f"""
CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN NOT ({right})
BEGIN SELECT RAISE(ABORT, '{table}: {fault}'); END""",
    )


BUNDLE_OF_PROPOSAL = "SELECT 1 FROM tenders_proposals_bundle b WHERE b.proposal_id = NEW.proposal_id"
PROPOSAL_OF_TENDER = (
    "EXISTS (SELECT 1 FROM tenders_proposals_proposal p WHERE p.id = NEW.proposal_id AND p.tender_id = NEW.tender_id)"
)
OF_ONE_PROPOSAL = f"{PROPOSAL_OF_TENDER} AND EXISTS ({BUNDLE_OF_PROPOSAL} AND b.id = NEW.bundle_id)"
RECEIVED = "(SELECT bundle_id FROM tenders_proposals_receipt WHERE id = NEW.receipt_id)"
REINSTATED = "(SELECT bundle_id FROM tenders_proposals_reinstatement WHERE id = NEW.reinstatement_id)"
TAKES_BACK_ITS_OWN = (
    f"{PROPOSAL_OF_TENDER} AND EXISTS ({BUNDLE_OF_PROPOSAL} AND b.id = coalesce({RECEIVED}, {REINSTATED}))"
)
ACCEPTED_BY_TWO = (
    "EXISTS (SELECT 1 FROM tenders_proposals_provisional o "
    "WHERE o.id = NEW.provisional_id AND o.bundle_id = NEW.bundle_id AND o.act = 'SUBMIT') "
    "AND (SELECT count(*) FROM tenders_proposals_provisionaldecision w "
    "WHERE w.provisional_id = NEW.provisional_id AND w.accepted) >= 2"
)
OF_THE_DEADLINE_IN_FORCE = (
    "EXISTS (SELECT 1 FROM tenders_proposals_proposal p JOIN tenders_notices_deadline d ON d.tender_id = p.tender_id "
    "WHERE p.id = NEW.proposal_id AND d.seq = NEW.seq AND NOT EXISTS ("
    "SELECT 1 FROM tenders_notices_deadline h WHERE h.tender_id = d.tender_id AND h.seq > d.seq))"
)
NOT_TOGETHER = "bundle, proposal and tender do not belong together"
OF_ITS_OPENING = (
    "EXISTS (SELECT 1 FROM tenders_proposals_opening o WHERE o.id = NEW.opening_id AND o.tender_id = NEW.tender_id)"
)
BELONGS = {
    RECEIPT: (OF_ONE_PROPOSAL, NOT_TOGETHER),
    REFUSAL: (OF_ONE_PROPOSAL, NOT_TOGETHER),
    PROVISIONAL: (OF_ONE_PROPOSAL, NOT_TOGETHER),
    WITHDRAWAL: (TAKES_BACK_ITS_OWN, "what is taken back is of another proposal or tender"),
    REINSTATEMENT: (ACCEPTED_BY_TWO, "two people have not accepted the submission of this version"),
    NOTICE: (OF_THE_DEADLINE_IN_FORCE, "the row does not name the deadline in force"),
    WISH: (f"EXISTS ({BUNDLE_OF_PROPOSAL} AND b.id = NEW.bundle_id)", "the version is of another proposal"),
    OPENED: (f"{OF_ONE_PROPOSAL} AND {OF_ITS_OPENING}", "opening, bundle, proposal and tender do not belong together"),
}


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
    REINSTATEMENT,
    NOTICE,
    WISH,
    CLOSING,
    OPENED,
]

GUARDS = [
    *[guard for table in APPEND_ONLY for guard in append_only(table)],
    _judged(RECEIPT, "open"),
    _judged(WITHDRAWAL, "open"),
    _judged(REFUSAL, "either"),
    _judged(PROVISIONAL, "closed"),
    _judged(CLOSING, "open", stamp="closed_at"),
    *[_belongs(table, right, fault) for table, (right, fault) in BELONGS.items()],
    OPENING_FINAL,
]
