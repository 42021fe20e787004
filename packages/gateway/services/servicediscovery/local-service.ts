/** One service with its instances, which calls register, change and discover. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Random } from '../../core/ports.ts';
import type { Attributes, Registration } from './read-instance.ts';

export type NamespaceDefinition = {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly type: 'HTTP' | 'DNS_PRIVATE' | 'DNS_PUBLIC';
  readonly description: string | undefined;
  readonly hostedZoneId: string | undefined;
};

export type ServiceDefinition = {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  /** The namespace of the service; undefined for a service of another stack, which the user's file names by ARN. */
  readonly namespace: NamespaceDefinition | undefined;
  readonly description: string | undefined;
  readonly type: string;
  /** The settings in the form of the template, for `ListServices`. */
  readonly configs: UnknownMembers;
  readonly recordTypes: readonly string[];
  readonly hasCustomHealth: boolean;
  readonly instances: readonly Registration[];
};

type Health = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
type HealthFilter = 'HEALTHY' | 'UNHEALTHY' | 'ALL' | 'HEALTHY_OR_ELSE_ALL';

export type LocalInstance = {
  readonly registration: Registration;
  /** The health status, which is unknown without a custom health check. */
  health: Health;
  /** The sequence number of the instance's last call by an integration; 0 if it has not been called yet. */
  turn: number;
  /** The number of consecutive failed connections. */
  failures: number;
  ejectedAtMs: number | undefined;
};

type Discovery = {
  readonly query: Attributes;
  readonly optional: Attributes;
  readonly health: HealthFilter;
};

export class LocalService {
  #definition: ServiceDefinition;
  #instances = new Map<string, LocalInstance>();
  #revision = 1;

  constructor(definition: ServiceDefinition) {
    this.#definition = definition;
    this.reset();
  }

  get definition(): ServiceDefinition {
    return this.#definition;
  }

  /** Returns the service with its namespace, for example `orders.shop`. */
  get fullName(): string {
    const { name, namespace } = this.#definition;
    return namespace === undefined ? name : `${name}.${namespace.name}`;
  }

  get instances(): readonly LocalInstance[] {
    return [...this.#instances.values()];
  }

  /** Returns the revision, which increases with every change that is visible to DiscoverInstances. */
  get revision(): number {
    return this.#revision;
  }

  find(instanceId: string): LocalInstance | undefined {
    return this.#instances.get(instanceId);
  }

  /** Registers an instance. It replaces an instance with the same id. */
  register(registration: Registration): void {
    const { hasCustomHealth } = this.#definition;
    const { AWS_INIT_HEALTH_STATUS: first } = registration.attributes;
    const health = first === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY';
    this.#instances.set(registration.id, {
      registration,
      health: hasCustomHealth ? health : 'UNKNOWN',
      turn: 0,
      failures: 0,
      ejectedAtMs: undefined,
    });
    this.#revision += 1;
  }

  /** @returns whether the instance existed */
  deregister(instanceId: string): boolean {
    const isGone = this.#instances.delete(instanceId);
    if (isGone) this.#revision += 1;
    return isGone;
  }

  setHealth(instance: LocalInstance, health: Health): void {
    if (instance.health !== health) this.#revision += 1;
    instance.health = health;
  }

  /** Applies only what has changed in the definition. Changes that calls made remain. */
  redefine(definition: ServiceDefinition): void {
    const before = new Map(this.#definition.instances.map((one) => [one.id, JSON.stringify(one)]));
    const after = new Set(definition.instances.map(({ id }) => id));
    const isCheckedAnew = definition.hasCustomHealth !== this.#definition.hasCustomHealth;
    this.#definition = definition;
    for (const id of before.keys()) if (!after.has(id)) this.deregister(id);
    for (const one of definition.instances)
      if (before.get(one.id) !== JSON.stringify(one)) this.register(one);
    if (isCheckedAnew) for (const { registration } of this.instances) this.register(registration);
  }

  /** Restores the instances of the service's definition. */
  reset(): void {
    this.#instances = new Map();
    for (const one of this.#definition.instances) this.register(one);
  }

  /** @see DiscoverInstances in the API reference */
  discover({ query, optional, health }: Discovery): readonly LocalInstance[] {
    const matching = this.instances.filter((one) => hasAll(one, query));
    const preferred = matching.filter((one) => hasAll(one, optional));
    const found = preferred.length > 0 ? preferred : matching;
    if (!this.#definition.hasCustomHealth || health === 'ALL') return found;
    const ofHealth = found.filter((one) => (one.health === 'UNHEALTHY') === (health === 'UNHEALTHY'));
    return ofHealth.length === 0 && health === 'HEALTHY_OR_ELSE_ALL' ? found : ofHealth;
  }
}

function hasAll({ registration: { attributes } }: LocalInstance, wanted: Attributes): boolean {
  return Object.entries(wanted).every(([key, value]) => attributes[key] === value);
}

/** Shuffles a list, because DiscoverInstances returns its list in random order. */
export function shuffle<Item>(items: readonly Item[], random: Pick<Random, 'fraction'>): readonly Item[] {
  return items
    .map((item) => ({ item, at: random.fraction() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
