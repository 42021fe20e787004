/** Events that name an alias, as API Gateway and event sources hand them over. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { aFolder, aFolderFunction, anInlineFunction, returned, startRuntime } from '../start-runtime.ts';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import {
  type FindVersion,
  withVersion,
} from '../../../../../packages/gateway/lambda/invocation/invoked-version.ts';
import type { Invocation } from '../../../../../packages/gateway/core/ports.ts';
import type { FunctionRuntimeOptions } from '../../../../../packages/gateway/lambda/runtime-options.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:told';
const EVENT: Invocation = { functionName: 'told', payload: '{}', timeoutMs: 30_000, traceHeader: '' };
const find: FindVersion = (_, qualifier) =>
  qualifier === 'live' ? { arn: `${ARN}:live`, version: '7' } : undefined;

describe('withVersion', () => {
  const unchanged: readonly (readonly [what: string, event: Invocation])[] = [
    ['names the function itself', EVENT],
    ['has an alias that its stage variables leave empty', { ...EVENT, qualifier: '' }],
    ['names what no stack makes', { ...EVENT, qualifier: 'beta' }],
    [
      'has its version from a caller of Invoke',
      {
        ...EVENT,
        qualifier: 'live',
        options: {
          clientContext: undefined,
          onLine: undefined,
          invoked: { arn: `${ARN}:live`, version: '1' },
        },
      },
    ],
  ];
  for (const [what, event] of unchanged)
    it(`does not change an event that ${what}`, () => assert.equal(withVersion(event, find), event));

  it('keeps what a caller requests in addition to the version', () => {
    const options = { clientContext: '{"a":1}', onLine: undefined };

    const event = withVersion({ ...EVENT, qualifier: 'live', options }, find);

    assert.deepEqual(event.options, { ...options, invoked: { arn: `${ARN}:live`, version: '7' } });
  });
});

// Source: Lambda developer guide, "Using the Lambda context object to retrieve Node.js function information"
describe('a function that is called by its alias', () => {
  const kinds: readonly Pick<FunctionRuntimeOptions, 'isolation'>[] = [{}, { isolation: 'process' }];
  for (const { isolation } of kinds) {
    const where = isolation === undefined ? 'a thread' : 'a process';
    it(`gets version and ARN in ${where}, and its caller gets the version`, async () => {
      const source = `exports.handler = async (_, { functionVersion, invokedFunctionArn }) => [functionVersion, invokedFunctionArn]`;
      const options = { findVersion: find, isolation };
      const { runtime } = await startRuntime([anInlineFunction('told', source)], options);

      const result = await runtime.invoke({ ...EVENT, qualifier: 'live' });
      const plain = await runtime.invoke(EVENT);

      assert.deepEqual(returned(result), ['7', `${ARN}:live`]);
      assert.equal('executedVersion' in result && result.executedVersion, '7');
      assert.deepEqual(returned(plain), ['$LATEST', ARN]);
      assert.equal('executedVersion' in plain, false);
    });
  }

  const noPython = findPrograms(thisMachine(), /^python3$/).length === 0 && 'python3 is not installed';
  it('reads both in Python', { skip: noPython }, async () => {
    const source =
      'def handler(_, context):\n  return [context.function_version, context.invoked_function_arn]\n';
    const folder = aFolder({ 'app.py': source });
    const definition = aFolderFunction(folder, 'app.handler', { runtime: 'python3.13', name: 'told' });
    const { runtime } = await startRuntime([definition], { findVersion: find });

    assert.deepEqual(returned(await runtime.invoke({ ...EVENT, qualifier: 'live' })), ['7', `${ARN}:live`]);
    const plain = returned(await runtime.invoke(EVENT));
    assert.deepEqual(plain, ['$LATEST', definition.arn]);
  });

  it('reads both if it streams', async () => {
    const source = `exports.handler = awslambda.streamifyResponse(async (_, stream, { functionVersion, invokedFunctionArn }) => {
      stream.write(functionVersion + ' ' + invokedFunctionArn); stream.end() })`;
    const { runtime } = await startRuntime([anInlineFunction('told', source)], { findVersion: find });

    const start = await runtime.stream({ ...EVENT, qualifier: 'live', idleMs: 30_000 });

    assert.equal(start.kind, 'streams');
    const parts: Buffer[] = [];
    for await (const part of start.body) parts.push(part);
    assert.equal(Buffer.concat(parts).toString(), `7 ${ARN}:live`);
  });
});
