/**
 * Returns the sources of API Gateway's calls of functions. A source is the part of `aws:SourceArn` after the API id
 * (docs/aws §4.4), with the literal `stage` in place of the stage name, because a deployment can serve several stages.
 */
import { compileGlob } from '@gatewright/aws/glob';
import { ANY_METHODS } from './rest-routes.ts';

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

/**
 * Returns the stage in the SourceArn of a permission that would cover a call of this stage; undefined if the permission
 * covers the call, or differs in more than the stage (docs/aws §8.1).
 * @param source the part of the call's ARN after the account, such as `a1b2c3/prod/GET/pets`
 */
export function findOtherStage(sourceArn: string, source: string): string | undefined {
  const resource = sourceArn.split(':').slice(5).join(':');
  const [apiId, stageName, ...route] = resource.split('/');
  const [, called = ''] = source.split('/');
  if (stageName === undefined || called === 'authorizers' || compileGlob(resource)(source)) return undefined;
  return compileGlob([apiId, called, ...route].join('/'))(source) ? stageName : undefined;
}

/** Returns the end of a SourceArn for this stage, and the end of a SourceArn for every stage. */
export function describeStages(source: string): string {
  const [apiId = '', called = '', ...route] = source.split('/');
  return `${[apiId, called, ...route].join('/')} (or ${[apiId, '*', ...route].join('/')} for every stage)`;
}
