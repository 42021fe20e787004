/**
 * Reads a file of API keys for ImportApiKeys.
 * @see API Gateway developer guide, "API Gateway API key file format"
 */
import { badRequest } from '../../control-error.ts';

type KeyRow = {
  /** The number of the line on which the row begins, counted from 1. */
  readonly line: number;
  readonly name: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly enabled: boolean;
  readonly planIds: readonly string[];
};

const COLUMNS = ['name', 'key', 'description', 'enabled', 'usageplanids'];
/** The maximum number of rows. An account may have no more keys than this. */
const MAX_ROWS = 10_000;

/** @throws ControlError BadRequestException for a file that is not CSV, has wrong columns or has too many rows */
export function readKeyFile(text: string): readonly KeyRow[] {
  const [header, ...rows] = splitCsv(text);
  const columns = (header?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  if (!columns.includes('name') || !columns.includes('key'))
    throw badRequest(
      `The header of the file has no column ${columns.includes('name') ? 'key' : 'name'}; it must have the columns name and key`,
    );
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined)
    throw badRequest(
      `Unrecognized column in the header: ${unknown.slice(0, 100)}; remove it, or use one of ${COLUMNS.join(', ')}`,
    );
  if (rows.length > MAX_ROWS)
    throw badRequest(`The file has ${rows.length} keys; at most ${MAX_ROWS} can be imported at once`);
  return rows.flatMap(({ line, cells }) => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const of = (column: string): string => cells[columns.indexOf(column)]?.trim() ?? '';
    const description = of('description');
    return [
      {
        line,
        name: of('name'),
        value: of('key'),
        description: description === '' ? undefined : description,
        enabled: of('enabled').toLowerCase() === 'true',
        planIds: of('usageplanids')
          .split(',')
          .map((id) => id.trim())
          .filter((id) => id !== ''),
      },
    ];
  });
}

type Row = { readonly line: number; readonly cells: string[] };

/** Splits CSV into rows of cells. Quoted cells may contain commas, line breaks and doubled quotes (RFC 4180). */
function splitCsv(text: string): readonly Row[] {
  const rows: Row[] = [];
  let row: Row = { line: 1, cells: [] };
  // Matches one cell and its end. Each match consumes at least one character, or is at the end.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const source = text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  for (let match = cell.exec(source); match !== null; match = cell.exec(source)) {
    row.cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    if (match[3] === '') return rows;
    row = { line: source.slice(0, cell.lastIndex).split('\n').length, cells: [] };
  }
  throw badRequest(`Line ${row.line} of the file is not valid CSV`);
}
