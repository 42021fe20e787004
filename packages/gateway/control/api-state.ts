/**
 * The state of an API that can be edited: its resources under AWS's names. Templates and AWS's own API edit the
 * resources. Requests only read the deployment that `createDeployment` compiles from these resources.
 */
import { closeDeployment } from '../core/deployment/closed-routes.ts';
import { readEndpointTypes } from '../core/deployment/authorization/compile-resource-policy.ts';
import { splitHttpPath, splitRestPath } from '../core/routing/stage-path.ts';
import { isTrue } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { serveStage } from './serve-stage.ts';
import type { HeldParts } from './api-parts.ts';
import type { ControlResource, PathResource } from './control-resource.ts';
import type { StageSettings } from './stage-settings.ts';
import type { Assumptions } from '../core/deployment/assumptions.ts';
import type { FunctionHome } from '@gatewright/aws/function-name';
import type { InvokePermissions } from '../core/deployment/authorization/invoke-permissions.ts';
import type { AccountQuotas } from './api-quotas.ts';
import type { ApiIdentity, BuiltInWordings, Deployment } from '../core/deployment/model.ts';
import type { ServedApi, ServedStage, RequestLimits } from '../core/exchange.ts';
import type { Account } from './account.ts';

/** All resources of an API that a deployment captures. Maps keep template order. */
export type ApiResources = HeldParts & {
  readonly api: ControlResource;
  readonly resources: ReadonlyMap<string, PathResource>;
  readonly assumptions: Assumptions;
  readonly quotas: AccountQuotas;
  readonly vpcEndpoints: ReadonlyMap<string, string>;
  readonly invokePermissions: InvokePermissions;
  /** Where the functions of the API's stack are; absent for an API that no stack defines. */
  readonly functionHome?: FunctionHome;
  /** Documentation is not part of a deployment, because exports read the current parts. */
  readonly documentation: Documentation;
  /** The default models that API calls have deleted. */
  readonly deletedModels?: readonly string[];
};

/** Documentation from API calls and templates, in order of creation. The parts of a version are in its `Parts`. */
export type Documentation = {
  readonly parts: readonly ControlResource[];
  readonly versions: readonly ControlResource[];
};

export type DeploymentRecord = {
  readonly compiled: Deployment;
  readonly resources: ApiResources;
  readonly description: string;
  readonly createdAtEpochMs: number;
};

export type StageRecord = {
  readonly settings: StageSettings;
  /** The result of the last automatic deployment. It is set only for HTTP and WebSocket APIs. */
  readonly deploymentMessage?: string | undefined;
  readonly createdAtEpochMs: number;
  readonly updatedAtEpochMs: number;
};

/**
 * Returns the limits for requests; undefined means the limits of Regional APIs. CloudFront, which is in front of
 * edge-optimized APIs, has a lower limit for URLs. VPC endpoints, through which private APIs are called, have the same
 * lower limit for URLs, and a lower limit for headers (developer guide, "Quotas … of a REST API").
 */
function limitsOf(endpointTypes: readonly string[]): RequestLimits | undefined {
  if (endpointTypes.includes('REGIONAL')) return undefined;
  return { urlBytes: 8_192, headerBytes: endpointTypes.includes('PRIVATE') ? 8_000 : 10_240 };
}

function endpointOf(
  { api }: ApiResources,
  protocol: ApiIdentity['protocol'],
): Pick<ServedApi, 'disableExecuteApiEndpoint' | 'limits'> {
  return {
    disableExecuteApiEndpoint: isTrue(api.properties['DisableExecuteApiEndpoint']),
    limits: protocol === 'rest' ? limitsOf(readEndpointTypes(api)) : undefined,
  };
}

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
  readonly #closed = new Map<string, string>();
  #defined: {
    readonly stages: ReadonlyMap<string, JsonObject>;
    readonly deployments: ReadonlySet<string>;
    readonly resources?: ApiResources;
  } = { stages: new Map(), deployments: new Set() };

  /**
   * Creates an API. `errors` contains the texts for failures that occur before a stage is known. `account` survives a
   * reload.
   */
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

  get resources(): ApiResources {
    return this.#resources;
  }

  get isEdited(): boolean {
    return this.#isEdited;
  }

  /** Replaces the resources. Requests use the new resources after the next deployment. */
  edit(resources: ApiResources): void {
    this.#resources = resources;
    this.#isEdited = true;
  }

  get deployments(): readonly DeploymentRecord[] {
    return [...this.#deployments.values()];
  }

  /**
   * Adds a deployment of the current resources.
   * @param resources the resources of the deployment; the default is all current resources
   * @returns a function that removes the deployment again, for a deployment that no stage can use
   */
  addDeployment(compiled: Deployment, description = '', resources = this.#resources): () => void {
    const { disableExecuteApiEndpoint, limits } = this.served;
    const wasEdited = this.#isEdited;
    const createdAtEpochMs = this.#account.clock.nowEpochMs();
    this.#deployments.set(compiled.id, {
      compiled,
      resources,
      description,
      createdAtEpochMs,
    });
    // The endpoint changes only with a deployment. "Deploy your API for the changes to take effect" (developer guide,
    // "Disable the default endpoint").
    Object.assign(this.served, endpointOf(this.#resources, this.identity.protocol));
    this.#isEdited = false;
    return () => {
      this.#deployments.delete(compiled.id);
      Object.assign(this.served, { disableExecuteApiEndpoint, limits });
      this.#isEdited = wasEdited;
    };
  }

  /**
   * Takes over a deployment from an earlier state of the same API. If this API already has a deployment with that id,
   * it keeps its own deployment, unless `stays` is set.
   */
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

  get stages(): readonly StageRecord[] {
    return [...this.#stageRecords.values()];
  }

  stage(name: string): StageRecord | undefined {
    return this.#stageRecords.get(name);
  }

  /** Closes a stage: the next `putStage` makes it respond with 500. */
  close(stageName: string, reason: string): void {
    this.#closed.set(stageName, reason);
  }

  /**
   * Points a stage at a deployment. A request in flight keeps the deployment with which it started. A stage of an HTTP
   * or WebSocket API may have no deployment yet. In that case it does not respond.
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

  markDefined(): void {
    this.#defined = {
      stages: new Map(this.stages.map(({ settings: { name, source } }) => [name, source.properties])),
      deployments: new Set(this.#deployments.keys()),
      resources: this.#resources,
    };
  }

  /** Returns the resources as the template defined them at the last load; undefined for an API without a template. */
  get definedResources(): ApiResources | undefined {
    return this.#defined.resources;
  }

  /** Restores edits by API calls that were made before the template was loaded again. */
  adoptResources(resources: ApiResources, isEdited: boolean): void {
    this.#resources = resources;
    this.#isEdited = isEdited;
  }

  /** Returns the properties of a stage in the template; undefined if the template has no such stage. */
  definedStage(name: string): JsonObject | undefined {
    return this.#defined.stages.get(name);
  }

  isDefinedDeployment(id: string): boolean {
    return this.#defined.deployments.has(id);
  }

  #compiled(id: string): Deployment {
    const record = this.#deployments.get(id);
    if (record === undefined) throw new RangeError(`unknown deployment ${id}`);
    return record.compiled;
  }

  removeStage(name: string): void {
    this.#stageRecords.delete(name);
    this.#stages.delete(name);
  }
}
