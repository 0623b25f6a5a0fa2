-- Sets up SQL reports in the database of Trackly: two roles, what they may read, and what nobody but Trackly may call.
-- Safe to run again. Trackly runs it by itself where it may make roles; elsewhere an administrator of the
-- server runs it with psql, in that database. What needs a superuser is left out, with a notice, when there is none.
BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_catalog.pg_advisory_xact_lock(7211, -2);

-- {reader} reads, with a password of its own; {owner} owns the views and nobody logs in as it.
DO $setup$
DECLARE
    super boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    above text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') THEN
        CREATE ROLE {owner} NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{reader}') THEN
        CREATE ROLE {reader} LOGIN NOINHERIT;
    END IF;
    IF current_setting('server_version_num')::integer >= 170000 THEN
        ALTER ROLE {reader} SET transaction_timeout = '10min';
    END IF;
    IF super THEN
        ALTER ROLE {owner} NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEDB NOCREATEROLE NOLOGIN INHERIT;
        ALTER ROLE {reader} NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEDB NOCREATEROLE NOINHERIT;
        FOR above IN SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = '{reader}'::regrole LOOP
            EXECUTE 'REVOKE ' || above || ' FROM {reader}';
        END LOOP;
        ALTER ROLE {reader} SET temp_file_limit = '{temp_file_limit}';
    ELSE
        RAISE NOTICE 'temp_file_limit of {reader} is left as it is: only a superuser sets it';
        GRANT {owner} TO {app};
        GRANT CREATE ON SCHEMA reporting TO {owner};
    END IF;
END $setup$;
ALTER ROLE {reader} LOGIN CONNECTION LIMIT {connections} PASSWORD '{verifier}';
GRANT {reader} TO {owner};
{settings}

-- The views and their functions belong to {owner}, which may read the columns that they show, and no others.
GRANT USAGE ON SCHEMA public TO {owner};
GRANT USAGE ON SCHEMA reporting TO {owner}, {reader}, {app};
{columns}
GRANT SELECT, DELETE, UPDATE (backend_pid, backend_start, attached_at) ON public.sandbox_run TO {owner};
DO $setup$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT c.oid::regclass::text AS name FROM pg_class c
               WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v' LOOP
        EXECUTE format('ALTER VIEW %s OWNER TO {owner}', one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
               WHERE p.pronamespace = 'reporting'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', one.name);
    END LOOP;
END $setup$;

-- Nobody else has a right on them.
DO $setup$
DECLARE
    one record;
BEGIN
    SET LOCAL ROLE {owner};
    FOR one IN SELECT c.oid::regclass::text AS name, coalesce(nullif(g.grantee, 0)::regrole::text, 'PUBLIC') AS grantee
               FROM pg_class c, aclexplode(c.relacl) g
               WHERE c.relnamespace = 'reporting'::regnamespace AND g.grantee <> c.relowner LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', one.name, one.grantee);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure::text AS name,
                      coalesce(nullif(g.grantee, 0)::regrole::text, 'PUBLIC') AS grantee
               FROM pg_proc p, aclexplode(p.proacl) g
               WHERE p.pronamespace = 'reporting'::regnamespace AND g.grantee <> p.proowner LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', one.name, one.grantee);
    END LOOP;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA reporting FROM PUBLIC;
    RESET ROLE;
    FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
               WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
                 AND p.proowner = (SELECT r.oid FROM pg_roles r WHERE r.rolname = {app_text}) LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one.name);
    END LOOP;
END $setup$;
SET ROLE {owner};
GRANT SELECT ON {views} TO {reader};
GRANT EXECUTE ON FUNCTION {functions} TO {reader};
GRANT EXECUTE ON FUNCTION reporting.end_run(bytea) TO {app};
RESET ROLE;

-- What everybody may do in a new database, and a reader of reports must not. Trackly itself keeps it.
GRANT TEMPORARY ON DATABASE {database} TO {app};
REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;
DO $setup$
DECLARE
    one record;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RAISE NOTICE 'functions of the system stay open to everybody: only a superuser takes them away';
        REVOKE CREATE ON SCHEMA reporting FROM {owner};
        REVOKE {owner} FROM {app};
        RETURN;
    END IF;
    FOR one IN SELECT p.oid::regprocedure::text AS name FROM pg_proc p
               WHERE p.prokind = 'f' AND p.proname ~ '{closed}' AND NOT EXISTS (
                   SELECT FROM pg_init_privs i WHERE i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass) LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', one.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {app}, {owner}, pg_monitor', one.name);
    END LOOP;
    REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;
    GRANT USAGE ON LANGUAGE plpgsql, sql TO {app}, {owner};
END $setup$;

INSERT INTO public.sandbox_setup (id, fingerprint, done_at) VALUES (1, '{fingerprint}', now())
    ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, done_at = excluded.done_at;
COMMIT;
