-- What the setup needs to know of the database, in one row.
SELECT d.datname AS database, d.oid::bigint AS oid, current_user::text AS app,
       current_setting('server_version_num')::integer AS version,
       me.rolsuper AS superuser, me.rolsuper OR me.rolcreaterole AS may_make_roles,
       (SELECT s.fingerprint FROM sandbox_setup s) AS fingerprint,
       (SELECT s.password FROM sandbox_setup s) AS sealed,
       (SELECT count(*) FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
        WHERE c.relnamespace = to_regnamespace('reporting') AND c.relkind = 'v'
          AND o.rolname = 'trackly_reporting_' || d.oid) AS views,
       (SELECT count(*) FROM pg_class c, pg_roles reader
        WHERE c.relnamespace = to_regnamespace('reporting') AND c.relkind = 'v'
          AND reader.rolname = 'trackly_report_' || d.oid AND reader.rolcanlogin
          AND has_table_privilege(reader.oid, c.oid, 'SELECT')) AS readable
FROM pg_database d, pg_roles me
WHERE d.datname = current_database() AND me.rolname = current_user
