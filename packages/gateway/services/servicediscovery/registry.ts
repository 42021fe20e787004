/** The namespaces and services of this run, and the operations that calls have started. */
import type { Clock, Random } from '../../core/ports.ts';
import { LocalService } from './local-service.ts';
import type { NamespaceDefinition } from './local-service.ts';
import type { Definitions } from './read-stacks.ts';

type RegistryPorts = { readonly clock: Clock; readonly random: Random; readonly startedAt: number };

export type Operation = {
  readonly id: string;
  readonly type: 'REGISTER_INSTANCE' | 'DEREGISTER_INSTANCE';
  readonly atMs: number;
  readonly serviceId: string;
  readonly instanceId: string;
};

/**
 * The maximum number of operations. AWS stores operations for some time, but the gateway stores only the latest
 * operations.
 */
const MAX_OPERATIONS = 1000;

export class Registry {
  readonly ports: RegistryPorts;
  #namespaces: ReadonlyMap<string, NamespaceDefinition> = new Map();
  #services: ReadonlyMap<string, LocalService> = new Map();
  readonly #operations = new Map<string, Operation>();

  constructor(ports: RegistryPorts) {
    this.ports = ports;
  }

  get namespaces(): readonly NamespaceDefinition[] {
    return [...this.#namespaces.values()];
  }

  get services(): readonly LocalService[] {
    return [...this.#services.values()];
  }

  /** Replaces the definitions. Services that are still defined keep the changes that calls made. */
  replace({ namespaces, services }: Definitions): void {
    this.#namespaces = namespaces;
    this.#services = new Map(
      [...services].map(([arn, definition]) => {
        const known = this.#services.get(arn);
        known?.redefine(definition);
        return [arn, known ?? new LocalService(definition)];
      }),
    );
  }

  /** Finds a service by id or ARN. */
  findService(wanted: string): LocalService | undefined {
    return this.#services.get(wanted) ?? this.services.find(({ definition: { id } }) => id === wanted);
  }

  servicesOf(namespaceId: string): readonly LocalService[] {
    return this.services.filter(({ definition }) => definition.namespace?.id === namespaceId);
  }

  findOperation(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  /**
   * Records an operation that a call has started.
   * @returns the id of the operation
   */
  note(operation: Pick<Operation, 'type' | 'serviceId' | 'instanceId'>): string {
    const id = this.ports.random.uuid();
    this.#operations.set(id, { ...operation, id, atMs: this.ports.clock.nowEpochMs() });
    const [oldest] = this.#operations.keys();
    if (this.#operations.size > MAX_OPERATIONS && oldest !== undefined) this.#operations.delete(oldest);
    return id;
  }

  reset(): void {
    this.#operations.clear();
    for (const service of this.services) service.reset();
  }
}
