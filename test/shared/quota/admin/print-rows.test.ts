import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printCsv } from '../../../../shared/quota/admin/print-rows.ts';

const OWASP = 'https://owasp.org/www-community/attacks/CSV_Injection';
const RFC = 'RFC 4180, section 2';

const CELLS: readonly {
  readonly name: string;
  readonly value: unknown;
  readonly cell: string;
  readonly source: string;
}[] = [
  ...['=', '+', '-', '@', '\t'].map((first) => ({
    name: `quotes a name that begins with ${JSON.stringify(first)} as text`,
    value: `${first}SUM(A1)`,
    cell: `'${first}SUM(A1)`,
    source: OWASP,
  })),
  { name: 'quotes a carriage return at the beginning', value: '\rA', cell: `"'\rA"`, source: OWASP },
  { name: 'leaves a negative number a number', value: -3, cell: '-3', source: 'the column usedDelta' },
  { name: 'encloses a comma in quotes', value: 'a,b', cell: '"a,b"', source: RFC },
  { name: 'doubles a quote', value: 'a"b', cell: '"a""b"', source: RFC },
  { name: 'writes an object as JSON', value: { fee: 1 }, cell: '"{""fee"":1}"', source: 'the column price' },
  { name: 'writes a flag', value: false, cell: 'false', source: 'the column replaced' },
  { name: 'leaves null empty', value: null, cell: '', source: 'the column key of an export in DuckDB' },
  { name: 'leaves an absent value empty', value: undefined, cell: '', source: 'the column key' },
];

describe('printCsv', () => {
  for (const { name, value, cell, source } of CELLS)
    it(name, () => assert.equal(printCsv(['c'], [{ c: value }], false), `${cell}\r\n`, source));

  it('prints the heading only on request', () => {
    assert.equal(printCsv(['a', 'b'], [{ b: 1 }], true), 'a,b\r\n,1\r\n');
  });
});
