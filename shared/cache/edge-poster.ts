/** Calls CloudFront's CreateInvalidation, signed with the function's credentials. */
import { callSigned } from '@gatewright/aws/signed-call';
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import type { Flushed } from './invalidator.ts';
import { flushedBy } from './stage-cache-poster.ts';

type EdgeConfig = ControlPlaneConfig & { readonly distributionId: string };

const TIMEOUT_MS = 10_000;
const VERSION = '2020-05-31';
const ANSWER_LIMIT_BYTES = 1024 * 1024;

/**
 * Invalidates paths in CloudFront. If the call is repeated with the same `reference` and paths, CloudFront treats it as
 * the same invalidation.
 */
export async function invalidateEdge(
  { region, credentials, endpoint, distributionId }: EdgeConfig,
  paths: readonly string[],
  reference: string,
): Promise<Flushed> {
  // CloudFront has one address per AWS partition. A call must be signed for the region of that address.
  const isChina = region.startsWith('cn-');
  const home = isChina
    ? 'https://cloudfront.cn-northwest-1.amazonaws.com.cn'
    : 'https://cloudfront.amazonaws.com';
  const url = new URL(`/${VERSION}/distribution/${distributionId}/invalidation`, endpoint ?? home);
  const reply = await callSigned({
    method: 'POST',
    url,
    service: 'cloudfront',
    region: isChina ? 'cn-northwest-1' : 'us-east-1',
    credentials,
    headers: { 'Content-Type': 'text/xml' },
    body: batchText(paths, reference),
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_LIMIT_BYTES,
  });
  return flushedBy(reply);
}

function batchText(paths: readonly string[], reference: string): string {
  const items = paths.map((path) => `<Path>${escapeXml(path)}</Path>`).join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/${VERSION}/">` +
    `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths>` +
    `<CallerReference>${escapeXml(reference)}</CallerReference></InvalidationBatch>`
  );
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
