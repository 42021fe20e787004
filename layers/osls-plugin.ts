/**
 * Adds the steps that osls lacks for our stack to `serverless package` and `serverless deploy`: it checks stages,
 * compiles the access documents, bundles the functions, and builds the layer.
 */
import { join } from 'node:path';
import type { CompiledPortal } from '#shared/portal/compiled-portal.ts';
import type { CompiledWebhooks } from '#shared/webhooks/compiled-webhooks.ts';
import { checkStack } from '@gatewright/authoring/check/check-stack';
import { PARTS_VARIABLE, readChosenParts } from '@gatewright/authoring/files/parts-files';
import type { IncludedParts, PartNeeds } from '@gatewright/authoring/files/parts-files';
import { describeUnprotected, findUnprotectedApis } from '@gatewright/authoring/check/check-unprotected';
import { printProblem } from '@gatewright/authoring/document/read-document';
import { documentsInStage } from '@gatewright/authoring/compile/build-access';
import type { AccessBuild, ProtectedStack } from '@gatewright/authoring/compile/build-access';
import type { WebhooksBuild } from '@gatewright/authoring/webhooks/webhooks-document';
import { receiverPermissions } from '@gatewright/authoring/webhooks/webhooks-permissions';
import { writeCompiledAccess } from '@gatewright/authoring/files/access-files';
import { webhookProblems, writeCompiledWebhooks } from '@gatewright/authoring/webhooks/webhook-files';
import type { PortalBuild } from '@gatewright/authoring/portal/compile-portal';
import { portalProblems, writeCompiledPortal } from '@gatewright/authoring/portal/portal-files';
import {
  allowTracing,
  removeForeignExports,
  removeImpliedDependencies,
  removeWithDependents,
} from './edit-template.ts';
import type { Template } from './edit-template.ts';
import { describeSafety } from './describe-safety.ts';
import { globalTables } from './check-tables.ts';
import { describeLeft, describeRemoved, leaveOutParts, takeOwners } from './choose-parts.ts';
import type { LeftPart, LeftTable } from './choose-parts.ts';
import { foldRoutes } from './fold-routes.ts';
import { FORM_VARIABLE } from './forms/portable-template.ts';
import { guardStages, localIdsOf } from './guard-stages.ts';
import type { WebAclSettings } from './guard-stages.ts';
import { findLocalTrust, findUnservedKeys } from './refuse-deployment.ts';
import { missingParts } from './required-parts.ts';
import { makeSmall } from './small-stack.ts';
import { deployedIds, findWrongSetting, protectByParameter, protectTables } from './protect-tables.ts';
import type { StackSource } from './protect-tables.ts';
import type { OslsFunction } from './pack-functions.ts';
import { describeNarrowed, findInvalidApi, knownApisOf, putKnownApis } from './known-apis.ts';
import type { NamedApis } from './known-apis.ts';
import { isPackaging, lookUpIds } from './look-up-ids.ts';
import type { AccountNeed, CredentialSource } from './look-up-ids.ts';
import { addAliases, isRollout } from './roll-out.ts';
import type { Rollout } from './roll-out.ts';
import { loadPortalPage } from './portal-page.ts';
import { allowPortal, findPortalFaults, findUnofferedSources } from './portal-part.ts';
import { checkoutParts } from './stack-parts.ts';
import type { PlaceOfPackages, StackParts } from './stack-parts.ts';
import { UsageError } from '@gatewright/aws/usage-error';

/** Keys are logical ids. `false` removes that API from the stage, with everything that refers to the API. */
type Apis = Readonly<Record<string, boolean | 'true' | 'false'>>;

export type Serverless = {
  readonly serviceDir: string;
  readonly configurationInput: {
    readonly resources?: unknown;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly custom?: {
      readonly parts?: PartNeeds;
      readonly namedParts?: readonly string[];
      readonly includedParts?: IncludedParts;
    };
  };
  readonly processedInput?: { readonly commands: readonly string[] };
  readonly service: {
    readonly service?: string;
    readonly custom?: {
      readonly localStages?: readonly string[];
      readonly apis?: Apis;
      readonly knownApis?: NamedApis;
      readonly webAcl?: WebAclSettings;
      readonly rollout?: Rollout;
      readonly removedParts?: string;
    };
    functions?: Readonly<Record<string, OslsFunction>>;
    resources?: Readonly<Record<string, unknown>>;
    readonly layers?: Readonly<Record<string, { path?: string; package?: { artifact?: string } }>>;
    readonly provider: {
      readonly compiledCloudFormationTemplate: Template;
      /** The facts that `deploy function` has read about the function to be deployed. */
      readonly remoteFunctionData?: {
        readonly Configuration?: { readonly FunctionName?: string; readonly Role?: string };
      };
    };
  };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: 'aws'): CredentialSource & StackSource & { readonly naming: { getStackName(): string } };
};

