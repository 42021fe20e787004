import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { runCommandHere } from '../../../../support/command-in-process.ts';

const TEMPLATE = `Resources:
  Slow:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 50000
  Graph: { Type: AWS::AppSync::GraphQLApi }
`;

describe('gatewright check', () => {
  let cwd = '';
  const folders: string[] = [];
  const write = (name: string, text: string): void => {
    writeFileSync(join(cwd, name), text);
  };
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'gatewright-check-'));
    folders.push(cwd);
    write('template.yaml', TEMPLATE);
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it('names place, reason, remedy and page of what AWS refuses, and exits with 1', async () => {
    const { code, stdout } = await runCommandHere(['check'], { cwd });

    assert.equal(code, 1);
    assert.match(
      stdout,
      /template\.yaml:5 Slow\.VisibilityTimeout: .*43200.*\[sqs-queue-visibilitytimeout\]/,
    );
    assert.match(stdout, /aws-resource-sqs-queue\.html#cfn-sqs-queue-visibilitytimeout/);
    assert.match(
      stdout,
      /1 finding that AWS refuses, 1 that AWS deploys but that behaves differently, 1 not checked/,
    );
  });

  it('lists a place once, with the resources that it touches, and each resource with --all', async () => {
    const functions = ['List', 'Show'].map(
      (name) => `  ${name}: { Type: AWS::Serverless::Function, Properties: { Handler: a.b, CodeUri: . } }`,
    );
    write(
      'template.yaml',
      `Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs12.x
Resources:
${functions.join('\n')}
`,
    );
    write('a.js', 'exports.b = async () => 1;');
    const merged = await runCommandHere(['check'], { cwd });
    const each = await runCommandHere(['check', '--all'], { cwd });

    assert.match(
      merged.stdout,
      /template\.yaml:4 Globals\.Function\.Runtime: .*\[old-runtime\]\n {4}for List, Show\n {4}→ /,
    );
    assert.match(merged.stdout, /: 1 finding that AWS refuses/);
    assert.equal(each.stdout.match(/\[old-runtime\]/g)?.length, 2);
    assert.match(each.stdout, /: 2 findings that AWS refuses/);
  });

  it('lists a cause once, with every place at which it is written', async () => {
    const queue = (name: string): string =>
      `  ${name}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Ref Missing\n`;
    write('template.yaml', `Resources:\n${queue('One')}${queue('Two')}`);
    const { stdout } = await runCommandHere(['check'], { cwd });

    assert.match(
      stdout,
      /template\.yaml:5 One\.QueueName: .*\[Missing\].*\n(?: {4}here: .*\n)? {4}also template\.yaml:9 Two\.QueueName\n/,
    );
    assert.match(stdout, /: 2 findings that AWS refuses/);
  });

  it('exits with 0 when the finding is accepted with a reason', async () => {
    write(
      'gatewright.yml',
      'check: { accept: [{ id: sqs-queue-visibilitytimeout, resource: Slow, reason: the queue exists }] }\n',
    );

    const { code, stdout } = await runCommandHere(['check', '--json'], { cwd });

    const { refused, findings } = JSON.parse(stdout) as {
      readonly refused: number;
      readonly findings: readonly { readonly id: string; readonly accepted?: string }[];
    };
    assert.equal(code, 0);
    assert.equal(refused, 0);
    assert.equal(
      findings.find(({ id }) => id === 'sqs-queue-visibilitytimeout')?.accepted,
      'the queue exists',
    );
  });

  it('says what an update of the deployed template would lose, and exits with 1 only for what AWS refuses', async () => {
    write('deployed.json', JSON.stringify({ Resources: { Orders: { Type: 'AWS::SQS::Queue' } } }));
    write('template.yaml', 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n');

    const lost = await runCommandHere(['check', '--against', 'deployed.json'], { cwd });
    write('template.yaml', 'Resources: { Orders: { Type: AWS::SNS::Topic } }\n');
    const refused = await runCommandHere(['check', '--against', 'deployed.json', '--json'], { cwd });

    assert.equal(lost.code, 0);
    assert.match(lost.stdout, /deployed\.json:1 Orders: .* its messages and its URL.*\[update-loses\]/);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /"id": ?"update-changes-type"/);
  });

  it('names an accepted finding that is gone', async () => {
    write('template.yaml', 'Resources: { Topic: { Type: AWS::SNS::Topic } }\n');
    write('gatewright.yml', 'check: { accept: [{ id: sqs-queue-visibilitytimeout, reason: old }] }\n');

    const { code, stderr } = await runCommandHere(['check'], { cwd });

    assert.equal(code, 0);
    assert.match(
      stderr,
      /gatewright\.yml:1: gatewright check no longer finds sqs-queue-visibilitytimeout, which this entry accepts/,
    );
  });

  for (const [name, text] of [
    ['without a reason', 'check: { accept: [{ id: quota }] }\n'],
    ['with an unknown member', 'check: { accept: [{ id: quota, reason: a, why: b }] }\n'],
    ['that is not in a list', 'check: { accept: quota }\n'],
  ] as const)
    it(`refuses an entry ${name}, by file and line`, async () => {
      write('gatewright.yml', text);

      const { code, stderr } = await runCommandHere(['check'], { cwd });

      assert.equal(code, 1);
      assert.match(stderr, /gatewright\.yml:1: /);
    });

  it('does not say that AWS refuses what osls cannot compile', async () => {
    rmSync(join(cwd, 'template.yaml'));
    write(
      'serverless.yml',
      "service: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  hello:\n    handler: a.b\n    events:\n      - schedule: 'rate(${self:custom.none})'\n",
    );

    const { code, stdout } = await runCommandHere(['check'], { cwd });

    assert.equal(code, 1);
    assert.match(stdout, /osls refuses\n {2}serverless\.yml:7 .*\[not-compiled\]/);
    assert.match(stdout, /1 finding that osls refuses, 0 findings that AWS refuses/);
    assert.doesNotMatch(stdout, /^AWS refuses$/m);
  });

  it('has a service read by the plug-in as it is at a deployment', async () => {
    rmSync(join(cwd, 'template.yaml'));
    write(
      'serverless.yml',
      "service: 'read-for-${env:GATEWRIGHT_READS_TEMPLATE}'\nprovider: { name: aws, runtime: nodejs22.x }\n",
    );

    const { stdout } = await runCommandHere(['check'], { cwd });

    assert.match(stdout, /read-for-check-dev: /);
  });

  it('fails when it could read no stack, because then it has checked nothing', async () => {
    rmSync(join(cwd, 'template.yaml'));
    write(
      'serverless.yml',
      "service: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  hello: { handler: a.b, environment: { X: '${env:NOT_SET_ANYWHERE}' } }\n",
    );

    const { code, stdout } = await runCommandHere(['check'], { cwd });

    assert.equal(code, 1);
    assert.match(stdout, /No stack could be read: 0 findings that AWS refuses/);
  });

  it('reports a template that cannot be parsed as refused', async () => {
    write('template.yaml', 'Resources:\n  A: [\n');

    const { code, stdout } = await runCommandHere(['check'], { cwd });

    assert.equal(code, 1);
    assert.match(stdout, /No stack could be read: 1 finding that AWS refuses/);
  });
});
