import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpOutcome, ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import { Recorder } from '../../../../../packages/gateway/kernel/calls/recorder.ts';
import type { ServiceApi } from '../../../../../packages/gateway/kernel/service.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const TARGET = ['X-Amz-Target', 'Bells.Ring'];

/** A service of bells that rings, supports nothing else, and breaks on request. */
const bells: ServiceApi = {
  namespace: 'https://bells.example/',
  answer({ operation }) {
    if (operation.protocol === 'rest')
      return { kind: 'answered', status: 204, headers: [], body: Buffer.of() };
    if (operation.action === 'Break') throw new Error('cracked');
    return operation.action === 'Ring' ? { kind: 'result', fields: { Tone: 'c' } } : undefined;
  },
};

function aRecorder(report: string[] = []): Recorder {
  return new Recorder({
    clock: new VirtualClock(),
    random: new CountingRandom(),
    report: (message) => void report.push(message),
    find: (name) => (name === 'bells' ? { api: bells } : undefined),
  });
}

function aCall(more: Partial<ServiceRequest>): ServiceRequest {
  return {
    service: 'bells',
    subdomain: undefined,
    region: 'us-east-1',
    method: 'POST',
    path: '/',
    query: '',
    headers: [],
    body: undefined,
    timeoutMs: 1_000,
    ...more,
  };
}

const describeOutcome = (outcome: HttpOutcome): string =>
  outcome.kind === 'answered' ? `${outcome.status} ${outcome.body.toString()}` : outcome.kind;

describe('Recorder', () => {
  for (const { name, call, expected } of [
    { name: 'JSON to a target', call: { headers: TARGET }, expected: /^200 \{"Tone":"c"\}$/ },
    {
      name: 'XML to an action',
      call: { query: 'Action=Ring' },
      expected: /^200 .*https:\/\/bells\.example\/.*<RingResult><Tone>c<\/Tone><\/RingResult>/s,
    },
    { name: 'as the service does to a path', call: { method: 'PUT', path: '/tower' }, expected: /^204 $/ },
  ])
    it(`answers ${name}`, async () => {
      const recorder = aRecorder();

      assert.match(describeOutcome(await recorder.answer(aCall(call))), expected);
      assert.equal(recorder.calls.length, 1);
    });

  for (const { name, call, type } of [
    { name: 'a target', call: { headers: TARGET }, type: 'application/x-amz-json-1.1' },
    { name: 'an action', call: { query: 'Action=Ring' }, type: 'text/xml' },
    {
      name: 'an action that accepts JSON',
      call: { query: 'Action=Ring', headers: ['Accept', 'application/json'] },
      type: 'application/json',
    },
  ])
    it(`answers ${type} to ${name}, with the id of the request`, async () => {
      const outcome = await aRecorder().answer(aCall(call));

      assert.ok(outcome.kind === 'answered');
      const [, contentType, name, id = ''] = outcome.headers;
      assert.deepEqual([contentType, name], [type, 'x-amzn-RequestId']);
      assert.match(id, /^[0-9a-f-]{36}$/);
    });

  it('answers in the form of the protocol if a service breaks', async () => {
    const broken = async (call: Partial<ServiceRequest>): Promise<string> =>
      describeOutcome(await aRecorder([]).answer(aCall(call)));

    assert.equal(
      await broken({ headers: ['X-Amz-Target', 'Bells.Break'] }),
      '500 {"__type":"InternalError","message":"Internal server error"}',
    );
    assert.match(
      await broken({ query: 'Action=Break', headers: ['Accept', 'application/json'] }),
      /^500 \{"Error":\{"Type":"Sender","Code":"InternalError"/,
    );
  });

  it('answers 500 if a service breaks, and reports why', async () => {
    const report: string[] = [];

    assert.match(describeOutcome(await aRecorder(report).answer(aCall({ query: 'Action=Break' }))), /^500 /);
    assert.match(report[0] ?? '', /cracked/);
  });

  for (const { name, call } of [
    { name: 'an unknown service', call: { service: 'rekognition' } },
    { name: 'an operation that the service does not know', call: { query: 'Action=Melt' } },
  ])
    it(`makes up no answer of ${name}`, async () => {
      const recorder = aRecorder();

      const outcome = await recorder.answer(aCall(call));

      assert.ok(outcome.kind === 'unreachable');
      assert.match(outcome.message, /--aws/);
      assert.equal(recorder.calls.length, 0);
    });

  const variables: readonly [service: string, variable: string][] = [
    ['states', 'AWS_ENDPOINT_URL_SFN'],
    ['logs', 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'],
    ['rekognition', 'AWS_ENDPOINT_URL_REKOGNITION'],
    ['cognito-sync', 'AWS_ENDPOINT_URL'],
  ];
  for (const [service, variable] of variables)
    it(`names ${variable}, which the SDKs and a start read, for ${service}`, async () => {
      const outcome = await aRecorder().answer(aCall({ service }));

      assert.ok(outcome.kind === 'unreachable');
      assert.match(outcome.message, new RegExp(`to another endpoint with ${variable}\\.$`));
    });

  it('keeps a call as it would have gone out, bytes as base64', async () => {
    const recorder = aRecorder();
    await recorder.answer(
      aCall({
        method: 'PUT',
        path: '/tower/k',
        headers: ['X-A', '1'],
        body: Buffer.from([0xff]),
      }),
    );

    assert.deepEqual(recorder.calls, [
      {
        at: '2025-04-14T22:13:38.000Z',
        service: 'bells',
        region: 'us-east-1',
        method: 'PUT',
        path: '/tower/k',
        query: '',
        headers: { 'X-A': '1' },
        bodyBase64: '/w==',
        status: 204,
      },
    ]);
    recorder.clear();
    assert.deepEqual(recorder.calls, []);
  });

  it('keeps the last 1,000 calls', async () => {
    const recorder = aRecorder();
    for (let count = 0; count < 1_001; count += 1)
      await recorder.answer(aCall({ method: 'DELETE', path: `/tower/${count}` }));

    assert.equal(recorder.calls.length, 1_000);
    assert.equal(recorder.calls[0]?.path, '/tower/1');
  });
});

// The subresources of S3 differ only in the query (S3 API reference, "PutBucketNotificationConfiguration").
describe('the message about a call without an action that is not recorded', () => {
  for (const [query, named] of [
    ['', 'CreateBucket of S3 (bucket) '],
    ['notification', 'PutBucketNotificationConfiguration of S3 (bucket notification configuration) '],
    ['notification=&x-id=PutBucketNotificationConfiguration', 'PutBucketNotificationConfiguration of S3 '],
    ['legal-hold&versionId=a', 'PUT /photos?legal-hold&versionId of S3 '],
    ['acl&X-Amz-Security-Token=secret&X-Amz-Signature=secret', 'PutBucketAcl of S3 (bucket ACL) '],
    ['AWSAccessKeyId=secret&Signature=secret', 'CreateBucket of S3 '],
  ] as const)
    it(`names the operation, or the parameters without their values: ${query}`, async () => {
      const call = aCall({ service: 's3', method: 'PUT', path: '/photos', query });
      const outcome = await aRecorder().answer(call);

      assert.ok(outcome.kind === 'unreachable');
      assert.ok(outcome.message.startsWith(named), outcome.message);
    });
});
