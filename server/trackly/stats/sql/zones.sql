zones AS (
    SELECT p.id AS project_id, p.key AS project_key, p.timezone AS zone,
           CAST(:now AS timestamptz) AT TIME ZONE p.timezone AS local_now,
           (CAST(:now AS timestamptz) AT TIME ZONE p.timezone)::date AS today
    FROM project p
    WHERE p.id = ANY(CAST(:projects AS bigint[]))
)
