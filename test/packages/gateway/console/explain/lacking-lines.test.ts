/**
 * A remedy that adds a setting has the line to which the setting has to be added, so that the reader finds the place in
 * the own file: the resource, the section of Globals, or the part of the provider.
 */
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import { LACKING, LACKING_OSLS } from './lacking-rows.ts';
import { assertLineIsNamed } from './named-line.ts';
import { OK } from './deciding-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

async function assertRow(row: DecidingRow, file: string): Promise<void> {
  const { template, code = OK, request, status } = row;
  using project = anAdvisedProject(file, { [file]: template, 'index.js': code, 'auth.js': OK });
  assertLineIsNamed(await project.ask(request), { template, file, status });
}

describe('the line to which a remedy adds a setting', () => {
  for (const row of LACKING)
    it(`is named: ${row.kind}`, async () => {
      await assertRow(row, 'template.yaml');
    });

  for (const row of LACKING_OSLS)
    it(`is named in serverless.yml: ${row.kind}`, async () => {
      await assertRow(row, 'serverless.yml');
    });
});
