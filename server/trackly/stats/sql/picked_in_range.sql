picked AS (
    SELECT DISTINCT issue_id FROM issue_change
    WHERE project_id = ANY(CAST(:staff AS bigint[])) AND status_after IS NOT NULL
      AND at >= CAST(:from_day AS date)::timestamptz - interval '15 hours'
      AND at < CAST(:to_day AS date)::timestamptz + interval '39 hours'
    UNION SELECT issue_id FROM visible
)
