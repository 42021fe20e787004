/**
 * The resources of all stacks, in the form in which services read them, and the event sources that mappings can use.
 */
import type { Tolerance } from '../core/errors.ts';
import type { ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import type { LoadTime } from './load-times.ts';
import { ResourceReader } from './read-resource.ts';

/**
 * Returns the function that reads the mappings of an event source. Returns undefined if no loaded stack has an event
 * source with this ARN.
 */
type FindSource = (arn: string) => ((mapping: ResourceReader) => void) | undefined;

export class StackReading {
  readonly unsupported: UnsupportedItem[] = [];
  readonly functions: ResolvedStack['functions'];
  readonly stacks: readonly ResolvedStack[];
  /** The load times by the name of the stack. */
  readonly times: ReadonlyMap<string, LoadTime>;
  readonly isElsewhere: (service: string) => boolean;
  readonly #readers: readonly ResourceReader[];
  readonly #sources = new Map<string, FindSource | 'elsewhere'>();

  constructor(
    stacks: readonly ResolvedStack[],
    {
      isElsewhere,
      tolerance,
      times = new Map(),
    }: {
      readonly isElsewhere: (service: string) => boolean;
      readonly tolerance: Tolerance;
      readonly times?: ReadonlyMap<string, LoadTime>;
    },
  ) {
    this.stacks = stacks;
    this.times = times;
    this.isElsewhere = isElsewhere;
    this.functions = stacks.flatMap((stack) => stack.functions);
    this.#readers = stacks.flatMap((stack) =>
      [...stack.resources.values()].map(
        (resource) => new ResourceReader(stack, resource, tolerance, this.unsupported),
      ),
    );
  }

  /** Whether there are no resources at all, as during a reset. */
  get isEmpty(): boolean {
    return this.#readers.length === 0;
  }

  /** Returns the resources of a type, without resources that have faults. */
  ofType(type: string): readonly ResourceReader[] {
    return this.#readers.filter(({ resource }) => resource.type === type && resource.fault === undefined);
  }

  /**
   * Returns the resources of a type, including resources with faults. This method is used for guards such as web ACLs,
   * because the stages that a guard protects must be known even if the guard itself cannot be read.
   */
  everyOfType(type: string): readonly ResourceReader[] {
    return this.#readers.filter(({ resource }) => resource.type === type);
  }

  /**
   * Returns the resources of a type. If the user has set an endpoint for their service, reports them as unsupported
   * and returns an empty list.
   * @param property only resources with this property are reported
   */
  here(type: string, service: string, property?: string): readonly ResourceReader[] {
    if (!this.isElsewhere(service)) return this.ofType(type);
    for (const reader of this.ofType(type))
      if (property === undefined || reader.value(property) !== undefined)
        reader.unsupported(
          undefined,
          `calls to ${service} go to the endpoint that you set, so the gateway invokes no function for this resource`,
        );
    return [];
  }

  /**
   * Offers event sources to the mappings of the stacks.
   * @param service the service name in ARNs
   * @param sources the sources by ARN; undefined if the user has set an endpoint for the service
   * @returns the mappings of these sources; the list is filled when Lambda's service, which comes last, has read its
   * own resources
   */
  offerSources<Source, Mapping>(
    service: string,
    sources: { get(arn: string): Source | undefined } | undefined,
    read: (mapping: ResourceReader, source: Source) => Mapping | undefined,
  ): readonly Mapping[] {
    const mappings: Mapping[] = [];
    const find: FindSource = (arn) => {
      const source = sources?.get(arn);
      if (source === undefined) return undefined;
      return (reader) => {
        const mapping = read(reader, source);
        if (mapping !== undefined) mappings.push(mapping);
      };
    };
    this.#sources.set(service, sources === undefined ? 'elsewhere' : find);
    return mappings;
  }

  /** Returns the sources of a service; undefined if the service has no sources. */
  sourceOf(service: string): FindSource | 'elsewhere' | undefined {
    return this.#sources.get(service);
  }
}
