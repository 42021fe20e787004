/** Describes one API as it is configured and as its stage serves it. A plan is made from this description. */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { escapePointer } from '@gatewright/aws/json-pointer';
import { textAt } from '../../terminal/aws-call.ts';
import type { ApiKind } from '#shared/access/compiled-document.ts';
import type { Snapshot } from './step.ts';

export type LiveRoute = {
  /** The route key, for example `GET /orders` or `$connect`. */
  readonly key: string;
  /** The method of the route; `ANY` if the route key has no method. */
  readonly method: string;
  readonly path: string;
  readonly address: string;
  /** The settings of the route or method as AWS returns them. */
  readonly shown: UnknownMembers;
  readonly authorizationType: string;
  readonly authorizerId: string | undefined;
  readonly apiKeyRequired: boolean;
};

export type LiveApi = {
  readonly kind: ApiKind;
  readonly apiId: string;
  readonly name: string;
  readonly stage: string;
  /** The path of the API in AWS's control plane, such as `/restapis/a1b2c3` or `/v2/apis/a1b2c3`. */
  readonly address: string;
  readonly api: UnknownMembers;
  readonly stageShown: UnknownMembers;
  readonly routes: readonly LiveRoute[];
  readonly authorizers: readonly UnknownMembers[];
  /** The gateway responses that differ from AWS's defaults. Only REST APIs have them. */
  readonly gatewayResponses: readonly UnknownMembers[];
  readonly parts: Snapshot;
  /** Whether the stage is deployed automatically after each edit. */
  readonly isAutomatic: boolean;
  /**
   * The differences between the configuration and the served stage; undefined if it is not known whether there are any.
   */
  readonly drift: readonly string[] | undefined;
};

/** Whether web pages of other origins can read the responses of this type that API Gateway itself makes. */
export function sendsCorsHeader(
  { gatewayResponses }: Pick<LiveApi, 'gatewayResponses'>,
  type: string,
): boolean {
  return gatewayResponses.some(
    (response) =>
      response['responseType'] === type &&
      JSON.stringify(response['responseParameters'] ?? {})
        .toLowerCase()
        .includes('access-control-allow-origin'),
  );
}

/**
 * Returns the settings of a REST API's method in its stage. If the method has no settings of its own, the settings of
 * all methods apply. The stage stores the path of such settings as it was written. Terraform, for example, omits the
 * first slash.
 */
export function methodSettingOf(
  { stageShown }: Pick<LiveApi, 'stageShown'>,
  { method, path }: Pick<LiveRoute, 'method' | 'path'>,
): UnknownMembers {
  const settings = membersOf(stageShown['methodSettings']);
  const own = [path, path.slice(1)].map((written) => settings[`${escapePointer(written)}/${method}`]);
  return membersOf(own.find((setting) => setting !== undefined) ?? settings['*/*']);
}

const MOVING = ['createdDate', 'lastUpdatedDate', 'cacheClusterStatus', 'lastDeploymentStatusMessage'];

/**
 * Prepares a part for comparison by removing links, members that AWS changes by itself, and members that are null,
 * which mean the same as absent members.
 */
export function comparable(shown: UnknownMembers, ...also: readonly string[]): UnknownMembers {
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([name, value]) =>
        value !== null && !MOVING.includes(name) && !also.includes(name) && name !== '_links',
    ),
  );
}

/** The beginning of the description of every deployment that this command creates. */
export const DEPLOYED_BY = 'gatewright attach';

export function routePart(key: string): string {
  return `route ${key}`;
}

export function authorizerPart(name: string): string {
  return `authorizer ${name}`;
}

export function deploymentPart(description: string): string {
  return `deployment ${description}`;
}

/** Describes the authorization of a route, for example as `authorizer cognito`, `AWS_IAM` or `open`. */
export function describeGuard(
  type: string,
  authorizerId: string | undefined,
  authorizers: readonly UnknownMembers[],
): string {
  if (type === 'NONE') return 'open';
  if (authorizerId === undefined || authorizerId === '') return type;
  const found = authorizers.find((one) => one['id'] === authorizerId || one['authorizerId'] === authorizerId);
  return `authorizer ${textAt(found, 'name') ?? authorizerId}`;
}

/** How many seconds API Gateway waits for an authorizer, by kind of API (docs/aws §13). */
export const AUTHORIZER_WITHIN_SECONDS = { rest: 29, websocket: 29, http: 10 } as const;

/**
 * Seconds for which an API caches a result of its authorizer. If no TTL was sent, API Gateway's response does not
 * contain one: a REST API then caches for 300 s, and an HTTP API does not cache.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html
 * @param shown an authorizer as GetAuthorizer shows it
 */
export function cacheSecondsOf(shown: Readonly<Record<string, unknown>>, kind: LiveApi['kind']): number {
  return Number(shown['authorizerResultTtlInSeconds'] ?? (kind === 'rest' ? 300 : 0));
}
