-- The table of an export to S3 in DynamoDB JSON: `aws dynamodb export-table-to-point-in-time --export-format DYNAMODB_JSON`.
-- Write bucket, prefix and the id of the export where it says so; each export needs a separate table.
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
