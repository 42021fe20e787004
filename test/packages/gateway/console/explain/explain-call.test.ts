/** A refused call of `@connections` is recorded, and its story says what the backend has to change (docs/aws §11.5). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { serveMapped } from '../../../../../packages/gateway/control/domains/serve-domain.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { handleManagement } from '../../../../../packages/gateway/core/websocket/management.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { storyOf } from '../../../../support/recorded-apis.ts';
import { anApi, somePorts, STARTED_AT_EPOCH_MS } from '../../core/websocket/fixture.ts';
import { IDENTITIES, ROUTES, SECRET } from '../../core/websocket/sdk.ts';

type Row = {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  /** Whether the call is sent to a custom domain that is mapped to the stage `dev`. */
  readonly isMapped?: true;
  /** The identity that signs; undefined means that the request is not signed. */
  readonly as?: string;
  readonly body?: Buffer;
  readonly status: number;
  readonly headline?: RegExp;
  readonly because: RegExp;
  readonly change: RegExp;
};

const ID = 'L0SM9cOFvHcCIhw%3D';
const ROWS: readonly Row[] = [
  {
    name: 'not signed',
    status: 403,
    headline: /^The call POST @connections was refused with 403\.$/m,
    because:
      /The request to @connections is not signed\.[^]*Calls to @connections are always signed, even if \$connect is open to everyone\./,
    change:
      /Sign the request \(Signature Version 4, service execute-api, region us-east-1\)[^]*→ A Management API client of an SDK and `aws apigatewaymanagementapi post-to-connection` sign the call; their identity needs execute-api:ManageConnections\./,
  },
  {
    name: 'signed by somebody who may only invoke',
    as: 'invoker',
    method: 'DELETE',
    status: 403,
    headline: /^The call DELETE @connections was refused/m,
    because: /not authorized to perform: execute-api:ManageConnections/,
    change:
      /^→ Add to the policies of the user invoker: \{"Effect":"Allow","Action":"execute-api:ManageConnections","Resource":"arn:aws:execute-api:us-east-1:\d{12}:abc123defg\/dev\/DELETE\/@connections\/\*"\}\.$/m,
  },
  {
    name: 'for a connection that is not open',
    as: 'admin',
    status: 410,
    because: /No connection with this id is open on stage dev\./,
    change: /^→ Catch GoneException \(410\) in the sender, and delete the stored connection id/m,
  },
  {
    name: 'with a message that is too long',
    as: 'admin',
    body: Buffer.alloc(128 * 1024 + 1, 'x'),
    status: 413,
    because: /The message has 131073 bytes, more than 128 KB\./,
    change: /Send at most 128 KB/,
  },
  {
    name: 'with an id of another form',
    as: 'admin',
    path: '/dev/@connections/abc',
    status: 400,
    because: /The connection id is malformed/,
    change: /Use the connectionId from the event of \$connect/,
  },
  {
    name: 'for another path',
    as: 'admin',
    path: '/dev/connections',
    status: 404,
    because: /only POST, GET and DELETE of \/@connections\/\{id\} exist/,
    change: /Management API of an SDK/,
  },
  {
    // https://github.com/aws-samples/simple-websockets-chat-app/issues/40
    name: 'by a client whose endpoint repeats the stage at a custom domain',
    as: 'admin',
    path: `/dev/@connections/${ID}`,
    isMapped: true,
    status: 404,
    because: /only POST, GET and DELETE of \/@connections\/\{id\} exist/,
    change:
      /^→ Create the Management API client with the endpoint https:\/\/ws\.example\.com, without \/dev: the mapping of the custom domain already chooses the stage\./m,
  },
  {
    name: 'by a client whose endpoint has more than the stage',
    as: 'admin',
    path: `/dev/v1/@connections/${ID}`,
    status: 404,
    because: /only POST, GET and DELETE of \/@connections\/\{id\} exist/,
    change:
      /^→ Remove \/v1 from the endpoint of the Management API client: the endpoint is https:\/\/\{domainName\}\/\{stage\}/m,
  },
  {
    name: 'on an unknown stage',
    as: 'admin',
    path: `/prod/@connections/${ID}`,
    status: 403,
    because: /The API has no stage "prod"/,
    change: /^→ Create the Management API client with the endpoint https:\/\/\{domainName\}\/\{stage\}/m,
  },
  {
    // https://csdcorp.com/blog/coding/aws-websocket-403-using-posttoconnect/
    name: 'by a client whose endpoint lacks the stage',
    as: 'admin',
    path: `/@connections/${ID}`,
    status: 403,
    because:
      /The API has no stage "@connections"\..*\n.*The endpoint of a Management API client \(@connections\) ends with the stage/,
    change: /^→ Create the Management API client with the endpoint https:\/\/\{domainName\}\/\{stage\}/m,
  },
];

describe('a refused call of @connections', () => {
  for (const { name, path = `/dev/@connections/${ID}`, method = 'POST', as, body, isMapped, ...told } of ROWS)
    it(`is recorded and explained: ${name}`, () => {
      const own = anApi(ROUTES);
      const api = isMapped === true ? serveMapped(own, 'ws.example.com', '', { stage: 'dev' }) : own;
      const records = new RequestRecords(10, createSystemClock(), 'key of a test');
      const at = { ...somePorts(api, {}), identities: IDENTITIES, records };
      at.clock.moveWall(Date.now() - STARTED_AT_EPOCH_MS);
      const data = body ?? Buffer.from('hello');
      const rawHeaders =
        as === undefined
          ? ['Host', 'api.test']
          : Object.entries(
              signRequest({
                method,
                url: new URL(`http://api.test${path}`),
                headers: {},
                body: data,
                service: 'execute-api',
                region: api.region,
                accessKeyId: `AKIALOCAL${as.toUpperCase()}`,
                secretAccessKey: SECRET,
                nowEpochMs: Date.now(),
              }),
            ).flat();

      const { status } = handleManagement(
        { method, path, query: '', rawHeaders, body: data, host: 'api.test' },
        api,
        at,
      );

      const detail = records.detail('last');
      assert.ok(detail !== undefined, 'the refusal is not recorded');
      const story = storyOf(detail);
      assert.deepEqual([status, detail.status, detail.method], [told.status, told.status, method], story);
      assert.match(story, told.headline ?? /./);
      assert.match(story, told.because);
      assert.match(story, told.change);
    });
});