type PluginLog = { readonly log?: Readonly<Record<'warning' | 'notice', (text: string) => void>> };

/** Logical id that osls gives the WebSocket API of a service. */
const OWN_SOCKET_API = 'WebsocketsApi';
const OWN_HTTP_API = 'HttpApi';

class StackPlugin {
  /**
   * Marks a plug-in whose refusal of a deployment also ends the startup of a local gateway
   * (packages/gateway/templates/serverless/serverless-leniency.cjs).
   */
  static readonly guards = true;
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;
  readonly #serverless: Serverless;
  readonly #parts: StackParts;
  readonly #log: PluginLog['log'];
  #access: AccessBuild | undefined;
  /**
   * Whether this run packs the layer. This is determined only once, because osls later sets an artifact for the layer.
   */
  #packsLayer = false;
  /** Whether a user who reads the log is packaging or deploying with osls. */
  #isReported = false;
  /** Whether this run includes osls's packaging step. It does not if the gateway only reads the template. */
  #isPacking = false;
  /** The chosen parts of the stack; undefined means all parts except `namedParts`. */
  #chosen: readonly string[] | undefined;
  /** The original list of resource files, which osls later replaces with the merged result. */
  readonly #files: unknown;
  readonly #owners: ReturnType<typeof takeOwners>;
  #tablesLeftOut: readonly LeftTable[] = [];
  #partsLeftOut: readonly LeftPart[] = [];
  /** Logical ids of the deployed resources, or the reason why AWS could not be queried. */
  #deployed: readonly string[] | Error = [];
  #webhooks: WebhooksBuild | undefined;
  #portal: PortalBuild | undefined;

