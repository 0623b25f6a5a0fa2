-- What is in progress now, the oldest first by its first move to IN_PROGRESS.
WITH /* visible */,
/* known */,
aged AS (
    SELECT k.id, k.key, k.title, k.severity, k.priority, k.assignee_id, coalesce(b.at, k.status_since) AS started_at,
           (extract(epoch FROM CAST(:now AS timestamptz) - coalesce(b.at, k.status_since)) / 86400)::float8 AS days
    FROM known k
    LEFT JOIN LATERAL (
        SELECT min(c.at) AS at FROM issue_change c WHERE c.issue_id = k.id AND c.status_after = 'IN_PROGRESS'
    ) b ON true
    WHERE k.status = 'IN_PROGRESS'
)
SELECT n.total, n.past_p85, a.*, assignee.name AS assignee_name,
       coalesce(a.days > CAST(:p85 AS float8), false) AS past
FROM (
    SELECT count(*) AS total, count(*) FILTER (WHERE days > CAST(:p85 AS float8)) AS past_p85 FROM aged
) n
LEFT JOIN (SELECT * FROM aged ORDER BY days DESC, id LIMIT :limit) a ON true
LEFT JOIN user_account assignee ON assignee.id = a.assignee_id
ORDER BY a.days DESC, a.id
