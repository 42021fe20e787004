/** Compiles the checks of a request before the integration (docs/aws §6). */
import { DefinitionError } from '../../errors.ts';
import { PARAMETER_NAME } from '../../mapping/parameter-source.ts';
import { compileMessageRouting } from '../../routing/message-routes.ts';
import { readBlock, readFlag, readText, readTextMap, requireValid } from '../properties.ts';
import type { MessageCheck, RequestModel, RequestValidation, RequiredParameter } from '../model.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Models } from './models.ts';
import type { PropertyBag } from '../properties.ts';

type RestValidators = {
  readonly models: Models;
  readonly validators: ReadonlyMap<string, PropertyBag>;
};

const PARAMETER = /^method\.request\.(header|path|querystring)\.(.+)$/;
const ROUTE_PARAMETER = /^route\.request\.(header|querystring)\.(.+)$/;
const NAME = new RegExp(`^${PARAMETER_NAME}$`);
const INVALID = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : ';

/**
 * Compiles the checks of a method; undefined if the method checks nothing.
 * @throws DefinitionError for a parameter, model or validator that AWS refuses, even if it is not used for checks.
 */
export function compileRestValidation(
  method: PropertyBag,
  { models, validators }: RestValidators,
): RequestValidation | undefined {
  const required = readParameters(method);
  const bodies = readBodies(method, models);
  const id = readText(method, 'RequestValidatorId', '');
  if (id === '') return undefined;
  const validator = validators.get(id);
  if (validator === undefined)
    throw new DefinitionError(
      method.place('RequestValidatorId'),
      'Invalid Request Validator identifier specified',
    );
  requireValid(validator);
  const parameters = readFlag(validator, 'ValidateRequestParameters') ? required : [];
  const checked = readFlag(validator, 'ValidateRequestBody') ? bodies : [];
  if (parameters.length === 0 && checked.length === 0) return undefined;
  return {
    parameters,
    bodies: new Map(checked.map(([mediaType, model]) => [mediaType, models.check(model)])),
  };
}

/** Returns the request models of a method; undefined if it has none. */
export function readRequestModels(method: PropertyBag, models: Models): readonly RequestModel[] | undefined {
  const schemaOf = (name: string): JsonObject | undefined => models.schemaOf(name);
  const named = readBodies(method, models).map(([mediaType, name]) => ({
    mediaType,
    name,
    schemaOf,
    check: (value: unknown, bytes: number) => models.check(name)(value, bytes),
  }));
  return named.length === 0 ? undefined : named;
}

/** Returns the required parameters, in the order in which AWS lists missing parameters. */
function readParameters(method: PropertyBag): readonly RequiredParameter[] {
  const declared = readTextMap(method, 'RequestParameters') ?? {};
  const names = new Set<string>();
  const required: RequiredParameter[] = [];
  for (const key of Object.keys(declared).sort()) {
    const place = method.place(`RequestParameters.${key}`);
    const [, where, name = ''] = PARAMETER.exec(key) ?? [];
    if (!isWhere(where))
      throw new DefinitionError(place, `${INVALID}[Invalid mapping expression specified: ${key}]`);
    if (!NAME.test(name))
      throw new DefinitionError(
        place,
        `${INVALID}[Parameter name should match the following regular expression: ${NAME.source}]`,
      );
    if (names.has(name))
      throw new DefinitionError(place, 'Parameter names must be unique across querystring, header and path');
    names.add(name);
    const isRequired = declared[key];
    if (isRequired !== 'true' && isRequired !== 'false')
      throw new DefinitionError(place, `${key} must be true or false, not ${JSON.stringify(isRequired)}`);
    if (isRequired === 'true') required.push({ where, name });
  }
  return required;
}

function isWhere(text: string | undefined): text is RequiredParameter['where'] {
  return text === 'header' || text === 'path' || text === 'querystring';
}

/** Maps each media type in lower case, or `$default`, to the name of its model. */
function readBodies(bag: PropertyBag, models: Models): readonly (readonly [string, string])[] {
  return Object.entries(readTextMap(bag, 'RequestModels') ?? {}).map(([mediaType, reference]) => {
    const name = models.nameOf(reference);
    if (name === undefined)
      throw new DefinitionError(
        bag.place(`RequestModels.${mediaType}`),
        `Invalid model identifier specified: ${reference}`,
      );
    return [mediaType.toLowerCase(), name];
  });
}

/**
 * Returns the required handshake parameters of WebSocket `$connect`; undefined if none is required. HTTP APIs have no
 * required parameters (docs/aws §6, last line).
 */
export function compileConnectValidation(route: PropertyBag): RequestValidation | undefined {
  const declared = readBlock(route, 'RequestParameters');
  const parameters: RequiredParameter[] = [];
  for (const key of Object.keys(declared?.properties ?? {}).sort()) {
    if (declared === undefined) break;
    const [, where, name = ''] = ROUTE_PARAMETER.exec(key) ?? [];
    if (!isWhere(where) || !NAME.test(name))
      throw new DefinitionError(
        declared.place(key),
        `Invalid request parameter "${key}": use route.request.header.<name> or route.request.querystring.<name>`,
      );
    if (readText(route, 'RouteKey') !== '$connect')
      throw new DefinitionError(
        declared.place(key),
        'Request parameters are only supported on the $connect route',
      );
    const rule = readBlock(declared, key);
    if (rule !== undefined && readFlag(rule, 'Required')) parameters.push({ where, name });
  }
  return parameters.length === 0 ? undefined : { parameters, bodies: new Map() };
}

/** Returns the check of WebSocket messages; undefined if there is no `ModelSelectionExpression`. */
export function compileMessageCheck(route: PropertyBag, models: Models): MessageCheck | undefined {
  const bodies = new Map(readMessageModels(route, models));
  const expression = readText(route, 'ModelSelectionExpression', '');
  if (expression === '') return undefined;
  const selection = compileMessageRouting(expression, new Map());
  if (selection.kind === 'invalid')
    throw new DefinitionError(
      route.place('ModelSelectionExpression'),
      `Invalid model selection expression "${expression}"`,
    );
  const checks = new Map([...bodies].map(([key, model]) => [key, models.check(model)]));
  return { select: (body) => selection.routing.select(body), checks };
}

function readMessageModels(route: PropertyBag, models: Models): readonly (readonly [string, string])[] {
  return Object.entries(readTextMap(route, 'RequestModels') ?? {}).map(([key, reference]) => {
    const name = models.nameOf(reference);
    if (name === undefined)
      throw new DefinitionError(
        route.place(`RequestModels.${key}`),
        `Invalid model identifier specified: ${reference}`,
      );
    return [key, name];
  });
}
