/** Versions and aliases that a template names, although it creates none of the function. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-versions-'));
const FUNCTION = `
  Handler:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, Handler: index.handler, InlineCode: 'exports.handler = async () => ({})' }`;
const PUBLISHED = '\n  One: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref Handler } }';

/** Returns the findings about the resource Named as severity, property and line. */
async function examine(resources: string): Promise<readonly string[]> {
  const file = join(folder, 'template.yaml');
  writeFileSync(file, `Transform: AWS::Serverless-2016-10-31\nResources:${resources}\n`);
  const { findings } = await examineStacks([file], {
    stage: 'dev',
    region: 'us-east-1',
    accountId: '123456789012',
    parameters: {},
    environment: {},
    directory: folder,
  });
  return findings
    .filter(({ resource }) => resource === 'Named')
    .map(({ severity, property }) => `${severity} ${property}`);
}

// Lambda developer guide, "Manage Lambda function versions": a number is assigned when a version is published.
describe('a version that the template does not publish', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [properties, property] of [
    [
      "AWS::Lambda::Alias, Properties: { FunctionName: !Ref Handler, Name: live, FunctionVersion: '1' }",
      'FunctionVersion',
    ],
    [
      "AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: !Ref Handler, Qualifier: '1', MaximumRetryAttempts: 0 }",
      'Qualifier',
    ],
    [
      "AWS::Lambda::Permission, Properties: { FunctionName: !Sub '${Handler.Arn}:1', Action: lambda:InvokeFunction, Principal: s3.amazonaws.com }",
      'FunctionName',
    ],
  ] as const)
    it(`is told at ${property} of ${properties.split(',')[0] ?? ''}, but not refused, because it may exist already`, async () => {
      const named = `\n  Named: { Type: ${properties} }`;
      assert.deepEqual(await examine(`${FUNCTION}${named}`), [`unchecked ${property}`]);
      assert.deepEqual(await examine(`${FUNCTION}${PUBLISHED}${named}`), []);
    });

  const alias =
    "AWS::Lambda::Alias, Properties: { FunctionName: !Ref Handler, Name: live, FunctionVersion: '$LATEST' }";
  // serverless/serverless#11053: "Cannot find alias arn".
  for (const [properties, property] of [
    [
      "AWS::Lambda::Permission, Properties: { FunctionName: !Sub '${Handler}:nope', Action: lambda:InvokeFunction, Principal: s3.amazonaws.com }",
      'FunctionName',
    ],
    [
      "AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Sub '${Handler.Arn}:nope', EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:q' }",
      'FunctionName',
    ],
    [
      'AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: !Ref Handler, Qualifier: nope, MaximumRetryAttempts: 0 }',
      'Qualifier',
    ],
    [
      'AWS::Lambda::Url, Properties: { TargetFunctionArn: !Ref Handler, Qualifier: nope, AuthType: NONE }',
      'Qualifier',
    ],
  ] as const)
    it(`is told for an alias in ${property} of ${properties.split(',')[0] ?? ''}, and refused beside another alias`, async () => {
      const named = `\n  Named: { Type: ${properties} }`;
      const other = `\n  Live: { Type: ${alias} }`;
      const right = named.replace('nope', 'live').replace('Type:', 'DependsOn: Live, Type:');
      const ofName = async (resources: string): Promise<readonly string[]> =>
        (await examine(`${FUNCTION}${resources}`)).filter((finding) => finding.endsWith(` ${property}`));
      assert.deepEqual(await ofName(named), [`unchecked ${property}`]);
      assert.deepEqual(await ofName(`${other}${named}`), [`refused ${property}`]);
      assert.deepEqual(await ofName(`${other}${right}`), []);
    });
});
