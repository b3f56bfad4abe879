"""What the database itself refuses about deadlines and public events, whoever writes to it."""

from coalition_portal.guards import Guard, append_only

NEXT_DEADLINE = Guard(
    name="tenders_notices_deadline_next",
    table="tenders_notices_deadline",
    postgres="""
CREATE OR REPLACE FUNCTION tenders_notices_deadline_next() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NEW.closes_at <> date_trunc('second', NEW.closes_at) THEN
        RAISE EXCEPTION 'a deadline is a whole second, got %', NEW.closes_at
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.seq <> (
        SELECT coalesce(max(seq), 0) + 1 FROM tenders_notices_deadline WHERE tender_id = NEW.tender_id
    ) THEN
        RAISE EXCEPTION 'deadlines of a tender are numbered without gaps, got seq %', NEW.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM tenders_notices_deadline WHERE tender_id = NEW.tender_id AND closes_at >= NEW.closes_at
    ) THEN
        RAISE EXCEPTION 'a deadline only moves later, got %', NEW.closes_at
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM tenders_proposals_opening WHERE tender_id = NEW.tender_id AND opened_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the tender is opened: its deadline stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER tenders_notices_deadline_next BEFORE INSERT ON tenders_notices_deadline
    FOR EACH ROW EXECUTE FUNCTION tenders_notices_deadline_next();
""",
    sqlite="""
CREATE TRIGGER tenders_notices_deadline_next BEFORE INSERT ON tenders_notices_deadline
BEGIN
    SELECT RAISE(ABORT, 'a deadline is a whole second')
        WHERE NEW.closes_at NOT GLOB
            '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]';
    SELECT RAISE(ABORT, 'deadlines of a tender are numbered without gaps')
        WHERE NEW.seq <> (
            SELECT coalesce(max(seq), 0) + 1 FROM tenders_notices_deadline WHERE tender_id = NEW.tender_id
        );
    SELECT RAISE(ABORT, 'a deadline only moves later')
        WHERE EXISTS (
            SELECT 1 FROM tenders_notices_deadline WHERE tender_id = NEW.tender_id AND closes_at >= NEW.closes_at
        );
    SELECT RAISE(ABORT, 'the tender is opened: its deadline stays')
        WHERE EXISTS (
            SELECT 1 FROM tenders_proposals_opening WHERE tender_id = NEW.tender_id AND opened_at IS NOT NULL
        );
END
""",
)

NEXT_CHANGE = Guard(
    name="tenders_notices_change_next",
    table="tenders_notices_change",
    postgres="""
CREATE OR REPLACE FUNCTION tenders_notices_change_next() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM tenders_notices_change) THEN
        RAISE EXCEPTION 'changes are numbered without gaps, got %', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER tenders_notices_change_next BEFORE INSERT ON tenders_notices_change
    FOR EACH ROW EXECUTE FUNCTION tenders_notices_change_next();
""",
    sqlite="""
CREATE TRIGGER tenders_notices_change_next BEFORE INSERT ON tenders_notices_change
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM tenders_notices_change)
BEGIN SELECT RAISE(ABORT, 'changes are numbered without gaps'); END
""",
)

GUARDS = [*append_only("tenders_notices_deadline"), NEXT_DEADLINE, *append_only("tenders_notices_change"), NEXT_CHANGE]
