/** One API as configured, and as its stage serves it: the input of a plan. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { textAt } from '../../terminal/aws-call.ts';
import type { ApiKind } from '#shared/access/compiled-document.ts';
import type { Snapshot } from './step.ts';

export type LiveRoute = {
  /** For example `GET /orders` or `$connect`. */
  readonly key: string;
  /** `ANY` if the key has no method. */
  readonly method: string;
  readonly path: string;
  readonly address: string;
  /** The authorizer's settings as AWS returns them. */
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
  /** Path of the API, such as `/restapis/a1b2c3` or `/v2/apis/a1b2c3`. */
  readonly address: string;
  readonly api: UnknownMembers;
  readonly stageShown: UnknownMembers;
  readonly routes: readonly LiveRoute[];
  readonly authorizers: readonly UnknownMembers[];
  /** REST only: gateway responses that differ from AWS's defaults. */
  readonly gatewayResponses: readonly UnknownMembers[];
  readonly parts: Snapshot;
  /** Whether the stage is deployed automatically after each edit. */
  readonly isAutomatic: boolean;
  /** Differences between the configuration and the served stage; undefined if they are unknown. */
  readonly drift: readonly string[] | undefined;
};

const MOVING = ['createdDate', 'lastUpdatedDate', 'cacheClusterStatus', 'lastDeploymentStatusMessage'];

/** Prepares a part for comparison: removes empty members, because they count as absent. */
export function comparable(shown: UnknownMembers, ...also: readonly string[]): UnknownMembers {
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([name, value]) =>
        value !== null && !MOVING.includes(name) && !also.includes(name) && name !== '_links',
    ),
  );
}

/** Prefix of the description of every deployment that this command creates. */
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

/** Describes a route's authorization as `authorizer cognito`, `AWS_IAM` or `open`. */
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
