/** HTTP_PROXY integrations of HTTP APIs (docs/aws §7.8, §8). */
import { DefinitionError } from '../../errors.ts';
import { VERBS } from '../../routing/rest-routes.ts';
import { HTTP_URI } from './compile-integration.ts';
import { compileParameterChanges } from './compile-parameter-changes.ts';
import { readText } from '../properties.ts';
import { compileStageText } from './stage-text.ts';
import { readTimeoutMs } from './timeouts.ts';
import type { Tolerance } from '../../errors.ts';
import type { HttpApiProxyIntegration } from '../../mapping/integration.ts';
import type { PropertyBag } from '../properties.ts';

const LISTENER_ARN = /^arn:[^:]+:(?:elasticloadbalancing|(servicediscovery)):/;

/**
 * AWS's messages about a missing method and about version 2.0 were measured (badmintoncryer/cdk-preflight,
 * pf-apigwv2-http-proxy-integration-method and pf-apigwv2-http-proxy-payload-version).
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileHttpProxy(integration: PropertyBag, tolerance: Tolerance): HttpApiProxyIntegration {
  if (readText(integration, 'PayloadFormatVersion', '1.0') === '2.0')
    throw new DefinitionError(
      integration.place('PayloadFormatVersion'),
      'PayloadFormatVersion 2.0 is not supported for integration of type HTTP_PROXY',
    );
  const isPrivate = readText(integration, 'ConnectionType', 'INTERNET').toUpperCase() === 'VPC_LINK';
  const uri = readText(integration, 'IntegrationUri', '');
  const listener = isPrivate ? LISTENER_ARN.exec(uri) : null;
  const isListener = listener !== null;
  if (!isListener && !HTTP_URI.test(uri))
    throw new DefinitionError(integration.place('IntegrationUri'), 'Invalid HTTP endpoint specified for URI');
  const method = readText(integration, 'IntegrationMethod', '').toUpperCase();
  if (method === '')
    throw new DefinitionError(
      integration.place('IntegrationMethod'),
      'HttpMethod parameter method must be specified for integrationType HTTPPROXY',
    );
  if (!VERBS.has(method))
    throw new DefinitionError(
      integration.place('IntegrationMethod'),
      `Invalid HTTP method "${method}"; expected one of ${[...VERBS].join(', ')}`,
    );
  return {
    kind: 'http-api-proxy',
    // A listener, or a Cloud Map service, has no URL. Its address is set by `--vpc-link`, or by an instance of the
    // service.
    uri: compileStageText(isListener ? 'http://listener.invalid/' : uri),
    appendsPath: isListener,
    serviceArn: listener?.[1] === undefined ? undefined : uri,
    method,
    timeoutMs: readTimeoutMs(integration, 'http', tolerance),
    vpcLink: isPrivate ? compileStageText(readText(integration, 'ConnectionId')) : undefined,
    changes: compileParameterChanges(integration),
  };
}
