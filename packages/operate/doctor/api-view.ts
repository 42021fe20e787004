/** One stage of an API as checks look at it, deployed or only written down. A fact that nobody could read is undefined. */
import type { JsonObject } from '@gatewright/aws/json-object';
import type { LiveApi, LiveRoute } from '../attach/live-api.ts';

export type FunctionFacts = {
  readonly name: string;
  readonly where: string;
  readonly timeoutSeconds: number | undefined;
  /** Source files, where they are on this machine. */
  readonly sources: readonly { readonly file: string; readonly text: string }[];
};

/** A function that the API calls, by what name. */
export type Invocation = {
  /** `GET /orders`, `authorizer ours` */
  readonly by: string;
  readonly where: string;
  /** With its alias or version, as the URI has it: `orders:live`. */
  readonly functionName: string;
  /** Undefined: called by a role, or nobody could tell. */
  readonly isPermitted: boolean | undefined;
  readonly facts: FunctionFacts | undefined;
};

export type RouteView = LiveRoute & {
  readonly where: string;
  readonly integration: JsonObject;
  readonly calls: Invocation | undefined;
};

export type AuthorizerView = {
  readonly name: string;
  readonly id: string;
  readonly where: string;
  readonly ttlSeconds: number;
  /** Of a JWT or Cognito authorizer undefined. */
  readonly calls: Invocation | undefined;
};

export type PlanView = {
  readonly name: string;
  readonly where: string;
  readonly hasQuota: boolean;
  readonly hasThrottle: boolean;
};

export type KeyView = { readonly name: string; readonly where: string; readonly isInPlan: boolean };

export type ApiView = {
  readonly live: LiveApi;
  /** The API, and its stage. */
  readonly where: string;
  readonly stageWhere: string;
  readonly routes: readonly RouteView[];
  readonly authorizers: readonly AuthorizerView[];
  /** Of this stage; those of keys are of the account. */
  readonly plans: readonly PlanView[];
  readonly keys: readonly KeyView[];
  /** Web ACLs that somebody means to protect HTTP APIs with. */
  readonly webAcls: readonly { readonly where: string; readonly api: string }[];
  readonly hasValidators: boolean;
};
