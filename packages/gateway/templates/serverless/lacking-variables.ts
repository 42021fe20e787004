/**
 * Parses variables of serverless.yml, and finds those that have no value. osls resolves variables in several steps, and
 * names only the variables of the step that fails.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Path } from '../cloudformation/template-source.ts';

/** What is passed to osls. */
export type GivenValues = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly parameters: Readonly<Record<string, string>>;
};

export type LackingVariable = { readonly path: Path; readonly text: string; readonly kind: string };

/** Sections of which osls reads only the part for the stage, which is not known before its variables have values. */
const OF_STAGES: ReadonlySet<string> = new Set(['params', 'stages']);

/**
 * Finds variables without a default, each of whose sources is known to have no value: an environment variable, an
 * option, a parameter or a file. Values from AWS and from other members of the service are not checked.
 */
export function findLacking(
  service: JsonObject,
  folder: string,
  given: GivenValues,
): readonly LackingVariable[] {
  const found: LackingVariable[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === 'string')
      for (const text of variablesIn(value)) {
        if (text.includes('${', 2)) continue;
        const parts = partsOf(text);
        if (parts.every((part) => isLacking(part, service, folder, given)))
          found.push({ path, text, kind: kindOf(parts.at(-1)) ?? '' });
      }
    else if (isJsonList(value))
      for (const [index, one] of value.entries()) visit(one, [...path, String(index)]);
    else if (isJsonObject(value)) for (const [key, one] of Object.entries(value)) visit(one, [...path, key]);
  };
  for (const [section, value] of Object.entries(service))
    if (!OF_STAGES.has(section)) visit(value, [section]);
  return [...new Map(found.map((one) => [one.text, one] as const).toReversed()).values()].toReversed();
}

function isLacking(
  source: string,
  service: JsonObject,
  folder: string,
  { environment, parameters }: GivenValues,
): boolean {
  const [, kind = '', name = ''] = /^(env|opt|param):([\w.-]+)$/.exec(source) ?? [];
  // osls reads files such as .env, if the service has `useDotenv`.
  if (kind === 'env') return environment[name] === undefined && service['useDotenv'] === undefined;
  // Only these two options are passed to osls.
  if (kind === 'opt') return name !== 'stage' && name !== 'region';
  if (kind === 'param')
    return parameters[name] === undefined && !isParameter(name, service) && service['stages'] === undefined;
  const [, file] = /^file\(\s*([\w./-]+)\s*\)/.exec(source) ?? [];
  return file !== undefined && !existsSync(resolve(folder, file));
}

/**
 * Whether a stage, or the default of all stages, has the parameter. A section that another file contains may have any
 * parameter.
 */
function isParameter(name: string, service: JsonObject): boolean {
  const sections = service['params'];
  if (sections === undefined) return false;
  if (!isJsonObject(sections)) return true;
  return Object.values(mapOf(service, 'params')).some(
    (one) => !isJsonObject(one) || Object.hasOwn(membersOf(one), name),
  );
}

/** Returns the variables in a string, each before the variables inside it. */
export function variablesIn(text: string): readonly string[] {
  const found: { readonly at: number; readonly end: number }[] = [];
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('${', at)) open.push(at);
    if (text[at] !== '}') continue;
    const start = open.pop();
    if (start !== undefined) found.push({ at: start, end: at + 1 });
  }
  return found.toSorted((one, two) => one.at - two.at).map(({ at, end }) => text.slice(at, end));
}

/**
 * Returns the sources of a variable in the order in which they are tried, such as `self:custom.host` and `ssm:/host` of
 * `${self:custom.host, ssm:/host}`. Defaults are not included.
 */
export function sourcesOf(text: string): readonly string[] {
  return partsOf(text).flatMap((part) =>
    part.startsWith('${') ? sourcesOf(part) : kindOf(part) === undefined ? [] : [part],
  );
}

/** Returns the sources and defaults of a variable as they are written. */
function partsOf(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text.slice(2, -1)) {
    if (character === '{' || character === '(') depth += 1;
    if (character === '}' || character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts.map((part) => part.trim());
}

export function kindOf(source: string | undefined): string | undefined {
  return /^(\w+)(?:\([^)]*\)|:)/.exec(source ?? '')?.[1];
}
