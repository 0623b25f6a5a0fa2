/* cycle */
SELECT * FROM (
    SELECT key, title, started_at, done_at, days, id FROM cycles WHERE days IS NOT NULL
    ORDER BY done_at DESC, id DESC LIMIT :limit
) latest ORDER BY done_at, id
