/** The table of `deciding-lines.test.ts` for services of osls, each of which is served once for several rows. */
import { after, before, describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import { OF_OSLS } from './deciding-osls-rows.ts';
import { assertLineIsNamed } from './named-line.ts';
import type { AdvisedProject, ServedProject } from '../../../../support/an-advised-project.ts';

const OK = 'exports.handler = async () => ({ statusCode: 200 });';

describe('the line of the setting of serverless.yml that decided', () => {
  for (const rows of Map.groupBy(OF_OSLS, ({ template }) => template).values())
    describe(`in the service of ${rows[0]?.kind ?? ''}`, () => {
      let project: AdvisedProject;
      let served: ServedProject;
      before(async () => {
        const [{ template, files = {} }] = rows as [(typeof rows)[number]];
        project = anAdvisedProject('serverless.yml', { 'serverless.yml': template, 'auth.js': OK, ...files });
        served = await project.serve();
      });
      after(async () => {
        await served[Symbol.asyncDispose]();
        project[Symbol.dispose]();
      });

      for (const row of rows)
        it(`is named: ${row.kind}`, async () => {
          assertLineIsNamed(await served.ask(row.request), { ...row, file: 'serverless.yml' });
        });
    });
});
