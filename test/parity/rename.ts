/**
 * `--rename SEED`: other names for stages, functions, APIs, logical ids and keys, throughout a case. An engine that
 * recognizes its cases by name would get another score.
 */
import { createHash } from 'node:crypto';
import type { Naming } from '../../packages/conformance/template/template.ts';
import type { Json, JsonObject, ParityCase, Step } from '../../packages/conformance/schema/parity-case.ts';

/** Letters and digits only, beginning with a letter; the same name for the same seed. */
export function renamer(seed: string): Naming {
  return (name) => `R${createHash('sha256').update(`${seed}\n${name}`).digest('hex').slice(0, 11)}`;
}

type Named = Readonly<Record<string, unknown>>;

/** The case under other names; expectations that repeat a name follow. */
export function renameCase(parityCase: ParityCase, seed: string): ParityCase {
  const rename = renamer(seed);
  const { setup } = parityCase;
  const keyValues = Object.values(setup.apiKeys ?? {})
    .map(({ Value }) => Value)
    .filter((value) => typeof value === 'string');
  const names = namesOf(setup);
  const withNames = mapText(parityCase, (text) =>
    renameText(text, { rename, keyValues, functions: names.functions, models: names.models }),
  ) as unknown as ParityCase;
  const renamedSetup = renameKeys(withNames.setup, names, rename);
  const stage = setup.stage === '$default' ? setup.stage : rename(setup.stage);
  const renameStep = <Kind extends Step>(step: Kind): Kind => {
    const { request, expect } = step;
    return {
      ...step,
      request: {
        ...request,
        ...(request.rawUrlPath === undefined
          ? {}
          : { rawUrlPath: renameFirstSegment(request.rawUrlPath, setup.stage, stage) }),
      },
      expect: renameFunctions(
        renameStage(expect, setup.stage, stage, '') as ParityCase['expect'],
        names.functions,
        rename,
      ),
    };
  };
  return {
    ...renameStep(withNames),
    setup: { ...renamedSetup, stage },
    ...(withNames.then === undefined ? {} : { then: withNames.then.map(renameStep) }),
  };
}

/** Functions that an expectation names. */
function renameFunctions(
  expect: ParityCase['expect'],
  functions: ReadonlySet<string>,
  rename: Naming,
): ParityCase['expect'] {
  const byFunction = <Value>(named: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(
      Object.entries(named).map(([name, value]) => [functions.has(name) ? rename(name) : name, value]),
    );
  const { calls, events } = expect;
  return {
    ...expect,
    ...(calls === undefined ? {} : { calls: byFunction(calls) }),
    ...(events === undefined ? {} : { events: byFunction(events) }),
  };
}

type Names = {
  readonly functions: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
  readonly authorizers: ReadonlySet<string>;
  readonly validators: ReadonlySet<string>;
  readonly apiKeys: ReadonlySet<string>;
};

const namesIn = (named: Named | undefined): ReadonlySet<string> => new Set(Object.keys(named ?? {}));

function namesOf(setup: ParityCase['setup']): Names {
  return {
    functions: namesIn(setup.functions),
    models: namesIn(setup.models),
    authorizers: namesIn(setup.authorizers),
    validators: namesIn(setup.validators),
    apiKeys: namesIn(setup.apiKeys),
  };
}

function mapText(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => mapText(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [key, mapText(item, change)]),
  );
}

type TextNames = {
  readonly rename: Naming;
  readonly keyValues: readonly string[];
  readonly functions: ReadonlySet<string>;
  readonly models: ReadonlySet<string>;
};

/** Function placeholders, references to models, and values of API keys (same length, since AWS wants 20). */
function renameText(text: string, { rename, keyValues, functions, models }: TextNames): string {
  let renamed = text.replace(/\$\{(fn|fnName):([A-Za-z0-9_-]+)\}/g, (whole, kind: string, name: string) =>
    functions.has(name) ? `\${${kind}:${rename(name)}}` : whole,
  );
  renamed = renamed.replace(/(\/models\/)([A-Za-z0-9]+)$/, (whole, before: string, name: string) =>
    models.has(name) ? `${before}${rename(name)}` : whole,
  );
  for (const value of keyValues) {
    const replacement = rename(value).repeat(10).slice(0, value.length);
    renamed = renamed.replaceAll(value, replacement);
  }
  return renamed;
}

function renameKeys(setup: JsonObject, names: Names, rename: Naming): JsonObject {
  const keys = (part: string): JsonObject => {
    const named = setup[part] as JsonObject | undefined;
    if (named === undefined) return {};
    return {
      [part]: Object.fromEntries(Object.entries(named).map(([name, value]) => [rename(name), value])),
    };
  };
  const reference = (holder: JsonObject): JsonObject => {
    const { Authorizer, RequestValidator, RequestModels } = holder;
    const known = (name: Json | undefined, set: ReadonlySet<string>): name is string =>
      typeof name === 'string' && set.has(name);
    return {
      ...holder,
      ...(known(Authorizer, names.authorizers) ? { Authorizer: rename(Authorizer) } : {}),
      ...(known(RequestValidator, names.validators) ? { RequestValidator: rename(RequestValidator) } : {}),
      ...(RequestModels === undefined
        ? {}
        : {
            RequestModels: mapText(RequestModels, (name) => (names.models.has(name) ? rename(name) : name)),
          }),
    };
  };
  const list = (part: string): JsonObject =>
    setup[part] === undefined ? {} : { [part]: (setup[part] as readonly JsonObject[]).map(reference) };
  const plans = Object.entries((setup['usagePlans'] ?? {}) as Readonly<Record<string, JsonObject>>).map(
    ([name, plan]) => [rename(name), { ...plan, keys: mapText(plan['keys'] ?? [], rename) }] as const,
  );
  return {
    ...setup,
    ...keys('functions'),
    ...keys('functionProps'),
    ...keys('models'),
    ...keys('validators'),
    ...keys('authorizers'),
    ...keys('apiKeys'),
    ...(setup['withoutPermission'] === undefined
      ? {}
      : { withoutPermission: mapText(setup['withoutPermission'], rename) }),
    ...(setup['usagePlans'] === undefined ? {} : { usagePlans: Object.fromEntries(plans) }),
    ...list('methods'),
    ...list('routes'),
  };
}

/** Inside a request context the stage is named by `stage` and begins `path`. */
function renameStage(value: Json, from: string, to: string, key: string, inContext = false): Json {
  if (typeof value === 'string') {
    if (inContext && key === 'stage') return value === from ? to : value;
    return inContext && key === 'path' ? renameFirstSegment(value, from, to) : value;
  }
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => renameStage(item, from, to, key, inContext));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => [
      name,
      renameStage(item, from, to, name, inContext || name === 'requestContext'),
    ]),
  );
}

function renameFirstSegment(path: string, from: string, to: string): string {
  const [, slashes = '', segment = '', rest = ''] = /^(\/+)([^/]*)(.*)$/s.exec(path) ?? [];
  return segment === from ? `${slashes}${to}${rest}` : path;
}
