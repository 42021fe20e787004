/** Says why a domain refuses a request before an API is asked, and what to change. */
import type { RefusalText } from '../core/log-refused.ts';
import type { TlsPeer } from './tls-peer.ts';

/** A custom domain, and the base paths of its mappings. */
export type HostFacts = { readonly domain: string; readonly basePaths: readonly string[] };

/** Says that no mapping of a custom domain includes the path, or that the host belongs to no API. */
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
        ? `Add an AWS::ApiGateway::BasePathMapping (of an HTTP API: AWS::ApiGatewayV2::ApiMapping) for ${domain} to the stack.`
        : `Begin the path with ${paths.join(' or ')}. Or, if clients should keep this path, add a mapping without a base path to ${domain}.`,
    ],
  };
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-test-invoke-url.html */
function adviseHost(host: string): string {
  if (host.endsWith('.vpce.amazonaws.com'))
    return `Name the API, because ${host} is the name of a VPC endpoint, which serves many private APIs: send x-apigw-api-id with the id of the API, or Host: {api}.execute-api.{region}.amazonaws.com. Or call https://{api}-{vpce}.execute-api.{region}.amazonaws.com, if the endpoint is associated with the API (VpcEndpointIds).`;
  return 'Send the request to an address that `gatewright start` shows, or load the stack of the API.';
}

const ADVICE: Readonly<Record<string, string>> = {
  'self signed certificate':
    'Send a certificate that a certificate authority in the truststore has issued: API Gateway accepts no self-signed one.',
  'certificate has expired':
    'Send a certificate that is valid now, or correct the clock: `gatewright clock`.',
  'certificate is not yet valid':
    'Send a certificate that is valid now, or correct the clock: `gatewright clock`.',
  'Client cert using an insecure Signature Algorithm':
    'Issue the certificate, and those above it, with SHA-256 or better and a key of RSA with at least 2,048 bits or of ECDSA.',
  'no client certificate':
    'Send a client certificate that a certificate authority in the truststore has issued.',
  'the TLS handshake was for another name':
    'Open the connection for the name of the domain (SNI), the same name as in the Host header.',
  'the client certificate is not valid for this':
    'Issue the certificate for clients: with the extended key usage clientAuth, or without any.',
};

/** Says why mutual TLS refuses a client, after the words of AWS's execution log. */
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
            'Each certificate from the issuer of the client’s to its root must be in the truststore: API Gateway does not use intermediate certificates that the client sends.',
          ]
        : []),
    ],
    changes: [
      isIncomplete
        ? `Add the certificate of ${issuer} to the object of TruststoreUri, with all certificates above it up to the root, and set its new TruststoreVersion if the domain names one.`
        : (ADVICE[reason] ?? 'Send a client certificate that the truststore of the domain trusts.'),
    ],
  };
}

/** The name of a certificate has one line per part. */
function onOneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}
