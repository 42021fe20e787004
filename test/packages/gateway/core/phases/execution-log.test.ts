import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi } from '../../../../support/an-api.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { withAuthorizer, ok, policy, restApi } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestApi } from '../../../../support/an-api.ts';

function leveled(setting: JsonObject, more: readonly JsonObject[] = []): JsonObject {
  return { MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ...setting }, ...more] };
}

/** Lines without group and request id. */
function linesOf({ ports }: TestApi): string[] {
  return ports.logGroups.lines.map((line) => line.replace(/^\S+ \(\S+\) /, ''));
}

const PETS = '/dev/pets';

describe('the execution log of a REST stage', () => {
  it("reports at INFO what happened, in AWS's order, without headers and bodies (docs/aws §10.3)", async () => {
    const api = stagedApi(leveled({ LoggingLevel: 'INFO' }), { list: ok });

    await api.send({ target: PETS });

    const uri =
      'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:list/invocations';
    assert.deepEqual(
      linesOf(api)
        .filter((line) => !line.startsWith('Extended'))
        .map((line) => line.replace(/request: \S+/, 'request: ID')),
      [
        'Mon Apr 14 22:13:38 UTC 2025 : Starting execution for request: ID',
        'HTTP Method: GET, Resource Path: /pets',
        `Endpoint request URI: ${uri}`,
        `Sending request to ${uri}`,
        'Received response. Status: 200, Integration latency: 0 ms',
        'Successfully completed execution',
        'Method completed with status: 200',
      ],
    );
    assert.match(
      api.ports.logGroups.lines[0] ?? '',
      /^API-Gateway-Execution-Logs_abcdefghij\/dev: \([0-9a-f-]{36}\) /,
    );
  });

  it('shows headers and bodies if data is traced, but no secret (docs/aws §10.3)', async () => {
    const api = stagedApi(leveled({ LoggingLevel: 'INFO', DataTraceEnabled: true }), { list: ok });

    await api.send({
      target: `${PETS}?page=1`,
      headers: ['Authorization', 'Bearer very-secret-abc', 'X-Api-Key', 'key-0123456789xyz', 'Accept', '*/*'],
    });

    const text = linesOf(api).join('\n');
    assert.match(text, /^Method request query string: \{page=1\}$/m);
    assert.match(
      text,
      /^Method request headers: \{Authorization=\*\*\*\*abc, X-Api-Key=\*\*\*\*xyz, Accept=\*\/\*\}$/m,
    );
    assert.match(text, /^Endpoint response body before transformations: \{"statusCode":200,"body":"ok"\}$/m);
    assert.match(text, /^Method response body after transformations: ok$/m);
    assert.match(text, /^Endpoint request body after transformations: .*\*\*\*\*abc/m);
    assert.doesNotMatch(text, /very-secret|0123456789/);
  });

  it('shows no credential of an authorizer, in any header', async () => {
    const source = { Type: 'TOKEN', IdentitySource: 'method.request.header.X-Session' };
    const api = stagedApi(
      leveled({ LoggingLevel: 'INFO', DataTraceEnabled: true }),
      { list: ok, auth: () => policy('Allow', '*') },
      withAuthorizer(source),
    );

    const { status } = await api.send({ target: PETS, headers: ['X-Session', 'very-secret-abc'] });

    assert.equal(status, 200);
    const text = linesOf(api).join('\n');
    assert.match(text, /^Method request headers: /m);
    assert.doesNotMatch(text, /very-secret/);
  });

  it('shows the request to an authorizer, and no call if none was made', async () => {
    const source = { Type: 'TOKEN', IdentitySource: 'method.request.header.X-Session' };
    const api = stagedApi(
      leveled({ LoggingLevel: 'INFO', DataTraceEnabled: true }),
      { list: ok, auth: () => policy('Allow', '*') },
      withAuthorizer(source),
    );
    const called = /^Sending request to .*:function:auth\/invocations$/m;

    await api.send({ target: PETS });
    assert.doesNotMatch(linesOf(api).join('\n'), called);
    await api.send({ target: PETS, headers: ['X-Session', 'very-secret-abc'] });

    const text = linesOf(api).join('\n');
    assert.match(text, called);
    assert.match(text, /^Authorizer result body before parsing: \{"principalId":"alice"/m);
  });

  it('reports at ERROR only requests that fail', async () => {
    const api = stagedApi(leveled({ LoggingLevel: 'ERROR' }), { list: () => ({ statusCode: 'never' }) });

    await api.send({ target: PETS });
    await api.send({ target: '/dev/nothing' });

    const lines = linesOf(api);
    assert.match(
      lines[0] ?? '',
      /^Execution failed due to configuration error: Malformed Lambda proxy response/,
    );
    assert.equal(lines[1], 'Method completed with status: 502');
    assert.equal(lines[3], 'Method completed with status: 403');
    assert.equal(lines.length, 4);
    const quiet = stagedApi(leveled({ LoggingLevel: 'ERROR' }), { list: ok });
    await quiet.send({ target: PETS });
    assert.deepEqual(quiet.ports.logGroups.lines, []);
  });

  it('follows the setting of a method', async () => {
    const own = { HttpMethod: 'GET', ResourcePath: '/pets', LoggingLevel: 'OFF' };
    const api = stagedApi(leveled({ LoggingLevel: 'INFO' }, [own]), { list: ok });

    await api.send({ target: PETS });
    assert.deepEqual(api.ports.logGroups.lines, []);
    await api.send({ target: '/dev/' });
    assert.notDeepEqual(api.ports.logGroups.lines, []);
  });

  it('follows all that a StageDescription says, as osls writes it', async () => {
    const StageDescription = {
      ThrottlingRateLimit: 50,
      MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', LoggingLevel: 'INFO' }],
    };
    const Deployment = {
      type: 'AWS::ApiGateway::Deployment',
      properties: { RestApiId: 'abcdefghij', StageName: 'dev', StageDescription },
    };
    const api = anApi({ ...restApi(), Deployment }, { list: ok });
    await api.send({ target: PETS });
    assert.notDeepEqual(api.ports.logGroups.lines, []);
  });

  it('writes one line per event for any body, cut at 1,024 characters (docs/aws §10.3)', async () => {
    const api = stagedApi(leveled({ LoggingLevel: 'INFO', DataTraceEnabled: true }), {
      list: () => ({ statusCode: 200, body: `a\nforged line\r\n${'x'.repeat(5000)}` }),
    });

    await api.send({ target: PETS });

    for (const line of api.ports.logGroups.lines) {
      assert.doesNotMatch(line, /[\r\n]/);
      assert.ok(line.length < 1300, line.slice(0, 80));
    }
    assert.match(linesOf(api).join('\n'), /\[TRUNCATED\]/);
  });

  it('shows no call if a MOCK answers', async () => {
    const mock = {
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode": 200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    };
    const api = stagedApi(leveled({ LoggingLevel: 'INFO' }), {}, restApi(mock));
    await api.send({ target: PETS });
    assert.doesNotMatch(linesOf(api).join('\n'), /Endpoint/);
  });

  it('is off unless a level is set, and then nothing of a request is noted', async () => {
    const api = anApi(restApi(), { list: ok });
    await api.send({ target: PETS });
    assert.deepEqual(api.ports.logGroups.lines, []);
    assert.equal(api.api.served.stages.get('dev')?.logs, undefined);
  });

  it('refuses a level that AWS does not have', () => {
    assert.throws(
      () => stagedApi(leveled({ LoggingLevel: 'DEBUG' }), { list: ok }),
      /Invalid logging level "DEBUG"/,
    );
  });
});
