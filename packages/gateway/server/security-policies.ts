/** The parts of the security policies of domains and APIs that affect a TLS handshake (docs/aws §10.7). */
import type { SecureVersion } from 'node:tls';

type TlsRules = { readonly minVersion: SecureVersion; readonly ciphers: string };

const OF_TLS_1_3 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const CHACHA = 'TLS_CHACHA20_POLY1305_SHA256';
/**
 * The cipher suites for ECDSA certificates. AWS's cipher suites for RSA do not apply, because the gateway's
 * certificates use elliptic curves.
 */
const GCM = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'];
const CBC = ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'];
/** The only cipher suites for TLS 1.0 and 1.1. OpenSSL allows them only at a lower security level. */
const OLD = ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA', '@SECLEVEL=0'];

/** The default policy. On AWS, it is the only policy of HTTP and WebSocket APIs. */
export const DEFAULT_SECURITY_POLICY = 'TLS_1_2';

/**
 * Returns the TLS rules of a policy. An unknown policy gets TLS 1.2, the lowest version that AWS still offers for new
 * domains.
 */
export function tlsRulesOf(policy: string): TlsRules {
  if (policy === 'TLS_1_0')
    return { minVersion: 'TLSv1', ciphers: [...OF_TLS_1_3, CHACHA, ...GCM, ...CBC, ...OLD].join(':') };
  const modern = policy.includes('FIPS') ? OF_TLS_1_3 : [...OF_TLS_1_3, CHACHA];
  if (/TLS13_1_3/.test(policy)) return { minVersion: 'TLSv1.3', ciphers: modern.join(':') };
  const older = policy === 'TLS_1_2' || policy.includes('2018') ? [...GCM, ...CBC] : GCM;
  return { minVersion: 'TLSv1.2', ciphers: [...modern, ...older].join(':') };
}
