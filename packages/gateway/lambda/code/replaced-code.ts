/** The code that replaces a template's code while the gateway runs (Lambda API reference, "UpdateFunctionCode"). */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionDefinition, PackedCode } from '../../core/stack/function.ts';
import { packedFolder } from './packed-code.ts';
import { ArchiveError, unpackArchive } from './unpack-archive.ts';

type UnreadableArchive = { readonly kind: 'unreadable'; readonly reason: string };

export type CodeReplacement =
  | { readonly kind: 'replaced' }
  /** The function has no code that runs here. */
  | { readonly kind: 'not-run' }
  /** The upload is not a zip archive, or Lambda would refuse it. */
  | UnreadableArchive;

type Replaced = { readonly declared: string; readonly packed: PackedCode };

export class ReplacedCode {
  readonly #runDirectory: string;
  readonly #byName = new Map<string, Replaced>();

  constructor(runDirectory: string) {
    this.#runDirectory = runDirectory;
  }

  /**
   * Returns the definition with the code that was uploaded for the function. The uploaded code is used until the
   * template's code for the function changes.
   */
  apply(definition: FunctionDefinition): FunctionDefinition {
    const kept = this.#byName.get(definition.name);
    return kept?.declared === JSON.stringify(definition.code) ? withArchive(definition, kept) : definition;
  }

  /**
   * Unpacks the archive and stores it as the function's code.
   * @param running the current definition
   */
  put(running: FunctionDefinition, archive: Buffer): FunctionDefinition | UnreadableArchive {
    const { name, code } = running;
    const folder = join(this.#runDirectory, 'replaced');
    mkdirSync(folder, { recursive: true });
    const version = createHash('sha256').update(archive).digest('hex');
    const packed = { file: join(folder, `${name}-${version.slice(0, 16)}.zip`), version };
    writeFileSync(packed.file, archive);
    try {
      unpackArchive(packed.file, packedFolder(packed, this.#runDirectory));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      return { kind: 'unreadable', reason: error.message.replace(packed.file, 'the archive') };
    } finally {
      rmSync(packed.file);
    }
    const declared = this.holds(running) ? this.#byName.get(name)?.declared : undefined;
    this.#byName.set(name, { declared: declared ?? JSON.stringify(code), packed });
    return withArchive(running, { packed });
  }

  /** Removes the unpacked code of a function whose last instance has ended, unless the code is in use again. */
  release(definition: FunctionDefinition): void {
    const { code } = definition;
    if (code.kind !== 'archive' || !code.packed.file.startsWith(join(this.#runDirectory, 'replaced'))) return;
    if (!this.holds(definition))
      rmSync(packedFolder(code.packed, this.#runDirectory), { recursive: true, force: true });
  }

  /** Whether the definition contains the code that was uploaded last. */
  holds({ name, code }: FunctionDefinition): boolean {
    return code.kind === 'archive' && this.#byName.get(name)?.packed.file === code.packed.file;
  }
}

function withArchive(
  definition: FunctionDefinition,
  { packed }: Pick<Replaced, 'packed'>,
): FunctionDefinition {
  return { ...definition, code: { kind: 'archive', packed } };
}
