/**
 * Returns the sources of API Gateway's calls to functions. A source is the part of `aws:SourceArn` after the API id
 * (docs/aws §4.4), with the literal `stage` in place of the stage name, because a deployment can serve several stages.
 */
import { compileGlob } from '@gatewright/aws/glob';
import { isAccountId, isRegion } from '../stack/home.ts';
import { ANY_METHODS } from './rest-routes.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** Returns sources such as `/stage/GET/pets/*`, with `*` in place of each path variable. `ANY` means every method. */
export function sourcesOfMethod(httpMethod: string, path: string): readonly string[] {
  const where = path.replace(/\{[^}]*\}/g, '*');
  return (httpMethod === 'ANY' ? ['*', ...ANY_METHODS] : [httpMethod]).map(
    (verb) => `/stage/${verb}${where}`,
  );
}

/**
 * Returns the sources of a route of an HTTP API: `/stage/GET/pets/*`, and the same paths with the variables as written,
 * because tools for HTTP APIs write them into permissions. A route without a path, such as `$default` or `$connect`,
 * has no part for the method: a permission for stage, method and path does not cover it
 * (aws/serverless-application-model#1860, terraform-aws-modules/terraform-aws-apigateway-v2#41).
 */
export function sourcesOfRoute(routeKey: string): readonly string[] {
  const [verb = '', path] = routeKey.split(' ');
  return path === undefined
    ? [`/stage/${routeKey}`]
    : [...sourcesOfMethod(verb, path), `/stage/${verb}${path}`, `/stage/*${path}`];
}

export function sourceOfAuthorizer(authorizerId: string): string {
  return `/authorizers/${authorizerId}`;
}

/** Returns the source of a call at a stage. The source of an authorizer does not contain a stage. */
export function atStage(source: string, stageName: string): string {
  return source.replace(/^\/stage\//, () => `/${stageName}/`);
}

/** The part in which a permission's source differs from a call that the permission would otherwise cover. */
type OtherPart = {
  readonly property: 'SourceArn' | 'SourceAccount';
  readonly part: 'region' | 'account' | 'stage' | 'path variable';
  readonly named: string;
  readonly called: string;
};

/**
 * Returns the single part in which the source of a permission differs from a call; undefined if the permission covers
 * the call, or differs in more than one part (docs/aws §8.1).
 * @param call the ARN of the call, such as `arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/pets`
 */
export function findOtherPart(
  { SourceArn: arn = '', SourceAccount: account = '' }: JsonObject,
  call: string,
): OtherPart | undefined {
  const [, , , region = '', accountId = '', ...rest] = call.split(':');
  const others: OtherPart[] = [];
  if (typeof account === 'string' && account !== '' && account !== accountId)
    others.push({ property: 'SourceAccount', part: 'account', named: account, called: accountId });
  if (typeof arn === 'string' && arn !== '' && !compileGlob(arn)(call)) {
    const [first = '', second = '', service = '', ...named] = arn.split(':');
    const [ofRegion = '', ofAccount = '', ...resource] = named;
    const corrected = [
      { part: 'region', named: ofRegion, called: region, places: [region, ofAccount, ...resource] },
      { part: 'account', named: ofAccount, called: accountId, places: [ofRegion, accountId, ...resource] },
      ...stageIn(resource.join(':'), rest.join(':')).map((stage) => ({
        ...stage,
        places: [ofRegion, ofAccount, stage.resource],
      })),
      ...variablesIn(resource.join(':')).map((variables) => ({
        ...variables,
        places: [ofRegion, ofAccount, variables.resource],
      })),
    ] as const;
    const other = corrected.find(({ places }) =>
      compileGlob([first, second, service, ...places].join(':'))(call),
    );
    if (other === undefined) return undefined;
    others.push({ property: 'SourceArn', part: other.part, named: other.named, called: other.called });
  }
  const [only, ...more] = others;
  return more.length === 0 ? only : undefined;
}

/** Returns the stage that a source names, and the source with the stage of the call. An authorizer has no stage. */
function stageIn(resource: string, source: string) {
  const [apiId = '', named, ...route] = resource.split('/');
  const [, called = ''] = source.split('/');
  if (named === undefined || called === 'authorizers') return [];
  return [{ part: 'stage', named, called, resource: [apiId, called, ...route].join('/') } as const];
}

/**
 * Returns the path variables that a source contains as plain text, and the source with `*` in place of each. Tools such
 * as the CDK before 1.42 and Terraform write the path of the resource, `/pets/{id}`, into permissions.
 */
function variablesIn(resource: string) {
  const named = [...new Set(resource.match(/\{[^{}/]*\}/g))].join(' and of ');
  if (named === '') return [];
  return [
    { part: 'path variable', named, called: '*', resource: resource.replace(/\{[^{}/]*\}/g, '*') } as const,
  ];
}

/**
 * Returns two clauses: `because` says what the source names and where the call comes from, and `change` says what to
 * write.
 */
export function describeOtherPart(
  { property, part, named, called }: OtherPart,
  call: string,
): { readonly because: string; readonly change: string } {
  if (part === 'path variable')
    return {
      because: `contains ${named}, but the source of the call has ${called} in place of a path variable`,
      change: `write ${called} in place of ${named} in the ${property}`,
    };
  const because = `names ${part} ${named === '' ? '(none)' : named}${
    part === 'account' && !isAccountId(named) ? ', which is not an account id (12 digits)' : ''
  }, but the call comes from ${part} ${called}`;
  if (part === 'stage')
    return {
      because,
      change: `end the ${property} with ${describeStages(call.split(':').slice(5).join(':'))}`,
    };
  const isReal = part === 'account' ? isAccountId(named) : isRegion(named);
  const variable = part === 'account' ? 'AWS::AccountId' : 'AWS::Region';
  return {
    because,
    change: `write ${called}, or a reference to the ${part} such as \${${variable}}, in place of ${named === '' ? `the missing ${part}` : named} in the ${property}${
      isReal ? `; or start with --${part} ${named}, if the API belongs to this ${part}` : ''
    }`,
  };
}

/** Returns the end of a SourceArn for this stage, and the end of a SourceArn for every stage. */
function describeStages(source: string): string {
  const [apiId = '', called = '', ...route] = source.split('/');
  return `${[apiId, called, ...route].join('/')} (or ${[apiId, '*', ...route].join('/')} for every stage)`;
}
