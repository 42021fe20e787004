import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { HttpOutcome, ServiceRequest } from '../../../../../packages/gateway/core/ports.ts';
import { compilePolicy } from '../../../../../packages/gateway/core/policy/evaluate.ts';
import { adminIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { createForwarder } from '../../../../../packages/gateway/kernel/calls/forwarder.ts';
import { deleteAllowed, splitDeletion } from '../../../../../packages/gateway/kernel/calls/s3-denied-keys.ts';
import { FakeBackend } from '../../../../support/virtual-ports.ts';

const body = (keys: readonly string[], more = ''): string =>
  `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}${more}</Delete>`;
const aRequest = (text: string): ServiceRequest => ({
  service: 's3',
  subdomain: undefined,
  region: 'eu-west-1',
  method: 'POST',
  path: '/photos',
  query: 'delete',
  headers: ['Content-Type', 'application/xml', 'x-amz-checksum-crc32', 'old', 'Content-MD5', 'old'],
  body: text,
  timeoutMs: 1_000,
});
const mayUse = ({ resource }: { readonly resource: string }): boolean =>
  resource.startsWith('arn:aws:s3:::photos/mine/');
const xml = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</DeleteResult>`;
const error = (key: string): string =>
  `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`;

// Source: S3 API reference, "DeleteObjects", sample response with an error; andrewrk/node-s3-client#235.
describe('DeleteObjects by a caller who may delete some of the objects', () => {
  it('deletes these, and names the others as errors', async () => {
    const split = splitDeletion(
      aRequest(body(['mine/a', 'a&amp;b', 'mine/c'], '<Quiet>false</Quiet>')),
      mayUse,
    );
    assert.ok(split?.allowed);
    const rest = body(['mine/a', 'mine/c'], '<Quiet>false</Quiet>');
    const digest = createHash('md5').update(rest).digest('base64');
    assert.equal(split.allowed.body, rest);
    assert.deepEqual(split.allowed.headers, ['Content-Type', 'application/xml', 'Content-MD5', digest]);

    const deleted = '<Deleted><Key>mine/a</Key></Deleted><Deleted><Key>mine/c</Key></Deleted>';
    const outcome = await deleteAllowed(split, () => {
      const headers = ['Content-Type', 'application/xml', 'Content-Length', '1'];
      return Promise.resolve({ kind: 'answered', status: 200, headers, body: Buffer.from(xml(deleted)) });
    });

    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.body.toString(), xml(deleted + error('a&#38;b')));
    assert.deepEqual(outcome.headers, ['Content-Type', 'application/xml']);
  });

  it('asks nobody if it may delete none', async () => {
    const split = splitDeletion(aRequest(body(['a', 'b'])), mayUse);
    assert.ok(split);
    const outcome = await deleteAllowed(split, () => Promise.reject(new Error('asked')));

    assert.ok(outcome.kind === 'answered');
    assert.deepEqual([outcome.status, outcome.body.toString()], [200, xml(error('a') + error('b'))]);
  });

  it('answers what the bucket answers if it refuses the call', async () => {
    const split = splitDeletion(aRequest(body(['mine/a', 'b'])), mayUse);
    assert.ok(split);
    const refused: HttpOutcome = { kind: 'answered', status: 404, headers: [], body: Buffer.from('gone') };

    assert.equal(await deleteAllowed(split, () => Promise.resolve(refused)), refused);
  });

  for (const [what, request] of [
    ['all objects are allowed', aRequest(body(['mine/a']))],
    ['the body is malformed', aRequest('<Delete>')],
    ['it is another call', { ...aRequest(body(['a'])), query: '' }],
  ] as const)
    it(`is not divided if ${what}`, () => {
      assert.equal(splitDeletion(request, mayUse), undefined);
    });

  it('is divided by the policies of who signs the call', async () => {
    const policy = compilePolicy(
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::photos/mine/*' }],
      },
      { ofIdentity: true },
    );
    assert.ok(policy.kind === 'compiled');
    const admin = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, '123456789012');
    const services = new FakeBackend<ServiceRequest>();
    services.answer = () => ({ kind: 'answered', status: 200, headers: [], body: Buffer.from(xml('')) });
    const request = {
      ...aRequest(body(['mine/a', 'b'])),
      rawHeaders: [],
      host: 'h',
      body: Buffer.from(body(['mine/a', 'b'])),
    };

    const reply = await createForwarder(services, {
      accountId: '123456789012',
      partitionKeyOf: () => undefined,
    })({
      request,
      caller: { ...admin, policies: [policy.policy] },
      service: 's3',
      region: 'eu-west-1',
    });

    assert.deepEqual([reply.status, String(reply.body)], [200, xml(error('b'))]);
    assert.equal(services.requests[0]?.body, body(['mine/a']));
  });
});
