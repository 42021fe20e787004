/** Whatever a caller with a valid signature sends, the control plane answers in its own words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Account } from '../../../../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../../../../packages/gateway/control/served-apis.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { createRestApiWire } from '../../../../../../packages/gateway/control/api/rest/rest-api-wire.ts';
import { ACCOUNT_ID, aStack, REGION } from '../../../../../support/a-stack.ts';
import { API_ID, meteredApi } from '../../../../../support/metered-apis.ts';
import { ok } from '../../../../../support/rest-apis.ts';
import { virtualPorts } from '../../../../../support/virtual-ports.ts';
import type { AwsService } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { webPath } from '../../../../../support/any-text.ts';

const caller = adminIdentity({ accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'secret' }, ACCOUNT_ID);
const IN_API = [
  '',
  '/resources',
  '/resources/Pets',
  '/authorizers',
  '/authorizers/Auth',
  '/models',
  '/models/Pet',
  '/requestvalidators',
  '/requestvalidators/x',
  '/gatewayresponses',
  '/gatewayresponses/THROTTLED',
  '/stages',
  '/stages/dev',
  '/stages/dev/cache/data',
  '/stages/dev/exports/oas30',
  '/deployments',
  '/deployments/Deployment',
  '/resources/Pets/methods/GET',
  '/resources/Pets/methods/PUT',
  ...['integration', 'responses/200', 'integration/responses/200'].map(
    (end) => `/resources/Pets/methods/GET/${end}`,
  ),
];
const PATHS = [
  '/apikeys',
  '/apikeys/Key',
  '/usageplans',
  '/usageplans/Plan',
  '/usageplans/Plan/keys',
  '/usageplans/Plan/keys/Key',
  '/usageplans/Plan/usage',
  '/usageplans/Plan/keys/Key/usage',
  '/restapis',
  '/domainnames',
  '/domainnames/a.example.com',
  '/domainnames/a.example.com/basepathmappings',
  '/domainnames/a.example.com/basepathmappings/v1',
  '/clientcertificates',
  '/clientcertificates/Cert',
  ...IN_API.map((end) => `/restapis/${API_ID}${end}`),
];
const path = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...PATHS) },
  { weight: 1, arbitrary: webPath() },
);

const Domain = { type: 'AWS::ApiGateway::DomainName', properties: { DomainName: 'a.example.com' } };
const Mapping = {
  type: 'AWS::ApiGateway::BasePathMapping',
  properties: { DomainName: 'a.example.com', RestApiId: API_ID, BasePath: 'v1' },
};
const Cert = { type: 'AWS::ApiGateway::ClientCertificate', properties: {} };
const query = fc.oneof(
  fc.string(),
  fc.constantFrom('mode=import', 'mode=merge', 'mode=overwrite&basepath=split', 'failonwarnings=true'),
);

function aWire(): AwsService {
  const ports = virtualPorts({ list: ok });
  const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
  served.prepare([aStack({ ...meteredApi(), Domain, Mapping, Cert })]).serve();
  return createRestApiWire({ apis: served, random: ports.random, accountId: ACCOUNT_ID, ports });
}

const field = fc.constantFrom(
  'name',
  'value',
  'enabled',
  'type',
  'uri',
  'pathPart',
  'stageName',
  'deploymentId',
  'variables',
  'quota',
  'throttle',
  'apiStages',
  'keyId',
  'keyType',
  'authorizationType',
  'patchOperations',
  'schema',
  'limit',
  'domainName',
  'basePath',
  'restApiId',
  'stage',
  'endpointConfiguration',
  'policy',
  'binaryMediaTypes',
  'openapi',
  'swagger',
  'paths',
  'info',
  'tags',
  'description',
  'apiKeySource',
  'clientCertificateId',
  'requestParameters',
  'requestTemplates',
  'statusCode',
  'canarySettings',
  'headers',
  'body',
  'period',
);
const body = fc.oneof(
  fc.dictionary(field, fc.jsonValue({ maxDepth: 3 })).map((value) => JSON.stringify(value)),
  fc.dictionary(field, fc.oneof(fc.string(), fc.boolean(), fc.nat())).map((value) => JSON.stringify(value)),
  fc.string(),
);

describe('the REST control plane', () => {
  it('never fails by a call, only refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'),
        path,
        query,
        body,
        async (method, target, asked, text) => {
          const request = {
            method,
            path: target,
            query: asked,
            rawHeaders: [],
            host: 'localhost',
            body: Buffer.from(text),
          };
          const reply = await aWire()({ request, caller, service: 'apigateway', region: REGION });

          assert.ok(reply.status < 500 || reply.status === 501, `${method} ${target} ${text}`);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
