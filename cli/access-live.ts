/** The routes of an API as it is deployed, asked of AWS's own API (or of whatever AWS_ENDPOINT_URL names). */
import { signRequest } from '@gatewright/aws/sign-request';
import type { ApiKind } from '#shared/access/compiled-document.ts';
import type { InventoryRoute } from '@gatewright/authoring/route-inventory';
import { UsageError } from './output.ts';

export type LiveApi = {
  readonly apiId: string;
  readonly kind: ApiKind;
  readonly routes: readonly InventoryRoute[];
};

type Environment = Readonly<Record<string, string | undefined>>;
type Json = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 10_000;
/** API Gateway's own bounds are 300 resources and 300 routes. */
const PAGES_LIMIT = 20;

/**
 * Finds the API by its id, or by stack and logical id, and lists its routes. Routes count as protected by
 * their authorization type: CUSTOM. Credentials come from the environment.
 * @throws UsageError
 */
export async function readLiveApi(
  wanted: { readonly apiId?: string; readonly stack?: string; readonly logicalId?: string },
  environment: Environment,
): Promise<LiveApi> {
  const aws = createAws(environment);
  const apiId = wanted.apiId ?? (await findPhysicalId(aws, wanted.stack ?? '', wanted.logicalId ?? ''));
  const rest = await aws.get('apigateway', `/restapis/${apiId}`);
  if (rest !== undefined) return { apiId, kind: 'rest', routes: await listRestRoutes(aws, apiId) };
  const api = await aws.get('apigateway', `/v2/apis/${apiId}`);
  if (api === undefined) throw new UsageError(`AWS knows no API ${apiId} in region ${aws.region}`);
  const kind = member(api, 'protocolType') === 'WEBSOCKET' ? 'websocket' : 'http';
  return { apiId, kind, routes: await listRoutes(aws, apiId) };
}

type Aws = {
  readonly region: string;
  /** Undefined: not found. */
  readonly get: (service: string, path: string) => Promise<Json | undefined>;
};

function createAws(environment: Environment): Aws {
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const { AWS_SESSION_TOKEN: sessionToken, AWS_ENDPOINT_URL: endpoint } = environment;
  if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new UsageError(
      'a live API is read with AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: try eval "$(aws configure export-credentials --format env)"',
    );
  return {
    region,
    async get(service, path) {
      const url = new URL(`${endpoint ?? `https://${service}.${region}.amazonaws.com`}${path}`);
      const headers = signRequest({
        ...{ method: 'GET', url, headers: { accept: 'application/json' }, service, region },
        ...{ accessKeyId, secretAccessKey, nowEpochMs: Date.now() },
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      const response = await fetch(url, {
        headers: withoutHost(headers),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((cause: unknown) => {
        throw new UsageError(`${url.origin} cannot be reached`, { cause });
      });
      const text = await response.text();
      if (response.status === 404 || (response.status === 400 && /does not exist/.test(text)))
        return undefined;
      if (!response.ok)
        throw new UsageError(
          `${url.origin}${url.pathname} answered ${response.status}: ${text.slice(0, 300)}`,
        );
      return JSON.parse(text) as Json;
    },
  };
}

/** Clients set it themselves, and refuse to be told. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'));
}

async function findPhysicalId(aws: Aws, stack: string, logicalId: string): Promise<string> {
  const query = new URLSearchParams({
    ...{ Action: 'DescribeStackResource', Version: '2010-05-15' },
    ...{ StackName: stack, LogicalResourceId: logicalId },
  });
  const answer = await aws.get('cloudformation', `/?${query.toString()}`);
  const result = member(member(answer, 'DescribeStackResourceResponse'), 'DescribeStackResourceResult');
  const id = member(member(result, 'StackResourceDetail'), 'PhysicalResourceId');
  if (typeof id === 'string') return id;
  throw new UsageError(`CloudFormation knows no ${logicalId} in stack ${stack} in region ${aws.region}`);
}

async function listRestRoutes(aws: Aws, apiId: string): Promise<readonly InventoryRoute[]> {
  const resources = await listPages(aws, `/restapis/${apiId}/resources?embed=methods&limit=500`, 'position');
  return resources.flatMap((resource) => {
    const path = member(resource, 'path');
    return Object.entries((member(resource, 'resourceMethods') ?? {}) as Json).map(([method, settings]) => ({
      method,
      path: String(path),
      isProtected: member(settings, 'authorizationType') === 'CUSTOM',
    }));
  });
}

async function listRoutes(aws: Aws, apiId: string): Promise<readonly InventoryRoute[]> {
  const routes = await listPages(aws, `/v2/apis/${apiId}/routes?maxResults=500`, 'nextToken');
  return routes.map((route) => {
    const [method = '', path] = String(member(route, 'routeKey')).split(' ');
    const isProtected = member(route, 'authorizationType') === 'CUSTOM';
    return path === undefined ? { method: 'ANY', path: method, isProtected } : { method, path, isProtected };
  });
}

/** REST lists are `item` (or HAL's `_embedded.item`) with `position`, those of version 2 `items` with `nextToken`. */
async function listPages(
  aws: Aws,
  path: string,
  token: 'position' | 'nextToken',
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let next: unknown;
  for (let page = 0; page < PAGES_LIMIT; page += 1) {
    const answer = await aws.get(
      'apigateway',
      typeof next === 'string' ? `${path}&${token}=${encodeURIComponent(next)}` : path,
    );
    const items: unknown =
      member(answer, 'items') ?? member(answer, 'item') ?? member(member(answer, '_embedded'), 'item') ?? [];
    // HAL writes a list of one as the one.
    const list: readonly unknown[] = Array.isArray(items) ? items : [items];
    found.push(...list);
    next = member(answer, token);
    if (typeof next !== 'string') return found;
  }
  throw new UsageError('the API has more pages of routes than API Gateway allows');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
