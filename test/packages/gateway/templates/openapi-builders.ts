/** APIs with a `Body`, expanded; and documents to put there. */
import assert from 'node:assert/strict';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../../../packages/gateway/core/stack/model.ts';
import { expandDocuments } from '../../../../packages/gateway/templates/openapi/openapi.ts';
import { aStack, SHOP } from './stack-builders.ts';

export type Expanded = ReturnType<typeof expandDocuments>;

/** The API `Api` with this Body, expanded. */
export function expand(body: Json, more: JsonObject = {}, type = 'AWS::ApiGateway::RestApi'): Expanded {
  const template = { Resources: { Api: { Type: type, Properties: { ...more, Body: body } } } };
  return expandDocuments(SHOP, aStack(JSON.stringify(template)).resolveResources());
}

export function only({ resources }: Expanded, type: string): ResolvedResource[] {
  return [...resources.values()].filter((resource) => resource.type.endsWith(`::${type}`));
}

export function find(expanded: Expanded, logicalId: string): JsonObject {
  const resource = expanded.resources.get(logicalId);
  assert.ok(resource !== undefined, [...expanded.resources.keys()].join(', '));
  return resource.properties;
}

/** An openapi 3.0 document with one operation `GET /x`. */
export function document(operation: JsonObject, root: JsonObject = {}): JsonObject {
  const responses = { 200: { description: 'ok' } };
  return {
    openapi: '3.0.1',
    info: { title: 't', version: '1' },
    paths: { '/x': { get: { responses, ...operation } } },
    ...root,
  };
}
