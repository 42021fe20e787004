import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../../../../packages/gateway/core/policy/identities.ts';
import { ACCOUNT_ID } from '../../../../support/a-stack.ts';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import { EPOCH_MS } from '../../../../support/virtual-ports.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

const TARGET = '/dev/pets';
const KEY = { accessKeyId: 'ASIALOCAL0000ERIN', secretAccessKey: 'a-secret-of-this-test' };
const SESSION = 'a-session-of-an-hour';
const IDENTITIES = `identities:
  - name: erin
    accessKeyId: ${KEY.accessKeyId}
    secretAccessKey: ${KEY.secretAccessKey}
    organizationId: o-a1b2c3d4e5
    tags: { Team: Blue }
    sessionToken: ${SESSION}
    sessionExpires: '${new Date(EPOCH_MS + 3_600_000).toISOString().slice(0, 19)}Z'
    policies: []
`;

function apiOf(resources: Readonly<Record<string, TestResource>>): TestApi {
  const api = anApi(resources, { list: ok });
  api.ports.identities = createIdentities(parseIdentities(IDENTITIES, 'f.yml', ACCOUNT_ID));
  return api;
}

/** `/pets` behind IAM; `apiProperties` contain the resource policy. */
function iamApi(apiProperties: JsonObject): Record<string, TestResource> {
  const resources = restApi({ AuthorizationType: 'AWS_IAM' });
  const properties = { Name: 'pets', ...apiProperties };
  return { ...resources, Api: { type: 'AWS::ApiGateway::RestApi', id: 'abcdefghij', properties } };
}

/** Headers of a request to the target, signed by the temporary key with its token. */
function signed(nowEpochMs = EPOCH_MS): string[] {
  const headers = signRequest({
    method: 'GET',
    url: new URL(`http://abcdefghij.execute-api.localhost:3000${TARGET}`),
    service: 'execute-api',
    region: 'us-east-1',
    nowEpochMs,
    ...KEY,
    headers: { 'X-Amz-Security-Token': SESSION },
  });
  return Object.entries(headers).flat();
}

describe('serve behind AWS_IAM to a temporary key', () => {
  const allowed = (condition: JsonObject): JsonObject => ({
    Policy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: condition },
        },
      ],
    },
  });

  it('admits by token, organization and tag, and shows the function the organization (docs/aws §4.4)', async () => {
    const statuses = [];
    for (const condition of [
      { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'aws:PrincipalTag/team': 'Blue' },
      { 'aws:PrincipalOrgID': 'o-another0000' },
      { 'aws:PrincipalTag/team': 'blue' },
    ]) {
      const api = apiOf(iamApi(allowed(condition)));
      const reply = await api.send({ target: TARGET, headers: signed() });
      const event = api.ports.invoker.calls[0]?.event as
        | { requestContext: { identity: Record<string, unknown> } }
        | undefined;
      statuses.push([reply.status, event?.requestContext.identity['principalOrgId']]);
    }

    assert.deepEqual(statuses, [
      [200, 'o-a1b2c3d4e5'],
      [403, undefined],
      [403, undefined],
    ]);
  });

  it('is refused with EXPIRED_TOKEN once the session has expired, which a gateway response can reword (docs/aws §1.3, §4.6)', async () => {
    const custom = {
      type: 'AWS::ApiGateway::GatewayResponse',
      properties: {
        RestApiId: 'abcdefghij',
        ResponseType: 'EXPIRED_TOKEN',
        StatusCode: '418',
        ResponseTemplates: { 'application/json': '"$context.error.responseType"' },
      },
    };
    const open = allowed({ 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' });
    const seen = [];
    for (const resources of [iamApi(open), { ...iamApi(open), Custom: custom }]) {
      const api = apiOf(resources);
      api.ports.clock.advance(3_600_000);
      const headers = signed(EPOCH_MS + 3_600_000);
      const reply = await api.send({ target: TARGET, headers });
      seen.push([reply.status, reply.body, headerOf(reply, 'x-amzn-errortype')]);
    }

    assert.deepEqual(seen, [
      [403, '{"message":"The security token included in the request is expired"}', 'ExpiredTokenException'],
      [418, '"EXPIRED_TOKEN"', 'ExpiredTokenException'],
    ]);
  });
});
