/** Checks for settings that AWS accepts, but that break calls or return one caller's response to another caller. */
import { membersOf } from '@gatewright/aws/json-object';
import { listAt } from '../../terminal/aws-call.ts';
import { findSharedCaches, placesInSources } from '../attach/surprised-callers.ts';
import type { LiveRoute } from '../attach/live-api.ts';
import type { ApiView } from './api-view.ts';
import type { Finding } from './finding.ts';

/** Checks the HTTP methods with which API Gateway calls Lambda, because Lambda's own API accepts only POST. */
export function checkIntegrationMethods({ live: { kind }, routes }: ApiView): readonly Finding[] {
  if (kind !== 'rest') return [];
  return routes.flatMap(({ key, where, integration, calls }): readonly Finding[] => {
    const method = integration['httpMethod'];
    if (calls === undefined || typeof method !== 'string' || method === 'POST' || method === 'ANY') return [];
    return [
      {
        id: 'integration-method',
        level: 'obstacle',
        what: `${key} calls ${calls.functionName} with IntegrationHttpMethod ${method}`,
        why: 'Lambda accepts POST only, whatever the method of the route is, so every call fails with 500',
        where,
        fix: 'set IntegrationHttpMethod: POST',
      },
    ];
  });
}

export function checkCorsCredentials({ live: { kind, api }, where }: ApiView): readonly Finding[] {
  const cors = membersOf(api['corsConfiguration']);
  if (kind !== 'http' || cors['allowCredentials'] !== true || !listAt(cors, 'allowOrigins').includes('*'))
    return [];
  return [
    {
      id: 'cors-credentials',
      level: 'obstacle',
      what: 'the API allows credentials from every origin',
      why: 'AWS refuses AllowCredentials with the origin *, and browsers reject the response',
      where,
      fix: 'list the origins, or set AllowCredentials: false',
    },
  ];
}

/**
 * Matches runtimes whose deprecation date is before 2026-11-23, according to the tables of the Lambda developer guide,
 * "Lambda runtimes" (docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). The latest of them are python3.9
 * (2025-12-15), ruby3.2 (2026-03-31), nodejs20.x (2026-04-30), provided.al2 (2026-07-31), python3.10 (2026-10-31) and
 * dotnet8 (2026-11-10). Java and Python 3.11 on Amazon Linux 2 are supported into 2027. `check` uses other, later
 * dates: the dates from which Lambda refuses to create functions (lab/tools/resource-schemas).
 */
const ENDED =
  /^(?:nodejs(?:\d\.\d+(?:-edge)?|1[0-8]\.x|20\.x)?|python(?:2\.7|3\.(?:[6-9]|10))|ruby(?:2\.\d|3\.2)|java8|go1\.x|dotnet(?:core.*|[5-8])|provided(?:\.al2)?)$/;

export function checkRuntimes({ routes, authorizers }: ApiView): readonly Finding[] {
  return [...routes, ...authorizers].flatMap(({ calls }): readonly Finding[] => {
    const facts = calls?.facts;
    if (facts?.runtime === undefined || !ENDED.test(facts.runtime)) return [];
    return [
      {
        id: 'runtime-ended',
        level: 'warning',
        what: `${facts.name} runs on ${facts.runtime}, which is out of support`,
        why: 'AWS provides no more security fixes for the runtime, and will eventually refuse to create or update functions with it',
        where: facts.where,
        fix: 'choose a supported runtime',
      },
    ];
  });
}

/**
 * Reports protected routes that the stage caches without the caller in the cache key. The stage cache then returns the
 * response for one caller to other callers, and does not call the integration.
 */
export function checkSharedCache({ live, routes, stageWhere }: ApiView): readonly Finding[] {
  const guarded = routes.filter(
    ({ authorizationType, apiKeyRequired }) => authorizationType !== 'NONE' || apiKeyRequired,
  );
  return findSharedCaches(live, guarded, (route) => placesOf(live, route)).map(({ route, missing }) => ({
    id: 'shared-cache',
    level: 'obstacle',
    what: `stage ${live.stage} caches the responses of ${route.key} without the caller in the cache key`,
    why: 'until the entry expires, API Gateway returns the response for the first caller to every other authorized caller',
    where: stageWhere,
    fix: `add ${missing.join(' and ')} to the cache key, or do not cache responses that depend on the caller`,
  }));
}

/** Returns the headers or parameters in which callers of a route send their credentials, as cache key parameters. */
function placesOf({ authorizers, api }: ApiView['live'], route: LiveRoute): readonly string[] {
  const own = authorizers.find(({ id }) => id !== undefined && id === route.authorizerId);
  const isKeySent = route.apiKeyRequired && api['apiKeySource'] !== 'AUTHORIZER';
  return [
    ...placesInSources(own?.['identitySource']),
    ...(route.authorizationType === 'AWS_IAM' ? ['method.request.header.Authorization'] : []),
    ...(isKeySent ? ['method.request.header.x-api-key'] : []),
  ];
}
