/**
 * Reads `gatewright.values.yml`, which contains the values that functions read at run time. All values count as secret,
 * so messages contain the place and the key of a value, but not its content.
 */
import { isUtf8 } from 'node:buffer';
import { dirname, extname, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, ScalarTag, YAMLMap } from 'yaml';
import { nearestOf } from '../../core/deployability/spelling.ts';
import type { StoredValues } from '../../core/stack/stored-values.ts';
import { ownFault } from '../../core/errors.ts';
import type { DefinitionError } from '../../core/errors.ts';

export type Content = {
  readonly bytes: Buffer;
  readonly isText: boolean;
  readonly contentType: string;
  /** The file that `!file` names; absent if the content is in the values file itself. */
  readonly file?: string;
};

export type ParameterType = 'String' | 'StringList' | 'SecureString';
export type ParameterDefinition = { readonly type: ParameterType; readonly value: string };

export type ValueDefinitions = {
  readonly parameters: ReadonlyMap<string, ParameterDefinition>;
  readonly secrets: ReadonlyMap<string, Content>;
  readonly objects: ReadonlyMap<string, Content>;
  readonly buckets: ReadonlySet<string>;
  readonly configurations: ReadonlyMap<string, Content>;
  readonly attached: readonly string[];
  readonly faults: readonly DefinitionError[];
};

/**
 * Returns the bytes of a file that `!file` names.
 * @throws if the file cannot be read
 */
type ReadAttached = (path: string) => Buffer;

const SECTIONS = ['ssm', 'secretsmanager', 's3', 'appconfig'];
const PARAMETER_NAME = /^[a-zA-Z0-9_./-]{1,1011}$/;
const PARAMETER_MEMBERS: readonly string[] = ['type', 'value'];
const PARAMETER_TYPES: readonly string[] = ['String', 'StringList', 'SecureString'];
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * The value of the tag `!file`. For example, `!file ./logo.png` represents the bytes of this file. The path is relative
 * to the folder of the values file.
 */
class FileName {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

const FILE_TAG: ScalarTag = { tag: '!file', resolve: (text) => new FileName(text) };

/** Reads the values. It never throws, because a faulty value must not hide the other values. */
export function parseValues(text: string, file: string, readAttached: ReadAttached): ValueDefinitions {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: ['binary', FILE_TAG],
    logLevel: 'error',
  });
  const reader = new Reader(document, lines, file, readAttached);
  const [broken] = [...document.errors, ...document.warnings];
  // The parser's own message would repeat the content.
  if (broken !== undefined)
    reader.note(
      broken.linePos?.[0].line,
      `the file is not valid YAML (${broken.code} at column ${broken.linePos?.[0].col ?? 1}); quote a value if it begins with one of * & ! % @ # { } [ ] , > | ' " or a backtick, or contains a colon and a space`,
    );
  else if (document.contents !== null) reader.read(document.contents);
  return reader;
}

type Entry = { readonly name: string; readonly key: Node; readonly node: Node };

export function storedValues({ parameters, secrets, objects }: ValueDefinitions, file: string): StoredValues {
  const readText = (content: Content | undefined): string | undefined =>
    content?.isText === true ? content.bytes.toString('utf8') : undefined;
  return {
    file,
    parameter: (name) => parameters.get(name),
    secret: (id) => {
      const name = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1];
      const names = [id, ...(name === undefined ? [] : [name, name.replace(/-[A-Za-z0-9]{6}$/, '')])];
      return readText(names.map((each) => secrets.get(each)).find((found) => found !== undefined));
    },
    object: (address) => readText(objects.get(address)),
    fileOf: (address) => objects.get(address)?.file,
  };
}

class Reader implements ValueDefinitions {
  readonly parameters = new Map<string, ParameterDefinition>();
  readonly secrets = new Map<string, Content>();
  readonly objects = new Map<string, Content>();
  readonly buckets = new Set<string>();
  readonly configurations = new Map<string, Content>();
  readonly attached: string[] = [];
  readonly faults: DefinitionError[] = [];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #readAttached: ReadAttached;

