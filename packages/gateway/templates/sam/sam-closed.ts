/**
 * Replaces routes that SAM refuses with routes that respond with 500. It replaces either one route of an API or all
 * routes.
 */
import type { DefinitionError } from '../../core/errors.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { closedOperation } from '../openapi/closed-operation.ts';
import { emptyDocument, isDocument, mapMethods, methodKey, onlyIf, putMethod } from './sam-document.ts';
import type { SamApi, SamExpansion, SamRoute } from './sam-expansion.ts';

/** Returns the document with the route that `add` adds. If `add` fails, the route responds with 500 instead. */
export function orClosed(
  expansion: SamExpansion,
  route: SamRoute,
  document: JsonObject,
  add: (document: JsonObject) => JsonObject,
): JsonObject {
  if (route.fault !== undefined) return closeRoute(expansion, document, route, route.fault);
  const key = route.path === '$default' ? route.path : `${route.method} ${route.path}`;
  return expansion.attempt(
    `${key} returns 500`,
    () => add(document),
    (error) => closeRoute(expansion, document, route, error),
  );
}

function closeRoute(
  expansion: SamExpansion,
  document: JsonObject,
  { ownerId, path, method }: SamRoute,
  error: DefinitionError,
): JsonObject {
  const condition = expansion.conditionOf(ownerId);
  const closed = closedOperation(error);
  return putMethod(
    document,
    path,
    methodKey(method),
    condition === undefined ? closed : onlyIf(condition, closed),
  );
}

export function closeApi(
  expansion: SamExpansion,
  { kind, logicalId, properties, routes }: SamApi,
  error: DefinitionError,
): void {
  const written = properties['DefinitionBody'];
  let document = isDocument(written)
    ? mapMethods(written, () => closedOperation(error))
    : emptyDocument(kind);
  for (const route of routes) document = closeRoute(expansion, document, route, error);
  const [defaultStage, stageName] =
    kind === 'rest' ? ['Prod', properties['StageName']] : ['$default', properties['StageName']];
  const StageName = stageName ?? defaultStage;
  if (kind === 'rest') {
    expansion.make(logicalId, logicalId, 'AWS::ApiGateway::RestApi', { Name: logicalId, Body: document });
    const [deploymentId, stageId] = [`${logicalId}Deployment`, expansion.stageIdOf(logicalId, StageName)];
    const RestApiId = { Ref: logicalId };
    expansion.make(logicalId, deploymentId, 'AWS::ApiGateway::Deployment', { RestApiId });
    const DeploymentId = { Ref: deploymentId };
    expansion.make(logicalId, stageId, 'AWS::ApiGateway::Stage', { RestApiId, DeploymentId, StageName });
    expansion.references.set(`${logicalId}.Stage`, stageId).set(`${logicalId}.Deployment`, deploymentId);
    return;
  }
  expansion.make(logicalId, logicalId, 'AWS::ApiGatewayV2::Api', { ProtocolType: 'HTTP', Body: document });
  const stageId =
    StageName === '$default'
      ? `${logicalId}ApiGatewayDefaultStage`
      : expansion.stageIdOf(logicalId, StageName);
  const ofStage = { ApiId: { Ref: logicalId }, StageName, AutoDeploy: true };
  expansion.make(logicalId, stageId, 'AWS::ApiGatewayV2::Stage', ofStage);
  expansion.references.set(`${logicalId}.Stage`, stageId);
}
