-- Computes the lines of a month's invoices from an export of the usage table to S3. The amounts are exactly the amounts of
-- `gatewright usage invoice`. Parameter: the month, such as '2026-11'.
-- Athena can run this query as it is. In DuckDB, run duckdb.sql first.
WITH written AS (
  SELECT
    item.pk.s AS pk,
    item.sk.s AS sk,
    item.doc.s AS doc
  FROM usage_export
  WHERE item.pk.s LIKE 'Q#%' AND item.sk.s LIKE 'U#%' AND json_extract_scalar(item.doc.s, '$.month') = ?
),
-- Records that were corrected. Only the newest version of each period counts. Few records have more than one version.
corrected AS (
  SELECT pk, substr(sk, 1, 26) AS period, max(sk) AS sk
  FROM written
  WHERE sk NOT LIKE '%#v000001'
  GROUP BY pk, substr(sk, 1, 26)
),
records AS (
  SELECT
    json_extract_scalar(doc, '$.month') AS month,
    json_extract_scalar(doc, '$.tenant') AS tenant,
    json_extract_scalar(doc, '$.currency') AS currency,
    json_extract_scalar(doc, '$.limit') AS limit_id,
    coalesce(json_extract_scalar(doc, '$.key'), '') AS key_id,
    coalesce(json_extract_scalar(doc, '$.route'), '') AS route,
    json_extract_scalar(doc, '$.plan') AS plan_id,
    json_format(json_extract(doc, '$.price')) AS price,
    CAST(json_extract_scalar(doc, '$.version') AS BIGINT) AS version,
    CAST(json_extract_scalar(doc, '$.used') AS BIGINT) AS used,
    CAST(json_extract_scalar(doc, '$.lost') AS BIGINT) AS lost,
    coalesce(CAST(json_extract_scalar(doc, '$.carried') AS BIGINT), 0) AS carried,
    coalesce(json_extract_scalar(doc, '$.replaced'), 'false') = 'true' AS replaced
  FROM written
  LEFT JOIN corrected ON corrected.pk = written.pk AND corrected.period = substr(written.sk, 1, 26)
  WHERE
    (corrected.sk IS NULL OR corrected.sk = written.sk)
    AND json_extract_scalar(doc, '$.currency') IS NOT NULL
),
prices AS (
  SELECT
    price,
    CAST(json_extract_scalar(price, '$.fee') AS DECIMAL(22, 12)) AS fee,
    CAST(json_extract_scalar(price, '$.included') AS BIGINT) AS included
  FROM (SELECT DISTINCT price FROM records) AS all_prices
),
-- The parts of which the price of a period consists: its fee is part 0, and each tier of units is another part. Units are
-- counted from the beginning of the period.
parts AS (
  SELECT price, 0 AS part, fee, included, 0 AS lower_bound, 0 AS upper_bound, CAST('0' AS DECIMAL(22, 12)) AS unit_price
  FROM prices
  UNION ALL
  SELECT
    price,
    part,
    CAST('0' AS DECIMAL(22, 12)) AS fee,
    included,
    CASE
      WHEN part = 1 THEN included
      ELSE CAST(json_extract_scalar(json_array_get(json_extract(price, '$.tiers'), part - 2), '$.upTo') AS BIGINT)
    END AS lower_bound,
    coalesce(
      CAST(json_extract_scalar(json_array_get(json_extract(price, '$.tiers'), part - 1), '$.upTo') AS BIGINT),
      9007199254740991
    ) AS upper_bound,
    CAST(
      json_extract_scalar(json_array_get(json_extract(price, '$.tiers'), part - 1), '$.unitPrice') AS DECIMAL(22, 12)
    ) AS unit_price
  FROM prices
  CROSS JOIN (
    VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20)
  ) AS numbers (part)
  WHERE json_array_get(json_extract(price, '$.tiers'), part - 1) IS NOT NULL
),
lines AS (
  SELECT
    month,
    tenant,
    currency,
    limit_id,
    key_id,
    route,
    plan_id,
    records.price AS price,
    sum(CASE WHEN part = 0 THEN 1 ELSE 0 END) AS periods,
    sum(CASE WHEN part = 0 THEN used ELSE 0 END) AS used,
    sum(CASE WHEN part = 0 THEN least(used, greatest(0, included - carried)) ELSE 0 END) AS included,
    sum(CASE WHEN part = 0 THEN lost ELSE 0 END) AS lost,
    sum(CASE WHEN part = 0 THEN version - 1 ELSE 0 END) AS corrections,
    sum(
      CASE WHEN part = 0 AND NOT replaced THEN fee ELSE CAST('0' AS DECIMAL(22, 12)) END
      + CAST(greatest(0, least(carried + used, upper_bound) - greatest(carried, lower_bound)) AS DECIMAL(16, 0)) * unit_price
    ) AS exact_amount
  FROM records
  JOIN parts ON parts.price = records.price
  GROUP BY month, tenant, currency, limit_id, key_id, route, plan_id, records.price
),
-- Each line is rounded once, to the minor unit of its currency (ISO 4217), and a half is rounded up.
rounded AS (
  SELECT
    lines.*,
    CASE
      WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
        THEN CAST(round(exact_amount, 0) AS DECIMAL(38, 4))
      WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN CAST(round(exact_amount, 3) AS DECIMAL(38, 4))
      WHEN currency IN ('CLF', 'UYW') THEN CAST(round(exact_amount, 4) AS DECIMAL(38, 4))
      ELSE CAST(round(exact_amount, 2) AS DECIMAL(38, 4))
    END AS amount
  FROM lines
)
SELECT
  month,
  tenant,
  currency,
  limit_id AS "limit",
  nullif(key_id, '') AS "key",
  nullif(route, '') AS route,
  plan_id AS plan,
  periods,
  used,
  included,
  lost,
  corrections,
  amount
FROM rounded
