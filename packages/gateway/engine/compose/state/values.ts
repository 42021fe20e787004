/**
 * The values of SSM, Secrets Manager, S3 and AppConfig. They are loaded when a file or a stack defines values, or when
 * a call reads a value.
 */
import { existsSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { VALUES_FILE } from '../../../core/stack/stored-values.ts';
import type { StoredValues } from '../../../core/stack/stored-values.ts';
import type { DefinitionError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/ports.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { GeneratedSecrets } from '../../../core/stack/generated-secret.ts';
import type { LocalValues } from '../../../services/values/local-values.ts';
import { VALUES_TYPES } from '../../../services/values/resource-types.ts';
import type { ValueDefinitions } from '../../../services/values/value-definitions.ts';
import type { GatewayOptions } from '../../gateway.ts';

export class LateValues {
  readonly generated = new GeneratedSecrets((bound) => randomInt(bound));
  readonly #options: GatewayOptions;
  readonly #clock: Clock;
  readonly #load: typeof loadLocalValues;
  #opening: Promise<LocalValues> | undefined;
  #opened: LocalValues | undefined;
  #reportedFailure: string | undefined;
  #written: ValueDefinitions | undefined;
  #stacks: readonly ResolvedStack[] = [];

  constructor(options: GatewayOptions, clock: Clock, load = loadLocalValues) {
    this.#options = options;
    this.#clock = clock;
    this.#load = load;
  }

  /** Opens the values. If this fails, the next call tries again, because the file may be readable by then. */
  open(): Promise<LocalValues> {
    return (this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  /**
   * Finds an object by `bucket/key`; a missing object is logged, unless the search is quiet. The first search starts to
   * open the values. Until they are open, nothing is found.
   */
  object(id: string, isQuiet = false): ReturnType<LocalValues['object']> {
    if (this.#opened !== undefined) return this.#opened.object(id, isQuiet);
    this.open()
      .then((values) => values.object(id, isQuiet))
      .catch((error: unknown) => this.#reportFailure(error));
    return undefined;
  }

  /** Whether the values file names a bucket. */
  hasBucket(name: string): boolean {
    return this.#written?.buckets.has(name) === true;
  }

  /** Returns the keys of the objects that the values file has in a bucket. */
  keysOf(bucket: string): readonly string[] {
    const folder = `${bucket}/`;
    return [...(this.#written?.objects.keys() ?? [])].flatMap((id) =>
      id.startsWith(folder) ? [id.slice(folder.length)] : [],
    );
  }

  async replace(written: ValueDefinitions | undefined, stacks: readonly ResolvedStack[]): Promise<void> {
    this.#written = written;
    this.#stacks = stacks;
    const isMade = stacks.some(({ resources }) =>
      [...resources.values()].some(({ type }) => Object.hasOwn(VALUES_TYPES, type)),
    );
    if (this.#opening === undefined && (written !== undefined || isMade)) await this.open();
    else (await this.#opening)?.replace(written ?? (await noValues()), stacks);
  }

  /** Restores the parameters as the stacks and the values file define them. */
  async forgetCalls(): Promise<void> {
    if (this.#opened === undefined) return;
    this.#opened.forgetCalls();
    await this.replace(this.#written, this.#stacks);
  }

  async #open(): Promise<LocalValues> {
    const { LocalValues } = await this.#load();
    const report = (sentence: string): void => this.#options.log.write(sentence);
    const file = valuesFileOf(this.#options);
    const values = new LocalValues({ clock: this.#clock, generated: this.generated, file, report });
    values.replace(this.#written ?? (await noValues()), this.#stacks);
    this.#opened = values;
    return values;
  }

  /** Each caller tries again, but the same failure is reported only once. */
  #reportFailure(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (failure === this.#reportedFailure) return;
    this.#reportedFailure = failure;
    this.#options.log.write(`values cannot be loaded: ${failure}`);
  }
}

function loadLocalValues(): Promise<{ readonly LocalValues: typeof LocalValues }> {
  return import('../../../services/values/local-values.ts');
}

async function noValues(): Promise<ValueDefinitions> {
  const { parseValues } = await import('../../../services/values/value-definitions.ts');
  return parseValues('', '', () => Buffer.alloc(0));
}

/**
 * Returns the file with values: the `--values` file, or gatewright.values.yml in the folder where the gateway was
 * started.
 */
export function valuesFileOf({ values, directory }: Pick<GatewayOptions, 'values' | 'directory'>): string {
  return resolve(directory, values ?? VALUES_FILE);
}

type ReadValues = {
  /** The values in the file; undefined if there is no file. */
  readonly written: ValueDefinitions | undefined;
  readonly stored: StoredValues;
  readonly faults: readonly DefinitionError[];
  readonly attached: readonly string[];
};

/**
 * Reads the values for the local services.
 * @throws StartError if a named file cannot be read
 */
export async function readValues(options: Pick<GatewayOptions, 'values' | 'directory'>): Promise<ReadValues> {
  const file = valuesFileOf(options);
  if (options.values === undefined && !existsSync(file)) {
    const nothing = (): undefined => undefined;
    const stored = { file, parameter: nothing, secret: nothing, object: nothing, fileOf: nothing };
    return { written: undefined, stored, faults: [], attached: [] };
  }
  const { readAttachedFile, readValuesText } = await import('../../../services/values/values-file.ts');
  const { parseValues, storedValues } = await import('../../../services/values/value-definitions.ts');
  const text = readValuesText(file, options.values !== undefined) ?? '';
  const written = parseValues(text, file, readAttachedFile);
  return { written, stored: storedValues(written, file), faults: written.faults, attached: written.attached };
}
