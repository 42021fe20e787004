import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuMs } from '../../../../support/cpu-time.ts';
import type { InputPolicy } from '../../../../../packages/base/aws/call-input.ts';
import { CallModel } from '../../../../../packages/gateway/kernel/calls/call-model.ts';
import { CLOUDWATCH_MODEL } from '../../../../../packages/gateway/kernel/calls/models/cloudwatch.ts';
import { COGNITO_IDP_MODEL } from '../../../../../packages/gateway/kernel/calls/models/cognito-idp.ts';
import { LAMBDA_MODEL } from '../../../../../packages/gateway/kernel/calls/models/lambda.ts';
import { LOGS_MODEL } from '../../../../../packages/gateway/kernel/calls/models/logs.ts';
import { SECRETSMANAGER_MODEL } from '../../../../../packages/gateway/kernel/calls/models/secretsmanager.ts';
import { SSM_MODEL } from '../../../../../packages/gateway/kernel/calls/models/ssm.ts';
import { STEPFUNCTIONS_MODEL } from '../../../../../packages/gateway/kernel/calls/models/stepfunctions.ts';
import { STS_MODEL } from '../../../../../packages/gateway/kernel/calls/models/sts.ts';

const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new Error(message),
  wrongType: (message) => new TypeError(message),
  readsTexts: true,
};
const MODEL = new CallModel(String.raw`
{"shape":"Name","type":"text","least":2,"most":4,"pattern":"[a-z]+"}
{"shape":"Secret","type":"text","most":4,"isHidden":true}
{"shape":"Tag","type":"object","required":["Key"],"members":{"Key":"Name","Tags":"TagList"}}
{"shape":"TagList","type":"list","most":2,"each":"Tag"}
{"shape":"NameList","type":"list","most":2,"each":"Name"}
{"operation":"Make","http":"POST /2015/things/{Name}/parts","required":["Name"],"members":{"Name":"Name uri","Size":"number querystring size","Kind":"text header X-Kind","Tags":"TagList","Names":"NameList","At":"time","Secret":"Secret"}}
{"operation":"Drop","http":"DELETE /2015/things/{Name}/","members":{"Name":"Name uri"}}
`);
const failed = (value: string, at: string, must: string): string =>
  `Value ${value} at '${at}' failed to satisfy constraint: Member must ${must}`;

describe('a model of calls', () => {
  const rows: { name: string; input: Record<string, unknown>; violations: readonly string[] }[] = [
    { name: 'a right call', input: { Name: 'abc', Size: 3, At: 'any' }, violations: [] },
    { name: 'a number as text', input: { Name: 'abc', Size: '3' }, violations: [] },
    { name: 'a missing member', input: {}, violations: [failed('null', 'name', 'not be null')] },
    {
      name: 'members of structures in lists, also within themselves',
      input: { Name: 'abc', Tags: [{ Key: 'ok' }, { Tags: [{ Key: 'LONG1' }] }] },
      violations: [
        failed('null', 'tags.2.member.key', 'not be null'),
        failed("'LONG1'", 'tags.2.member.tags.1.member.key', 'have length less than or equal to 4'),
      ],
    },
    {
      name: 'several violations, in the order of the model',
      input: { Name: 'A', Tags: [{ Key: 'ok' }, { Key: 'ok' }, { Key: 'ok' }] },
      violations: [
        failed("'A'", 'name', 'satisfy regular expression pattern: [a-z]+'),
        failed("'A'", 'name', 'have length greater than or equal to 2'),
        `Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2`,
      ],
    },
    {
      name: 'a sensitive member, which is not printed (amplify-hosting#1336)',
      input: { Name: 'abc', Secret: 'hidden' },
      violations: [
        "Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 4",
      ],
    },
    {
      name: 'a list of texts, which is printed (remind101/ssm-env#10)',
      input: { Name: 'abc', Names: ['ab', 'cd', 'ef'] },
      violations: [failed("'[ab, cd, ef]'", 'names', 'have length less than or equal to 2')],
    },
  ];
  for (const { name, input, violations } of rows)
    it(`checks ${name}`, () => {
      const check = (): void => MODEL.check('Make', input, POLICY);

      if (violations.length === 0) check();
      else
        assert.throws(check, {
          message: `${violations.length} validation ${violations.length === 1 ? 'error' : 'errors'} detected: ${violations.join('; ')}`,
        });
    });

  it('reads the members of a request from its path, query, headers and body', () => {
    const found = MODEL.readRest({
      method: 'POST',
      path: '/2015/things/a%3Ab/parts',
      query: 'size=3',
      rawHeaders: ['x-kind', 'k'],
      body: '{"Tags":[],"Other":1}',
    });

    assert.deepEqual(found, {
      operation: 'Make',
      members: { Name: 'a:b', Size: 3, Kind: 'k', Tags: [] },
    });
  });

  it('finds no operation for another method or path', () => {
    const ask = (method: string, path: string) =>
      MODEL.readRest({ method, path, query: '', rawHeaders: [], body: '' })?.operation;

    assert.deepEqual(
      [ask('GET', '/2015/things/a/parts'), ask('POST', '/2015/things'), ask('DELETE', '/2015/things/a')],
      [undefined, undefined, 'Drop'],
    );
  });

  // Attack: a caller sends a text for which a pattern takes exponential time.
  for (const [service, text] of Object.entries({
    CLOUDWATCH_MODEL,
    COGNITO_IDP_MODEL,
    LAMBDA_MODEL,
    LOGS_MODEL,
    SECRETSMANAGER_MODEL,
    SSM_MODEL,
    STEPFUNCTIONS_MODEL,
    STS_MODEL,
  }))
    it(`of ${service} has patterns that decide every text quickly`, () => {
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { shape?: string; pattern?: string; most?: number });
      for (const { shape = '', pattern, most = 10_000 } of lines) {
        if (pattern === undefined) continue;
        const compiled = new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '');
        const ms = cpuMs(() => {
          for (const part of ['a', 'a-', '1', 'arn:aws:', ':', '/'])
            compiled.test(`${part.repeat(Math.ceil(most / part.length)).slice(0, most - 1)}\u0000`);
        });
        assert.ok(ms < 1_000, `${shape} takes ${ms} ms`);
      }
    });
});
