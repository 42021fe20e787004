import type { ApiKeyFacts } from '../../core/events/request-facts.ts';
import type { KeyFault, KeyHolder, KeyRing } from '../../core/exchange.ts';
import { dayOf } from '../../core/metering/quota-period.ts';
import type { ThrottleLimit, TokenBucket } from '../../core/metering/token-bucket.ts';
import type { ApiKey, ApiKeys } from './api-keys.ts';
import type { PlanKey, PlanStage, UsagePlan, UsagePlans } from './usage-plans.ts';

export type KeysAndPlans = { readonly keys: ApiKeys; readonly plans: UsagePlans };
type Opener = readonly [UsagePlan, PlanStage];

export class AccountKeyRing implements KeyRing {
  readonly #state: () => KeysAndPlans;
  #plans: UsagePlans | undefined;
  #revision = -1;
  /** Maps `{apiId}/{stage}` to the stage's plans by id, as of `#revision`. */
  #openers = new Map<string, ReadonlyMap<string, Opener>>();

  /** @param state is called for each lookup, because a reload replaces keys and plans */
  constructor(state: () => KeysAndPlans) {
    this.#state = state;
  }

  holderOf(apiId: string, stageName: string, value: string): KeyHolder | undefined {
    const { keys, plans } = this.#state();
    const key = keys.findByValue(value);
    if (key?.enabled !== true) return undefined;
    const openers = this.#openersOf(plans, apiId, stageName);
    for (const planId of plans.plansOf(key.id)) {
      const opener = openers.get(planId);
      const member = plans.findKey(planId, key.id);
      if (opener !== undefined && member !== undefined) return new PlanHolder(key, ...opener, member);
    }
    return undefined;
  }

  findKeyFault(apiId: string, stageName: string, value: string): KeyFault {
    const { keys, plans } = this.#state();
    const key = keys.findByValue(value);
    if (key === undefined) return { kind: 'unknown' };
    const facts = { keyId: key.id, keyName: key.name };
    if (!key.enabled) return { kind: 'disabled', ...facts };
    const own = [...plans.plansOf(key.id)].map((id) => plans.get(id));
    if (own.length === 0) return { kind: 'no-plan', ...facts };
    const opens = own.flatMap((plan) => plan.apiStages.map((open) => `${open.apiId}/${open.stage}`));
    return {
      kind: 'other-stages',
      ...facts,
      opens: opens.filter((name) => name !== `${apiId}/${stageName}`),
      plans: own.map(({ name }) => name),
    };
  }

  namesFor(apiId: string, stageName: string): readonly string[] {
    const { keys, plans } = this.#state();
    const members = [...this.#openersOf(plans, apiId, stageName).keys()].flatMap((planId) =>
      plans.keysOf(planId),
    );
    const withName = Map.groupBy(keys.all, ({ name }) => name);
    const names = members.flatMap(({ keyId }) => {
      const key = keys.find(keyId);
      if (key?.enabled !== true) return [];
      // Names of API keys are not unique (API_CreateApiKey), and `gatewright keys value` needs a unique one.
      return key.name === undefined || (withName.get(key.name)?.length ?? 0) > 1 ? key.id : key.name;
    });
    return [...new Set(names)];
  }

  plansFor(apiId: string, stageName: string): readonly UsagePlan[] {
    return [...this.#openersOf(this.#state().plans, apiId, stageName).values()].map(([plan]) => plan);
  }

  /**
   * Returns the plans of a stage by id. The map is bounded, because stage names come from served stages and not from
   * clients.
   */
  #openersOf(plans: UsagePlans, apiId: string, stageName: string): ReadonlyMap<string, Opener> {
    if (plans !== this.#plans || plans.revision !== this.#revision) {
      this.#plans = plans;
      this.#revision = plans.revision;
      this.#openers = new Map();
    }
    const name = `${apiId}/${stageName}`;
    const known = this.#openers.get(name);
    if (known !== undefined) return known;
    const openers = new Map<string, Opener>();
    for (const plan of plans.all) {
      const stage = plan.apiStages.find((open) => open.apiId === apiId && open.stage === stageName);
      if (stage !== undefined) openers.set(plan.id, [plan, stage]);
    }
    this.#openers.set(name, openers);
    return openers;
  }
}

class PlanHolder implements KeyHolder {
  readonly apiKey: NonNullable<ApiKeyFacts>;
  readonly plan: UsagePlan;
  readonly #stage: PlanStage;
  readonly #member: PlanKey;

  constructor(key: ApiKey, plan: UsagePlan, stage: PlanStage, member: PlanKey) {
    this.apiKey = { id: key.id, value: key.value, name: key.name };
    this.plan = plan;
    this.#stage = stage;
    this.#member = member;
  }

  bucketOf(routeKey: string, nowEpochMs: number): TokenBucket | undefined {
    const [method = ''] = methodThrottleKeys(routeKey);
    const own = this.#ownLimitOf(routeKey);
    const { buckets } = this.#member;
    if (own !== undefined)
      return buckets.get(`${this.#stage.apiId}/${this.#stage.stage}${method}`, own, nowEpochMs);
    return this.plan.throttle === undefined ? undefined : buckets.get('', this.plan.throttle, nowEpochMs);
  }

  hasOwnLimit(routeKey: string): boolean {
    return this.#ownLimitOf(routeKey) !== undefined;
  }

  #ownLimitOf(routeKey: string): ThrottleLimit | undefined {
    const { throttle } = this.#stage;
    const written = methodThrottleKeys(routeKey).find((key) => Object.hasOwn(throttle, key));
    return written === undefined ? undefined : throttle[written];
  }

  isQuotaUsedUp(nowEpochMs: number): boolean {
    return this.plan.quota !== undefined && this.#member.usage.isUsedUp(nowEpochMs, this.plan.quota);
  }

  quotaLeft(nowEpochMs: number): number | undefined {
    const { quota } = this.plan;
    return quota === undefined ? undefined : this.#member.usage.remainingOn(dayOf(nowEpochMs), quota);
  }

  count(nowEpochMs: number): void {
    this.#member.usage.count(nowEpochMs);
  }
}

/**
 * Converts `GET /pets/{id}` to `/pets/{id}/GET`, the name of a method in usage plans. A method of the root has two
 * names, `//GET` and `/GET`, because both are in use (docs/aws §5.3).
 */
function methodThrottleKeys(routeKey: string): readonly string[] {
  const space = routeKey.indexOf(' ');
  if (space === -1) return [routeKey];
  const [verb, path] = [routeKey.slice(0, space), routeKey.slice(space + 1)];
  return path === '/' ? [`//${verb}`, `/${verb}`] : [`${path}/${verb}`];
}
