-- What each change did to its issue, for the issues in `picked`: the status and severity before it (s0, v0; null before
-- the issue was there) and after it (s1, v1; null once it was deleted). Changes of other fields are no steps.
marks AS (
    SELECT c.id, c.issue_id, c.issue_key, c.project_id, c.at, c.actor_id, c.type, c.status_after, c.severity_after,
           count(c.status_after) OVER w AS nth_status, count(c.severity_after) OVER w AS nth_severity
    FROM issue_change c JOIN picked USING (issue_id)
    WHERE c.id <= :through
      AND (c.status_after IS NOT NULL OR c.severity_after IS NOT NULL OR c.type = 'issue.deleted')
    WINDOW w AS (PARTITION BY c.issue_id ORDER BY c.at, c.id)
),
states AS (
    SELECT m.*,
           CASE WHEN type <> 'issue.deleted'
                THEN max(status_after) OVER (PARTITION BY issue_id, nth_status) END AS s1,
           CASE WHEN type <> 'issue.deleted'
                THEN max(severity_after) OVER (PARTITION BY issue_id, nth_severity) END AS v1
    FROM marks m
),
steps AS (
    SELECT id, issue_id, issue_key, project_id, at, actor_id, s1, v1,
           lag(s1) OVER w AS s0, lag(v1) OVER w AS v0
    FROM states
    WINDOW w AS (PARTITION BY issue_id ORDER BY at, id)
)
