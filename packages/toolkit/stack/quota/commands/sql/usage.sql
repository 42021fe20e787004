-- Computes the usage in all periods that begin in a month (UTC), by tenant, limit and plan, from an export of the usage table
-- to S3. Parameter: the month, such as '2026-11'.
-- Athena can run this query as it is. In DuckDB, run duckdb.sql first.
WITH ledgers AS (
  SELECT
    replace(replace(split_part(item.pk.s, '#', 2), '%23', '#'), '%25', '%') AS tenant,
    coalesce(item.name.s, replace(replace(split_part(item.pk.s, '#', 3), '%23', '#'), '%25', '%')) AS limit_id,
    coalesce(item.plan.s, '') AS plan_id,
    -- A shard's partition begins with the partition of its ledger. A shard has no separate plan.
    CASE WHEN split_part(item.pk.s, '#', 5) LIKE 'S%' THEN 0 ELSE 1 END AS ledger,
    item.closed.n IS NOT NULL AS closed,
    CAST(item.used.n AS BIGINT) AS used,
    CAST(item."out".n AS BIGINT) AS outstanding
  FROM usage_export
  WHERE item.pk.s LIKE 'Q#%' AND item.sk.s LIKE concat('P#', ?, '%')
)
SELECT
  tenant,
  limit_id AS "limit",
  plan_id AS plan,
  sum(ledger) AS ledgers,
  sum(CASE WHEN closed THEN 0 ELSE ledger END) AS not_closed,
  sum(used) AS used,
  sum(used + outstanding) AS charged,
  sum(CASE WHEN closed THEN outstanding ELSE 0 END) AS lost
FROM ledgers
GROUP BY tenant, limit_id, plan_id
