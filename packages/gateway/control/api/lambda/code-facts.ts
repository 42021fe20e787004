/**
 * The size and the hash of functions' code, and the time of its last change, which GetFunction shows (docs/aws §22.2).
 */
import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeZip } from '@gatewright/aws/zip-archive';
import { runtimeFamily } from '../../../core/stack/function.ts';
import type { FunctionCode, FunctionDefinition, LayerDefinition } from '../../../core/stack/function.ts';

type CodeFacts = {
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly LastModified: string;
};

/**
 * Maximum number of files of a folder that are counted. The size reported for a folder with more files is too small.
 */
const MAX_FILES = 5_000;
/** Folders that the toolchains do not deploy. One of them contains the credentials of this run. */
const SKIPPED = new Set(['.git', '.gatewright', '.serverless', '.aws-sam', 'cdk.out']);

/**
 * Reads the size and the hash of functions' code. For inline code, they describe the archive that CloudFormation makes.
 * A folder is not packaged for this: the reported size is the size of its files, and the hash changes when a file
 * changes.
 */
export class FunctionCodes {
  readonly #replaced = new Map<string, { readonly facts: CodeFacts; readonly archive: Buffer }>();
  /** The facts of archives by path. An archive of up to 250 MB is hashed again only after it has changed. */
  readonly #archives = new Map<string, CodeFacts>();

  /** Keeps an archive that a call has sent, and its facts. */
  replace(arn: string, archive: Buffer, facts: CodeFacts): void {
    this.#replaced.set(arn, { archive, facts });
  }

  /** Returns the archive that a call has sent for a function; undefined if the template's code is in use. */
  archiveOf({ arn }: FunctionDefinition): Buffer | undefined {
    return this.#replaced.get(arn)?.archive;
  }

  of({ arn, code, place, runtime }: FunctionDefinition): CodeFacts {
    return this.#replaced.get(arn)?.facts ?? this.#read(code, place.file, runtime);
  }

  /** Returns the size of a layer's files; undefined for a layer that is not on this machine. */
  sizeOfLayer({ directory }: LayerDefinition): number | undefined {
    return directory === undefined ? undefined : readFolder(directory, directory).CodeSize;
  }

  #read(code: FunctionCode, template: string, runtime: string): CodeFacts {
    switch (code.kind) {
      case 'inline':
        return factsOf(packInline(code.source, runtime), changedAt(template));
      case 'archive':
        return this.#readArchive(code.packed.file) ?? readFolder('', template);
      case 'directory':
        return (code.packed && this.#readArchive(code.packed.file)) ?? readFolder(code.directory, template);
    }
  }

  #readArchive(file: string): CodeFacts | undefined {
    const stat = statSync(file, { throwIfNoEntry: false });
    const known = this.#archives.get(file);
    if (stat === undefined) return undefined;
    if (known?.CodeSize === stat.size && known.LastModified === printTime(stat.mtimeMs)) return known;
    try {
      const content = readFileSync(file);
      const facts = factsOf(content, stat.mtimeMs);
      this.#archives.set(file, facts);
      return facts;
    } catch {
      return undefined;
    }
  }
}

/** Creates the archive that CloudFormation creates from `Code.ZipFile`. */
export function packInline(source: string, runtime: string): Buffer {
  const name = runtimeFamily(runtime) === 'python' ? 'index.py' : 'index.js';
  return writeZip(new Map([[name, Buffer.from(source)]]));
}

/** @param size the size of the code, if the content is not the code itself */
export function factsOf(content: Buffer | string, changedMs: number, size = content.length): CodeFacts {
  return {
    CodeSize: size,
    CodeSha256: createHash('sha256').update(content).digest('base64'),
    LastModified: printTime(changedMs),
  };
}

function printTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000');
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function readFolder(folder: string, template: string): CodeFacts {
  const files = folder === '' ? [] : listFiles(folder);
  const stats = files.map((file) => ({ file, stat: statSync(file, { throwIfNoEntry: false }) }));
  const size = stats.reduce((sum, { stat }) => sum + (stat?.size ?? 0), 0);
  const changedMs = Math.max(changedAt(template), ...stats.map(({ stat }) => stat?.mtimeMs ?? 0));
  const names = stats.map(({ file, stat }) => `${file} ${stat?.size ?? 0} ${stat?.mtimeMs ?? 0}`);
  return factsOf(names.join('\n'), changedMs, size);
}

export function listFiles(folder: string): readonly string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && files.length < MAX_FILES; next = folders.pop())
    for (const entry of entriesOf(next))
      if (entry.isFile()) files.push(join(next, entry.name));
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(join(next, entry.name));
  return files.slice(0, MAX_FILES);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
