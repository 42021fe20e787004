/** What pages of other origins may send to the control port: only what a signature or the CORS of a bucket allows. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { presignUrl } from '../../../../../packages/base/aws/sign-request.ts';
import { adminIdentity, createIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { createForwarder } from '../../../../../packages/gateway/kernel/calls/forwarder.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { createSystemRandom } from '../../../../../packages/gateway/server/adapters/random.ts';
import { openControlPort } from '../../../../../packages/gateway/server/control-port/control-port.ts';
import * as s3 from '../../../../../packages/gateway/services/s3/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };
const APP = 'https://app.example.com';
const RESOURCES = `
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['${APP}'], AllowedMethods: [GET, PUT] }] }
  Closed: { Type: AWS::S3::Bucket, Properties: { BucketName: closed } }`;

async function openPort() {
  const { engine, recorder } = anEventEngine({ s3 }, { resources: RESOURCES });
  const served: string[] = [];
  const clock = createSystemClock();
  const service = createForwarder(
    { call: (request) => recorder.answer(request) },
    { accountId: '123456789012', partitionKeyOf: () => undefined },
  );
  const port = await openControlPort({
    port: 0,
    allowHosts: [],
    clock,
    random: createSystemRandom(),
    identities: createIdentities([adminIdentity(ADMIN, '123456789012')]),
    secret: 'secret-of-this-start',
    report: (fault) => void served.push(String(fault)),
    mounts: {
      services: new Map([['s3', service]]),
      connections: () => undefined,
      isDomain: () => false,
      webSocketUrls: () => [],
      s3CrossOrigin: async (request) => (await engine.find('s3'))?.crossOrigin?.(request),
      signIn: {
        open: () => undefined,
        hosts: [],
        admits: () => false,
        serve: (request) => {
          served.push(`sign-in ${request.path}`);
          return Promise.resolve(undefined);
        },
      },
      status: () => ({}),
      routes: () => [],
      recorded: recorder,
    },
  });
  return { port, served };
}

describe('a page of another origin', () => {
  let at: Awaited<ReturnType<typeof openPort>>;
  before(async () => {
    at = await openPort();
  });
  after(() => at.port.close());

  const presign = (path: string, service = 's3') =>
    presignUrl({
      url: new URL(path, at.port.url),
      expiresSeconds: 60,
      ...ADMIN,
      service,
      region: 'us-east-1',
      nowEpochMs: Date.now(),
    });

  async function send(method: string, url: URL, headers: Record<string, string>, body?: string) {
    const sent = httpRequest(url, { method, headers, agent: false });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject).end(body);
    });
    const allowed = answer.headers['access-control-allow-origin'];
    return { status: answer.statusCode, allowed, body: await text(answer) };
  }

  it('may send what a presigned URL allows, and reads the reply if the bucket allows its origin', async () => {
    for (const [path, origin, status, allowed] of [
      ['/photos/none', APP, 404, APP],
      ['/photos/none', 'https://example.com', 404, undefined],
      ['/closed/none', APP, 404, undefined],
    ] as const) {
      const answer = await send('GET', presign(path), { Origin: origin, 'Sec-Fetch-Site': 'cross-site' });
      assert.deepEqual([answer.status, answer.allowed], [status, allowed], path);
      assert.match(answer.body, /<Code>NoSuchKey</);
    }
  });

  it('reads the refusal of a wrong signature if the bucket allows its origin', async () => {
    const answer = await send('PUT', presign('/photos/a'), { Origin: APP }, 'abc');
    assert.deepEqual([answer.status, answer.allowed], [403, APP]);
    assert.match(answer.body, /<Code>SignatureDoesNotMatch</);
  });

  it('gets the answer of the bucket to a preflight, with or without the query of the URL', async () => {
    for (const [path, status, body] of [
      ['/photos/a', 200, /^$/],
      ['/closed/a', 403, /CORSResponse: CORS is not enabled for this bucket\./],
    ] as const)
      for (const url of [presign(path), new URL(path, at.port.url)]) {
        const headers = { Origin: APP, 'Access-Control-Request-Method': 'PUT' };
        const answer = await send('OPTIONS', url, headers);
        assert.equal(answer.status, status);
        assert.match(answer.body, body);
      }
    const unknown = await send('OPTIONS', presign('/none/a'), { Origin: APP });
    assert.match(unknown.body, /CORSResponse: Bucket not found/);
  });

  it('is refused everything else', async () => {
    at.served.length = 0;
    for (const [method, url, headers] of [
      ['GET', new URL('/photos/a', at.port.url), {}],
      ['POST', new URL('/photos', at.port.url), {}],
      ['OPTIONS', new URL('/oauth2/token', at.port.url), { 'Access-Control-Request-Method': 'POST' }],
      ['GET', presign('/', 'dynamodb'), {}],
      // The query claims a signature for S3, but another service would read the Authorization header.
      ['POST', presign('/oauth2/token'), { Authorization: 'Basic YTpi' }],
    ] as const) {
      const answer = await send(method, url, { Origin: APP, ...headers });
      assert.equal(answer.status, 403, String(url));
      assert.match(answer.body, /Requests from another origin/);
    }
    assert.deepEqual(at.served, []);
  });

  it('reaches no other handler of this port with a signature for S3', async () => {
    at.served.length = 0;
    for (const path of ['/oauth2/token', '/_gatewright/status', '/photos/a']) {
      const answer = await send('GET', presign(path), { Origin: APP });
      assert.match(answer.body, /<Error>/, path);
    }
    assert.deepEqual(at.served, []);
  });

  it('is refused under a name that is not this machine’s, whatever its signature', async () => {
    const url = presign('/photos/a');
    const answer = await send('GET', url, { Origin: APP, Host: 'rebound.example.com' });
    assert.deepEqual([answer.status, answer.allowed], [403, undefined]);
    assert.match(answer.body, /does not serve the host/);
  });
});
