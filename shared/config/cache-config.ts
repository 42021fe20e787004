import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import { invalid, readListed, readSignerConfig, readTableName } from './environment.ts';
import type { Environment } from './environment.ts';

type CacheInvalidatorConfig = {
  readonly tableName: string;
  /** Says which tags a change in a table invalidates. */
  readonly streams: readonly {
    readonly table: string;
    readonly namespace: string;
    readonly tags: readonly string[];
  }[];
  /**
   * Pairs of a namespace and an API id, such as `orders/a1b2c3d4e5`. A namespace may invalidate only the stage caches
   * of these APIs.
   */
  readonly stageApis: ReadonlySet<string>;
  readonly stageCaches: ControlPlaneConfig & { readonly apiEndpoint?: string };
  /**
   * Settings for calls to CloudFront, and the id of the stack's distribution. It is undefined if the stack has no
   * CloudFront distribution.
   */
  readonly edge: (ControlPlaneConfig & { readonly distributionId: string }) | undefined;
};

/**
 * Reads the settings of `cache-invalidator`:
 * - `GATEWRIGHT_CACHE_TABLE`
 * - `GATEWRIGHT_CACHE_STREAMS`: rules for streams of tables, such as
 *   `[{"table":"orders","namespace":"shop","tags":["order:{id}"]}]`
 * - `GATEWRIGHT_CACHE_APIS`: namespaces with the APIs whose stage caches they may invalidate, such as
 *   `orders/a1b2c3d4e5`, separated by commas; empty = none
 * - `GATEWRIGHT_CACHE_ENDPOINT`: an address with `{apiId}` that replaces AWS's own address of APIs
 * - `GATEWRIGHT_DISTRIBUTION_ID`: id of the CloudFront distribution; empty = none
 * - Lambda's own variables: `AWS_REGION`, the credentials, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_API_GATEWAY` and
 *   `AWS_ENDPOINT_URL_CLOUDFRONT`
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readCacheInvalidatorConfig(environment: Environment = process.env): CacheInvalidatorConfig {
  const tableName = readTableName(environment, 'GATEWRIGHT_CACHE_TABLE');
  const apiEndpoint = environment['GATEWRIGHT_CACHE_ENDPOINT'] ?? '';
  if (apiEndpoint !== '' && !URL.canParse(apiEndpoint.replace('{apiId}', 'a')))
    throw invalid('GATEWRIGHT_CACHE_ENDPOINT', 'must be a URL, which may contain {apiId}');
  const endpoint = environment['AWS_ENDPOINT_URL_API_GATEWAY'] ?? environment['AWS_ENDPOINT_URL'];
  const distributionId = environment['GATEWRIGHT_DISTRIBUTION_ID'] ?? '';
  if (!/^[A-Z0-9]{0,32}$/.test(distributionId))
    throw invalid(
      'GATEWRIGHT_DISTRIBUTION_ID',
      'must be the id of a CloudFront distribution, such as E2EXAMPLE1',
    );
  const edgeEndpoint = environment['AWS_ENDPOINT_URL_CLOUDFRONT'] ?? environment['AWS_ENDPOINT_URL'];
  const signer = readSignerConfig(environment);
  return {
    tableName,
    stageApis: readListed(
      environment,
      'GATEWRIGHT_CACHE_APIS',
      /^[\w.-]{1,64}\/[a-z0-9]{1,32}$/,
      'must be pairs such as orders/a1b2c3d4e5, separated by commas',
    ),
    streams: readStreams(environment['GATEWRIGHT_CACHE_STREAMS'] ?? ''),
    stageCaches: { ...signer, endpoint, ...(apiEndpoint !== '' && { apiEndpoint }) },
    edge: distributionId === '' ? undefined : { ...signer, endpoint: edgeEndpoint, distributionId },
  };
}

function readStreams(text: string): CacheInvalidatorConfig['streams'] {
  const wrong = () =>
    invalid('GATEWRIGHT_CACHE_STREAMS', 'must be a JSON list of objects with table, namespace and tags');
  let rules: unknown;
  try {
    rules = JSON.parse(text === '' ? '[]' : text);
  } catch {
    throw wrong();
  }
  if (!Array.isArray(rules)) throw wrong();
  return rules.map((rule: unknown) => {
    const { table, namespace, tags } = Object(rule) as Readonly<Record<string, unknown>>;
    const isList = Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === 'string');
    if (typeof table !== 'string' || typeof namespace !== 'string' || !isList) throw wrong();
    return { table, namespace, tags };
  });
}
