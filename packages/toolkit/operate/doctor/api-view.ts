/**
 * Defines one stage of an API as the checks see it. The stage is either deployed or only defined in a template. A fact
 * that could not be read is undefined.
 */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LiveApi, LiveRoute } from '../attach/live-api.ts';

export type FunctionFacts = {
  readonly name: string;
  readonly where: string;
  readonly timeoutSeconds: number | undefined;
  readonly runtime: string | undefined;
  readonly sources: readonly { readonly file: string; readonly text: string }[];
};

export type Invocation = {
  /** The route or authorizer that calls the function, for example `GET /orders` or `authorizer ours`. */
  readonly by: string;
  readonly where: string;
  /** The function's name with its alias or version, as in the integration's URI. An example is `orders:live`. */
  readonly functionName: string;
  /**
   * Whether API Gateway may call the function. It is undefined if this is unknown, or if the function is called through
   * a role.
   */
  readonly isPermitted: boolean | undefined;
  readonly facts: FunctionFacts | undefined;
};

export type RouteView = LiveRoute & {
  readonly where: string;
  readonly integration: UnknownMembers;
  readonly calls: Invocation | undefined;
};

export type AuthorizerView = {
  readonly name: string;
  readonly id: string;
  readonly where: string;
  readonly ttlSeconds: number;
  /** The function that the authorizer calls; undefined for a JWT or Cognito authorizer. */
  readonly calls: Invocation | undefined;
};

export type PlanView = {
  readonly name: string;
  readonly where: string;
  readonly hasQuota: boolean;
  /** Whether the plan limits the requests per second, of the stage or of one of its methods. */
  readonly hasThrottle: boolean;
};

export type KeyView = { readonly name: string; readonly where: string; readonly isInPlan: boolean };

export type ApiView = {
  readonly live: LiveApi;
  readonly where: string;
  readonly stageWhere: string;
  readonly routes: readonly RouteView[];
  readonly authorizers: readonly AuthorizerView[];
  /** The usage plans of this stage. `keys` are the API keys of the whole account. */
  readonly plans: readonly PlanView[];
  readonly keys: readonly KeyView[];
  /** Web ACLs associated with HTTP APIs, which AWS does not support. */
  readonly webAcls: readonly { readonly where: string; readonly api: string }[];
  readonly hasValidators: boolean;
};
