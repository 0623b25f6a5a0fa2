-- The same figures without `daily_stats`: for the issues that a reporter may know of, and for projects whose rows are
-- of another zone.
WITH /* zones */,
/* visible */,
picked AS (
    SELECT DISTINCT issue_id FROM issue_change WHERE project_id = ANY(CAST(:live AS bigint[]))
    UNION SELECT issue_id FROM visible
),
/* steps */
/* day_deltas */
