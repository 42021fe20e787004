/**
 * The current event source mappings. They are the mappings of the stacks with the changes that calls have made, and the
 * mappings that calls have created.
 */
import { asText } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { Faults, REFUSING } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { UnsupportedItem } from '../../core/stack/model.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import { ResourceReader } from '../../kernel/read-resource.ts';
import type { ServicePorts } from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';

const TYPE = 'AWS::Lambda::EventSourceMapping';
/** The maximum number of mappings that calls created or changed since the last reset. */
const MAX_BY_CALL = 1_000;

export type EventSourceMapping = {
  readonly id: string;
  readonly region: string;
  /** The properties in CloudFormation's form, which is also the form of the API calls. */
  readonly properties: JsonObject;
  /** The time of the last change in epoch milliseconds. */
  readonly modifiedAt: number;
};

/** A mapping that a call has created or changed; undefined if a call has deleted a mapping of a stack. */
type ByCall = EventSourceMapping | undefined;

export class EventSourceMappings {
  readonly #ports: Pick<ServicePorts, 'sources' | 'startedAt'>;
  readonly #byCall = new Map<string, ByCall>();
  #ofStacks: ReadonlyMap<string, EventSourceMapping> = new Map();
  /** The version of the mappings. Every change that a call makes increments it. */
  version = 0;
  /** The mapping that the current call creates or changes. The call is refused if this mapping cannot be read. */
  #candidate: { readonly id: string; readonly unsupported: UnsupportedItem[] } | undefined;

  constructor(ports: Pick<ServicePorts, 'sources' | 'startedAt'>) {
    this.#ports = ports;
  }

  get all(): readonly EventSourceMapping[] {
    const ids = new Set([...this.#ofStacks.keys(), ...this.#byCall.keys()]);
    return [...ids].toSorted().flatMap((id) => this.find(id) ?? []);
  }

  get isFull(): boolean {
    return this.#byCall.size >= MAX_BY_CALL;
  }

  find(id: string): EventSourceMapping | undefined {
    return this.#byCall.has(id) ? this.#byCall.get(id) : this.#ofStacks.get(id);
  }

  /**
   * Creates or changes a mapping and starts its source. If the mapping has unsupported or invalid parts, nothing is
   * changed.
   * @returns the unsupported parts
   * @throws DefinitionError for a part that AWS would refuse
   */
  async put(mapping: EventSourceMapping): Promise<readonly UnsupportedItem[]> {
    const { id, properties } = mapping;
    await this.#ports.sources.load(asText(properties['EventSourceArn']) ?? '');
    const [wasByCall, before] = [this.#byCall.has(id), this.#byCall.get(id)];
    const candidate = { id, unsupported: [] };
    this.#byCall.set(id, mapping);
    this.version += 1;
    this.#candidate = candidate;
    const accepted = { isTrue: false };
    try {
      this.#ports.sources.readAgain(() => {
        accepted.isTrue = candidate.unsupported.length === 0;
        return accepted.isTrue;
      });
    } finally {
      this.#candidate = undefined;
      if (!accepted.isTrue && wasByCall) this.#byCall.set(id, before);
      else if (!accepted.isTrue) this.#byCall.delete(id);
    }
    return candidate.unsupported;
  }

  delete(id: string): void {
    if (this.#ofStacks.has(id)) this.#byCall.set(id, undefined);
    else this.#byCall.delete(id);
    this.version += 1;
    this.#ports.sources.readAgain(() => true);
  }

  clear(): void {
    this.#byCall.clear();
  }

  /**
   * Returns the readers of all current mappings. This has no effect until `applied` is called. During a reset there are
   * no mappings.
   */
  readersIn(stacks: StackReading): readonly ResourceReader[] {
    const ofStacks = stacks.ofType(TYPE);
    const ids = new Set(ofStacks.map(({ resource }) => resource.physicalId));
    return [
      ...ofStacks.flatMap((reader) => {
        const { physicalId: id } = reader.resource;
        if (!this.#byCall.has(id)) return [reader];
        const changed = this.#byCall.get(id);
        return changed === undefined ? [] : [reader.with(changed.properties, ...this.#judgesOf(id))];
      }),
      ...[...this.#byCall.values()].flatMap((made) =>
        made === undefined || ids.has(made.id) ? [] : this.#readerOf(made, stacks),
      ),
    ];
  }

  /**
   * Must be called when the result of `readersIn` for these stacks has taken effect.
   * @param version the version when `readersIn` was called
   */
  applied(stacks: StackReading, version: number): void {
    this.#ofStacks = new Map(
      stacks
        .ofType(TYPE)
        .map(({ resource: { physicalId: id, properties }, stack: { region } }) => [
          id,
          { id, region, properties, modifiedAt: this.#ports.startedAt },
        ]),
    );
    // A call has changed a mapping while the stacks were being loaded, so the sources must be read again.
    if (version !== this.version) this.#ports.sources.readAgain(() => true);
  }

  #judgesOf(id: string): [Tolerance, UnsupportedItem[]] {
    const candidate = this.#candidate?.id === id ? this.#candidate : undefined;
    return candidate === undefined ? [new Faults(true), []] : [REFUSING, candidate.unsupported];
  }

  #readerOf({ id, properties }: EventSourceMapping, { stacks }: StackReading): readonly ResourceReader[] {
    const { functionName: name } = readFunctionName(asText(properties['FunctionName']) ?? '');
    const stack = stacks.find(({ functions }) => functions.some((one) => one.name === name));
    if (stack === undefined) return [];
    const resource = {
      logicalId: id,
      type: TYPE,
      physicalId: id,
      properties,
      dependsOn: [],
      place: (property?: string) => ({
        file: stack.file,
        logicalId: id,
        ...(property !== undefined && { property }),
      }),
    };
    return [new ResourceReader(stack, resource, ...this.#judgesOf(id))];
  }
}
