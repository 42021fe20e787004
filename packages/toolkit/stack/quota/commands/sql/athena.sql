-- Defines the Athena table for an export of the usage table to S3, which this command creates:
-- `aws dynamodb export-table-to-point-in-time --export-format DYNAMODB_JSON`.
-- Replace BUCKET, PREFIX and EXPORT with the bucket, the prefix and the id of the export. Each export needs a table of its own.
CREATE EXTERNAL TABLE usage_export (
  item struct<
    pk: struct<s: string>,
    sk: struct<s: string>,
    doc: struct<s: string>,
    name: struct<s: string>,
    plan: struct<s: string>,
    used: struct<n: string>,
    `out`: struct<n: string>,
    closed: struct<n: string>
  >
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('case.insensitive' = 'true')
LOCATION 's3://BUCKET/PREFIX/AWSDynamoDB/EXPORT/data/'
TBLPROPERTIES ('has_encrypted_data' = 'false')
