/** The operations of an OpenAPI document, grouped by tag. */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { exampleOf } from './schema.ts';
import { getList, getMap, getText, resolved } from './json.ts';

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly isRequired: boolean;
  readonly description: string | undefined;
  readonly schema: Json | undefined;
  readonly example: string | undefined;
};

export type Content = {
  readonly type: string;
  readonly schema: Json | undefined;
  readonly example: string | undefined;
};

type Answer = {
  readonly status: string;
  readonly description: string | undefined;
  readonly contents: readonly Content[];
};

/** The part of the request that contains the key. */
export type Credential =
  | { readonly kind: 'header'; readonly header: string; readonly title: string }
  | { readonly kind: 'bearer'; readonly title: string };

export type Operation = {
  /** Unique in the document. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string | undefined;
  readonly description: string | undefined;
  readonly isDeprecated: boolean;
  readonly parameters: readonly Parameter[];
  readonly body:
    | {
        readonly isRequired: boolean;
        readonly description: string | undefined;
        readonly contents: readonly Content[];
      }
    | undefined;
  readonly answers: readonly Answer[];
  /**
   * Empty if the operation itself says that it does not need a credential. If the document does not say anything about
   * credentials, an API key is assumed.
   */
  readonly credentials: readonly Credential[];
};

export type Group = {
  readonly tag: string;
  readonly description: string | undefined;
  readonly operations: readonly Operation[];
};

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
const PLACES = ['path', 'query', 'header', 'cookie'] as const;
const OTHER = 'Other operations';
/** AWS's header for API keys of usage plans. No other header is used as often for API keys. */
const USUAL: Credential = { kind: 'header', header: 'x-api-key', title: 'API key in x-api-key' };

/**
 * Groups appear in the order of the document's `tags`; groups that `tags` does not list follow in the order in which
 * operations first name them.
 */
export function groupsOf(document: Json): readonly Group[] {
  const tags = getList(document, 'tags');
  const groups = new Map<string, Operation[]>();
  for (const tag of tags) groups.set(getText(tag, 'name') ?? '', []);
  for (const [path, item] of Object.entries(getMap(document, 'paths'))) {
    const whole = resolved(document, item);
    for (const method of METHODS) {
      const operation = memberOf(whole, method);
      if (!isJsonObject(operation)) continue;
      const [first] = getList(operation, 'tags');
      const tag = typeof first === 'string' ? first : OTHER;
      groups.set(tag, [
        ...(groups.get(tag) ?? []),
        operationOf(document, { path, method, whole, operation }),
      ]);
    }
  }
  return [...groups]
    .filter(([, operations]) => operations.length > 0)
    .map(([tag, operations]) => ({
      tag,
      operations,
      description: getText(
        tags.find((each) => getText(each, 'name') === tag),
        'description',
      ),
    }));
}

type Found = {
  readonly path: string;
  readonly method: string;
  readonly whole: Json | undefined;
  readonly operation: JsonObject;
};

function operationOf(document: Json, { path, method, whole, operation }: Found): Operation {
  const body = resolved(document, memberOf(operation, 'requestBody'));
  return {
    id: `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: getText(operation, 'summary') ?? getText(whole, 'summary'),
    description: getText(operation, 'description') ?? getText(whole, 'description'),
    isDeprecated: memberOf(operation, 'deprecated') === true,
    parameters: parametersOf(document, whole, operation),
    body: isJsonObject(body)
      ? {
          isRequired: memberOf(body, 'required') === true,
          description: getText(body, 'description'),
          contents: contentsOf(document, body),
        }
      : undefined,
    answers: Object.entries(getMap(operation, 'responses')).map(([status, each]) => {
      const answer = resolved(document, each);
      return { status, description: getText(answer, 'description'), contents: contentsOf(document, answer) };
    }),
    credentials: credentialsOf(document, operation),
  };
}

/** Parameters of the operation replace parameters of the path with the same name and location. */
function parametersOf(document: Json, whole: Json | undefined, operation: JsonObject): readonly Parameter[] {
  const found = new Map<string, Parameter>();
  for (const each of [...getList(whole, 'parameters'), ...getList(operation, 'parameters')]) {
    const parameter = resolved(document, each);
    const name = getText(parameter, 'name');
    const place = PLACES.find((one) => one === memberOf(parameter, 'in'));
    if (name === undefined || place === undefined) continue;
    const [content] = contentsOf(document, parameter);
    const schema = memberOf(parameter, 'schema') ?? content?.schema;
    found.set(`${place} ${name}`, {
      name,
      in: place,
      isRequired: place === 'path' || memberOf(parameter, 'required') === true,
      description: getText(parameter, 'description'),
      schema,
      example: printed(
        exampleIn(document, parameter) ??
          memberOf(resolved(document, schema), 'example') ??
          memberOf(resolved(document, schema), 'default'),
      ),
    });
  }
  return [...found.values()];
}

function contentsOf(document: Json, of: Json | undefined): readonly Content[] {
  return Object.entries(getMap(of, 'content')).map(([type, media]) => {
    const schema = memberOf(media, 'schema');
    const example =
      exampleIn(document, media) ?? (schema === undefined ? undefined : exampleOf(document, schema));
    return { type, schema, example: printed(example) };
  });
}

function exampleIn(document: Json, of: Json | undefined): Json | undefined {
  const single = memberOf(of, 'example');
  if (single !== undefined) return single;
  const [first] = Object.values(getMap(of, 'examples'));
  return memberOf(resolved(document, first), 'value');
}

function printed(example: Json | undefined): string | undefined {
  if (example === undefined || typeof example === 'string') return example;
  return JSON.stringify(example, null, 2);
}

function credentialsOf(document: Json, operation: JsonObject): readonly Credential[] {
  const wanted = Array.isArray(memberOf(operation, 'security'))
    ? getList(operation, 'security')
    : getList(document, 'security');
  const schemes = getMap(memberOf(document, 'components'), 'securitySchemes');
  const names = wanted.flatMap((each) => (isJsonObject(each) ? Object.keys(each) : []));
  const found = [...new Set(names)].flatMap((name) => credentialOf(resolved(document, schemes[name])));
  if (found.length > 0) return found;
  // An operation with an empty list of schemes is open to everybody.
  const isOpen = Array.isArray(memberOf(operation, 'security')) && wanted.length === 0;
  return isOpen ? [] : [USUAL];
}

function credentialOf(scheme: Json | undefined): readonly Credential[] {
  const name = getText(scheme, 'name');
  if (memberOf(scheme, 'type') === 'apiKey' && memberOf(scheme, 'in') === 'header' && name !== undefined) {
    // In an OpenAPI export of API Gateway, JWT and Lambda authorizers also have the type `apiKey`.
    return [{ kind: 'header', header: name, title: `API key in ${name}` }];
  }
  const isBearer =
    memberOf(scheme, 'type') === 'http' && getText(scheme, 'scheme')?.toLowerCase() === 'bearer';
  return isBearer || memberOf(scheme, 'type') === 'oauth2' || memberOf(scheme, 'type') === 'openIdConnect'
    ? [{ kind: 'bearer', title: 'Bearer in Authorization' }]
    : [];
}
