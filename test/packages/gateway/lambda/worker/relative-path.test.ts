/** A function that reads a relative path: what the log says, in a thread and in a process. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { thisMachine } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { findPrograms } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const HANDLER = `
const { readFileSync } = require('node:fs');
exports.handler = async ({ queryStringParameters: { file } }) => ({ statusCode: 200, body: readFileSync(file, 'utf8') });
`;
const PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;
const PYTHON_HANDLER = `
def handler(event, context):
    with open(event['queryStringParameters']['file']) as file:
        return {'statusCode': 200, 'body': file.read()}
`;

const functionOf = (name: string, runtime = 'nodejs24.x') => ({
  Type: 'AWS::Serverless::Function',
  Properties: {
    Runtime: runtime,
    Handler: 'index.handler',
    CodeUri: 'src',
    FunctionName: name,
    Events: { Get: { Type: 'HttpApi', Properties: { Path: `/${name}`, Method: 'get' } } },
  },
});
const FILES = {
  'src/index.js': HANDLER,
  'src/index.py': PYTHON_HANDLER,
  'src/prices.json': '[7]',
  'src/package.json': '{}',
};

let started: StartedGateway;
before(async () => {
  started = await aGateway(
    {
      InThread: functionOf('thread'),
      InProcess: functionOf('process'),
      InPython: functionOf('python', 'python3.12'),
    },
    { isolation: ['process'] as never },
    FILES,
    { Transform: 'AWS::Serverless-2016-10-31' },
  );
});
after(() => started.close());

async function read(name: string, file: string): Promise<{ status: number; log: string }> {
  const from = started.lines.length;
  const { status } = await fetch(`${started.urlOf('http')}/${name}?file=${encodeURIComponent(file)}`);
  return { status, log: started.lines.slice(from).join('\n') };
}

describe('a relative path', () => {
  it('begins at the code of the function in a process, as on AWS', async () => {
    assert.equal((await read('process', 'prices.json')).status, 200);
  });

  it('starts from another folder in a thread, and the log says where the file is and how to read it', async () => {
    const { status, log } = await read('thread', 'prices.json');

    assert.equal(status, 500);
    assert.match(log, /ENOENT: no such file or directory, open 'prices\.json'/);
    assert.match(log, /Read path\.join\(process\.env\.LAMBDA_TASK_ROOT, 'prices\.json'\)/);
    assert.match(log, /--isolation process/);
  });

  for (const name of ['thread', 'process'])
    it(`to a missing file is explained by its beginning, in a ${name}`, async () => {
      const { status, log } = await read(name, 'gone.json');

      assert.equal(status, 500);
      assert.match(log, /gone\.json is a relative path, resolved from the folder of the function's code/);
    });

  it('to a missing file is explained in Python, too, if it begins as on AWS', { skip: PYTHON }, async () => {
    assert.equal((await read('python', 'prices.json')).status, 200);
    const { status, log } = await read('python', 'gone.json');

    assert.equal(status, 500);
    assert.match(log, /gone\.json is a relative path, resolved from the folder of the function's code/);
  });

  it('is not mentioned if the path is absolute', async () => {
    assert.doesNotMatch((await read('thread', '/nowhere/prices.json')).log, /is a relative path/);
  });
});
