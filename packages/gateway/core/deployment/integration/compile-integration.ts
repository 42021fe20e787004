/** Compiles `Integration` of AWS::ApiGateway::Method (docs/aws §8). */
import type { FunctionHome } from '@gatewright/aws/function-name';
import { DefinitionError, REFUSING } from '../../errors.ts';
import type { Tolerance } from '../../errors.ts';
import { VERBS } from '../../routing/rest-routes.ts';
import { isForbiddenMapping } from '../../mapping/integration-headers.ts';
import { compileRequestMapping, compileRequestParameters } from './compile-request-mapping.ts';
import { compileResponseMapping } from './compile-response-mapping.ts';
import { readContentHandling } from './content-handling-property.ts';
import { readLambdaUri, readStreamUri } from './integration-uri.ts';
import { readBlock, readText, readTextList, readClampedInteger } from '../properties.ts';
import { readServiceUri } from './service-uri.ts';
import { compileStageText } from './stage-text.ts';
import { INTEGRATION_TIMEOUTS } from '../../integration-timeouts.ts';
import { readTimeoutMs } from './timeouts.ts';
import type { HttpTarget, RequestParameter } from '../../mapping/integration.ts';
import type { Integration } from '../model.ts';
import type { PropertyBag } from '../properties.ts';

/**
 * Streamed responses may take up to 15 minutes on every type of endpoint (developer guide, "Stream the integration
 * response").
 */
const STREAM_TIMEOUT = { ...INTEGRATION_TIMEOUTS.rest, max: 900_000 };
/** The longest time without data in a stream. */
export const STREAM_IDLE_MS = { regional: 300_000, edge: 30_000 };
/** The scheme must be literal, but the rest of the URI may come from stage variables. */
export const HTTP_URI = /^https?:\/\/[^/]/i;

/**
 * Compiles an integration.
 * @throws DefinitionError for a definition that AWS refuses, in AWS's words if they are recorded
 */
export function compileIntegration(
  method: PropertyBag,
  streamIdleMs: number = STREAM_IDLE_MS.regional,
  tolerance: Tolerance = REFUSING,
  home?: FunctionHome,
): Integration {
  const block = readBlock(method, 'Integration');
  if (block === undefined)
    throw new DefinitionError(method.place('Integration'), 'No integration defined for method');
  const type = readText(block, 'Type').toUpperCase();
  if (isStreamed(block)) return compileStream({ method, block, type, home }, streamIdleMs, tolerance);
  switch (type) {
    case 'MOCK':
      return { kind: 'mock', ...compileMappings(method, block) };
    case 'HTTP':
    case 'HTTP_PROXY':
      return compileHttp(method, block, type, tolerance);
    case 'AWS':
    case 'AWS_PROXY':
      return compileAws({ method, block, type, home }, tolerance);
    default:
      throw new DefinitionError(
        block.place('Type'),
        `Enumeration value for Type must be one of HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY, not "${type}"`,
      );
  }
}

/**
 * Returns whether the response is streamed to the client.
 * @throws DefinitionError for an unknown transfer mode
 */
export function isStreamed(block: PropertyBag): boolean {
  const mode = readText(block, 'ResponseTransferMode', 'BUFFERED');
  if (mode === 'BUFFERED' || mode === 'STREAM') return mode === 'STREAM';
  throw new DefinitionError(
    block.place('ResponseTransferMode'),
    `Invalid response transfer mode "${mode}"; expected BUFFERED or STREAM`,
  );
}

/** An integration as it is written, with its method, and with the account and the region of the stack's functions. */
type Written<Type> = {
  readonly method: PropertyBag;
  readonly block: PropertyBag;
  readonly type: Type;
  readonly home: FunctionHome | undefined;
};

/**
 * Compiles a streamed response. Features that need the complete response, such as templates and caching, are refused.
 */
function compileStream(
  { method, block, type, home }: Written<string>,
  idleMs: number,
  tolerance: Tolerance,
): Integration {
  const refuse = (property: string, message: string): DefinitionError =>
    new DefinitionError(block.place(property), message);
  if (type !== 'AWS_PROXY' && type !== 'HTTP_PROXY')
    throw refuse(
      'ResponseTransferMode',
      `Response streaming is for AWS_PROXY and HTTP_PROXY integrations, not for ${type}`,
    );
  if (readTextList(block, 'CacheKeyParameters').length > 0)
    throw refuse('CacheKeyParameters', 'A streamed response cannot be cached: remove CacheKeyParameters');
  const timeoutMs = readClampedInteger(block, 'TimeoutInMillis', STREAM_TIMEOUT, tolerance);
  const parameters = compileRequestParameters(method, block);
  if (type === 'HTTP_PROXY') {
    const target = readTarget(block, timeoutMs);
    return (
      refuseAtRunTime(parameters, false) ?? {
        kind: 'http-stream',
        ...target,
        idleMs,
        parameters,
        contentHandling: readContentHandling(block),
      }
    );
  }
  const verb = readVerb(block);
  const lambda = readStreamUri(readText(block, 'Uri', ''), home);
  if (lambda.kind === 'invalid') throw refuse('Uri', lambda.message);
  const { target } = lambda;
  return (
    refuseAtRunTime(parameters, true) ??
    onlyByPost(verb) ?? { kind: 'lambda-stream', payload: 'rest-1.0', ...target, timeoutMs, idleMs }
  );
}

