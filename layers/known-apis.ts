/**
 * Writes the APIs that the stack knows into the template, where they replace `{socketApi}`, `{ticketApi}` and
 * `{cacheApi}` of the resource files. Attack: any API of the account can send a function an event that the API's
 * mapping template creates, so only a permission with `SourceArn` keeps other APIs out.
 */
import type { CompiledDocument } from '@gatewright/handlers/access/compiled-document';
import type { Template } from './edit-template.ts';

/**
 * The settings in `custom.knownApis`. Each is a list of entries separated by commas: `a1b2c3d4e5`, or, with a
 * namespace, `orders/a1b2c3d4e5`.
 */
export type NamedApis = { readonly apis?: string | number; readonly cacheApis?: string };

/** Ids of APIs, by the name of the placeholder that they replace. */
type KnownApis = Readonly<Record<'socketApi' | 'ticketApi' | 'cacheApi', readonly string[]>>;

const API_ID = /^[a-z0-9]{1,32}$/;
const CACHE_API = /^[\w.-]{1,64}\/[a-z0-9]{1,32}$/;
const PLACEHOLDER = /\{(socketApi|ticketApi|cacheApi)\}/;

/** Returns a sentence about an entry of the parameters that is not an API; undefined if there is none. */
export function findInvalidApi({ apis, cacheApis }: NamedApis): string | undefined {
  const id = listed(apis).find((text) => !API_ID.test(text));
  if (id !== undefined)
    return `"${id}" in the parameter apis is not the id of an API; write only the id, as in a1b2c3d4e5`;
  const pair = listed(cacheApis).find((text) => !CACHE_API.test(text));
  if (pair === undefined) return undefined;
  return `"${pair}" in the parameter cacheApis is not valid; write a namespace and the id of an API, separated by a slash, as in orders/a1b2c3d4e5`;
}

/**
 * Returns ids from parameters and from access documents. The documents' ids are looked up when the stack is packaged.
 */
export function knownApisOf(
  { apis, cacheApis }: NamedApis,
  documents: readonly CompiledDocument[],
  stage: string,
): KnownApis {
  const idsOf = (isMeant: (document: CompiledDocument) => boolean): readonly string[] => [
    ...new Set([
      ...listed(apis),
      ...documents
        .filter(isMeant)
        .flatMap((document) => document.apis.filter((api) => api.for === stage))
        .map(({ apiId }) => apiId),
    ]),
  ];
  return {
    socketApi: idsOf(({ kind }) => kind === 'websocket'),
    ticketApi: idsOf(({ givesTickets }) => givesTickets === true),
    cacheApi: [...new Set(listed(cacheApis).map((pair) => pair.slice(pair.indexOf('/') + 1)))],
  };
}

/** Reads a list, which may be a single number, because YAML reads ten digits as a number. */
function listed(value: string | number = ''): readonly string[] {
  return String(value)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

/**
 * Says that a deployment removes a permission of stacks from versions before 24 November 2026, with which every API of
 * the account can call functions of the stack. Returns undefined if the deployed stack permits only known APIs.
 */
export function describeNarrowed(
  { Resources }: Template,
  known: KnownApis,
  deployed: readonly string[],
): string | undefined {
  const wide = Object.entries(Resources).flatMap(([id, resource]) => {
    const name = placeholderOf(resource);
    return name === undefined || !deployed.includes(id) ? [] : [{ id, apis: known[name] }];
  });
  if (wide.length === 0) return undefined;
  const apis = [...new Set(wide.flatMap((one) => one.apis))];
  const ids = wide.map(({ id }) => id).join(', ');
  return `the deployed stack permits every API of the account to call its WebSocket functions (${ids}). This deployment permits ${apis.length === 0 ? 'no API' : `only ${apis.join(', ')}`}, besides the stack's own: any other API that calls these functions then responds with 500. To permit such an API, name it in an access document, or pass --param apis=ID`;
}

/** Returns the APIs that a permission has a placeholder for; undefined for other resources. */
function placeholderOf(resource: Template['Resources'][string]): keyof KnownApis | undefined {
  if (resource.Type !== 'AWS::Lambda::Permission') return undefined;
  return PLACEHOLDER.exec(JSON.stringify(resource))?.[1] as keyof KnownApis | undefined;
}

/**
 * Replaces the placeholders. A permission with a placeholder becomes one permission for each API. In a policy
 * statement, each resource is repeated for each API; if there are no APIs, the statement is removed. A
 * variable of a function gets the ids of all WebSocket APIs, including the WebSocket API of the stack.
 */
export function putKnownApis({ Resources }: Template, known: KnownApis, ownSocketApi: string): void {
  const own = ownSocketApi in Resources ? [`\${${ownSocketApi}}`] : [];
  for (const [id, resource] of Object.entries(Resources)) {
    if (PLACEHOLDER.exec(JSON.stringify(resource)) === null) continue;
    const name = placeholderOf(resource);
    if (name !== undefined) {
      for (const api of known[name]) Resources[`${id}${api}`] = filled(resource, name, api);
      Reflect.deleteProperty(Resources, id);
    } else if (resource.Type === 'AWS::Lambda::Function') nameApis(resource, [...own, ...known.socketApi]);
    else if (resource.Type === 'AWS::IAM::Role') addCacheApis(resource, known.cacheApi);
  }
}

function filled<Value>(value: Value, name: keyof KnownApis, text: string): Value {
  return JSON.parse(JSON.stringify(value).replaceAll(`{${name}}`, text)) as Value;
}

function nameApis({ Properties }: Template['Resources'][string], ids: readonly string[]): void {
  const text = ids.join(',');
  const environment = Properties?.['Environment'] as { Variables?: Record<string, unknown> } | undefined;
  for (const [name, value] of Object.entries(environment?.Variables ?? {}))
    if (PLACEHOLDER.exec(JSON.stringify(value)) !== null)
      Reflect.set(environment?.Variables ?? {}, name, text.includes('${') ? { 'Fn::Sub': text } : text);
}

type Policy = { readonly PolicyDocument: { readonly Statement: readonly { readonly Resource: unknown }[] } };

function addCacheApis({ Properties = {} }: Template['Resources'][string], ids: readonly string[]): void {
  const policies = (Properties['Policies'] ?? []) as readonly Policy[];
  Properties['Policies'] = policies.map((policy) => ({
    ...policy,
    PolicyDocument: {
      ...policy.PolicyDocument,
      Statement: policy.PolicyDocument.Statement.flatMap((statement) => {
        if (PLACEHOLDER.exec(JSON.stringify(statement)) === null) return [statement];
        const resources = [statement.Resource].flat();
        return ids.length === 0
          ? []
          : [
              {
                ...statement,
                Resource: ids.flatMap((id) => resources.map((one) => filled(one, 'cacheApi', id))),
              },
            ];
      }),
    },
  }));
}
