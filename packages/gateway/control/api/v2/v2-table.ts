/**
 * The editable parts of HTTP and WebSocket APIs, beyond their rows in `resource-types/v2-types.ts`: defaults,
 * and dependencies.
 * @see API Gateway Version 2 API reference, "Resources"
 */
import { textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { V2_TYPES } from '../../resource-types/v2-types.ts';
import type { PartCalls } from '../../resource-types/api-type.ts';
import type { Field } from '../../resource-types/fields.ts';
import type { HeldPart } from '../../api-parts.ts';
import type { ApiResources } from '../../api-state.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { ApiProtocol } from '../../../core/deployment/model.ts';

export type PartKind = PartRules & {
  readonly type: string;
  readonly part: HeldPart;
  readonly calls: PartCalls;
  readonly fields: readonly Field[];
};

type PartRules = {
  /** Property whose default value AWS accepts but does not store. */
  readonly unkept?: (protocol: ApiProtocol, properties: JsonObject) => string | undefined;
  /** Defaults that AWS shows. */
  readonly usual?: (protocol: ApiProtocol, properties: JsonObject) => Readonly<Record<string, unknown>>;
  /** Whether a part of another kind requires the one of this id. */
  readonly isNeeded?: (from: ApiResources, id: string) => boolean;
};

const ROUTES: PartRules = { usual: () => ({ apiKeyRequired: false, authorizationType: 'NONE' }) };

const INTEGRATIONS: PartRules = {
  // Terraform's provider sends it with every integration, and expects none from HTTP APIs (its
  // integration.go, diffs).
  unkept: (protocol, { PassthroughBehavior }) =>
    protocol === 'http' && PassthroughBehavior === 'WHEN_NO_MATCH' ? 'PassthroughBehavior' : undefined,
  usual: (protocol, properties) => ({
    connectionType: 'INTERNET',
    timeoutInMillis: protocol === 'http' ? 30_000 : 29_000,
    ...(protocol === 'http' ? { payloadFormatVersion: '1.0' } : WEBSOCKET_INTEGRATION),
    integrationMethod:
      properties['IntegrationType'] === 'AWS_PROXY' &&
      properties['IntegrationSubtype'] === undefined &&
      properties['IntegrationMethod'] === undefined
        ? 'POST'
        : undefined,
  }),
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'Target', `integrations/${id}`)),
};

const WEBSOCKET_INTEGRATION = {
  payloadFormatVersion: '1.0',
  passthroughBehavior: 'WHEN_NO_MATCH',
  integrationResponseSelectionExpression: '${integration.response.statuscode}',
};

const AUTHORIZERS: PartRules = {
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'AuthorizerId', id)),
};

const MODELS: PartRules = {
  usual: () => ({ contentType: 'application/json' }),
  isNeeded: ({ routes, models }, id) => {
    const name = textOf(models.find((model) => model.id === id)?.properties ?? {}, 'Name');
    return routes.some(({ properties: { RequestModels } }) =>
      Object.values(RequestModels ?? {}).includes(name),
    );
  },
};

const kind = (
  name: {
    [Name in keyof typeof V2_TYPES]: (typeof V2_TYPES)[Name] extends { calls: PartCalls } ? Name : never;
  }[keyof typeof V2_TYPES],
  rules: PartRules = {},
): PartKind => {
  const { part, calls, fields } = V2_TYPES[name];
  return { type: name, part, calls, fields, ...rules };
};

export const PART_KINDS = {
  route: kind('AWS::ApiGatewayV2::Route', ROUTES),
  integration: kind('AWS::ApiGatewayV2::Integration', INTEGRATIONS),
  authorizer: kind('AWS::ApiGatewayV2::Authorizer', AUTHORIZERS),
  model: kind('AWS::ApiGatewayV2::Model', MODELS),
  routeResponse: kind('AWS::ApiGatewayV2::RouteResponse'),
  integrationResponse: kind('AWS::ApiGatewayV2::IntegrationResponse'),
};

function isOf({ properties }: ControlResource, property: string, id: string): boolean {
  return textOf(properties, property) === id;
}
