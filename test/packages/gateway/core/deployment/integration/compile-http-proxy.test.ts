import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileHttpProxy } from '../../../../../../packages/gateway/core/deployment/integration/compile-http-proxy.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';
import { REFUSING } from '../../../../../../packages/gateway/core/errors.ts';

const WHOLE = { IntegrationUri: 'https://a.example/{path}', IntegrationMethod: 'GET' };
const LINK = { ConnectionType: 'VPC_LINK', ConnectionId: 'link-1' };
const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2';
const SERVICE = 'arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1';

function compile(properties: object) {
  const bag: PropertyBag = {
    id: 'i1',
    logicalId: 'Integration',
    properties: { ...WHOLE, ...properties },
    place: (property) => ({ file: 't.yml', logicalId: 'Integration', property }),
  };
  return compileHttpProxy(bag, REFUSING);
}

describe('compileHttpProxy', () => {
  // badmintoncryer/cdk-preflight, and the tests of check: test/packages/gateway/engine/compose/checking/refused.
  for (const [properties, property, message] of [
    [{ PayloadFormatVersion: '2.0' }, 'PayloadFormatVersion', /2\.0 is not supported/],
    [{ IntegrationUri: '' }, 'IntegrationUri', /Invalid HTTP endpoint/],
    [{ IntegrationUri: 'ftp://a.example' }, 'IntegrationUri', /Invalid HTTP endpoint/],
    // A listener is only reached through a VPC link.
    [{ IntegrationUri: LISTENER }, 'IntegrationUri', /Invalid HTTP endpoint/],
    [{ ConnectionType: 'VPC_LINK' }, 'ConnectionId', /ConnectionId is required/],
    [{ IntegrationMethod: '' }, 'IntegrationMethod', /HttpMethod parameter method must be specified/],
    [{ IntegrationMethod: 'FETCH' }, 'IntegrationMethod', /Invalid HTTP method "FETCH"/],
    [{ IntegrationMethod: 'TRACE' }, 'IntegrationMethod', /Invalid HTTP method "TRACE"/],
  ] as const)
    it(`refuses ${JSON.stringify(properties)}`, () => {
      assert.throws(() => compile(properties), {
        name: 'DefinitionError',
        place: { file: 't.yml', logicalId: 'Integration', property },
        message,
      });
    });

  for (const method of ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'get'])
    it(`takes the method ${method}`, () => {
      assert.equal(compile({ IntegrationMethod: method }).method, method.toUpperCase());
    });

  for (const [what, properties, appendsPath, serviceArn] of [
    ['a URL', {}, false, undefined],
    ['a URL behind a VPC link', { ...LINK }, false, undefined],
    ['a listener', { ...LINK, IntegrationUri: LISTENER }, true, undefined],
    ['a service of Cloud Map', { ...LINK, IntegrationUri: SERVICE }, true, SERVICE],
  ] as const)
    it(`${appendsPath ? 'appends' : 'does not append'} the path of the request to ${what}`, () => {
      const compiled = compile(properties);
      assert.deepEqual([compiled.appendsPath, compiled.serviceArn], [appendsPath, serviceArn]);
    });
});
