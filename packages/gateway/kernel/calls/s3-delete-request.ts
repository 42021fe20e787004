/** The request and the response of DeleteObjects (S3 API reference, "DeleteObjects"). */
import { readElement } from './xml-element.ts';

type AskedObject = {
  readonly key: string;
  /** The ETag that the object must have, or `*`. */
  readonly etag: string | undefined;
};
type DeleteRequest = {
  readonly objects: readonly AskedObject[];
  /** Whether the response contains only the keys that could not be deleted. */
  readonly isQuiet: boolean;
  /** Whether the request names versions or conditions that the gateway does not support. */
  readonly namesMore: boolean;
};

/** The maximum number of keys in a request. */
const MAX_KEYS = 1000;

/** Reads a request. Returns undefined if S3 refuses it as malformed. */
export function readDeleteRequest(body: string): DeleteRequest | undefined {
  const [, content] = /<Delete(?:\s[^>]*)?>(.*)<\/Delete>\s*$/s.exec(body) ?? [];
  if (content === undefined) return undefined;
  const asked = [...content.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = '']) => object);
  if (asked.length === 0 || asked.length > MAX_KEYS) return undefined;
  const objects = asked.flatMap((object): AskedObject[] => {
    const [key, etag] = [readElement(object, 'Key') ?? '', readElement(object, 'ETag')];
    return key === '' ? [] : [{ key, etag: etag === '' ? undefined : etag }];
  });
  if (objects.length < asked.length) return undefined;
  return {
    objects,
    isQuiet: /<Quiet>\s*true\s*<\/Quiet>/.test(content),
    namesMore: asked.some((object) => /<(?:VersionId|LastModifiedTime|Size)>/.test(object)),
  };
}

/** @param content XML, in which text is already escaped */
export function printDeleteResult(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</DeleteResult>`;
}
