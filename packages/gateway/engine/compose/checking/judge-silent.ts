/** Finds rules, filters and routes that AWS deploys, but that no event or request reaches or matches. */
import { asText, membersOf } from '@gatewright/aws/json-object';
import { findWaitingRules, isSilent } from '../../../kernel/delivery/waiting-rules.ts';
import { findDeadFilters } from '../../../console/records/filter-notes.ts';
import { findBusOfIntegration, findMissingBus } from '../../../console/records/missing-bus.ts';
import { shortPlace } from '../../../core/stack/source-format.ts';
import { adviseBridge } from '../../../console/records/bridge-notes.ts';
import type { ResolvedResource, ResolvedStack } from '../../../core/stack/model.ts';

type Silent = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
  /** The page about this case; absent means the page of the rule. */
  readonly source?: string;
};

/** @param loaded all loaded stacks, including the judged stack */
export function findSilent(stack: ResolvedStack, loaded: readonly ResolvedStack[]): readonly Silent[] {
  const all = [...stack.resources.values()];
  return [
    ...findSilentBuckets(stack, all),
    ...findShadowedRoutes(all),
    ...all.flatMap((resource) => [...findDeadFilters(resource), ...findMisspeltBus(resource, loaded)]),
  ];
}

/**
 * Finds an integration that names a bus which no loaded stack has, although a loaded stack has a bus with almost the
 * same name.
 */
function findMisspeltBus(resource: ResolvedResource, loaded: readonly ResolvedStack[]): readonly Silent[] {
  const written = findBusOfIntegration(resource);
  const missing = written && findMissingBus(written.name, loaded);
  if (written === undefined || missing?.nearest === undefined) return [];
  const { what, place } = missing.nearest;
  return [
    {
      resource,
      property: written.property,
      message: `no rule gets these events: no loaded stack has the bus ${written.name}, and EventBridge accepts events for a bus that does not exist; the most similar name is ${what} (${place})`,
      remedy: `write ${what} in place of ${written.name}`,
    },
  ];
}

/**
 * Finds routes at the path that AWS answers itself for its health checks: /ping at the root of an HTTP API. Only the
 * stage $default is served at the root.
 * @see docs/aws/routing.md, issue serverless/examples#667
 */
function findShadowedRoutes(all: readonly ResolvedResource[]): readonly Silent[] {
  const apis = all.filter(
    ({ type, properties, physicalId }) =>
      type === 'AWS::ApiGatewayV2::Api' &&
      properties['ProtocolType'] !== 'WEBSOCKET' &&
      (properties['Target'] !== undefined || hasDefaultStage(all, physicalId)),
  );
  const inBodies = apis.filter(
    ({ properties }) => membersOf(membersOf(properties['Body'])['paths'])['/ping'] !== undefined,
  );
  const routes = all.filter(
    ({ type, properties }) =>
      type === 'AWS::ApiGatewayV2::Route' &&
      HEALTH_CHECK.test(asText(properties['RouteKey']) ?? '') &&
      apis.some(({ physicalId }) => physicalId === properties['ApiId']),
  );
  return [
    ...inBodies.map((api) => shadowed(api, 'Body', '/ping')),
    ...routes.map((route) => shadowed(route, 'RouteKey', asText(route.properties['RouteKey']) ?? '')),
  ];
}

const HEALTH_CHECK = /^[A-Z]+ \/ping$/;

function shadowed(resource: ResolvedResource, property: string, route: string): Silent {
  return {
    resource,
    property,
    message: `the route ${route} is never called at the address of the API: AWS answers /ping there itself, with 200 and Healthy Connection`,
    remedy:
      'give the route another path, such as /health, or use a named stage, whose name comes before the path',
    source: 'https://github.com/serverless/examples/issues/667',
  };
}

function hasDefaultStage(all: readonly ResolvedResource[], apiId: string): boolean {
  return all.some(
    ({ type, properties }) =>
      type === 'AWS::ApiGatewayV2::Stage' &&
      properties['StageName'] === '$default' &&
      properties['ApiId'] === apiId,
  );
}

function findSilentBuckets(stack: ResolvedStack, all: readonly ResolvedResource[]): readonly Silent[] {
  return all
    .filter((bucket) => bucket.type === 'AWS::S3::Bucket' && isSilent(bucket, all))
    .flatMap((bucket) => {
      // A pattern without the name of a bucket may be for a bucket of another stack.
      const rules = findWaitingRules(bucket, all).filter(({ isNamed }) => isNamed);
      if (rules.length === 0) return [];
      const names = rules.map(({ rule }) => `${rule.logicalId} (${shortPlace(rule, 'EventPattern')})`);
      return [
        {
          resource: bucket,
          property: 'NotificationConfiguration',
          message: `the ${names.length === 1 ? 'rule' : 'rules'} ${names.join(', ')} never ${names.length === 1 ? 'runs' : 'run'}: the bucket sends no events to EventBridge`,
          remedy: adviseBridge(bucket, stack),
        },
      ];
    });
}
