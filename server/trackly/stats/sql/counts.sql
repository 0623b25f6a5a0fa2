count(*) FILTER (WHERE s0 IS NULL AND s1 IS NOT NULL) AS created,
count(*) FILTER (WHERE s1 = 'TRIAGED' AND s0 IS DISTINCT FROM 'TRIAGED') AS triaged,
count(*) FILTER (WHERE s1 = 'IN_PROGRESS' AND s0 IS DISTINCT FROM 'IN_PROGRESS') AS started,
count(*) FILTER (WHERE s1 = 'DONE' AND s0 IS DISTINCT FROM 'DONE') AS done,
count(*) FILTER (WHERE s0 = 'DONE' AND s1 <> 'DONE') AS reopened,
count(*) FILTER (WHERE s1 = 'OPEN') - count(*) FILTER (WHERE s0 = 'OPEN') AS in_open,
count(*) FILTER (WHERE s1 = 'TRIAGED') - count(*) FILTER (WHERE s0 = 'TRIAGED') AS in_triaged,
count(*) FILTER (WHERE s1 = 'IN_PROGRESS') - count(*) FILTER (WHERE s0 = 'IN_PROGRESS') AS in_progress,
count(*) FILTER (WHERE s1 = 'DONE') - count(*) FILTER (WHERE s0 = 'DONE') AS in_done,
count(*) FILTER (WHERE s1 <> 'DONE' AND v1 = 'LOW') - count(*) FILTER (WHERE s0 <> 'DONE' AND v0 = 'LOW') AS open_low,
count(*) FILTER (WHERE s1 <> 'DONE' AND v1 = 'MEDIUM')
    - count(*) FILTER (WHERE s0 <> 'DONE' AND v0 = 'MEDIUM') AS open_medium,
count(*) FILTER (WHERE s1 <> 'DONE' AND v1 = 'HIGH')
    - count(*) FILTER (WHERE s0 <> 'DONE' AND v0 = 'HIGH') AS open_high,
count(*) FILTER (WHERE s1 <> 'DONE' AND v1 = 'CRITICAL')
    - count(*) FILTER (WHERE s0 <> 'DONE' AND v0 = 'CRITICAL') AS open_critical