  constructor(document: Document.Parsed, lines: LineCounter, file: string, readAttached: ReadAttached) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
    this.#readAttached = readAttached;
  }

  note(line: number | undefined, message: string): void {
    this.faults.push(ownFault({ file: this.#file, line }, message));
  }

  read(contents: Node): void {
    for (const section of this.#entriesOf(contents, 'the file')) {
      if (!SECTIONS.includes(section.name)) {
        const meant = nearestOf(section.name, SECTIONS);
        this.#noteAt(
          section.key,
          `unknown section ${section.name}; expected one of ${SECTIONS.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
        );
        continue;
      }
      for (const entry of this.#entriesOf(section.node, section.name)) {
        if (section.name === 'ssm') this.#readParameter(entry);
        else if (section.name === 'secretsmanager') this.#keep(this.secrets, entry.name, entry);
        else if (section.name === 's3') this.#readBucket(entry);
        else this.#readApplication(entry);
      }
    }
  }

  #readParameter({ name, node }: Entry): void {
    if (!PARAMETER_NAME.test(name)) {
      this.#noteAt(node, `ssm: ${name} is not a parameter name: use letters, digits, _ . - and /`);
      return;
    }
    const isWhole = isMap(node) && isParameter(node);
    if (isWhole && this.#noteUnknownMembers(name, node)) return;
    const type: unknown = isWhole ? (node.get('type') ?? 'String') : isSeq(node) ? 'StringList' : 'String';
    const content = this.#contentOf(name, isWhole ? node.get('value', true) : node);
    if (content === undefined) return;
    if (!isParameterType(type))
      this.#noteAt(node, `ssm: the type of ${name} must be one of ${PARAMETER_TYPES.join(', ')}`);
    else if (!content.isText) this.#noteAt(node, `ssm: ${name} is not a string`);
    else this.parameters.set(name, { type, value: this.#textOf(node, type, content) });
  }

  /** Reports members of a parameter that are not read, and a missing value. Returns whether there are any. */
  #noteUnknownMembers(name: string, node: YAMLMap): boolean {
    const unknown = this.#entriesOf(node, name).filter((member) => !PARAMETER_MEMBERS.includes(member.name));
    for (const member of unknown) {
      const meant = nearestOf(member.name, PARAMETER_MEMBERS);
      this.#noteAt(
        member.key,
        `ssm: ${name} has the unknown member ${member.name}; ${meant === undefined ? 'only type and value are read.' : `did you mean ${meant}?`} To store JSON, write the JSON as a string`,
      );
    }
    if (unknown.length > 0 || node.has('value')) return unknown.length > 0;
    this.#noteAt(node, `ssm: ${name} has no value; add the member "value"`);
    return true;
  }

  /** Returns a value as a string. As on AWS, a list is one string whose items are separated by commas. */
  #textOf(node: Node, type: ParameterType, { bytes }: Content): string {
    const written: unknown = isMap(node) ? node.get('value', true) : node;
    if (type !== 'StringList' || !isSeq(written)) return bytes.toString('utf8');
    return written.items
      .map((item) => (isScalar(item) ? textOfScalar(item.value, item.source) : ''))
      .join(',');
  }

  #readBucket({ name: bucket, node }: Entry): void {
    if (!BUCKET_NAME.test(bucket)) {
      this.#noteAt(
        node,
        `s3: ${bucket} is not a bucket name: use 3 to 63 lower-case letters, digits, dots and hyphens`,
      );
      return;
    }
    this.buckets.add(bucket);
    for (const entry of this.#entriesOf(node, `s3: ${bucket}`))
      this.#keep(this.objects, `${bucket}/${entry.name}`, entry);
  }

  #readApplication({ name: application, node }: Entry): void {
    for (const environment of this.#entriesOf(node, `appconfig: ${application}`))
      for (const profile of this.#entriesOf(
        environment.node,
        `appconfig: ${application}/${environment.name}`,
      ))
        this.#keep(this.configurations, `${application}/${environment.name}/${profile.name}`, profile);
  }

  #keep(into: Map<string, Content>, id: string, { node }: Entry): void {
    const content = this.#contentOf(id, node);
    if (content !== undefined) into.set(id, content);
  }

  #contentOf(id: string, node: unknown): Content | undefined {
    if (isMap(node) || isSeq(node)) {
      try {
        return textContent(JSON.stringify(node.toJS(this.#document)), 'application/json');
      } catch {
        this.#noteAt(node, `${id} refers to an undefined anchor`);
        return undefined;
      }
    }
    const value: unknown = isScalar(node) ? node.value : null;
    if (value instanceof FileName) return this.#readFile(id, node, value);
    if (value instanceof Uint8Array)
      return { bytes: Buffer.from(value), isText: false, contentType: 'application/octet-stream' };
    if (isScalar(node) && value !== null && value !== undefined)
      return textContent(textOfScalar(value, node.source), 'text/plain');
    this.#noteAt(node, `${id} has no value; for an empty value, write ""`);
    return undefined;
  }

  #readFile(id: string, node: unknown, { path }: FileName): Content | undefined {
    const whole = resolve(dirname(this.#file), path);
    this.attached.push(whole);
    try {
      const bytes = this.#readAttached(whole);
      const contentType = CONTENT_TYPES[extname(whole).toLowerCase()] ?? 'binary/octet-stream';
      return { bytes, isText: isUtf8(bytes), contentType, file: whole };
    } catch (error) {
      this.#noteAt(node, `${id}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #entriesOf(node: unknown, what: string): Entry[] {
    if (isScalar(node) && node.value === null) return [];
    if (!isMap(node)) {
      this.#noteAt(node, `${what} must map names to values`);
      return [];
    }
    return node.items.flatMap(({ key, value }) =>
      isScalar(key)
        ? [{ name: textOfScalar(key.value, key.source), key: key as Node, node: (value ?? key) as Node }]
        : [],
    );
  }

  #noteAt(node: unknown, message: string): void {
    const offset = isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
    this.note(offset === undefined ? undefined : this.#lines.linePos(offset).line, message);
  }
}

/**
 * Returns whether a map is a parameter with its type and value, and not JSON. A map with a misspelled `value` counts as
 * a parameter, unless another member shows that the map is JSON.
 */
function isParameter(node: YAMLMap): boolean {
  if (node.has('value') || isParameterType(node.get('type'))) return true;
  const members = node.items.map(({ key, value }) => ({
    name: String(isScalar(key) ? key.value : ''),
    value,
  }));
  return (
    members.every(({ name }) => nearestOf(name, PARAMETER_MEMBERS) !== undefined) &&
    members.some(({ name, value }) => nearestOf(name, ['value']) !== undefined && isScalar(value))
  );
}

export function isParameterType(type: unknown): type is ParameterType {
  return typeof type === 'string' && PARAMETER_TYPES.includes(type);
}

/** Uses the source text instead of YAML's number, so that passwords and account numbers keep their zeros. */
function textOfScalar(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function textContent(text: string, contentType: string): Content {
  return { bytes: Buffer.from(text), isText: true, contentType };
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
};
