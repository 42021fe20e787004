/** Whether a client may speak to a domain with mutual TLS: by what its handshake has proved, never by what it sends. */
import { whyUntrusted } from '@gatewright/aws/certificates/truststore';
import type { Truststore } from '@gatewright/aws/certificates/truststore';
import type { ClientVerdict } from './answer-request.ts';
import type { TlsPeer } from './tls-peer.ts';

/**
 * @param mutual undefined: the domain, or whatever the Host names, asks nobody for a certificate
 * @param nowEpochMs by the gateway's clock: a certificate ends when `gatewright clock` says so
 */
export function judgePeer(
  mutual: { readonly domain: string; readonly truststore: Truststore } | undefined,
  peer: TlsPeer | undefined,
  nowEpochMs: number,
): ClientVerdict {
  if (mutual === undefined) return OPEN;
  // Attack: a handshake for another name, which asks for nothing, and then this one in the Host header.
  if (peer === undefined || peer.domain !== mutual.domain)
    return refuse('the TLS handshake was for another name');
  // A truststore of another version: whoever it no longer has must not go on by a connection that was opened before.
  if (peer.truststore !== mutual.truststore) return { kind: 'stale' };
  if (peer.certificate === undefined) return refuse('no client certificate');
  const reason = whyUntrusted(peer.certificate, mutual.truststore, nowEpochMs);
  if (reason !== undefined) return refuse(reason);
  return peer.isAuthorized ? SHOWN : refuse('the client certificate is not valid for this');
}

const OPEN: ClientVerdict = { kind: 'admitted', shows: false };
const SHOWN: ClientVerdict = { kind: 'admitted', shows: true };

function refuse(reason: string): ClientVerdict {
  return { kind: 'refused', reason };
}