  constructor(serverless: Serverless, _cli?: unknown, { log }: PluginLog = {}) {
    this.#serverless = serverless;
    this.#log = log;
    this.#parts = this.partsOf(serverless);
    this.#files = serverless.configurationInput.resources;
    this.#owners = takeOwners(this.#files);
    this.hooks = {
      initialize: () => {
        this.#assertKnownStage();
        this.#leaveOut();
        this.#packsLayer = this.#isDeployment();
        const { commands = [] } = this.#serverless.processedInput ?? {};
        this.#isReported = this.#packsLayer && isPackaging(commands, process.env);
        if (this.#isReported) return this.#askAws(commands[0] === 'deploy').then(() => this.#start());
        this.#start();
        return undefined;
      },
      'before:package:createDeploymentArtifacts': () => {
        this.#assertReadRoutes();
        this.#isPacking = true;
        return this.#build();
      },
      // Runs for `serverless deploy function`.
      'before:deploy:function:packageFunction': () => {
        this.#keepDeployedRole();
        return this.#build();
      },
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const template = this.#serverless.service.provider.compiledCloudFormationTemplate;
        this.#omit(template);
        this.#putKnownApis(template);
        this.#guardStages(template);
        removeForeignExports(template);
        this.#protectTables(template);
        this.#assertOneRegion(template);
        this.#assertNothingLocal(template);
        this.#assertProtected(template);
        this.#assertSafeWiring();
        this.#assertParts();
        this.#assertKeysServed(template);
        this.#allowReceiver();
        allowPortal(template, this.#compiledPortal(), this.#stage());
        allowTracing(template);
        this.#addAliases(template);
        if (this.#packsLayer) foldRoutes(template, OWN_HTTP_API, this.#deployed);
        removeImpliedDependencies(template);
        if (this.#isReported) for (const line of describeSafety(template)) this.#log?.notice(line);
      },
    };
  }

  /** A subclass overrides this if the parts come from another source (`npm-plugin.ts`). */
  protected partsOf({ serviceDir }: Serverless): StackParts {
    return checkoutParts(serviceDir);
  }

  #leaveOut(): void {
    const { configurationInput, service, serviceDir } = this.#serverless;
    const { parts: needs, namedParts = [], includedParts } = configurationInput.custom ?? {};
    const files: unknown = this.#files;
    if (needs === undefined || !Array.isArray(files)) return;
    try {
      this.#chosen = readChosenParts(serviceDir, needs, process.env[PARTS_VARIABLE], includedParts);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw this.#error(error.message, 'PARTS_INVALID');
    }
    const { functions = {} } = service;
    const usual = Object.keys(needs).filter((name) => !namedParts.includes(name));
    const kept = leaveOutParts({ functions, files }, this.#owners, this.#chosen ?? usual);
    service.functions = kept.functions;
    service.resources = kept.resources;
    this.#tablesLeftOut = kept.left;
    this.#partsLeftOut = kept.leftParts;
  }

  #assertParts(): void {
    const stage = this.#stage();
    const hasWebhooks = this.#webhookSources().some((source) => source.stage === stage);
    const hasPortal = this.#chosen?.includes('portal') === true;
    const missing = [
      ...missingParts({ access: this.#access, hasWebhooks, stage }, this.#chosen),
      // While the gateway reads routes, nothing is compiled. Without a list of parts, the stack may have any part.
      ...(this.#access === undefined || this.#serverless.configurationInput.custom?.parts === undefined
        ? []
        : [
            ...findPortalFaults(this.#compiledPortal(), hasPortal, this.#wholeAccess(), stage),
            ...findUnofferedSources(this.#compiledPortal(), this.#webhookSources(), stage),
          ]),
    ];
    if (missing.length > 0) throw this.#error(missing.join('\n'), 'PART_MISSING');
  }

  /**
   * Returns undefined while the routes of a document are unknown, because it is compiled only after the gateway has
   * read them.
   */
  #wholeAccess(): AccessBuild | undefined {
    return this.#access?.withoutInventory.length === 0 ? this.#access : undefined;
  }

  #compiledPortal(): CompiledPortal | undefined {
    return this.#portal?.kind === 'compiled' ? this.#portal.portal : undefined;
  }

  #packages(): PlaceOfPackages {
    return this.#chosen?.length === 1 ? 'functions' : 'layer';
  }

  #assertKnownStage(): void {
    const stages = Object.keys(this.#serverless.configurationInput.params ?? {}).filter(
      (name) => name !== 'default',
    );
    if (stages.length > 0 && !stages.includes(this.#stage()))
      throw this.#error(
        `unknown stage "${this.#stage()}"; the stages in params are ${stages.join(', ')}`,
        'UNKNOWN_STAGE',
      );
  }

  async #askAws(isDeployment: boolean): Promise<void> {
    await this.#lookUpIds(isDeployment ? 'deployment' : this.#hasLayer() ? 'layer' : undefined);
    const provider = this.#serverless.getProvider('aws');
    const deployed = await deployedIds(provider, provider.naming.getStackName());
    this.#deployed = deployed;
    if (deployed instanceof Error) return;
    const removed = (this.#serverless.service.custom?.removedParts ?? '').split(/\s*,\s*/);
    const refused = describeRemoved(this.#partsLeftOut, deployed, removed);
    if (refused !== undefined) throw this.#error(refused, 'PART_DEPLOYED');
    const kept = this.#tablesLeftOut.filter(({ id }) => deployed.includes(id));
    for (const line of describeLeft(kept)) this.#log?.warning(line);
  }

  /** Whether the stack still has layers after the packages of a small stack were moved into its functions. */
  #hasLayer(): boolean {
    return this.#packages() === 'layer' && Object.keys(this.#serverless.service.layers ?? {}).length > 0;
  }

  async #lookUpIds(need: AccountNeed | undefined): Promise<void> {
    const provider = this.#serverless.getProvider('aws');
    const { found, absent, refusal } = await lookUpIds(
      join(this.#serverless.serviceDir, 'access'),
      provider,
      process.env,
      need,
    );
    if (refusal !== undefined) throw this.#error(refusal, 'ACCESS_API_ID_UNKNOWN');
    for (const line of found) this.#log?.notice(line);
    for (const line of absent) this.#log?.warning(line);
  }

  #protectTables(template: Template): void {
    const wrong = findWrongSetting(template);
    if (wrong !== undefined) throw this.#error(wrong, 'PROTECT_TABLES_INVALID');
    // If another tool deploys the stack, a parameter replaces the setting, so `protectTables` has nothing left to do.
    if (process.env[FORM_VARIABLE] !== undefined) protectByParameter(template);
    const warning = protectTables(template, this.#deployed);
    if (warning !== undefined) this.#log?.warning(warning);
  }

  #start(): void {
    // While `gatewright access sync` is about to read routes, a document may name a route that has not been read yet,
    // so it is not compiled.
    if (process.env['GATEWRIGHT_READS_ROUTES'] === undefined) this.#access = this.#compileAccess();
    this.#parts.prepare(this.#serverless.service);
    if (this.#packsLayer && this.#chosen !== undefined) makeSmall(this.#serverless.service, this.#packages());
    this.#makeVersions();
  }

  /**
   * Compiles the documents. Throws if a document is invalid, because authorizers with unreadable rules must not start,
   * let alone be deployed.
   */
  #compileAccess(): AccessBuild {
    const { serviceDir } = this.#serverless;
    const build = writeCompiledAccess(join(serviceDir, 'access'), { from: serviceDir });
    this.#webhooks = writeCompiledWebhooks(join(serviceDir, 'access'), serviceDir);
    const stage = this.#stage();
    // The functions of a local gateway read the written file at once, before the template is checked for the stage.
    const stages = this.#localStages().includes(stage) ? [stage] : undefined;
    const reading = { from: serviceDir, page: loadPortalPage, access: build, stages };
    this.#portal = writeCompiledPortal(join(serviceDir, 'access'), reading);
    const wrong = [...webhookProblems(this.#webhooks), ...portalProblems(this.#portal)];
    const problems = [...build.problems, ...wrong];
    if (problems.length > 0)
      throw this.#error(problems.map(printProblem).join('\n'), 'ACCESS_DOCUMENT_INVALID');
    return build;
  }

  /**
   * Refuses documents without routes, because they protect nothing. This check is not needed in the gateway, which
   * reads the routes from the template.
   */
  #assertReadRoutes(): void {
    const missing = this.#access?.withoutInventory ?? [];
    if (missing.length > 0 && this.#packsLayer)
      throw this.#error(missing.map(printProblem).join('\n'), 'ACCESS_ROUTES_UNKNOWN');
  }

  /**
   * Keeps the role of the deployed function. osls recognizes a role by its `RoleName`, but the roles of the stack have
   * names that CloudFormation generates.
   */
  #keepDeployedRole(): void {
    const { functions = {}, provider } = this.#serverless.service;
    const { FunctionName: name, Role: role } = provider.remoteFunctionData?.Configuration ?? {};
    const deployed = Object.values(functions).find((one) => one.name === name);
    if (name !== undefined && role !== undefined && deployed?.role !== undefined) deployed.role = role;
  }

  async #build(): Promise<void> {
    if (this.#packsLayer) await this.#parts.pack(this.#serverless.service, this.#packages());
  }

  /**
   * Whether this plug-in builds the stack. A caller that brings its own layer (the gateway, when it only reads the
   * template) needs no build.
   */
  #isDeployment(): boolean {
    const layers = Object.values(this.#serverless.service.layers ?? {});
    return layers.some(
      (layer) => layer.path === this.#parts.layerPath && layer.package?.artifact === undefined,
    );
  }

  #assertNothingLocal({ Resources }: Template): void {
    const stage = this.#stage();
    if (this.#localStages().includes(stage)) return;
    const documents = documentsInStage(this.#access, stage);
    const local = findLocalTrust({
      stage,
      documents,
      sources: this.#webhookSources(),
      portal: this.#portal?.kind === 'compiled' ? this.#portal : undefined,
      resources: Resources,
    });
    if (local !== undefined) throw this.#error(local.message, local.code);
  }

  #webhookSources(): CompiledWebhooks['sources'] {
    return this.#webhooks?.kind === 'compiled' ? this.#webhooks.webhooks.sources : [];
  }

  #assertOneRegion(template: Template): void {
    const complaints = globalTables(template);
    if (complaints.length > 0) throw this.#error(complaints.join('\n'), 'GLOBAL_TABLE');
  }

  #makeVersions(): void {
    const { custom: { rollout = {} } = {}, functions = {} } = this.#serverless.service;
    if (!isRollout(rollout)) return;
    for (const name of Object.keys(rollout.previous ?? {})) {
      const definition = functions[name];
      if (definition !== undefined) definition.versionFunction = true;
    }
  }

  #addAliases(template: Template): void {
    const { custom: { rollout } = {}, service = '' } = this.#serverless.service;
    const refused = addAliases(template, rollout, `${service}-${this.#stage()}`);
    if (refused !== undefined) throw this.#error(refused.problem, 'ROLLOUT_INVALID');
  }

