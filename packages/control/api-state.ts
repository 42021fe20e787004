/**
 * The mutable half of an API: resources under AWS's names, edited by templates and by AWS's own API.
 * Requests never read this; they read the deployment that `createDeployment` compiled from it.
 */
import { closeDeployment } from '../core/deployment/closed-routes.ts';
import { readEndpointTypes } from '../core/deployment/compile-resource-policy.ts';
import { splitHttpPath, splitRestPath } from '../core/routing/stage-path.ts';
import { isSet } from '../core/stack/json-values.ts';
import { serveStage } from './serve-stage.ts';
import type { JsonObject } from '../core/stack/model.ts';
import type { HeldParts } from './api-parts.ts';
import type { ControlResource, PathResource } from './control-resource.ts';
import type { StageSettings } from './stage-settings.ts';
import type { Assumptions } from '../core/deployment/assumptions.ts';
import type { InvokePermissions } from '../core/deployment/invoke-permissions.ts';
import type { AccountQuotas } from './api-quotas.ts';
import type { ApiIdentity, BuiltInWordings, Deployment } from '../core/deployment/model.ts';
import type { ServedApi, ServedStage, RequestLimits } from '../core/exchange.ts';
import type { Account } from './account.ts';

/** Everything an API owns that a deployment snapshots. Maps keep template order. */
export type ApiResources = HeldParts & {
  readonly api: ControlResource;
  readonly resources: ReadonlyMap<string, PathResource>;
  readonly assumptions: Assumptions;
  readonly quotas: AccountQuotas;
  /** VPC by the endpoint that private APIs are called through. */
  readonly vpcEndpoints: ReadonlyMap<string, string>;
  /** Which functions the API may invoke. */
  readonly invokePermissions: InvokePermissions;
  /** Not of a deployment: what is exported is that of the API as it is. */
  readonly documentation: Documentation;
};

/** What calls and templates say about the API, in the order in which it was said; a version has its parts in `Parts`. */
export type Documentation = {
  readonly parts: readonly ControlResource[];
  readonly versions: readonly ControlResource[];
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
  /** How the last automatic deployment went; HTTP and WebSocket only. */
  readonly deploymentMessage?: string | undefined;
  readonly createdAtEpochMs: number;
  readonly updatedAtEpochMs: number;
};

/** CloudFront takes shorter URLs; so do VPC endpoints, and fewer headers (developer guide, "Quotas … of a REST API"). */
function limitsOf(endpointTypes: readonly string[]): RequestLimits | undefined {
  if (endpointTypes.includes('REGIONAL')) return undefined;
  return { urlBytes: 8_192, headerBytes: endpointTypes.includes('PRIVATE') ? 8_000 : 10_240 };
}

/** What a deployment of these resources makes of the API's own address. */
function endpointOf(
  { api }: ApiResources,
  protocol: ApiIdentity['protocol'],
): Pick<ServedApi, 'disableExecuteApiEndpoint' | 'limits'> {
  return {
    disableExecuteApiEndpoint: isSet(api.properties, 'DisableExecuteApiEndpoint'),
    limits: protocol === 'rest' ? limitsOf(readEndpointTypes(api)) : undefined,
  };
}

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
  /** Stages that must not answer, and why. */
  readonly #closed = new Map<string, string>();
  #defined: {
    readonly stages: ReadonlyMap<string, JsonObject>;
    readonly deployments: ReadonlySet<string>;
    readonly resources?: ApiResources;
  } = { stages: new Map(), deployments: new Set() };

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
      basePathMatched: undefined,
      privateDomain: undefined,
      ...endpointOf(resources, identity.protocol),
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
    // "Deploy your API for the changes to take effect" (developer guide, "Disable the default endpoint").
    Object.assign(this.served, endpointOf(this.#resources, this.identity.protocol));
    this.#isEdited = false;
  }

  /** Takes a deployment of an earlier state of the same API; of two with one id its own, unless the earlier one stays. */
  adoptDeployment(before: ApiState, id: string, stays = false): void {
    const record = before.deployment(id);
    if (record !== undefined && (stays || !this.#deployments.has(id))) this.#deployments.set(id, record);
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

  /** From its next deployment on, the stage answers 500 whatever is deployed to it. */
  close(stageName: string, reason: string): void {
    this.#closed.set(stageName, reason);
  }

  /**
   * Points a stage at a deployment; a request in flight keeps the one it began with. A stage of an HTTP or WebSocket
   * API may have none yet, and answers nothing.
   */
  putStage(settings: StageSettings, deploymentMessage?: string): void {
    const { name } = settings;
    const updatedAtEpochMs = this.#account.clock.nowEpochMs();
    const before = this.#stageRecords.get(name);
    const record = {
      settings,
      updatedAtEpochMs,
      createdAtEpochMs: before?.createdAtEpochMs ?? updatedAtEpochMs,
      deploymentMessage: deploymentMessage ?? before?.deploymentMessage,
    };
    if (settings.deploymentId === '') this.#stages.delete(name);
    else this.#stages.set(name, this.#serve(settings));
    this.#stageRecords.set(name, record);
  }

  #serve(settings: StageSettings): ServedStage {
    const reason = this.#closed.get(settings.name);
    return serveStage(this.identity.apiId, settings, this.#account, (id) =>
      reason === undefined ? this.#compiled(id) : closeDeployment(this.#compiled(id), reason),
    );
  }

  /** Remembers that all of it is, up to now, as its template says. */
  markDefined(): void {
    this.#defined = {
      stages: new Map(this.stages.map(({ settings: { name, source } }) => [name, source.properties])),
      deployments: new Set(this.#deployments.keys()),
      resources: this.#resources,
    };
  }

  /** What the template made of the API when it was loaded last; undefined for an API that no template has. */
  get definedResources(): ApiResources | undefined {
    return this.#defined.resources;
  }

  /** Takes what calls had made of the API before its template was loaded again. */
  adoptResources(resources: ApiResources, isEdited: boolean): void {
    this.#resources = resources;
    this.#isEdited = isEdited;
  }

  /** Properties of a stage as the template wrote them; undefined for one that it does not have. */
  definedStage(name: string): JsonObject | undefined {
    return this.#defined.stages.get(name);
  }

  isDefinedDeployment(id: string): boolean {
    return this.#defined.deployments.has(id);
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
