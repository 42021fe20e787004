/** What the layer holds: third-party packages that several functions share, by the subpaths that may be imported. */

export type LayerPackage = {
  readonly name: string;
  /** Keys of its `exports`. */
  readonly subpaths: readonly string[];
};

export const LAYER_PACKAGES: readonly LayerPackage[] = [
  { name: '@aws-lambda-powertools/logger', subpaths: ['.'] },
  { name: '@aws-lambda-powertools/metrics', subpaths: ['.'] },
  { name: '@aws-sdk/client-dynamodb', subpaths: ['.'] },
  { name: '@middy/core', subpaths: ['.'] },
  { name: 'aws-jwt-verify', subpaths: ['./error', './jwt-verifier'] },
];

/**
 * What several of the packages need and nobody imports by name. It is in the file of one that every function loads,
 * and the others import it from there: every file more costs each start 0.4 ms.
 */
export const HOSTED = {
  host: '@aws-lambda-powertools/metrics',
  /** What the others take of each; a name that is missing here fails their import, which a test does. */
  modules: {
    '@aws-lambda-powertools/commons': ['Utility', 'deepMerge', 'isNullOrUndefined'],
    '@aws-lambda-powertools/commons/typeutils': ['isString'],
    '@aws-lambda-powertools/commons/utils/env': [
      'getBooleanFromEnv',
      'getNumberFromEnv',
      'getStringFromEnv',
      'getXRayTraceIdFromEnv',
      'isDevMode',
    ],
    '@aws-lambda-powertools/commons/utils/invocation-scoped': ['InvocationScoped'],
    '@aws/lambda-invoke-store': ['InvokeStore'],
  } as Readonly<Record<string, readonly string[]>>,
};

/** `@middy/core`, `aws-jwt-verify/error`: what an import statement says. */
export function specifierOf(name: string, subpath: string): string {
  return subpath === '.' ? name : `${name}${subpath.slice(1)}`;
}
