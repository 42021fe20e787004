import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { describeEnd, packageService } from '../../layers/package-service.ts';
import { anOslsService } from '../support/an-osls-service.ts';

const PROGRESS = 'Packaging gatewright for stage prod (us-east-1)\n';

describe('describeEnd', () => {
  const rows = [
    {
      what: 'the message behind the word Error, and no frame',
      ended: {
        exitCode: 1,
        output: `${PROGRESS}\n✖ Error:\nACCESS_API_UNPROTECTED: no document\n    at x.js:1:1\n`,
      },
      says: /^ACCESS_API_UNPROTECTED: no document$/,
    },
    {
      what: 'the last line if osls does not call it an error',
      ended: { exitCode: 1, output: `${PROGRESS}Killed: no memory is left\n\n` },
      says: /^Killed: no memory is left$/,
    },
    {
      what: 'that nothing is known if it was ended for lack of time',
      ended: { exitCode: null, signal: 'SIGTERM', output: PROGRESS },
      says: /^osls was stopped \(SIGTERM\) .* 10 minutes: try again when the machine is less busy/,
    },
    {
      what: 'the same if no signal is known',
      ended: { exitCode: null, output: PROGRESS },
      says: /^osls was stopped \(no signal\)/,
    },
    {
      what: 'that it printed nothing',
      ended: { exitCode: 1, output: '' },
      says: /^osls ended without an error message$/,
    },
  ] as const;
  for (const { what, ended, says } of rows)
    it(`says ${what}`, () => assert.match(describeEnd({ signal: null, ...ended }), says));
});

describe('packageService', () => {
  it('runs the osls of the service with stage and parameters, without AWS settings, and lists what it has created', async (t) => {
    using service = anOslsService(`
      for (const name of ['small.zip', 'large.json']) write(name, name === 'small.zip' ? 'z' : 'json');
      write('said.txt', JSON.stringify([process.argv.slice(2), process.env.AWS_PROFILE ?? 'none', process.env.FORM]));
    `);
    process.env['AWS_PROFILE'] = 'of-the-developer';
    t.after(() => delete process.env['AWS_PROFILE']);

    const packaged = await packageService({
      ...service.request,
      parameters: ['retention=7', 'name=shop'],
      environment: { FORM: 'cdk' },
    });

    const said = readFileSync(join(service.request.outputDirectory, 'said.txt'), 'utf8');
    const words = ['package', '--stage', 'prod', '--package', service.request.outputDirectory];
    const parameters = ['--param', 'retention=7', '--param', 'name=shop'];
    assert.deepEqual(JSON.parse(said), [[...words, ...parameters], 'none', 'cdk']);
    assert.deepEqual(packaged, {
      kind: 'packaged',
      artefacts: [
        { name: 'large.json', sizeBytes: 4 },
        { name: 'said.txt', sizeBytes: said.length },
        { name: 'small.zip', sizeBytes: 1 },
      ],
      notes: [],
    });
  });

  it('says why osls failed', async () => {
    using service = anOslsService("console.log('Error:\\nno role\\nsupport: none'); process.exit(1);");

    assert.deepEqual(await packageService(service.request), { kind: 'failed', message: 'no role' });
  });

  it('names the existing stages, without the section of defaults', async () => {
    using service = anOslsService('');

    assert.deepEqual(await packageService({ ...service.request, stage: 'default' }), {
      kind: 'failed',
      message: 'unknown stage "default"; the stages in serverless.yml are dev, prod',
    });
  });
});
