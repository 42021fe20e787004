/** Finds the bucket and the key that a request for S3 names. */
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';

const OF_AWS = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?(?::\d+)?$/;
/** SDKs put the bucket before a local endpoint's host name (`photos.localhost:4000`), but not before an IP address. */
const OF_LOCALHOST = /^([a-z0-9][a-z0-9.-]{1,61}?[a-z0-9])(?:\.s3)?\.localhost(?::\d+)?$/;

/** Returns the bucket in a host name; undefined if the bucket is in the path. */
export function bucketOfHost(host: string): string | undefined {
  return (OF_AWS.exec(host) ?? OF_LOCALHOST.exec(host))?.[1];
}

/** The bucket is empty if the request names no bucket. The key is empty if the request is for the bucket itself. */
export function readS3Address({ host, path }: { readonly host: string; readonly path: string }): {
  readonly bucket: string;
  readonly key: string;
} {
  const named = bucketOfHost(host);
  const [, bucket = '', key = ''] = /^\/([^/]*)(?:\/(.*))?$/s.exec(decodeOrKeep(path)) ?? [];
  return named === undefined ? { bucket, key } : { bucket: named, key: decodeOrKeep(path).slice(1) };
}
