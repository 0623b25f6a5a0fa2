bounds AS (
    SELECT z.*, (local_now - interval '1 day') AT TIME ZONE zone AS same_minute,
           (today::timestamp AT TIME ZONE zone) AS midnight,
           ((today - 1)::timestamp AT TIME ZONE zone) AS midnight_before
    FROM zones z
)
