/**
 * The mutable half of an API: resources under AWS's names, edited by templates (and later by AWS's own
 * API). Requests never read this; they read the deployment that `createDeployment` compiled from it.
 */
import { splitHttpPath, splitRestPath } from '../routing/stage-path.ts';
import { createStageThrottle } from './stage-throttle.ts';
import type { DefinitionPlace } from '../errors.ts';
import type { JsonObject } from '../definition/model.ts';
import type { ApiIdentity, BuiltInWordings, Deployment } from '../deployment/model.ts';
import type { ThrottleSettings } from '../deployment/throttle.ts';
import type { ServedApi, ServedStage } from '../exchange.ts';
import type { Account } from './account.ts';

/** One resource of an API: its id at AWS, its properties in CloudFormation's spelling. */
export type ControlResource = {
  readonly id: string;
  readonly logicalId: string;
  readonly properties: JsonObject;
  place(property?: string): DefinitionPlace;
};

/** A REST resource with the full path its chain of parents gives it. */
export type PathResource = ControlResource & { readonly path: string };

/** Everything an API owns that a deployment snapshots. Maps keep template order. */
export type ApiResources = {
  readonly api: ControlResource;
  readonly resources: ReadonlyMap<string, PathResource>;
  readonly methods: readonly ControlResource[];
  readonly routes: readonly ControlResource[];
  readonly integrations: ReadonlyMap<string, ControlResource>;
  readonly authorizers: ReadonlyMap<string, ControlResource>;
  /** User pools of the same start, by `iss`. */
  readonly localIssuers: ReadonlySet<string>;
  readonly routeResponses: readonly ControlResource[];
  readonly gatewayResponses: readonly ControlResource[];
  readonly models: readonly ControlResource[];
  readonly validators: ReadonlyMap<string, ControlResource>;
};

export type StageSettings = {
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly throttles: ThrottleSettings | undefined;
};

/** One API with its deployments and stages. */
export class ApiState {
  readonly identity: ApiIdentity;
  readonly resources: ApiResources;
  readonly served: ServedApi;
  readonly #deployments = new Map<string, Deployment>();
  readonly #stages = new Map<string, ServedStage>();
  readonly #account: Account;

  /** `errors` words what fails before a stage is known. `account` outlives a reload. */
  constructor(identity: ApiIdentity, resources: ApiResources, errors: BuiltInWordings, account: Account) {
    this.identity = identity;
    this.resources = resources;
    this.#account = account;
    this.served = {
      ...identity,
      stages: this.#stages,
      locate: identity.protocol === 'http' ? splitHttpPath : splitRestPath,
      errors,
      disableExecuteApiEndpoint: resources.api.properties['DisableExecuteApiEndpoint'] === true,
    };
  }

  addDeployment(deployment: Deployment): void {
    this.#deployments.set(deployment.id, deployment);
  }

  deployment(id: string): Deployment | undefined {
    return this.#deployments.get(id);
  }

  /** Points a stage at a deployment; a request in flight keeps the one it began with. */
  putStage(settings: StageSettings): void {
    const deployment = this.#deployments.get(settings.deploymentId);
    if (deployment === undefined) throw new RangeError(`no deployment ${settings.deploymentId}`);
    const { name, deploymentId, variables, throttles } = settings;
    const { authorizerCache, buckets } = this.#account.stageMemory(this.identity.apiId, name);
    this.#stages.set(name, {
      name,
      deploymentId,
      deployment,
      variables,
      authorizerCache,
      throttle: createStageThrottle(throttles, buckets, this.#account.bucket),
      keys: this.#account.keyRing,
    });
  }
}
