/** HTTP_PROXY integrations of HTTP APIs (docs/aws §7.8, §8). */
import { DefinitionError } from '../errors.ts';
import { type ChangeSide, type ParameterChange, parseChangeValue } from '../mapping/parameter-change.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { readBlock, readList, readText, readTextMap, readWithinLimits } from './properties.ts';
import { compileStageText } from './stage-text.ts';
import type { Tolerance } from '../errors.ts';
import type { HttpApiProxyIntegration } from '../mapping/integration.ts';
import type { PropertyBag } from './properties.ts';

const TIMEOUT = { usual: 30_000, min: 50, max: 30_000 };
const VERBS = new Set(['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
const HTTP_URI = /^https?:\/\/[^/]/i;
const LISTENER_ARN = /^arn:[^:]+:(?:elasticloadbalancing|servicediscovery):/;

/** @throws DefinitionError for what AWS refuses */
export function compileHttpProxy(integration: PropertyBag, tolerance: Tolerance): HttpApiProxyIntegration {
  const isPrivate = readText(integration, 'ConnectionType', 'INTERNET').toUpperCase() === 'VPC_LINK';
  const uri = readText(integration, 'IntegrationUri', '');
  const isListener = isPrivate && LISTENER_ARN.test(uri);
  if (!isListener && !HTTP_URI.test(uri))
    throw new DefinitionError(integration.place('IntegrationUri'), 'Invalid HTTP endpoint specified for URI');
  const method = readText(integration, 'IntegrationMethod', 'ANY').toUpperCase();
  if (!VERBS.has(method))
    throw new DefinitionError(
      integration.place('IntegrationMethod'),
      `Invalid HTTP method "${method}". AWS takes ${[...VERBS].join(', ')}`,
    );
  return {
    kind: 'http-api-proxy',
    // A listener has no URL: `--vpc-link` says where it is.
    uri: compileStageText(isListener ? 'http://listener.invalid/' : uri),
    appendsPath: isListener,
    method,
    timeoutMs: readWithinLimits(integration, 'TimeoutInMillis', TIMEOUT, tolerance),
    vpcLink: isPrivate ? compileStageText(readText(integration, 'ConnectionId')) : undefined,
    requestChanges: compileChanges(integration, 'RequestParameters', 'request'),
    responseChanges: compileResponseChanges(integration),
  };
}

function compileResponseChanges(integration: PropertyBag): HttpApiProxyIntegration['responseChanges'] {
  const byStatus = readBlock(integration, 'ResponseParameters');
  return new Map(
    Object.keys(byStatus?.properties ?? {}).map((status) => {
      const place = `ResponseParameters.${status}`;
      if (byStatus === undefined || !/^[1-5]\d\d$/.test(status))
        throw new DefinitionError(integration.place(place), `"${status}" is no status from 100 to 599`);
      const block = readBlock(byStatus, status);
      if (block === undefined) return [Number(status), []];
      // CloudFormation wraps the changes in a list, the API itself gives a map.
      if (!Array.isArray(block.properties['ResponseParameters']))
        return [Number(status), compileChanges(byStatus, status, 'response')];
      const changes = readList(block, 'ResponseParameters').map((item) =>
        compileChange(readText(item, 'Destination'), readText(item, 'Source'), 'response', item),
      );
      return [Number(status), changes];
    }),
  );
}

function compileChanges(bag: PropertyBag, property: string, side: ChangeSide): ParameterChange[] {
  return Object.entries(readTextMap(bag, property) ?? {}).map(([target, value]) =>
    compileChange(target, value, side, bag),
  );
}

const TARGET = /^(append|overwrite|remove):(header|querystring)\.(.+)$/;
/** The gateway speaks for itself in these. */
const RESERVED =
  /^(?:access-control-.*|apigw-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-auth.*|te|trailers?|transfer-encoding|upgrade|via|x-amzn?-.*|x-forwarded-(?:for|host|proto))$/i;

function compileChange(target: string, text: string, side: ChangeSide, bag: PropertyBag): ParameterChange {
  const refuse = (error: string): DefinitionError =>
    new DefinitionError(bag.place(target), invalidMapping(error));
  const value = parseChangeValue(text, side);
  if (value === undefined) throw refuse(`Invalid mapping expression specified: ${text}`);
  if (side === 'request' && target === 'overwrite:path')
    return { action: 'overwrite', target: { place: 'path' }, value };
  if (side === 'response' && target === 'overwrite:statuscode')
    return { action: 'overwrite', target: { place: 'statuscode' }, value };
  const [, action, place, name = ''] = TARGET.exec(target) ?? [];
  if (
    (action !== 'append' && action !== 'overwrite' && action !== 'remove') ||
    (place !== 'header' && place !== 'querystring') ||
    (side === 'response' && place === 'querystring')
  )
    throw refuse(`Invalid mapping expression specified: ${target}`);
  if (place === 'header' && RESERVED.test(name)) throw refuse(`Operations on header ${name} are restricted`);
  return { action, target: { place, name }, value };
}
