-- Of the projects where the reader is a reporter, the issues that they may know of (found by the issues' own predicate).
visible AS (
    SELECT unnest(CAST(:visible AS bigint[])) AS issue_id
)