function compileMappings(method: PropertyBag, block: PropertyBag) {
  return { request: compileRequestMapping(method, block), response: compileResponseMapping(method, block) };
}

function compileHttp(
  method: PropertyBag,
  block: PropertyBag,
  type: 'HTTP' | 'HTTP_PROXY',
  tolerance: Tolerance,
): Integration {
  const target = readTarget(block, readTimeoutMs(block, 'rest', tolerance));
  if (type === 'HTTP') {
    const mappings = compileMappings(method, block);
    return refuseAtRunTime(mappings.request.parameters, false) ?? { kind: 'http', ...target, ...mappings };
  }
  const parameters = compileRequestParameters(method, block);
  return (
    refuseAtRunTime(parameters, false) ?? {
      kind: 'http-proxy',
      ...target,
      parameters,
      contentHandling: readContentHandling(block),
    }
  );
}

function readTarget(block: PropertyBag, timeoutMs: number): HttpTarget {
  const method = readVerb(block);
  const uri = readText(block, 'Uri', '');
  if (!HTTP_URI.test(uri))
    throw new DefinitionError(block.place('Uri'), 'Invalid HTTP endpoint specified for URI');
  return { uri: compileStageText(uri), method, timeoutMs, vpcLink: readVpcLink(block) };
}

function readVpcLink(block: PropertyBag): HttpTarget['vpcLink'] {
  if (readText(block, 'ConnectionType', 'INTERNET').toUpperCase() !== 'VPC_LINK') return undefined;
  return compileStageText(readText(block, 'ConnectionId'));
}

function compileAws(
  { method, block, type, home }: Written<'AWS' | 'AWS_PROXY'>,
  tolerance: Tolerance,
): Integration {
  const verb = readVerb(block);
  const uri = readText(block, 'Uri', '');
  const timeoutMs = readTimeoutMs(block, 'rest', tolerance);
  const lambda = readLambdaUri(uri, false, home);
  if (type === 'AWS_PROXY') {
    if (lambda.kind === 'invalid') throw new DefinitionError(block.place('Uri'), lambda.message);
    const parameters = compileRequestParameters(method, block);
    return (
      refuseAtRunTime(parameters, true) ??
      onlyByPost(verb) ?? {
        kind: 'lambda-proxy',
        payload: 'rest-1.0',
        ...lambda.target,
        timeoutMs,
      }
    );
  }
  const mappings = compileMappings(method, block);
  const refused = refuseAtRunTime(mappings.request.parameters, true);
  if (lambda.kind === 'function')
    return refused ?? onlyByPost(verb) ?? { kind: 'function', ...lambda.target, timeoutMs, ...mappings };
  const service = readServiceUri(uri);
  if (service.kind === 'invalid') throw new DefinitionError(block.place('Uri'), service.message);
  const role = readText(block, 'Credentials', '');
  const roleArn = role === '' ? undefined : role;
  return (
    refused ?? { kind: 'service', target: service.target, method: verb, timeoutMs, roleArn, ...mappings }
  );
}

/** Reads the HTTP method, which every integration except MOCK requires [obs]. */
export function readVerb(
  block: PropertyBag,
  property: 'IntegrationHttpMethod' | 'IntegrationMethod' = 'IntegrationHttpMethod',
): string {
  const verb = readText(block, property, '').toUpperCase();
  if (verb === '')
    throw new DefinitionError(block.place(property), 'Enumeration value for HttpMethod must be non-empty');
  if (VERBS.has(verb)) return verb;
  throw new DefinitionError(
    block.place(property),
    `Invalid HTTP method "${verb}"; expected one of ${[...VERBS].join(', ')}`,
  );
}

export function onlyByPost(verb: string, property = 'IntegrationHttpMethod'): Integration | undefined {
  if (verb === 'POST' || verb === 'ANY') return undefined;
  return {
    kind: 'misconfigured',
    reason: `Lambda accepts only POST, but ${property} is "${verb}"`,
    defect: { kind: 'mapping', problem: 'verb', property },
  };
}

/**
 * Returns a misconfigured integration if a parameter sets a header that API Gateway does not allow, otherwise
 * undefined. AWS deploys such a mapping, but every call then fails before it is sent [obs].
 */
export function refuseAtRunTime(
  parameters: readonly RequestParameter[],
  toAws: boolean,
): Extract<Integration, { kind: 'misconfigured' }> | undefined {
  const forbidden = parameters.find(
    ({ place, name }) => place === 'header' && isForbiddenMapping(name, toAws),
  );
  if (forbidden === undefined) return undefined;
  return {
    kind: 'misconfigured',
    reason: `API Gateway does not allow a mapping to integration.request.header.${forbidden.name}`,
    defect: { kind: 'mapping', problem: 'header', name: forbidden.name },
  };
}
