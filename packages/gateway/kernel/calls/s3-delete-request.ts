/** The request and the response of DeleteObjects (S3 API reference, "DeleteObjects"). */
import { unescapeXml, escapeXml } from './aws-operation.ts';

type DeleteRequest = {
  readonly keys: readonly string[];
  /** Whether the response contains only the keys that could not be deleted. */
  readonly isQuiet: boolean;
  /** Whether the request names versions, which are not kept here. */
  readonly namesVersions: boolean;
};

/** The maximum number of keys in a request. */
const MAX_KEYS = 1000;

/** Reads a request. Returns undefined if S3 refuses it as malformed. */
export function readDeleteRequest(body: string): DeleteRequest | undefined {
  const [, content] = /<Delete(?:\s[^>]*)?>(.*)<\/Delete>\s*$/s.exec(body) ?? [];
  if (content === undefined) return undefined;
  const objects = [...content.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => object);
  const keys = objects.map((object) => /<Key>([^<]+)<\/Key>/.exec(object)?.[1]);
  if (keys.length === 0 || keys.length > MAX_KEYS) return undefined;
  const known = keys.flatMap((key) => (key === undefined ? [] : [unescapeXml(key)]));
  if (known.length < keys.length) return undefined;
  return {
    keys: known,
    isQuiet: /<Quiet>\s*true\s*<\/Quiet>/.test(content),
    namesVersions: objects.some((object) => object.includes('<VersionId>')),
  };
}

/** @param content XML, in which text is already escaped */
export function printDeleteResult(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</DeleteResult>`;
}

/** A key that was deleted. `marker` is the version of its delete marker, if the bucket keeps versions. */
type Deleted = { readonly key: string; readonly marker: string | undefined };

export function printDeleted(deleted: readonly Deleted[]): string {
  const elements = deleted.map(
    ({ key, marker }) =>
      `<Deleted><Key>${escapeXml(key)}</Key>${marker === undefined ? '' : `<DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>${marker}</DeleteMarkerVersionId>`}</Deleted>`,
  );
  return printDeleteResult(elements.join(''));
}
