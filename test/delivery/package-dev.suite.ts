/** The toolkit's stack in the stage of developers, and what packaging says to whoever asks wrongly. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageService } from '../../layers/package-service.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let output = '';
let resources: Readonly<Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>> = {};

describe('npm run package -- --stage dev', () => {
  before(async () => {
    output = await mkdtemp(join(tmpdir(), 'gatewright-package-'));
    const packaged = await packageService({ serviceDirectory: ROOT, stage: 'dev', outputDirectory: output });
    assert.equal(packaged.kind, 'packaged', JSON.stringify(packaged));
    const text = await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8');
    resources = (JSON.parse(text) as { Resources: typeof resources }).Resources;
  });
  after(() => rm(output, { recursive: true, force: true }));

  it('has the WebSocket API, without the logs for which an account needs a role', () => {
    const { Properties } = resources['WebsocketsDeploymentStage'] ?? {};
    assert.equal(Properties?.['AccessLogSettings'], undefined);
    assert.deepEqual(Properties?.['DefaultRouteSettings'], {
      ...{ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100, DetailedMetricsEnabled: true },
      // Whole messages in the log.
      ...{ LoggingLevel: 'OFF', DataTraceEnabled: false },
    });
  });

  it('shows one page of figures, of resources that there are', () => {
    const { DashboardBody: body } = resources['Dashboard']?.Properties as {
      DashboardBody: { 'Fn::Sub': string };
    };
    const { widgets } = JSON.parse(body['Fn::Sub']) as {
      widgets: readonly { properties: { metrics: readonly (readonly unknown[])[] } }[];
    };
    assert.equal(widgets.length, 6);
    assert.ok(widgets.every(({ properties }) => properties.metrics.length > 1));
    for (const [, name = ''] of body['Fn::Sub'].matchAll(/\$\{(\w+)[.}]/g))
      assert.ok(name in resources, name);
  });
});

describe('npm run package, asked wrongly', () => {
  for (const { given, expected } of [
    {
      given: ['--stage', 'nope'],
      expected: 'package: unknown stage "nope": serverless.yml has dev, test, prod',
    },
    {
      given: ['--stag', 'dev'],
      expected: "package: Unknown option '--stag'; usage: npm run package -- --stage STAGE",
    },
    { given: [], expected: 'package: --stage is missing; usage: npm run package -- --stage STAGE' },
  ])
    it(`says in one line what is wrong with "${given.join(' ')}"`, async () => {
      const cli = run(process.execPath, [join(ROOT, 'layers/package.ts'), ...given]);

      await assert.rejects(cli, { code: 1, stderr: `${expected}\n` });
    });
});
