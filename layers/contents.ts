/** The layer's contents: third-party packages that several functions share, by importable subpaths. */

export type LayerPackage = {
  readonly name: string;
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
 * Modules that several packages need, but that our code never imports by name. One package that every function loads
 * contains these modules, because each additional file would add 0.4 ms to each cold start.
 */
export const HOSTED = {
  host: '@aws-lambda-powertools/metrics',
  /**
   * The names that other packages import from each module. A missing name makes their import fail (a test checks this).
   */
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

/** Returns a specifier such as `@middy/core` or `aws-jwt-verify/error`. */
export function specifierOf(name: string, subpath: string): string {
  return subpath === '.' ? name : `${name}${subpath.slice(1)}`;
}
