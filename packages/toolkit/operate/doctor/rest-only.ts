/** Finds features of an API that only REST APIs have (developer guide, "Choose between REST APIs and HTTP APIs"). */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import type { ApiView } from './api-view.ts';

/** Returns the names of the REST-only features in use. If there are none, an HTTP API would suffice. */
export function findRestOnly({ live, routes, plans, hasValidators }: ApiView): readonly string[] {
  const { api, stageShown, gatewayResponses } = live;
  const types = listAt(api, 'endpointConfiguration', 'types').map(String);
  const features: readonly (readonly [string, boolean])[] = [
    ['API keys', routes.some(({ apiKeyRequired }) => apiKeyRequired) || plans.length > 0],
    [
      'request validation',
      hasValidators && routes.some(({ shown }) => textAt(shown, 'requestValidatorId') !== undefined),
    ],
    [
      'mapping templates',
      routes.some(({ method, integration }) => method !== 'OPTIONS' && isMapped(integration)),
    ],
    [
      'non-proxy integrations',
      routes.some(({ method, integration }) => method !== 'OPTIONS' && isPlain(integration)),
    ],
    ['the stage cache', stageShown['cacheClusterEnabled'] === true],
    ['a canary', isJsonObject(stageShown['canarySettings'])],
    ['a web ACL', textAt(stageShown, 'webAclArn') !== undefined],
    ['a resource policy', (textAt(api, 'policy') ?? '') !== ''],
    // Of the endpoint types, only a private endpoint needs a REST API. Edge-optimized is the default, and any API can
    // be put behind CloudFront.
    ['a private endpoint', types.includes('PRIVATE')],
    ['traces', stageShown['tracingEnabled'] === true],
    ['a client certificate', textAt(stageShown, 'clientCertificateId') !== undefined],
    ['execution logs', hasExecutionLogs(stageShown)],
    ['gateway responses', gatewayResponses.length > 0],
    ['binary media types', listAt(api, 'binaryMediaTypes').length > 0],
  ];
  return features.flatMap(([name, isUsed]) => (isUsed ? [name] : []));
}

function isMapped(integration: UnknownMembers): boolean {
  const templates = integration['requestTemplates'];
  return isJsonObject(templates) && Object.keys(templates).length > 0;
}

function isPlain(integration: UnknownMembers): boolean {
  const type = textAt(integration, 'type') ?? '';
  return type !== '' && !type.endsWith('_PROXY');
}

function hasExecutionLogs(stage: UnknownMembers): boolean {
  return Object.values(membersOf(stage['methodSettings'])).some((one) => {
    const { loggingLevel: level } = membersOf(one);
    return level === 'INFO' || level === 'ERROR';
  });
}
