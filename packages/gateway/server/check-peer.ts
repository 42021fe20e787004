/**
 * Decides whether a client may use a domain with mutual TLS. The decision depends on the client's handshake and never
 * on its requests.
 */
import { findTrustFault } from '@gatewright/aws/certificates/truststore';
import type { Truststore } from '@gatewright/aws/certificates/truststore';
import type { ClientVerdict } from './answer-request.ts';
import type { TlsPeer } from './tls-peer.ts';

/**
 * Admits a client whose handshake was for this domain, with a certificate that the domain's current truststore trusts.
 * @param mutual undefined if the domain or the host requests no certificate
 * @param nowEpochMs the time of the gateway's clock, so that `gatewright clock` can expire a certificate
 */
export function checkPeer(
  mutual: { readonly domain: string; readonly truststore: Truststore } | undefined,
  peer: TlsPeer | undefined,
  nowEpochMs: number,
): ClientVerdict {
  if (mutual === undefined) return OPEN;
  // Attack: a client makes the handshake for another name, which requires no certificate, and then sends a request with
  // this domain in the Host header.
  if (peer === undefined || peer.domain !== mutual.domain)
    return refuse('the TLS handshake was for another name');
  // After a change of the truststore, the connection must not be used any longer, because its client may no longer be
  // trusted.
  if (peer.truststore !== mutual.truststore) return { kind: 'stale' };
  if (peer.certificate === undefined) return refuse('no client certificate');
  const reason = findTrustFault(peer.certificate, mutual.truststore, nowEpochMs);
  if (reason !== undefined) return refuse(reason);
  return peer.isAuthorized ? SHOWN : refuse('the client certificate is not valid for client authentication');
}

const OPEN: ClientVerdict = { kind: 'admitted', shows: false };
const SHOWN: ClientVerdict = { kind: 'admitted', shows: true };

function refuse(reason: string): ClientVerdict {
  return { kind: 'refused', reason };
}
