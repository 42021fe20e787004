import { text, wholeNumber } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { RequestInvalid } from '../../errors.ts';
import type { DocumentAdmin } from './document-admin.ts';
import { MAX_PARTS, PART_CHARACTERS } from './publication.ts';
import type { Version } from './publication.ts';

const CHECKSUM = text('SHA-256 of the text of all documents.', { pattern: /^[0-9a-f]{64}$/ });

/** Returns the admin routes of published documents. `admin` is called at the first request. */
export function documentRoutes(admin: () => DocumentAdmin): readonly Route[] {
  return [
    readRoute(
      {
        path: '/access/versions',
        id: 'listDocumentVersions',
        summary: 'Published documents',
        answer: { description: 'Newest first' },
      },
      async () => jsonReply(200, { versions: (await admin().list()).map(showVersion) }),
    ),
    changeRoute(
      {
        method: 'PUT',
        path: '/access/versions/parts/{part}',
        id: 'keepDocumentPart',
        summary: 'Store a part of a publication',
        body: {
          checksum: CHECKSUM,
          data: text('Base64.', { pattern: /^[A-Za-z0-9+/]+={0,2}$/, maxLength: PART_CHARACTERS }),
        },
        answer: { description: 'Kept' },
      },
      async ({ path: { part }, body: { checksum, data } }) => {
        await admin().keepPart(checksum, readNumber('part', part, MAX_PARTS - 1), data);
        return jsonReply(200, { checksum, part: Number(part) });
      },
    ),
    changeRoute(
      {
        method: 'POST',
        path: '/access/versions',
        id: 'publishDocuments',
        summary: 'Publish the documents whose parts are stored',
        body: { checksum: CHECKSUM, parts: wholeNumber('How many.', { min: 1, max: MAX_PARTS }) },
        answer: { description: 'The current version' },
      },
      async ({ body, operationId, signer }) =>
        jsonReply(200, showVersion(await admin().publish(body, { id: operationId, by: signer }))),
    ),
    changeRoute(
      {
        method: 'POST',
        path: '/access/versions/{version}/restore',
        id: 'restoreDocuments',
        summary: 'Restore an earlier version, as a new version',
        body: {},
        answer: { description: 'The current version' },
      },
      async ({ path: { version }, operationId, signer }) => {
        const number = readNumber('version', version, Number.MAX_SAFE_INTEGER);
        return jsonReply(200, showVersion(await admin().restore(number, { id: operationId, by: signer })));
      },
    ),
  ];
}

/**
 * Reads a number from a request.
 * @throws RequestInvalid if the text is not a whole number up to `max`
 */
function readNumber(name: string, given: string, max: number): number {
  if (/^\d{1,15}$/.test(given) && Number(given) <= max) return Number(given);
  throw new RequestInvalid(name, `must be a whole number up to ${max}`);
}

function showVersion({ version, checksum, documents, by, restores, publishedAtEpochMs }: Version) {
  const at = new Date(publishedAtEpochMs).toISOString();
  return { version, checksum, documents, by, at, ...(restores !== undefined && { restores }) };
}
