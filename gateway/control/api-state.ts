/**
 * The mutable half of an API: resources under AWS's names, edited by templates and by AWS's own API.
 * Requests never read this; they read the deployment that `createDeployment` compiled from it.
 */
import { splitHttpPath, splitRestPath } from '../routing/stage-path.ts';
import { serveStage } from './serve-stage.ts';
import type { ControlResource, PathResource } from './control-resource.ts';
import type { StageSettings } from './stage-settings.ts';
import type { ApiIdentity, BuiltInWordings, Deployment } from '../deployment/model.ts';
import type { ServedApi, ServedStage } from '../exchange.ts';
import type { Account } from './account.ts';

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

/** One snapshot: what requests are served by, and the resources it was compiled from. */
export type DeploymentRecord = {
  readonly compiled: Deployment;
  readonly resources: ApiResources;
  readonly description: string;
  readonly createdAtEpochMs: number;
};

export type StageRecord = {
  readonly settings: StageSettings;
  readonly createdAtEpochMs: number;
  readonly updatedAtEpochMs: number;
};

/** One API with its deployments and stages. */
export class ApiState {
  readonly identity: ApiIdentity;
  readonly served: ServedApi;
  readonly createdAtEpochMs: number;
  #resources: ApiResources;
  #isEdited = false;
  readonly #deployments = new Map<string, DeploymentRecord>();
  readonly #stageRecords = new Map<string, StageRecord>();
  readonly #stages = new Map<string, ServedStage>();
  readonly #account: Account;

  /** `errors` words what fails before a stage is known. `account` outlives a reload. */
  constructor(identity: ApiIdentity, resources: ApiResources, errors: BuiltInWordings, account: Account) {
    this.identity = identity;
    this.createdAtEpochMs = account.clock.nowEpochMs();
    this.#resources = resources;
    this.#account = account;
    this.served = {
      ...identity,
      stages: this.#stages,
      locate: identity.protocol === 'http' ? splitHttpPath : splitRestPath,
      errors,
      disableExecuteApiEndpoint: resources.api.properties['DisableExecuteApiEndpoint'] === true,
    };
  }

  /** As they are now; a deployment keeps those that it was made from. */
  get resources(): ApiResources {
    return this.#resources;
  }

  /** Whether something was edited that no deployment has yet, and so no request sees. */
  get isEdited(): boolean {
    return this.#isEdited;
  }

  /** Puts other resources in the place of those there are. No request sees them before the next deployment. */
  edit(resources: ApiResources): void {
    this.#resources = resources;
    this.#isEdited = true;
  }

  /** In order of creation. */
  get deployments(): readonly DeploymentRecord[] {
    return [...this.#deployments.values()];
  }

  /** Takes a deployment that was compiled from the resources as they are now. */
  addDeployment(compiled: Deployment, description = ''): void {
    const createdAtEpochMs = this.#account.clock.nowEpochMs();
    this.#deployments.set(compiled.id, {
      compiled,
      resources: this.#resources,
      description,
      createdAtEpochMs,
    });
    this.#isEdited = false;
  }

  describeDeployment(id: string, description: string): void {
    const record = this.#deployments.get(id);
    if (record !== undefined) this.#deployments.set(id, { ...record, description });
  }

  removeDeployment(id: string): void {
    this.#deployments.delete(id);
  }

  deployment(id: string): DeploymentRecord | undefined {
    return this.#deployments.get(id);
  }

  /** In order of creation. */
  get stages(): readonly StageRecord[] {
    return [...this.#stageRecords.values()];
  }

  stage(name: string): StageRecord | undefined {
    return this.#stageRecords.get(name);
  }

  /** Points a stage at a deployment; a request in flight keeps the one it began with. */
  putStage(settings: StageSettings): void {
    const { name } = settings;
    const stage = serveStage(this.identity.apiId, settings, this.#account, (id) => this.#compiled(id));
    const updatedAtEpochMs = this.#account.clock.nowEpochMs();
    const createdAtEpochMs = this.#stageRecords.get(name)?.createdAtEpochMs ?? updatedAtEpochMs;
    this.#stageRecords.set(name, { settings, createdAtEpochMs, updatedAtEpochMs });
    this.#stages.set(name, stage);
  }

  #compiled(id: string): Deployment {
    const record = this.#deployments.get(id);
    if (record === undefined) throw new RangeError(`no deployment ${id}`);
    return record.compiled;
  }

  removeStage(name: string): void {
    this.#stageRecords.delete(name);
    this.#stages.delete(name);
  }
}
