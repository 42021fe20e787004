/** The values that calls may send are those of AWS's service models, from which its SDKs are made. */
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  PATH_CONSTRAINTS,
  REST_CONSTRAINTS,
} from '../../../../../packages/gateway/control/resource-types/constraints.ts';
import { V2_CONSTRAINTS } from '../../../../../packages/gateway/control/resource-types/v2-constraints.ts';
import type { Constraint } from '../../../../../packages/gateway/control/resource-types/constraints.ts';

type Enum = Readonly<Record<string, string>>;

function constraintOf(
  table: typeof REST_CONSTRAINTS,
  input: string,
  property: string,
): Constraint | undefined {
  return table.find((one) => one.input === input)?.properties[property];
}

const sorted = (values: readonly string[] | undefined): readonly string[] => (values ?? []).toSorted();

describe('a call of a REST API', () => {
  const rows: readonly (readonly [input: string, property: string, of: Enum, more?: readonly string[]])[] = [
    ['createRestApiInput', 'apiKeySource', rest.ApiKeySourceType],
    ['createRestApiInput', 'endpointConfiguration.types', rest.EndpointType],
    ['createRestApiInput', 'endpointConfiguration.ipAddressType', rest.IpAddressType],
    ['createRestApiInput', 'securityPolicy', rest.SecurityPolicy],
    ['createRestApiInput', 'endpointAccessMode', rest.EndpointAccessMode],
    ['putIntegrationInput', 'type', rest.IntegrationType],
    ['putIntegrationInput', 'connectionType', rest.ConnectionType],
    ['putIntegrationInput', 'contentHandling', rest.ContentHandlingStrategy],
    ['putIntegrationInput', 'responseTransferMode', rest.ResponseTransferMode],
    ['putIntegrationResponseInput', 'contentHandling', rest.ContentHandlingStrategy],
    // The service names JWT in its refusals, too.
    ['createAuthorizerInput', 'type', rest.AuthorizerType, ['JWT']],
    ['createDeploymentInput', 'cacheClusterSize', rest.CacheClusterSize],
    ['createStageInput', 'cacheClusterSize', rest.CacheClusterSize],
    ['createDocumentationPartInput', 'location.type', rest.DocumentationPartType],
    ['createUsagePlanInput', 'quota.period', rest.QuotaPeriodType],
    ['createDomainNameInput', 'endpointConfiguration.types', rest.EndpointType],
    ['createDomainNameInput', 'endpointConfiguration.ipAddressType', rest.IpAddressType],
    ['createDomainNameInput', 'securityPolicy', rest.SecurityPolicy],
    ['createDomainNameInput', 'routingMode', rest.RoutingMode],
  ];
  for (const [input, property, of, more = []] of rows)
    it(`may have each ${property} of ${input} that AWS has`, () => {
      const constraint = constraintOf(REST_CONSTRAINTS, input, property);

      assert.deepEqual(
        sorted(constraint?.values ?? constraint?.each?.values),
        sorted([...Object.values(of), ...more]),
      );
    });

  it('may be about each response type that AWS has', () => {
    assert.deepEqual(
      sorted(PATH_CONSTRAINTS['responseType']?.values),
      sorted(Object.values(rest.GatewayResponseType)),
    );
  });
});

describe('a call of an HTTP or WebSocket API', () => {
  const rows: readonly (readonly [input: string, property: string, of: Enum])[] = [
    ['createApiInput', 'protocolType', v2.ProtocolType],
    ['createApiInput', 'ipAddressType', v2.IpAddressType],
    ['createRouteInput', 'authorizationType', v2.AuthorizationType],
    ['updateRouteInput', 'authorizationType', v2.AuthorizationType],
    ['createIntegrationInput', 'integrationType', v2.IntegrationType],
    ['createIntegrationInput', 'connectionType', v2.ConnectionType],
    ['createIntegrationInput', 'contentHandlingStrategy', v2.ContentHandlingStrategy],
    ['createIntegrationInput', 'passthroughBehavior', v2.PassthroughBehavior],
    ['createAuthorizerInput', 'authorizerType', v2.AuthorizerType],
    ['createStageInput', 'defaultRouteSettings.loggingLevel', v2.LoggingLevel],
    ['createStageInput', 'routeSettings', v2.LoggingLevel],
    ['createDomainNameInput', 'routingMode', v2.RoutingMode],
  ];
  for (const [input, property, of] of rows)
    it(`may have each ${property} of ${input} that AWS has`, () => {
      const own = constraintOf(V2_CONSTRAINTS, input, property)?.own;

      assert.deepEqual(sorted(own?.[0]?.values), sorted(Object.values(of)));
    });

  it('may have each member of a domain name’s configuration that AWS has', () => {
    const own = constraintOf(V2_CONSTRAINTS, 'createDomainNameInput', 'domainNameConfigurations')?.own;
    const valuesOf = (member: string) => sorted(own?.find(({ inEach }) => inEach === member)?.values);

    assert.deepEqual(valuesOf('endpointType'), sorted(Object.values(v2.EndpointType)));
    assert.deepEqual(valuesOf('ipAddressType'), sorted(Object.values(v2.IpAddressType)));
    // Both APIs make the same domain names; the model of this one lags behind.
    assert.deepEqual(valuesOf('securityPolicy'), sorted(Object.values(rest.SecurityPolicy)));
  });
});
