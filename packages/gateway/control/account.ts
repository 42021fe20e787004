/**
 * State outside of deployments, which survives a reload: API keys, usage plans and usage, token buckets and caches. The
 * state is in memory. After a restart, buckets are full, and there is no usage unless it is loaded from saved state.
 */
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import { REFUSING } from '../core/errors.ts';
import { DEFAULT_ASSUMPTIONS } from '../core/deployment/assumptions.ts';
import { accountLimit } from '../core/deployment/stage/throttle.ts';
import { KeyUsage } from '../core/metering/quota.ts';
import { TokenBucket, TokenBuckets } from '../core/metering/token-bucket.ts';
import { ApiKeys } from './metering/api-keys.ts';
import { DEFAULT_QUOTAS } from './api-quotas.ts';
import { LruAuthorizerCache } from './caches/authorizer-cache.ts';
import { ClientCertificates } from './client-certificates.ts';
import { FunctionPolicies } from './functions/function-policies.ts';
import { TargetPolicies } from './deliveries/target-policies.ts';
import { AccountKeyRing } from './metering/key-ring.ts';
import { LruStageCache } from './caches/stage-cache.ts';
import { NO_TRUSTSTORES } from './domains/mutual-tls.ts';
import { NOT_THERE } from './metering/read-metering.ts';
import { PlanKey, UsagePlans } from './metering/usage-plans.ts';
import type { Tolerance } from '../core/errors.ts';
import type { Assumptions } from '../core/deployment/assumptions.ts';
import type { AuthorizerCache } from '../core/exchange.ts';
import type { Clock } from '../core/ports.ts';
import type { AccountQuotas } from './api-quotas.ts';
import type { KeysAndPlans } from './metering/key-ring.ts';
import type { TruststoreSource } from './domains/mutual-tls.ts';
import type { DefinedMetering } from './metering/read-metering.ts';

type StageMemory = {
  readonly authorizerCache: AuthorizerCache;
  readonly stageCache: LruStageCache;
  readonly buckets: TokenBuckets;
};

export type AccountOptions = {
  readonly clock: Clock;
  /** `--account-throttle`: whether all APIs share the account limit of the region. */
  readonly isThrottled: boolean;
  /** The region whose account limit applies; the default is us-east-1. */
  readonly region?: string | undefined;
  /**
   * `--usage-lag`: the delay until a request counts as usage. By default, a request counts at once, so no request
   * can exceed a quota.
   */
  readonly usageLagMs?: number | undefined;
  /** `--cache-memory`: the memory limit of a stage cache; the default is DEFAULT_CACHE_BYTES. */
  readonly cacheMemoryBytes?: number | undefined;
  /** `--assume`: the assumptions about AWS's behavior; absent means the defaults. */
  readonly assumptions?: Assumptions | undefined;
  /** `--account-quota`: the quotas that AWS has raised; all other quotas have AWS's defaults. */
  readonly quotas?: AccountQuotas | undefined;
  /** `--vpc-endpoint`: the VPC of each endpoint through which private APIs are called. */
  readonly vpcEndpoints?: ReadonlyMap<string, string> | undefined;
  /** Whether the gateway has a service that runs resources of this type; by default, it does not have one. */
  readonly isServedType?: ((type: string) => boolean) | undefined;
  /** `--roles`: whether an API needs an AWS::Lambda::Permission to invoke a function; by default, it does not. */
  readonly needsPermissions?: boolean | undefined;
};

export class Account {
  readonly clock: Clock;
  readonly assumptions: Assumptions;
  readonly quotas: AccountQuotas;
  readonly vpcEndpoints: ReadonlyMap<string, string>;
  readonly needsPermissions: boolean;
  readonly isServedType: (type: string) => boolean;
  truststores: TruststoreSource = NO_TRUSTSTORES;
  readonly keyRing: AccountKeyRing;
  readonly clientCertificates: ClientCertificates;
  readonly functionPolicies = new FunctionPolicies();
  readonly targetPolicies = new TargetPolicies();
  #state: KeysAndPlans;
  #defined: DefinedMetering = { keys: [], plans: [], planKeys: [] };
  readonly #stages = new Map<string, StageMemory>();
  readonly #openBucket: () => TokenBucket | undefined;
  #bucket: TokenBucket | undefined;
  readonly #usageLagMs: number;
  readonly #cacheMemoryBytes: number | undefined;

