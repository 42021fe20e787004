/** The authorization of a method or route: its AuthorizationType, authorizer and scopes. */
import { DefinitionError, refusalWithRemedy, ruledFault } from '../../errors.ts';
import { compileRestLambdaAuthorizer, compileV2LambdaAuthorizer } from './compile-authorizer.ts';
import {
  compileCognitoAuthorizer,
  compileHttpJwtAuthorizer,
  compileRestJwtAuthorizer,
} from './compile-token-authorizer.ts';
import { readText, readTextList, requireValid } from '../properties.ts';
import type { Assumptions } from '../assumptions.ts';
import type { InvokePermissions } from './invoke-permissions.ts';
import type { PropertyBag } from '../properties.ts';
import type { Authorization } from '../model.ts';

type AuthorizationSources = {
  readonly authorizers: ReadonlyMap<string, PropertyBag>;
  readonly assumptions: Assumptions;
  readonly invokePermissions: InvokePermissions;
};

/**
 * Compiles the authorization of a REST method.
 * @throws DefinitionError for a definition that AWS refuses, in AWS's words if they are recorded.
 */
export function compileRestAuthorization(method: PropertyBag, from: AuthorizationSources): Authorization {
  const type = readText(method, 'AuthorizationType', 'NONE');
  refuseUncheckedScopes(method, type, '');
  switch (type) {
    case 'NONE':
      return { kind: 'none' };
    case 'AWS_IAM':
      return { kind: 'iam', unsigned: 'MISSING_AUTHENTICATION_TOKEN' };
    case 'CUSTOM':
      return compileRestCustom(method, from);
    case 'COGNITO_USER_POOLS': {
      const bag = findAuthorizer(method, from, 'Type', ['COGNITO_USER_POOLS'], LAMBDA_NEEDS);
      const scopes = readScopes(method);
      const authorizer = compileCognitoAuthorizer(bag, from, scopes.length > 0);
      return { kind: 'token', authorizer, scopes };
    }
    case 'JWT': {
      const bag = findAuthorizer(method, from, 'Type', ['JWT'], JWT_NEEDS);
      const authorizer = compileRestJwtAuthorizer(bag);
      return { kind: 'token', authorizer, scopes: readScopes(method) };
    }
    default:
      throw unknownType(method, type, 'NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS or JWT');
  }
}

function compileRestCustom(method: PropertyBag, from: AuthorizationSources): Authorization {
  const bag = findAuthorizer(method, from, 'Type', ['TOKEN', 'REQUEST'], LAMBDA_NEEDS);
  const type = readText(bag, 'Type') === 'TOKEN' ? 'TOKEN' : 'REQUEST';
  return { kind: 'lambda', authorizer: compileRestLambdaAuthorizer(bag, type, from) };
}

/**
 * Compiles the authorization of an HTTP or WebSocket route.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileV2Authorization(
  route: PropertyBag,
  from: AuthorizationSources,
  protocol: 'http' | 'websocket',
): Authorization {
  const type = readText(route, 'AuthorizationType', 'NONE');
  refuseUncheckedScopes(route, type, 'Invalid Route authorization type specified. ');
  if (type === 'NONE') return { kind: 'none' };
  if (protocol === 'websocket' && readText(route, 'RouteKey') !== '$connect')
    throw new DefinitionError(
      route.place('AuthorizationType'),
      'Currently, authorization is restricted to the $connect route only',
    );
  if (type === 'AWS_IAM')
    return { kind: 'iam', unsigned: protocol === 'http' ? 'ACCESS_DENIED' : 'MISSING_AUTHENTICATION_TOKEN' };
  if (type === 'CUSTOM') {
    const bag = findAuthorizer(route, from, 'AuthorizerType', ['REQUEST'], LAMBDA_NEEDS);
    return { kind: 'lambda', authorizer: compileV2LambdaAuthorizer(bag, protocol, from) };
  }
  if (type === 'JWT' && protocol === 'http') {
    const bag = findAuthorizer(route, from, 'AuthorizerType', ['JWT'], JWT_NEEDS);
    const authorizer = compileHttpJwtAuthorizer(bag);
    return { kind: 'token', authorizer, scopes: readScopes(route) };
  }
  throw unknownType(
    route,
    type,
    protocol === 'http' ? 'NONE, AWS_IAM, CUSTOM or JWT' : 'NONE, AWS_IAM or CUSTOM',
  );
}

/**
 * Checks an authorizer, even if no method uses it, because AWS refuses to create an invalid authorizer.
 * @throws DefinitionError for an invalid authorizer
 */
