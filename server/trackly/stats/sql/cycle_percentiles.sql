/* cycle */
SELECT count(days) AS issues, count(*) - count(days) AS without_start,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS p50,
       percentile_cont(0.85) WITHIN GROUP (ORDER BY days) AS p85,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY days) AS p95
FROM cycles
