/** The toolkit's stack in the stage of developers, and the errors of packaging. */
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
type Resource = { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> };
let resources: Readonly<Record<string, Resource>> = {};
let outputs: Readonly<Record<string, { readonly Export?: { readonly Name: string } }>> = {};
const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, resource]) => resource.Type === type);

describe('npm run package -- --stage dev', () => {
  before(async () => {
    output = await mkdtemp(join(tmpdir(), 'gatewright-package-'));
    const packaged = await packageService({
      serviceDirectory: ROOT,
      stage: 'dev',
      outputDirectory: output,
      // Docs: operating.md, "Rolling out the authorizers".
      parameters: ['authorizerVersions=true', 'previousRequestAuthorizer=41', 'previousWeight=0.9'],
    });
    assert.equal(packaged.kind, 'packaged', JSON.stringify(packaged));
    const text = await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8');
    const template = JSON.parse(text) as { Resources: typeof resources; Outputs: typeof outputs };
    resources = template.Resources;
    outputs = template.Outputs;
  });
  after(() => rm(output, { recursive: true, force: true }));

  it('has the WebSocket API, without the logs for which an account needs a role', () => {
    const { Properties } = resources['WebsocketsDeploymentStage'] ?? {};
    assert.equal(Properties?.['AccessLogSettings'], undefined);
    assert.deepEqual(Properties?.['DefaultRouteSettings'], {
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 100,
      DetailedMetricsEnabled: true,
      // Whole messages in the log.
      LoggingLevel: 'OFF',
      DataTraceEnabled: false,
    });
  });

  it('gives versions and an alias only to the authorizers, with the weight of the previous version', () => {
    const versions = ofType('AWS::Lambda::Version').map(([id]) => id);
    const aliases = ofType('AWS::Lambda::Alias');

    assert.equal(versions.length, 2);
    assert.deepEqual(
      aliases.map(([, { Properties }]) => [Properties['Name'], Properties['RoutingConfig'] !== undefined]),
      [
        ['live', false],
        ['live', true],
      ],
    );
    for (const [, { Properties }] of aliases)
      assert.ok(versions.some((id) => JSON.stringify(Properties['FunctionVersion']).includes(id)));
    assert.match(JSON.stringify(aliases[1]?.[1].Properties['RoutingConfig']), /"41".*0\.9/);
    const exported = Object.values(outputs).map((one) => one.Export?.Name);
    for (const name of ['TokenAuthorizerLiveArn', 'RequestAuthorizerLiveArn'])
      assert.ok(exported.includes(`gatewright-dev-${name}`), exported.join(' '));
  });

  it('shows one page of figures about existing resources', () => {
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
      expected: 'package: unknown stage "nope"; the stages in serverless.yml are dev, test, prod',
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
