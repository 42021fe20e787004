/** Describes why a request is refused before it reaches an API, and what to change. */
import type { ServedApi } from '../core/exchange.ts';
import type { RefusalText } from '../core/log-refused.ts';
import type { TlsPeer } from './tls-peer.ts';

/** A custom domain, and the base paths of its mappings. */
export type HostFacts = { readonly domain: string; readonly basePaths: readonly string[] };

/**
 * Returns the text for a path that no mapping of a custom domain includes, or for a host that does not belong to an
 * API.
 */
export function describeUnmapped(host: string, path: string, facts: HostFacts | undefined): RefusalText {
  if (facts === undefined)
    return {
      reason: `no API is served at ${host}`,
      because: [`No loaded stack has an API or a custom domain with the host name ${host}.`],
      changes: [adviseHost(host)],
    };
  const { domain, basePaths } = facts;
  const paths = basePaths.map((basePath) => `/${basePath}`);
  return {
    reason: `no mapping of the domain ${domain} includes the path`,
    because: [
      `The custom domain ${domain} has ${paths.length === 0 ? 'no mapping' : `mappings for ${paths.join(', ')} only, and none of them includes ${path}`}.`,
    ],
    changes: [
      paths.length === 0
        ? `Add an AWS::ApiGateway::BasePathMapping (for an HTTP API, an AWS::ApiGatewayV2::ApiMapping) for ${domain} to the stack.`
        : `Begin the path with ${paths.join(' or ')}. Or, if clients should keep this path, add a mapping without a base path to ${domain}.`,
    ],
  };
}

/**
 * Returns the text for a host that the gateway does not serve.
 * @param message the message of the reply. Its last sentence says what to change
 */
export function describeForeign(message: string): RefusalText {
  const last = message.lastIndexOf('. ') + 2;
  return {
    reason: message,
    because: [`${message.slice(0, last)}The gateway itself refused the request, before it reached an API.`],
    changes: [`${message.slice(last)}.`],
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
export function describeHealthCheck(
  path: string,
  { protocol, domainName }: Pick<ServedApi, 'protocol' | 'domainName'>,
): RefusalText {
  if (protocol === 'http')
    return {
      reason: `${path} is AWS’s own health check`,
      because: [
        `AWS itself answers ${path} at the root of the address of an HTTP API with 200 and the text Healthy Connection, for its health checks. The request reaches no route and no integration of the API.`,
      ],
      changes: [
        'Give the route another path, such as /health. Or use a named stage, which puts its name before the path: AWS reserves the path only at the root.',
      ],
    };
  return {
    reason: `${path} is AWS’s own health check`,
    because: [
      `AWS itself answers ${path} at the root of the custom domain ${domainName} with 200 and the text healthy: /ping and /sping are reserved for its health checks. The request reaches no route and no integration of the API.`,
    ],
    changes: [
      `Give the route another path, such as /health. Or call the route at the API’s own address, after the stage, or through a mapping with a base path: AWS reserves the path only at the root of the domain.`,
    ],
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html */
function adviseHost(host: string): string {
  if (host.endsWith('.vpce.amazonaws.com'))
    return `Name the API, because ${host} is a VPC endpoint, through which all private APIs are called: send x-apigw-api-id with the id of the API, or Host: {api}.execute-api.{region}.amazonaws.com. Or call https://{api}-{vpce}.execute-api.{region}.amazonaws.com, if the endpoint is associated with the API (VpcEndpointIds).`;
  return 'Send the request to an address that `gatewright start` shows, or load the stack of the API.';
}

const ADVICE: Readonly<Record<string, string>> = {
  'self signed certificate':
    'Send a certificate that a certificate authority in the truststore has issued: API Gateway does not accept self-signed certificates.',
  'certificate has expired':
    'Send a certificate that is valid now, or correct the clock: `gatewright clock`.',
  'certificate is not yet valid':
    'Send a certificate that is valid now, or correct the clock: `gatewright clock`.',
  'Client cert using an insecure Signature Algorithm':
    'Issue the certificate, and all certificates above it, with SHA-256 or better. Use RSA keys of at least 2,048 bits, or ECDSA keys.',
  'no client certificate':
    'Send a client certificate that a certificate authority in the truststore has issued.',
  'the TLS handshake was for another name':
    'Open the connection for the name of the domain (SNI), the same name as in the Host header.',
  'the client certificate is not valid for client authentication':
    'Issue the certificate for clients: with the extended key usage clientAuth, or without an extended key usage.',
};

/** Returns the text for a client that mutual TLS refuses. The reason is in the words of AWS's execution log. */
export function describeUntrusted(host: string, reason: string, peer: TlsPeer | undefined): RefusalText {
  const { certificate } = peer ?? {};
  const issuer = certificate === undefined ? '' : onOneLine(certificate.issuer);
  const isIncomplete = reason === 'Could not find issuer for certificate';
  return {
    reason: `Access denied. Reason: ${reason}`,
    because: [
      `The custom domain ${host} requires a client certificate that its truststore trusts (MutualTlsAuthentication). AWS’s reason: ${reason}.`,
      ...(certificate === undefined
        ? []
        : [`The client sent the certificate of ${onOneLine(certificate.subject)}, issued by ${issuer}.`]),
      ...(isIncomplete
        ? [
            'All certificates from the issuer of the client’s certificate up to the root must be in the truststore: API Gateway does not use intermediate certificates that the client sends.',
          ]
        : []),
    ],
    changes: [
      isIncomplete
        ? `Add the certificate of ${issuer}, and all certificates above it up to the root, to the object of TruststoreUri. If the domain sets TruststoreVersion, change it to the new version of the object.`
        : (ADVICE[reason] ?? 'Send a client certificate that the truststore of the domain trusts.'),
    ],
  };
}

/** Joins the parts of a certificate's name, which Node writes on separate lines. */
function onOneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}
