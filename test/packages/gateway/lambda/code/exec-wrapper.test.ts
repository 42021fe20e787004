/**
 * A function whose wrapper is in a layer that is not on this machine (docs: AWS_LAMBDA_EXEC_WRAPPER, runtimes-modify).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findExecWrapper } from '../../../../../packages/gateway/lambda/code/exec-wrapper.ts';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const ARN = 'arn:aws:lambda:us-east-1:753240598075:layer:LambdaAdapterLayerX86:25';

describe('the wrapper of a function', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-layer-'));
  writeFileSync(join(folder, 'bootstrap'), '');
  after(() => rmSync(folder, { recursive: true }));
  const here = { arn: 'arn:here', directory: folder };
  const absent = { arn: ARN, directory: undefined };

  for (const [wrapper, layers, found] of [
    [undefined, [absent], undefined],
    ['', [absent], undefined],
    ['/var/task/start.sh', [absent], { kind: 'found', file: '/var/task/start.sh' }],
    ['/opt/bootstrap', [here, absent], { kind: 'found', file: join(folder, 'bootstrap') }],
    ['/opt/other', [here, absent], { kind: 'elsewhere', path: '/opt/other', layers: [ARN] }],
    ['/opt/other', [here], { kind: 'missing', path: '/opt/other' }],
    ['/opt/other', [], { kind: 'missing', path: '/opt/other' }],
  ] as const)
    it(`is ${found?.kind ?? 'absent'}: ${wrapper ?? 'no variable'}, ${layers.map(({ arn }) => arn).join()}`, () => {
      const environment = wrapper === undefined ? {} : { AWS_LAMBDA_EXEC_WRAPPER: wrapper };
      assert.deepEqual(findExecWrapper({ environment, layers: [...layers] }), found);
    });
});

const template = (runtime: string, handler: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: ${handler}
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: /opt/bootstrap } }
      Layers: ['${ARN}']
      Events: { Root: { Type: HttpApi, Properties: { Path: /, Method: GET } } }
`;

const FILES = {
  'run.sh': 'exec node server.js\n',
  'app.mjs': "export const main = async () => ({ statusCode: 200, body: 'ran' });\n",
  'app.py': "def main(event, context):\n    return {'statusCode': 200, 'body': 'ran'}\n",
};

describe('a function whose wrapper is in a layer that is not on this machine', () => {
  for (const runtime of ['nodejs22.x', 'python3.13']) {
    // Wrappers of observability tools (/opt/otel-handler, /opt/datadog_wrapper) start the handler that the function
    // has.
    it(`runs its handler without the wrapper: ${runtime}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        ...FILES,
        'template.yaml': template(runtime, 'app.main'),
      });
      const { status, body } = await project.ask();
      assert.deepEqual({ status, body }, { status: 200, body: 'ran' });
    });

    // aws-samples/serverless-patterns, apigw-rest-api-lambda-python-response-streaming
    it(`is explained if only the wrapper can start its handler: ${runtime}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        ...FILES,
        'template.yaml': template(runtime, 'run.sh'),
      });
      const { status, sentences, changes } = await project.ask();
      assert.equal(status, 500);
      const why = `on AWS, AWS_LAMBDA_EXEC_WRAPPER (/opt/bootstrap) starts the handler; this wrapper is in a layer that is not on this machine: ${ARN}`;
      assert.ok(sentences.join('\n').includes(why), sentences.join('\n'));
      assert.deepEqual(changes, [
        'Start the program of the function Main yourself, and call it directly: the gateway cannot run it without the layer.',
      ]);
    });
  }
});
