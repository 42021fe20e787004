type Format = 'ndjson' | 'csv';

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

export function printNdjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * Returns CSV (RFC 4180).
 * @param withHeader true only for the first page, because the pages of an export form one table
 */
export function printCsv(columns: readonly string[], rows: readonly object[], withHeader: boolean): string {
  const lines = rows.map((row) => {
    const cells = new Map(Object.entries(row));
    return columns.map((column) => printCell(cells.get(column))).join(',');
  });
  return [...(withHeader ? [columns.join(',')] : []), ...lines].map((line) => `${line}\r\n`).join('');
}

/** Formats a cell of CSV. Attack: a spreadsheet executes a name that begins like a formula (CSV injection). */
function printCell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