  /**
   * Removes the APIs that a parameter excludes. An API is removed only by an explicit parameter, because CloudFormation
   * deletes everything that an update omits, including the API's address.
   */
  #omit(template: Template): void {
    const { apis = {} } = this.#serverless.service.custom ?? {};
    const stack = this.#serverless.getProvider('aws').naming.getStackName();
    for (const [logicalId, isWanted] of Object.entries(apis)) {
      if (String(isWanted) !== 'false') continue;
      const owner = this.#protects().find((api) => api.stack === stack && api.logicalId === logicalId);
      if (owner !== undefined)
        throw this.#error(
          `access/${owner.document.name}.yml protects ${logicalId} in stage "${this.#stage()}", but the stage's params leave this API out: ` +
            'custom.apis of serverless.yml ties the API to a parameter; set this parameter to true in params of the stage, or remove the stage from the document',
          'ACCESS_API_LEFT_OUT',
        );
      removeWithDependents(template, logicalId);
    }
  }

  #putKnownApis(template: Template): void {
    const { knownApis = {} } = this.#serverless.service.custom ?? {};
    const invalid = findInvalidApi(knownApis);
    if (invalid !== undefined)
      throw this.#error(`${invalid}; separate several entries with commas`, 'API_ID_INVALID');
    const documents = this.#access?.compiled.documents ?? [];
    const known = knownApisOf(knownApis, documents, this.#stage());
    const narrowed = Array.isArray(this.#deployed) && describeNarrowed(template, known, this.#deployed);
    if (typeof narrowed === 'string') this.#log?.warning(narrowed);
    putKnownApis(template, known, OWN_SOCKET_API);
  }

  #guardStages(template: Template): void {
    const { webAcl = {} } = this.#serverless.service.custom ?? {};
    const { compiled: { documents } = { documents: [] }, protects = [] } = this.#access ?? {};
    const leftOut = this.#isPacking ? localIdsOf(protects) : [];
    const { problem, notes } = guardStages(template, webAcl, { documents, stage: this.#stage(), leftOut });
    if (problem !== undefined) throw this.#error(problem, 'WEB_ACL_INVALID');
    for (const note of notes) this.#log?.notice(note);
  }

  /**
   * Refuses to package a stack with an API that no access document protects. The check is skipped if the caller (the
   * gateway) only reads the template.
   */
  #assertProtected({ Resources }: Template): void {
    if (this.#access === undefined || !this.#packsLayer) return;
    const stack = this.#serverless.getProvider('aws').naming.getStackName();
    const open = findUnprotectedApis(this.#protects(), stack, Resources);
    if (open.length > 0)
      throw this.#error(
        open.map((api) => describeUnprotected(api, this.#stage())).join('\n'),
        'ACCESS_API_UNPROTECTED',
      );
  }

  #protects(): readonly ProtectedStack[] {
    return (this.#access?.protects ?? []).filter((api) => api.for === this.#stage());
  }

  /**
   * Refuses a template whose authorizers, routes or API keys do not fit the access documents, because a function cannot
   * detect such a fault.
   */
  #assertSafeWiring(): void {
    const provider = this.#serverless.getProvider('aws');
    const { Resources } = this.#serverless.service.provider.compiledCloudFormationTemplate;
    const { unsafe, uncharged } = checkStack(this.#protects(), provider.naming.getStackName(), Resources);
    const complaints = [...unsafe, ...uncharged];
    if (complaints.length > 0) throw this.#error(complaints.join('\n'), 'ACCESS_WIRING_UNSAFE');
  }

  /** Allows the role to use the secrets and targets that the document lists. The document is the only list of them. */
  #allowReceiver(): void {
    if (this.#webhooks?.kind !== 'compiled') return;
    const { Resources } = this.#serverless.service.provider.compiledCloudFormationTemplate;
    const role = Resources['WebhookReceiverRole'];
    if (role?.Type !== 'AWS::IAM::Role') return;
    const statements = receiverPermissions(this.#webhooks.webhooks, this.#stage());
    const policies = (role.Properties?.['Policies'] ?? []) as readonly unknown[];
    const document = { Version: '2012-10-17', Statement: statements };
    if (statements.length > 0)
      role.Properties = {
        ...role.Properties,
        Policies: [...policies, { PolicyName: 'webhooks', PolicyDocument: document }],
      };
  }

  #assertKeysServed({ Resources }: Template): void {
    const unserved = findUnservedKeys(this.#access?.compiled.documents ?? [], Resources, this.#stage());
    if (unserved !== undefined) throw this.#error(unserved, 'ACCESS_KEYS_NOT_SERVED');
  }

  #localStages(): readonly string[] {
    return this.#serverless.service.custom?.localStages ?? ['dev'];
  }

  #stage(): string {
    return this.#serverless.getProvider('aws').getStage();
  }

  #error(message: string, code: string): Error {
    return new this.#serverless.classes.Error(message, code);
  }
}

// osls loads a plug-in from its default export.
export { StackPlugin as default, StackPlugin };
