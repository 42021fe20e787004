import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printShortLink } from '../../../../../packages/gateway/console/endpoints/console-files.ts';
import { accessLogSetting, stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, bearer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const MOCK = {
  Integration: {
    Type: 'MOCK',
    RequestTemplates: { 'application/json': '{"statusCode": 200}' },
    IntegrationResponses: [{ StatusCode: '200' }],
  },
  MethodResponses: [{ StatusCode: '200' }],
};

describe('the access log of a REST stage', () => {
  type Row = {
    readonly name: string;
    readonly format: string;
    readonly functions?: Readonly<Record<string, FakeFunction>>;
    readonly resources?: Record<string, TestResource>;
    readonly target?: string;
    readonly headers?: readonly string[];
    readonly line: string;
  };
  const STEPS =
    '$context.authorizer.status $context.authorizer.error $context.authorize.status $context.authorize.error ' +
    '$context.authenticate.status $context.integration.status $context.integrationStatus';
  const rows: readonly Row[] = [
    {
      name: 'shows status, length and integration of an answered request',
      format:
        '$context.status $context.responseLength $context.integration.status $context.integrationStatus',
      functions: { list: () => ({ statusCode: 418, body: 'täh' }) },
      line: '418 4 418 200',
    },
    {
      name: 'names no checks if the route is open',
      format: STEPS,
      line: '- - - - - 200 200',
    },
    {
      name: 'shows no integration for a MOCK',
      format: '$context.status $context.integrationStatus $context.integrationLatency',
      resources: restApi(MOCK),
      line: '200 - -',
    },
    {
      name: 'shows what the function did wrong',
      format:
        '$context.status $context.integrationStatus $context.integration.status $context.integration.error $context.error.responseType',
      functions: {
        list: () => {
          throw new TypeError('boom');
        },
      },
      line: '502 200 - TypeError: boom DEFAULT_5XX',
    },
    {
      name: 'says that the integration took too long',
      format: '$context.status $context.integrationStatus $context.error.responseType $context.error.message',
      functions: { list: () => ({ kind: 'timed-out' }) },
      line: '504 - INTEGRATION_TIMEOUT Endpoint request timed out',
    },
    {
      name: 'reports an unknown route',
      format:
        '$context.status $context.path $context.resourcePath $context.error.responseType $context.integrationStatus',
      target: '/dev/nothing',
      line: '403 /dev/nothing - MISSING_AUTHENTICATION_TOKEN -',
    },
    {
      name: 'says that an authorizer allowed the caller',
      format: `${STEPS} $context.authorizer.principalId $context.authorizer.integrationStatus`,
      functions: { list: ok, auth: () => policy('Allow', '*') },
      resources: withAuthorizer(TOKEN),
      headers: bearer,
      line: '200 - 200 - - 200 200 alice 200',
    },
    {
      name: 'says which check refused the caller',
      format: STEPS,
      functions: { list: ok, auth: () => policy('Deny', '*') },
      resources: withAuthorizer(TOKEN),
      headers: bearer,
      line: "200 - 403 the authorizer's policy denies the request of alice - - -",
    },
    {
      name: 'says that the identity source was missing',
      format: STEPS,
      functions: { list: ok, auth: ok },
      resources: withAuthorizer(TOKEN),
      line: '401 an identity source is missing or empty - - - - -',
    },
    {
      name: 'says that IAM found no signature',
      format: STEPS,
      resources: restApi({ AuthorizationType: 'AWS_IAM' }),
      line: '- - - - 403 - -',
    },
  ];
  for (const {
    name,
    format,
    functions = { list: ok },
    resources,
    target = '/dev/pets',
    headers,
    line,
  } of rows)
    it(name, async () => {
      const stage = { AccessLogSetting: accessLogSetting(`$context.requestId ${format}`) };
      const { send, ports } = stagedApi(stage, functions, resources);

      await send({ target, ...(headers === undefined ? {} : { headers }) });

      assert.equal(ports.logGroups.lines.length, 1);
      const [logged = ''] = ports.logGroups.lines;
      assert.match(logged, /^\/aws\/pets: [0-9a-f-]{36} /, 'docs/aws §10.3');
      assert.equal(logged.replace(/^\/aws\/pets: \S+ /, ''), line, 'docs/aws §10.3');
    });

  it('shows how long authorizer and integration took', async () => {
    const format =
      '$context.requestId $context.authorizer.latency $context.integrationLatency $context.responseLatency';
    const { send, ports } = stagedApi(
      { AccessLogSetting: accessLogSetting(format) },
      {
        auth: () => {
          ports.clock.advance(7);
          return policy('Allow', '*');
        },
        list: () => {
          ports.clock.advance(40);
          return { statusCode: 200 };
        },
      },
      withAuthorizer(TOKEN),
    );

    await send({ target: '/dev/pets', headers: bearer });

    assert.match(ports.logGroups.lines[0] ?? '', / 7 40 47$/);
  });

  it('is written by the stage that a Deployment describes, as osls has it', async () => {
    const described: JsonObject = { AccessLogSetting: accessLogSetting('$context.requestId $context.stage') };
    const resources = restApi();
    const { send, ports } = stagedApi(
      { StageName: 'other' },
      { list: ok },
      {
        ...resources,
        OfOsls: {
          type: 'AWS::ApiGateway::Deployment',
          properties: { RestApiId: 'abcdefghij', StageName: 'live', StageDescription: described },
        },
      },
    );

    await send({ target: '/live/pets' });
    await send({ target: '/other/pets' });

    assert.equal(ports.logGroups.lines.length, 1);
    assert.match(ports.logGroups.lines[0] ?? '', / live$/);
  });

  it('does not change the request line', async () => {
    const { send, ports } = stagedApi(
      { AccessLogSetting: accessLogSetting('$context.requestId') },
      { list: ok },
    );

    await send({ target: '/dev/pets' });

    assert.deepEqual(ports.log.lines, ['GET /dev/pets 200 0.0 ms integrate']);
  });
});

describe('the line of a request', () => {
  it('is a single line, whatever the message of the function is', async () => {
    const message = 'Cannot find module x\nRequire stack:\r\n- /var/task/index.js';
    const { send, ports } = stagedApi(
      {},
      {
        list: () => {
          throw new Error(message);
        },
      },
    );
    await send({ target: '/dev/pets' });

    const [line = ''] = ports.log.lines;
    assert.match(line, /Cannot find module x Require stack: - \/var\/task\/index\.js\)$/);
    assert.doesNotMatch(line, /[\r\n]/);
  });

  it('is marked if the request was answered without error', async () => {
    const marks: (boolean | undefined)[] = [];
    const { send, ports } = stagedApi({}, { list: () => ({ statusCode: 302 }) });
    Object.assign(ports, { log: { write: (_: string, isSuccess?: boolean) => marks.push(isSuccess) } });

    await send({ target: '/dev/pets' });
    await send({ target: '/dev/nowhere' });

    assert.deepEqual(marks, [true, false]);
  });

  it('ends with a short link to its story, if a console shows it', async () => {
    const { send, ports } = stagedApi({}, { list: ok });
    const messages: string[] = [];
    Object.assign(ports, {
      linkOf(requestId: string) {
        messages.push(requestId);
        return printShortLink('http://127.0.0.1:4000', requestId);
      },
    });

    await send({ target: '/dev/pets' });

    assert.match(messages.join(), /^[0-9a-f-]{36}$/);
    assert.equal(
      ports.log.lines[0],
      `GET /dev/pets 200 0.0 ms integrate http://127.0.0.1:4000/r/${messages.join().slice(0, 8)}`,
    );
    assert.equal(printShortLink('http://x', 'JKJaXmPLvHcESHA='), ' http://x/r/JKJaXmPLvHcESHA=');
  });
});