export function checkRestAuthorizer(bag: PropertyBag, from: AuthorizationSources): void {
  const type = readText(requireValid(bag), 'Type');
  if (type === 'TOKEN' || type === 'REQUEST') compileRestLambdaAuthorizer(bag, type, from);
  else if (type === 'COGNITO_USER_POOLS') compileCognitoAuthorizer(bag, from, false);
  else if (type === 'JWT') compileRestJwtAuthorizer(bag);
  else throw unknownAuthorizerType(bag, 'Type', type, 'TOKEN, REQUEST, COGNITO_USER_POOLS or JWT');
}

/**
 * Checks an authorizer of an HTTP or WebSocket API, even if no route uses it.
 * @throws DefinitionError for an invalid authorizer
 */
export function checkV2Authorizer(bag: PropertyBag, protocol: 'http' | 'websocket'): void {
  const type = readText(requireValid(bag), 'AuthorizerType');
  if (type === 'REQUEST') compileV2LambdaAuthorizer(bag, protocol);
  else if (type === 'JWT' && protocol === 'http') compileHttpJwtAuthorizer(bag);
  else
    throw unknownAuthorizerType(
      bag,
      'AuthorizerType',
      type,
      protocol === 'http' ? 'REQUEST or JWT' : 'REQUEST',
    );
}

function unknownAuthorizerType(
  bag: PropertyBag,
  property: string,
  type: string,
  known: string,
): DefinitionError {
  return new DefinitionError(bag.place(property), `Invalid authorizer type "${type}"; expected ${known}`);
}

/**
 * AWS's error messages for a missing authorizer. The first wording was recorded for REST APIs on 2024-04-15, and is
 * reported for HTTP APIs (hashicorp/terraform-provider-aws#17497). Public threads quote the wording for JWT.
 */
const LAMBDA_NEEDS =
  'Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.';
const JWT_NEEDS = 'Setting the authorization type to JWT requires a valid JWT authorizer.';

/**
 * Returns the authorizer of the method.
 * @throws DefinitionError if there is none, or if its type does not match the authorization type
 */
function findAuthorizer(
  method: PropertyBag,
  { authorizers }: Pick<AuthorizationSources, 'authorizers'>,
  typeProperty: string,
  types: readonly string[],
  needs: string,
): PropertyBag {
  const id = readText(method, 'AuthorizerId', '');
  const bag = authorizers.get(id);
  const message = `Invalid authorizer ID specified. ${needs}`;
  if (bag === undefined)
    throw new DefinitionError(
      // A method without AuthorizerId has the fault in the property that asks for an authorizer.
      id === ''
        ? { ...method.place('AuthorizationType'), property: 'AuthorizerId' }
        : method.place('AuthorizerId'),
      message,
    );
  const type = readText(requireValid(bag), typeProperty);
  if (types.includes(type)) return bag;
  const fitting = CHECKS_SCOPES.has(type) ? type : 'CUSTOM';
  throw refusalWithRemedy(
    method.place('AuthorizerId'),
    message,
    `set AuthorizationType: ${fitting}, because the authorizer has ${typeProperty}: ${type}, or refer to an authorizer that fits the AuthorizationType`,
  );
}

const MAX_SCOPES = 10;
/** The syntax of a scope in RFC 6749 §3.3. It excludes characters that could end the quoted string in a challenge. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

function readScopes(method: PropertyBag): readonly string[] {
  const scopes = readTextList(method, 'AuthorizationScopes');
  const wrong = scopes.find((scope) => !SCOPE.test(scope));
  if (wrong !== undefined || scopes.length > MAX_SCOPES)
    throw new DefinitionError(
      method.place('AuthorizationScopes'),
      wrong === undefined
        ? `A route can have at most ${MAX_SCOPES} authorization scopes, not ${scopes.length}`
        : `Invalid authorization scope "${wrong}"`,
    );
  return scopes;
}

const CHECKS_SCOPES: ReadonlySet<string> = new Set(['COGNITO_USER_POOLS', 'JWT']);

/**
 * Refuses scopes that no authorizer would check. The wording is AWS's (aws/aws-cdk#27576).
 * @param beginning the first sentence of the message, which is known only for routes
 */
function refuseUncheckedScopes(method: PropertyBag, type: string, beginning: string): void {
  if (CHECKS_SCOPES.has(type) || readTextList(method, 'AuthorizationScopes').length === 0) return;
  throw ruledFault(
    'authorization-scopes',
    method.place('AuthorizationScopes'),
    `${beginning}Authorization Scopes are only valid for COGNITO_USER_POOLS and JWT authorization types`,
  );
}

function unknownType(method: PropertyBag, type: string, known: string): DefinitionError {
  return new DefinitionError(
    method.place('AuthorizationType'),
    `Invalid authorization type "${type}" specified; expected ${known}`,
  );
}