  constructor({
    clock,
    isThrottled,
    region = USUAL_HOME.region,
    usageLagMs = 0,
    cacheMemoryBytes,
    assumptions = DEFAULT_ASSUMPTIONS,
    quotas = DEFAULT_QUOTAS,
    vpcEndpoints = new Map(),
    needsPermissions = false,
    isServedType = () => false,
  }: AccountOptions) {
    this.clock = clock;
    this.quotas = quotas;
    this.#state = { keys: new ApiKeys(), plans: new UsagePlans(quotas) };
    this.assumptions = assumptions;
    this.vpcEndpoints = vpcEndpoints;
    this.needsPermissions = needsPermissions;
    this.isServedType = isServedType;
    this.#usageLagMs = usageLagMs;
    this.#cacheMemoryBytes = cacheMemoryBytes;
    this.#openBucket = () =>
      isThrottled ? new TokenBucket(accountLimit(region), clock.nowEpochMs()) : undefined;
    this.#bucket = this.#openBucket();
    this.clientCertificates = new ClientCertificates(clock);
    this.keyRing = new AccountKeyRing(() => this.#state);
  }

  /** Returns the token bucket of the account; undefined means that the account has no limit. */
  get bucket(): TokenBucket | undefined {
    return this.#bucket;
  }

  get keys(): ApiKeys {
    return this.#state.keys;
  }

  get plans(): UsagePlans {
    return this.#state.plans;
  }

  makePlanKey(keyId: string): PlanKey {
    const usage = new KeyUsage(this.clock.nowEpochMs(), this.#usageLagMs, this.assumptions['week-start']);
    return new PlanKey(keyId, usage);
  }

  /** Returns the state of a stage, by API id and stage name. It is created on first use. */
  stageMemory(apiId: string, stageName: string): StageMemory {
    const name = `${apiId}/${stageName}`;
    const known = this.#stages.get(name);
    if (known !== undefined) return known;
    const made = {
      authorizerCache: new LruAuthorizerCache(),
      stageCache: new LruStageCache(this.#cacheMemoryBytes),
      buckets: new TokenBuckets(),
    };
    this.#stages.set(name, made);
    return made;
  }

  forget(): void {
    this.#state = { keys: new ApiKeys(), plans: new UsagePlans(this.quotas) };
    this.#defined = { keys: [], plans: [], planKeys: [] };
    this.#stages.clear();
    this.functionPolicies.forgetCalls();
    this.#bucket = this.#openBucket();
  }

  flushAuthorizers(apiId: string, stageName: string): void {
    this.stageMemory(apiId, stageName).authorizerCache.flush();
    this.stageMemory(apiId, canaryOf(stageName)).authorizerCache.flush();
  }

  /**
   * Prepares to replace the API keys and usage plans that templates define. The change takes effect when the returned
   * function is called. Keys and plans that were created with API calls stay. The usage of each key that is still in
   * its plan also stays.
   * @throws DefinitionError if AWS would refuse a definition and no fault is tolerated
   */
  prepare(defined: DefinedMetering, tolerance: Tolerance = REFUSING): () => void {
    const next: KeysAndPlans = { keys: new ApiKeys(), plans: new UsagePlans(this.quotas) };
    const nowEpochMs = this.clock.nowEpochMs();
    const tolerate = (put: () => void): void => {
      tolerance.attempt(NOT_THERE, put, () => undefined);
    };
    this.#carryOver(next);
    for (const { id, attempt, ...key } of defined.keys) {
      const createdAtEpochMs = this.keys.find(id)?.createdAtEpochMs ?? nowEpochMs;
      tolerate(() => {
        attempt(() => next.keys.put({ id, ...key, createdAtEpochMs, updatedAtEpochMs: nowEpochMs }));
      });
    }
    for (const { attempt, ...plan } of defined.plans)
      tolerate(() => {
        attempt(() => next.plans.put(plan));
      });
    for (const { planId, keyId, attempt } of defined.planKeys)
      tolerate(() => {
        attempt(() => {
          const member = this.plans.findKey(planId, keyId) ?? this.makePlanKey(next.keys.get(keyId).id);
          next.plans.join(planId, member);
        });
      });
    this.#carryOverMembers(next, defined);
    return () => {
      this.#state = next;
      this.#defined = defined;
    };
  }

  #carryOver({ keys, plans }: KeysAndPlans): void {
    const wereDefined = new Set([...this.#defined.keys, ...this.#defined.plans].map(({ id }) => id));
    for (const key of this.keys.all) if (!wereDefined.has(key.id)) keys.put(key);
    for (const plan of this.plans.all) if (!wereDefined.has(plan.id)) plans.put(plan);
  }

  /** Keys that were added to plans with API calls stay in their plans as long as both the key and the plan exist. */
  #carryOverMembers({ keys, plans }: KeysAndPlans, defined: DefinedMetering): void {
    const ofTemplates = new Set(
      [...this.#defined.planKeys, ...defined.planKeys].map(({ planId, keyId }) => `${planId}/${keyId}`),
    );
    for (const plan of this.plans.all)
      for (const member of this.plans.keysOf(plan.id)) {
        const isGone = plans.find(plan.id) === undefined || keys.find(member.keyId) === undefined;
        if (!isGone && !ofTemplates.has(`${plan.id}/${member.keyId}`)) plans.join(plan.id, member);
      }
  }
}

/** Returns the key of a canary's state. No stage can have this name. */
export function canaryOf(stageName: string): string {
  return `${stageName}/Canary`;
}
