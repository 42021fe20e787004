import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import fc from 'fast-check';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { serveClosed } from '../../../../../packages/gateway/control/domains/serve-domain.ts';
import { handleManagement } from '../../../../../packages/gateway/core/websocket/management.ts';
import { anApi, somePorts } from './fixture.ts';
import { IDENTITIES, idOf, ROUTES, sdk, SECRET, start } from './sdk.ts';
import { open } from './server.ts';
import type { ClientChanges } from './sdk.ts';

describe('access to @connections', () => {
  const strangers: readonly {
    readonly name: string;
    readonly changes: ClientChanges;
    readonly error: string;
    readonly message: string;
    readonly source: string;
  }[] = [
    {
      name: 'refuses an unknown access key',
      changes: { name: 'nobody' },
      error: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
      source: 'docs/aws §4.6',
    },
    {
      name: 'refuses a wrong secret',
      changes: { secretAccessKey: 'guess' },
      error: 'InvalidSignatureException',
      message: 'The request signature we calculated does not match',
      source: 'docs/aws §4.6',
    },
    {
      name: 'refuses an unknown stage',
      changes: { stage: 'prod' },
      error: 'ForbiddenException',
      message: 'Forbidden',
      source: 'docs/aws §11.5',
    },
    {
      name: 'refuses an identity that may only invoke',
      changes: { name: 'invoker' },
      error: 'AccessDeniedException',
      message:
        'User: arn:aws:iam::123456789012:user/invoker is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:us-east-1:********9012:abc123defg/dev/DELETE/@connections/{connectionId}',
      source: 'aws-cdk#18410',
    },
    {
      name: 'refuses a DELETE to an identity that may only POST',
      changes: { name: 'poster' },
      error: 'AccessDeniedException',
      message: 'User: arn:aws:iam::123456789012:user/poster is not authorized to perform',
      source: 'aws-cdk#18410',
    },
  ];
  for (const { name, changes, error, message, source } of strangers) {
    it(name, async () => {
      const running = await start();
      await open(`ws://${running.host}/dev`);

      const removal = sdk(running, changes).send(
        new DeleteConnectionCommand({ ConnectionId: idOf(running) }),
      );

      await assert.rejects(removal, (thrown) => {
        assert.ok(thrown instanceof ApiGatewayManagementApiServiceException, String(thrown));
        assert.equal(thrown.name, error, source);
        assert.ok(thrown.message.startsWith(message), `${thrown.message} (${source})`);
        assert.equal(thrown.$metadata.httpStatusCode, 403, source);
        return true;
      });
      assert.equal(running.at.connections.count, 1);
    });
  }

  // Sources: aws-samples/simple-websockets-chat-app#40, aws/aws-lambda-dotnet#553, cognitect-labs/aws-api#201.
  const unknown: readonly { readonly stage: string; readonly route: string }[] = [
    { stage: 'dev/dev', route: 'dev/@connections/ID' },
    { stage: 'dev/@connections', route: '@connections/@connections/ID' },
    { stage: 'dev/@connections/', route: '@connections//@connections/ID' },
    { stage: 'dev/foo', route: 'foo/@connections/ID' },
  ];
  for (const { stage, route } of unknown)
    it(`names the path that has no method, for a signed call: ${stage}`, async () => {
      const running = await start();
      await open(`ws://${running.host}/dev`);
      const ConnectionId = idOf(running);

      const post = sdk(running, { stage }).send(new PostToConnectionCommand({ ConnectionId, Data: 'x' }));

      await assert.rejects(post, (thrown) => {
        assert.ok(thrown instanceof ApiGatewayManagementApiServiceException, String(thrown));
        const path = route.replace('ID', ConnectionId);
        assert.equal(thrown.message, `No method found matching route ${path} for http method POST.`);
        assert.deepEqual([thrown.name, thrown.$metadata.httpStatusCode], ['NotFoundException', 404]);
        return true;
      });
    });

  for (const [method, path] of [
    ['PUT', '/dev/@connections/L0SM9cOFvHcCIhw%3D'],
    ['PATCH', '/dev/%40connections/L0SM9cOFvHcCIhw%3D'],
    ['GET', '/dev/test0/foo'],
    ['GET', '/dev/@connections/'],
    ['GET', '/dev/'],
    ['GET', '/dev'],
  ] as const)
    it(`names the method as well: ${method} ${path}`, () => {
      const api = anApi(ROUTES);
      const at = { ...somePorts(api, {}), identities: IDENTITIES };
      at.clock.moveWall(Date.now() - at.clock.nowEpochMs());
      const signed = signRequest({
        method,
        url: new URL(`http://api.test${path}`),
        service: 'execute-api',
        region: api.region,
        accessKeyId: 'AKIALOCALADMIN',
        secretAccessKey: SECRET,
        nowEpochMs: Date.now(),
      });
      const rawHeaders = Object.entries(signed).flat();
      const request = { method, path, query: '', rawHeaders, body: Buffer.alloc(0), host: 'api.test' };

      const { status, body } = handleManagement(request, api, at);

      const route = decodeURIComponent(path).replace(/^\/dev\/?/, '');
      const message = `No method found matching route ${route} for http method ${method}.`;
      assert.deepEqual([status, JSON.parse(String(body))], [404, { message }]);
    });

  it('allows an identity to post if its policy covers exactly that', async () => {
    const running = await start();
    const client = await open(`ws://${running.host}/dev`);

    await sdk(running, { name: 'poster' }).send(
      new PostToConnectionCommand({ ConnectionId: idOf(running), Data: 'hi' }),
    );

    assert.equal(await client.next(), 'hi');
  });

  it('refuses what is not signed, as any web page is', async () => {
    const running = await start();
    await open(`ws://${running.host}/dev`);
    const url = `http://${running.host}/dev/@connections/${encodeURIComponent(idOf(running))}`;

    const response = await fetch(url, {
      method: 'POST',
      body: 'x',
      headers: { Origin: 'https://evil.test' },
    });

    assert.equal(response.status, 403);
    assert.equal(response.headers.get('x-amzn-errortype'), 'MissingAuthenticationTokenException');
    assert.equal(await response.text(), '{"message":"Missing Authentication Token"}');
  });

  it('refuses plain HTTP that is not for @connections', async () => {
    const running = await start();

    const response = await fetch(`http://${running.host}/dev`);

    assert.equal(response.status, 403);
    assert.equal(await response.text(), '{"message":"Missing Authentication Token"}');
  });

  it('answers 500 to everybody at a domain with a resource policy that cannot be enforced', () => {
    const api = anApi(ROUTES);
    const at = { ...somePorts(api, {}), identities: IDENTITIES };
    const path = '/dev/@connections/L0SM9cOFvHcCIhw%3D';
    const request = {
      method: 'POST',
      path,
      query: '',
      rawHeaders: [],
      body: Buffer.alloc(0),
      host: 'api.test',
    };

    assert.equal(handleManagement(request, api, at).status, 403);
    assert.equal(handleManagement(request, serveClosed(api, 'no truststore'), at).status, 500);
  });

  it('answers any path and method, and rejects unsigned callers', () => {
    const api = anApi(ROUTES);
    const at = { ...somePorts(api, {}), identities: IDENTITIES };
    const piece = fc.oneof(
      fc.constantFrom('dev', '@connections', '%40connections', 'L0SM9cOFvHcCIhw%3D', '%', '%zz', '..', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.string(), fc.string(), (pieces, method, authorization) => {
        const path = `/${pieces.join('/')}`;
        const rawHeaders = ['Host', 'api.test', 'Authorization', authorization];
        const request = { method, path, query: '', rawHeaders, body: Buffer.alloc(0), host: 'api.test' };

        assert.equal(handleManagement(request, api, at).status, 403);
      }),
    );
  });
});
