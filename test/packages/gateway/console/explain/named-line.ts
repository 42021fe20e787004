/** The line of a row that a story has to name, and whether it does. */
import assert from 'node:assert/strict';
import type { Asked } from '../../../../support/an-advised-project.ts';
import type { DecidingRow } from './deciding-rows.ts';

export function assertLineIsNamed(
  { sentences, changes, status, body }: Asked,
  row: Pick<DecidingRow, 'template' | 'status' | 'mark'> & { readonly file: string },
): void {
  const { template, file, mark = '# here' } = row;
  const isMeant = (text: string): boolean => text.endsWith(mark) || text.includes('"AWSManagedRules');
  const wanted = template
    .split('\n')
    .flatMap((text, index) => (isMeant(text) ? [`${file}:${index + 1}`] : []));
  const story = [...sentences, ...changes].join('\n');
  assert.equal(status, row.status, `${body}\n${story}`);
  assert.equal(wanted.length, 1);
  const named = [...story.matchAll(/[\w.]+:\d+/g)].map(([place]) => place);
  assert.ok(named.includes(wanted[0] ?? ''), `${String(wanted[0])} is not named in\n${story}`);
}
