-- Defines the table of athena.sql for DuckDB, and the Athena functions that have other names in DuckDB.
-- The word "files" in braces is replaced by the path of the export's files, such as 'folder/data/*.json.gz'.
CREATE OR REPLACE MACRO json_extract_scalar(document, path) AS json_extract_string(document, path);
CREATE OR REPLACE MACRO json_format(document) AS CAST(document AS VARCHAR);
CREATE OR REPLACE MACRO json_array_get(list, place) AS json_extract(list, concat('$[', CAST(place AS VARCHAR), ']'));
CREATE OR REPLACE VIEW usage_export AS
SELECT "Item" AS item
FROM read_json(
  {files},
  format = 'newline_delimited',
  columns = {
    Item: 'STRUCT(
      pk STRUCT(S VARCHAR), sk STRUCT(S VARCHAR), doc STRUCT(S VARCHAR), name STRUCT(S VARCHAR), plan STRUCT(S VARCHAR),
      used STRUCT(N VARCHAR), "out" STRUCT(N VARCHAR), closed STRUCT(N VARCHAR)
    )'
  }
);
