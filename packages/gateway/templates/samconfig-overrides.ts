/**
 * Reads `parameter_overrides` of samconfig in each form that SAM reads: text, list, table, and `file://`.
 * @see https://github.com/aws/aws-sam-cli/blob/develop/samcli/cli/types.py CfnParameterOverridesType
 */
import { basename, dirname, resolve } from 'node:path';
import { parse as parseToml, TomlError } from 'smol-toml';
import { parse } from 'yaml';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';

const MAX_BYTES = 256 * 1024;
const MAX_FILES = 20;
const FILE = 'file://';

export type Overrides = {
  readonly parameters: Readonly<Record<string, string>>;
  /** The files that `file://` names, existing or not. */
  readonly files: readonly string[];
  /** Sentences about what cannot be read. */
  readonly faults: readonly string[];
};

/** Reads a file of settings by its extension, as SAM does. Returns a sentence if it cannot be read. */
export function readSettings(file: string): { readonly value: Json } | { readonly fault: string } {
  const text = readIfReadable(file)?.slice(0, MAX_BYTES);
  if (text === undefined) return { fault: `${basename(file)} cannot be read` };
  try {
    const value: unknown = file.endsWith('.toml') ? parseToml(text) : parse(text, { merge: true });
    // Dates become text.
    return { value: JSON.parse(JSON.stringify(value ?? null)) as Json };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const at = error instanceof TomlError ? `, line ${error.line}` : '';
    return { fault: `${basename(file)}${at}: ${message.replace(/:$/, '')}` };
  }
}

/** @param folder the folder to which paths after `file://` are relative */
export function parseOverrides(written: unknown, folder: string): Overrides {
  const reader = new OverridesReader();
  reader.read(written, folder);
  return reader;
}

class OverridesReader implements Overrides {
  readonly parameters: Record<string, string> = {};
  readonly files: string[] = [];
  readonly faults: string[] = [];

  read(written: unknown, folder: string): void {
    if (isJsonList(written)) for (const item of written) this.read(item, folder);
    else if (isJsonObject(written)) this.#readTable(written, folder);
    else if (typeof written !== 'string') {
      if (written !== null && written !== undefined)
        this.faults.push(`${textOfValue(written as Json)} is not a parameter`);
    } else if (written.startsWith(FILE)) this.#readFile(resolve(folder, written.slice(FILE.length)));
    else this.#readText(written);
  }

  #readTable(table: Readonly<Record<string, Json>>, folder: string): void {
    for (const [name, value] of Object.entries(table))
      if (name === '$include') this.read(value, folder);
      else this.parameters[name] = unquote(textOfValue(value));
  }

  #readFile(file: string): void {
    if (this.files.includes(file) || this.files.length >= MAX_FILES) {
      this.faults.push(`${basename(file)} is included twice, or too many files are included`);
      return;
    }
    this.files.push(file);
    const read = readSettings(file);
    if ('fault' in read) this.faults.push(read.fault);
    else this.read(read.value, dirname(file));
  }

  /** Reads `Stage=prod Name="a b"` or `ParameterKey=Stage,ParameterValue=prod`. */
  #readText(text: string): void {
    const pairs = [
      ...text.matchAll(
        /(?:ParameterKey=([^\s,=]+),ParameterValue|([^\s,=]+))=("(?:\\.|[^"\\])*"|'[^']*'|\S*)/g,
      ),
    ];
    if (pairs.length === 0 && text.trim() !== '') this.faults.push(`${text} is not of the form NAME=VALUE`);
    for (const [, long, short = '', value = ''] of pairs) this.parameters[long ?? short] = unquote(value);
  }
}

/** Writes a value as SAM does, by Python's `str`. */
function textOfValue(value: Json): string {
  if (isJsonList(value))
    return value
      .filter((item) => item !== null && item !== '')
      .map((item) => textOfValue(item).trim())
      .join(',');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

function unquote(value: string): string {
  if (/^'.*'$/s.test(value)) return value.slice(1, -1);
  return /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value;
}
