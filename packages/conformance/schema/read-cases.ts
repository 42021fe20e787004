/** Reads files of cases (`cases.schema.json`), and refuses members that the runner would not compare. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import type { AnyCase, ControlCase } from './control-case.ts';
import type { JsonObject } from './parity-case.ts';

/** The version is increased when an older runner would misread a file. */
export const CASE_SCHEMA_VERSION = 1;

const FOLDER = fileURLToPath(new URL('../cases/', import.meta.url));

/** Cases that public suites recorded or asserted on AWS, including dated reports and AWS's sample events. */
export const DEFAULT_FILE = join(FOLDER, 'recorded.json');

/** Files of cases from AWS's documentation. */
const DOCUMENTED_FILES = filesIn('documented');

/** Files of cases of the control plane, recorded, documented and reported. */
const CONTROL_FILES = filesIn('control');

export const ALL_FILES: readonly string[] = [DEFAULT_FILE, ...DOCUMENTED_FILES, ...CONTROL_FILES];

function filesIn(folder: string): readonly string[] {
  const path = join(FOLDER, folder);
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
}

/** Describes why a file of cases cannot be read: the file, the member (JSON Pointer) and the case. */
function refusal(file: string, pointer: string, problem: string): Error {
  return new Error(`${file}#${pointer}: ${problem}`);
}

type Part = 'file' | 'apiCase' | 'controlCase';

const validators = new Map<Part, ValidateFunction>();

function validatorOf(part: Part): ValidateFunction {
  let found = validators.get(part);
  if (found === undefined) {
    const path = fileURLToPath(new URL('cases.schema.json', import.meta.url));
    const schema = JSON.parse(readFileSync(path, 'utf8')) as JsonObject & { readonly $id: string };
    const ajv = new Ajv({ strict: false, schemas: [schema] });
    found = ajv.compile({ $ref: part === 'file' ? schema.$id : `${schema.$id}#/$defs/${part}` });
    validators.set(part, found);
  }
  return found;
}

/**
 * Reads cases from the text of a file. A member that this runner does not know is an error; if it were ignored, a case
 * could pass although nothing was compared.
 * @throws Error if the file is invalid; the message names file, member and case
 */
export function parseCases(text: string, file: string): readonly AnyCase[] {
  const whole = parseJsonFile(text, file) as { readonly cases: readonly AnyCase[] };
  refuse(file, '', 'file', whole);
  const ids = new Set<string>();
  for (const [index, candidate] of whole.cases.entries()) {
    const pointer = `/cases/${index}`;
    refuse(file, pointer, hasControlRequest(candidate) ? 'controlCase' : 'apiCase', candidate);
    if (ids.has(candidate.id)) throw refusal(file, `${pointer}/id`, `the id ${candidate.id} is used twice`);
    ids.add(candidate.id);
  }
  return whole.cases;
}

function parseJsonFile(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refusal(file, '', `invalid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function hasControlRequest(candidate: unknown): boolean {
  return (candidate as { readonly request?: { readonly mode?: unknown } }).request?.mode === 'control';
}

function refuse(file: string, pointer: string, part: Part, value: unknown): void {
  const validate = validatorOf(part);
  if (validate(value)) return;
  // If a value does not match any branch of a choice, the validator lists the error of the choice after the errors of
  // the branches.
  const error = validate.errors?.at(-1);
  if (error === undefined) return;
  const { id } = value as { readonly id?: unknown };
  const of = typeof id === 'string' ? ` (case ${id})` : '';
  throw refusal(
    file,
    `${pointer}${error.instancePath}${superfluousMemberOf(error)}`,
    `${wordsOf(error)}${of}`,
  );
}

/** Names the superfluous member instead of the object that contains it. */
function superfluousMemberOf({ params }: ErrorObject): string {
  const { additionalProperty } = params as { readonly additionalProperty?: string };
  return additionalProperty === undefined
    ? ''
    : `/${additionalProperty.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function wordsOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'is unknown to the runner';
  if (keyword === 'oneOf') return 'must have either error or body';
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as readonly string[]).join(', ')}`;
  if (keyword === 'const') return `must be ${String(params['allowedValue'])}`;
  return message ?? keyword;
}

export function readCases(file: string): readonly AnyCase[] {
  return parseCases(readFileSync(file, 'utf8'), file);
}

export function isControlCase(parityCase: AnyCase): parityCase is ControlCase {
  return parityCase.request.mode === 'control';
}

/**
 * `recorded`: read from a recording of AWS. `asserted`: asserted by a suite that ran on AWS. `documented`: from a page,
 * a service model or a sample event of AWS. `reported`: a dated capture by a user.
 */
type Kind = 'recorded' | 'asserted' | 'documented' | 'reported';

export function kindOf({ source }: AnyCase): Kind {
  return source['kind'] as Kind;
}

export type Evidence = 'recorded' | 'documented' | 'reported';

/** Returns the score to which a case belongs. `recorded` includes everything that was published as AWS's response. */
export function evidenceOf({ source }: AnyCase): Evidence {
  if ('page' in source || 'model' in source) return 'documented';
  return 'thread' in source ? 'reported' : 'recorded';
}

/**
 * Describes the source: `localstack/localstack tests/aws/…/test_x.py::TestX::test_y`, or
 * `AWS: http-api-cors, "AllowCredentials"`
 */
export function describeSource({ source }: AnyCase): string {
  const { repo, file, test, page, model, thread, says } = source;
  const quoted = typeof says === 'string' ? `, “${says}”` : '';
  if (typeof page === 'string') return `AWS: ${page}${quoted}`;
  if (typeof model === 'string') return `AWS's service model: ${model}${quoted}`;
  if (typeof thread === 'string') return `${thread}${quoted}`;
  const parts = [repo, file, test].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(' ') : JSON.stringify(source);
}
