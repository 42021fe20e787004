/** `serverless.yml` of the checkout, for a copy of the stack that has no examples next to it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../..');

/** Writes `serverless.yml` into `folder`, without the folders of the examples' access documents. */
export function copyStackDefinition(folder: string): void {
  const definition = readFileSync(join(CHECKOUT, 'serverless.yml'), 'utf8');
  writeFileSync(
    join(folder, 'serverless.yml'),
    definition.replace(/^ {2}accessFolders:\n(?: {4}- .*\n)+/m, ''),
  );
}
