/**
 * Writes AWS's constraints on the members of calls, for the operations that the gateway answers:
 * `node lab/tools/call-models.ts --botocore DIR`, with the folder `botocore` of an installed botocore (Apache-2.0).
 * Only facts are copied: names, types, lengths, ranges, patterns and enumerations.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { RECORDED_SHAPES, MODELLED } from './modelled-operations.ts';
import { readModel, readVersion } from './service-models.ts';

type Shape = {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Reference>>;
  readonly member?: Reference;
  readonly payload?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
};
type Reference = { readonly shape: string; readonly location?: string; readonly locationName?: string };
type Model = {
  readonly metadata: { readonly apiVersion: string; readonly protocol: string };
  readonly operations: Readonly<
    Record<string, { readonly http: Http; readonly input?: { readonly shape: string } }>
  >;
  readonly shapes: Record<string, Shape>;
};
type Http = { readonly method: string; readonly requestUri: string };

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  boolean: 'flag',
  list: 'list',
  structure: 'object',
  map: 'object',
  timestamp: 'time',
  blob: 'blob',
};
/** Syntax of Java's patterns that means something else in JavaScript. Such a pattern is left out. */
const NOT_PORTABLE = /\\[AzZG]|&&|\[\[|[*+?}]\+/;

const { values } = parseArgs({ options: { botocore: { type: 'string' } } });
if (values.botocore === undefined)
  throw new Error('Pass --botocore with the folder of an installed botocore.');
const version = readVersion(values.botocore);

for (const [service, operations] of Object.entries(MODELLED)) {
  const model = readModel(values.botocore, service) as Model;
  for (const [name, facts] of Object.entries(RECORDED_SHAPES[service] ?? {}))
    model.shapes[name] = { type: 'string', ...model.shapes[name], ...facts };
  const text = printModel(model, operations);
  const name = service.replaceAll('-', '_').toUpperCase();
  const head =
    `/**\n * Written by \`node lab/tools/call-models.ts\` from the API model of ${service} ${model.metadata.apiVersion} in botocore ${version}.\n` +
    ' * Each line is a shape or an operation; kernel/calls/call-model.ts reads them.\n */\n';
  const target = resolve(import.meta.dirname, '../../packages/gateway/kernel/calls/models', `${service}.ts`);
  writeFileSync(target, `${head}export const ${name}_MODEL: string = String.raw\`\n${text}\n\`;\n`);
  console.log(`${service}: ${operations.length} operations, ${text.length} bytes`);
}

function printModel(model: Model, operations: readonly string[]): string {
  const shapes = new Set<string>();
  const lines = operations.map((name) => {
    const operation = model.operations[name];
    if (operation === undefined) throw new Error(`The model has no operation ${name}.`);
    const input = operation.input?.shape;
    const {
      required = [],
      members: all = {},
      payload,
    } = (input === undefined ? undefined : model.shapes[input]) ?? {};
    // The payload is the whole body, which is not a structure with constraints.
    const members = Object.fromEntries(Object.entries(all).filter(([member]) => member !== payload));
    const isRest = model.metadata.protocol.startsWith('rest');
    const http = isRest ? `${operation.http.method} ${operation.http.requestUri}` : undefined;
    return JSON.stringify({ operation: name, http, ...printMembers(members, required, model, shapes) });
  });
  // The loop also visits shapes that are added while it runs, so the shapes to which other shapes refer are printed,
  // too.
  const printed: string[] = [];
  for (const name of shapes) printed.push(printShape(name, model, shapes));
  return [...printed.toSorted(), ...lines].join('\n');
}

function printMembers(
  members: Readonly<Record<string, Reference>>,
  required: readonly string[],
  model: Model,
  shapes: Set<string>,
): object {
  const entries = Object.entries(members).map(([name, { shape, location, locationName }]) => {
    const place =
      location === undefined || location === 'uri' ? location : `${location} ${locationName ?? name}`;
    const shown = shapeName(shape, model, shapes);
    return [name, place === undefined ? shown : `${shown} ${place}`];
  });
  return { ...(required.length > 0 && { required }), members: Object.fromEntries(entries) as object };
}

/** Shapes without a constraint are named by their type only. */
function shapeName(name: string, model: Model, shapes: Set<string>): string {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}.`);
  const { min, max, pattern, enum: values, member, members, sensitive } = shape;
  const isPlain = [min, max, pattern, values, member, members, sensitive].every((part) => part === undefined);
  if (isPlain) return TYPES[shape.type] ?? 'text';
  shapes.add(name);
  return name;
}

function printShape(name: string, model: Model, shapes: Set<string>): string {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The model has no shape ${name}.`);
  const { type, min, max, pattern, member, members, required = [] } = shape;
  return JSON.stringify({
    shape: name,
    type: TYPES[type] ?? 'text',
    ...(type !== 'map' && min !== undefined && { least: min }),
    ...(type !== 'map' && max !== undefined && { most: max }),
    ...(pattern !== undefined && !NOT_PORTABLE.test(pattern) && { pattern }),
    ...(shape.sensitive === true && { isHidden: true }),
    ...(shape.enum !== undefined && { values: shape.enum }),
    ...(member !== undefined && { each: shapeName(member.shape, model, shapes) }),
    ...(members !== undefined && printMembers(members, required, model, shapes)),
  });
}
