"""What the database itself refuses about deadlines and public events, whoever writes to it."""

from coalition_portal.guards import Guard, append_only

DEADLINE = "tenders_notices_deadline"
CHANGE = "tenders_notices_change"

NEXT_DEADLINE = Guard(
    name="tenders_notices_deadline_next",
    table=DEADLINE,
    postgres=f"""
CREATE OR REPLACE FUNCTION tenders_notices_deadline_next() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NEW.closes_at <> date_trunc('second', NEW.closes_at) THEN
        RAISE EXCEPTION 'a deadline is a whole second, got %', NEW.closes_at
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM {DEADLINE} WHERE tender_id = NEW.tender_id) THEN
        RAISE EXCEPTION 'deadlines of a tender are numbered without gaps, got seq %', NEW.seq
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM {DEADLINE} WHERE tender_id = NEW.tender_id AND closes_at >= NEW.closes_at) THEN
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
CREATE OR REPLACE TRIGGER tenders_notices_deadline_next BEFORE INSERT ON {DEADLINE}
    FOR EACH ROW EXECUTE FUNCTION tenders_notices_deadline_next();
""",
    sqlite=f"""
CREATE TRIGGER tenders_notices_deadline_next BEFORE INSERT ON {DEADLINE}
BEGIN
    SELECT RAISE(ABORT, 'a deadline is a whole second')
        WHERE NEW.closes_at NOT GLOB
            '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]';
    SELECT RAISE(ABORT, 'deadlines of a tender are numbered without gaps')
        WHERE NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM {DEADLINE} WHERE tender_id = NEW.tender_id);
    SELECT RAISE(ABORT, 'a deadline only moves later')
        WHERE EXISTS (SELECT 1 FROM {DEADLINE} WHERE tender_id = NEW.tender_id AND closes_at >= NEW.closes_at);
    SELECT RAISE(ABORT, 'the tender is opened: its deadline stays')
        WHERE EXISTS (
            SELECT 1 FROM tenders_proposals_opening WHERE tender_id = NEW.tender_id AND opened_at IS NOT NULL
        );
END
""",
)

NEXT_CHANGE = Guard(
    name="tenders_notices_change_next",
    table=CHANGE,
    postgres=f"""
CREATE OR REPLACE FUNCTION tenders_notices_change_next() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM {CHANGE}) THEN
        RAISE EXCEPTION 'changes are numbered without gaps, got %', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER tenders_notices_change_next BEFORE INSERT ON {CHANGE}
    FOR EACH ROW EXECUTE FUNCTION tenders_notices_change_next();
""",
    sqlite=f"""
CREATE TRIGGER tenders_notices_change_next BEFORE INSERT ON {CHANGE}
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM {CHANGE})
BEGIN SELECT RAISE(ABORT, 'changes are numbered without gaps'); END
""",
)

GUARDS = [*append_only(DEADLINE), NEXT_DEADLINE, *append_only(CHANGE), NEXT_CHANGE]
