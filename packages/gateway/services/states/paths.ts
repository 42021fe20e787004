/** JSONPath in state machines: `$.a` reads the input of the state, and `$$.Execution.Id` reads the context object. */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { fromJavaValue, toJavaValue } from '@gatewright/velocity/java/json';
import { DEFAULT_RENDER_LIMITS, RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { parseJsonPath, readJsonPath } from '../../core/json-path/json-path.ts';
import { RuntimeFailure } from './state-failure.ts';

/** What paths refer to. */
export type Scope = { readonly input: Json; readonly context: JsonObject };

/** Returns the value at a path; undefined if there is none. A path with several results returns a list. */
export function readPath(path: string, { input, context }: Scope): Json | undefined {
  const [root, own] = path.startsWith('$$') ? [context, path.slice(1)] : [input, path];
  try {
    const budget = new RenderBudget(DEFAULT_RENDER_LIMITS);
    const found = readJsonPath(toJavaValue(root), parseJsonPath(own), budget);
    return found === undefined ? undefined : fromJavaValue(found, budget);
  } catch (error) {
    if (error instanceof TemplateError) throw new RuntimeFailure(`Invalid path '${path}' : ${error.message}`);
    throw error;
  }
}

/**
 * Reads the value of a field such as InputPath, in which `null` stands for an empty object.
 * [obs: stepfunctions, `test_base.snapshot.json`, `test_event_bridge_events…` of NoSuchInputPath, NoSuchOutputPath]
 */
export function readPathField(path: Json | undefined, scope: Scope): Json {
  if (path === null) return {};
  if (typeof path !== 'string') return scope.input;
  const found = readPath(path, scope);
  if (found !== undefined) return found;
  throw new RuntimeFailure(`Invalid path '${path}' : No results for path: ${printPath(path)}`);
}

/** Prints a path like `$['a']['b']`. */
function printPath(path: string): string {
  const names = path.replace(/^\$+\.?/, '').split('.');
  return `$${names.map((name) => (name === '' ? '' : `['${name}']`)).join('')}`;
}

/**
 * Writes the result into the input where ResultPath says.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
 */
export function writeResult(input: Json, path: Json | undefined, result: Json): Json {
  if (path === null) return input;
  if (typeof path !== 'string' || path === '$') return result;
  return write(input, stepsOf(path), { path, input, result });
}

type Writing = { readonly path: string; readonly input: Json; readonly result: Json };

function write(at: Json, [step, ...others]: readonly string[], writing: Writing): Json {
  if (step === undefined) return writing.result;
  if (isJsonList(at) && /^\d+$/.test(step) && Number(step) < at.length)
    return at.map((one, index) => (index === Number(step) ? write(one, others, writing) : one));
  if (!isJsonObject(at) && at !== null)
    throw new RuntimeFailure(
      `Unable to apply ReferencePath ${writing.path} to input ${JSON.stringify(writing.input)}`,
      'States.ResultPathMatchFailure',
    );
  const members: JsonObject = isJsonObject(at) ? at : {};
  const inner = Object.hasOwn(members, step) ? members[step] : undefined;
  return { ...members, [step]: write(inner ?? {}, others, writing) };
}

/** Returns the names and indexes of a reference path, such as `$.a['b'][0]`. */
function stepsOf(path: string): readonly string[] {
  const steps = path.slice(1).matchAll(/\.([^.[\]]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/g);
  return [...steps].map(([, plain, single, double, index]) => plain ?? single ?? double ?? index ?? '');
}
