/** AWS's variables of a mapping template: `$input`, `$util`, `$context`, `$stageVariables`, `$method`. */
import { type JsonValue, parseJson, toJavaValue } from '@gatewright/velocity/java/json';
import { printJson, printValue } from '@gatewright/velocity/java/printing';
import {
  HostObject,
  type HostMethod,
  JavaMap,
  type JavaValue,
  SilentMap,
} from '@gatewright/velocity/java/values';
import { decodeBase64, decodeUrl, encodeBase64, encodeUrl, escapeJavaScript } from './escape.ts';
import { parseJsonPath, readJsonPath } from '../json-path/json-path.ts';
import { OVERRIDE_NAMES, OverrideMap } from './overrides.ts';
import { failure } from '@gatewright/velocity/java/template-error';
import type { RenderScope } from '@gatewright/velocity/compile';

/** The parameters of the method request. A repeated parameter has its last value. */
export type TemplateParameters = {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
};

export type TemplateInput = {
  /** The body of the request, or in a response template the body of the integration's response. */
  readonly body: string;
  /** The parameters of the request. Response templates also read the parameters of the request. */
  readonly parameters: TemplateParameters;
  /** The result of `contextVariables`, which the request and response templates of an exchange share. */
  readonly context: JavaMap;
  readonly stageVariables: Readonly<Record<string, string>> | null;
};

/** Returns `$context`, including its objects for overrides. */
export function contextVariables(values: Readonly<Record<string, JsonValue>>): JavaMap {
  const context = JavaMap.of(
    Object.entries(values).map(([name, value]) => [name, contextValue(value)] as const),
  );
  const identity = context.get('identity');
  if (identity instanceof JavaMap)
    for (const key of IDENTITY_KEYS) if (!identity.has(key)) identity.put(key, '');
  for (const [name, parts] of Object.entries(OVERRIDE_NAMES)) {
    const overrides = new OverrideMap();
    for (const part of parts) overrides.fill(part, new OverrideMap());
    context.put(name, overrides);
  }
  return context;
}

/**
 * The keys that `$context.identity.keySet()` returns for every caller. A key without a value has an empty string
 * (docs/aws §7.3).
 */
const IDENTITY_KEYS =
  'cognitoIdentityPoolId accountId cognitoIdentityId caller sourceIp principalOrgId accessKey cognitoAuthenticationType cognitoAuthenticationProvider userArn userAgent user'.split(
    ' ',
  );

/**
 * Converts a value of `$context`. A map inside `$context` prints as nothing, although other maps in a template do
 * print. This is a peculiarity of AWS.
 */
function contextValue(value: JsonValue): JavaValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return toJavaValue(value);
  const map = new SilentMap();
  for (const [name, inner] of Object.entries(value)) map.put(name, contextValue(inner));
  return map;
}

/** Returns the variables of one render. Missing values print as nothing, as on AWS. */
export function templateScope(input: TemplateInput): RenderScope {
  for (const name of Object.keys(OVERRIDE_NAMES)) {
    const overrides = input.context.get(name);
    if (overrides instanceof OverrideMap) overrides.startRender();
  }
  return {
    variables: {
      input: inputObject(input),
      util: UTIL,
      context: input.context,
      stageVariables: textMap(input.stageVariables ?? {}),
      method: methodObject(input),
    },
    undefinedReferences: 'empty',
  };
}

function textMap(texts: Readonly<Record<string, string>>): JavaMap {
  return JavaMap.of(Object.entries(texts));
}

/**
 * Returns `$method`, which AWS documents for parameter mappings only. Templates of AWS's own examples, and of many
 * deployed APIs, read the parameters of the method request with it (docs/aws §7.2).
 */
function methodObject({ parameters }: TemplateInput): HostObject {
  return new HostObject('method', new Map([['request', () => allParameters(parameters)]]), new Map());
}

/**
 * Returns `$input`. The body is parsed only once, so `$input.json('$')` includes the changes that a template makes to
 * `$input.path('$')`.
 */
function inputObject({ body, parameters }: TemplateInput): HostObject {
  // AWS shows an absent body as an empty object.
  const text = body === '' ? '{}' : body;
  let document: { readonly value: JavaValue | undefined } | undefined;
  const read: HostMethod = ([path], budget) => {
    if (typeof path !== 'string') return undefined;
    document ??= { value: parseBody(text) };
    budget.spendChars(text.length);
    return document.value === undefined
      ? undefined
      : readJsonPath(document.value, parseJsonPath(path), budget);
  };
  const methods = new Map<string, HostMethod>([
    ['path', read],
    [
      'json',
      (args, budget) => {
        const value = read(args, budget);
        // A path without a value, or a body that cannot be parsed, results in an empty JSON string.
        return value === undefined ? '""' : printJson(value, budget, { escapeSlash: false });
      },
    ],
    ['params', ([name]) => (name === undefined ? allParameters(parameters) : parameter(parameters, name))],
  ]);
  return new HostObject('input', new Map([['body', () => text]]), methods);
}

/**
 * Parses a body like AWS's reader, which also accepts text without quotes, such as the fields of a form. Only a body
 * that begins like an object, a list or a quoted string can fail to parse.
 */
function parseBody(text: string): JavaValue | undefined {
  return text.trim() === '' ? '' : parseJson(text);
}

function allParameters({ path, querystring, header }: TemplateParameters): JavaMap {
  return JavaMap.of([
    ['path', textMap(path)],
    ['querystring', textMap(querystring)],
    ['header', textMap(header)],
  ]);
}

/** Searches the path, then the query string, then the headers. Header names are case-insensitive. */
function parameter(parameters: TemplateParameters, name: JavaValue): JavaValue | undefined {
  if (typeof name !== 'string') return undefined;
  for (const values of [parameters.path, parameters.querystring, parameters.header]) {
    if (Object.hasOwn(values, name)) return values[name] ?? '';
  }
  const lower = name.toLowerCase();
  const header = Object.entries(parameters.header).findLast(([each]) => each.toLowerCase() === lower);
  return header?.[1] ?? '';
}

/** Makes a `$util` method that converts the text of its only argument. */
function onText(convert: (text: string) => JavaValue): HostMethod {
  return (args, budget) => {
    const [value] = args;
    if (value === undefined || args.length !== 1) return undefined;
    const text = printValue(value, budget);
    budget.spendChars(text.length);
    const result = convert(text);
    if (typeof result === 'string') budget.checkLength(result.length);
    return result;
  };
}

const UTIL = new HostObject(
  'util',
  new Map(),
  new Map<string, HostMethod>([
    ['escapeJavaScript', onText(escapeJavaScript)],
    ['urlEncode', onText(encodeUrl)],
    ['urlDecode', onText(decodeUrl)],
    ['base64Encode', onText(encodeBase64)],
    ['base64Decode', onText(decodeBase64)],
    [
      'parseJson',
      onText((text) => {
        const value = parseJson(text);
        if (value === undefined && text.trim() !== '')
          throw failure('$util.parseJson got text that is not valid JSON');
        return value ?? null;
      }),
    ],
  ]),
);
