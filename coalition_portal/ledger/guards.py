from coalition_portal.guards import Guard, append_only

HEAD_GROWS = Guard(
    name="portal_ledger_head_grows_by_one",
    table="portal_ledger_head",
    postgres="""
CREATE OR REPLACE FUNCTION portal_ledger_head_grows_by_one() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF NEW.size <> OLD.size + 1 OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'the log head grows by one entry at a time, got % after %', NEW.size, OLD.size
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;
CREATE OR REPLACE TRIGGER portal_ledger_head_grows_by_one BEFORE UPDATE ON portal_ledger_head
    FOR EACH ROW EXECUTE FUNCTION portal_ledger_head_grows_by_one();
""",
    sqlite="""
CREATE TRIGGER portal_ledger_head_grows_by_one BEFORE UPDATE ON portal_ledger_head
WHEN NEW.size <> OLD.size + 1 OR NEW.recorded_at < OLD.recorded_at
BEGIN SELECT RAISE(ABORT, 'the log head grows by one entry at a time'); END
""",
)

GUARDS = [
    *append_only("portal_ledger_entry"),
    HEAD_GROWS,
    *[guard for guard in append_only("portal_ledger_head") if not guard.name.endswith("_no_update")],
]
