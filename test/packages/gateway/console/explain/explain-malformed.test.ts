/** A request that breaks a rule of HTTP is explained with this rule, and no other. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adviseByCode } from '../../../../../packages/gateway/console/explain/code-advice.ts';
import { adviseMapping } from '../../../../../packages/gateway/console/explain/mapping-advice.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { aFunctionUrl } from '../../../../support/a-function-url.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';

const HANDSHAKE: Circumstances = {
  kind: 'handshake',
  protocol: 'websocket',
  method: 'GET',
  path: '/',
  status: 500,
  tookMs: 1,
  apiId: 'a',
  apiName: 'a',
  stageName: 'dev',
  stages: ['dev'],
  routeKey: '$default',
  phase: 'map-request',
  code: 'DEFAULT_4XX',
  failure: undefined,
  defect: undefined,
  isDeployed: false,
  nearMisses: [],
  screened: [],
  injected: [],
  guard: undefined,
  policies: [],
  meter: undefined,
  validation: undefined,
  cache: undefined,
  integration: undefined,
};

describe('a request that is malformed', () => {
  for (const [name, request, change] of [
    [
      'with # in its URL',
      { target: '/dev/pets#top' },
      ['Leave out # and what follows it; or, if # belongs to a value, write it as %23.'],
    ],
    [
      'with two Host headers',
      { target: '/dev/pets', headers: ['Host', 'a.test', 'Host', 'b.test'] },
      ['Send exactly one Host header.'],
    ],
  ] as const)
    it(`${name} is explained with what to change, and no other rule`, async () => {
      const api = aRecordedApi(restApi(), { list: ok });

      await api.send(request);

      assert.deepEqual(api.last().story.changes, change);
    });
});

describe('a function URL', () => {
  const storyOfUrl = async (result: object) => {
    const { ports, send } = aFunctionUrl({ AuthType: 'NONE' }, () => result);
    const records = new RequestRecords(100, createSystemClock(), 'key of a test');
    ports.records = records;
    await send({ method: 'POST', target: '/' });
    return records.detail('last')?.story;
  };

  it('is not called a proxy integration if it cannot use the result of the function', async () => {
    const story = await storyOfUrl({ statusCode: 200, body: '***', isBase64Encoded: true });

    assert.match(
      story?.sentences.join('\n') ?? '',
      /returned a response that is not valid for a function URL: /,
    );
  });

  it('has the limit of Lambda, and not that of API Gateway, for a body', () => {
    const failure = 'the body is larger than 6 MB';

    assert.deepEqual(
      adviseByCode({ code: 'REQUEST_TOO_LARGE', kind: 'request', failure, defect: undefined }),
      [
        'Send a smaller body: a Lambda function accepts 6 MB, counted after base64 encoding. Upload larger data to S3, with a presigned URL.',
      ],
    );
  });

  it('names a status that is not one as the function returned it', async () => {
    const story = await storyOfUrl({ statusCode: 'fine' });

    assert.match(story?.sentences.join('\n') ?? '', /: statusCode "fine" is not an HTTP status\./);
  });
});

describe('a message from which a value is mapped', () => {
  it('is named as a message if it is not JSON', () => {
    const advice = adviseMapping(
      { kind: 'mapping', problem: 'body', side: 'request' },
      { ...HANDSHAKE, kind: 'message', bodyFault: { offset: 8, line: 1, column: 9 } },
    );

    assert.equal(advice, 'Send valid JSON: correct the message at line 1, column 9.');
  });
});
