import type { ProxyResult } from '../../aws/proxy-result.ts';
import { RequestInvalid } from '../../errors.ts';
import { instant, optional, text, wholeNumber } from '../../http/fields.ts';
import type { ReadFields } from '../../http/fields.ts';
import { jsonReply } from '../../http/reply.ts';
import { changeRoute, ONE_PAGE, readRoute } from '../../http/route.ts';
import type { Route } from '../../http/route.ts';
import { printSteps } from '../flush-caches.ts';
import { REVOCATION_KINDS, ANY_ISSUE_TIME } from './revocation.ts';
import type { RevocationTarget } from './revocation.ts';
import type { Revocation, RevocationAdmin, RevocationChanged } from './revocation-admin.ts';

const ISSUER = text('Id of an issuer in the access documents, or its iss.');

/** Fields that name what to revoke. Exactly one of `jti`, `sub` and `client` must be given. */
const TARGET = {
  issuer: ISSUER,
  jti: optional(text('Id of one token.')),
  sub: optional(text('Subject of the tokens. Revoking them logs the user out everywhere.')),
  client: optional(text('Client of the tokens (client_id or azp).')),
};

const CHANGED =
  '`outside` lists the steps taken in API Gateway, with a reason for each failure. If one of them failed, send the request again.';

/** Returns the admin routes of revocations. `admin` is called at the first request. */
export function revocationRoutes(admin: () => RevocationAdmin): readonly Route[] {
  return [
    listRoute(admin),
    ...changeRoutes(admin),
    changeRoute(
      {
        method: 'POST',
        path: '/access/documents/{document}/flush',
        id: 'flushAuthorizers',
        summary: "Flush cached results of the authorizers of a document's APIs",
        body: {},
        answer: { description: CHANGED },
      },
      async ({ path: { document } }) =>
        jsonReply(200, { document, outside: printSteps(await admin().flush(document)) }),
    ),
  ];
}

function listRoute(admin: () => RevocationAdmin): Route {
  const query = {
    issuer: ISSUER,
    cursor: optional(text('`next` of the previous page.', { pattern: /^[0-9a-f]{64}$/ })),
    limit: optional(wholeNumber('Default: 50.', { min: 1, max: 100 })),
  };
  return readRoute(
    {
      path: '/access/revocations',
      id: 'listRevocations',
      summary: 'Revocations',
      query,
      answer: {
        description: ONE_PAGE,
      },
    },
    async ({ query: { issuer, cursor, limit = 50 } }) => {
      const { revocations, next } = await admin().list(issuer, { cursor, limit });
      return jsonReply(200, { revocations: revocations.map(showRevocation), ...(next && { next }) });
    },
  );
}

function changeRoutes(admin: () => RevocationAdmin): readonly Route[] {
  const path = '/access/revocations';
  return [
    changeRoute(
      {
        method: 'POST',
        path,
        id: 'revokeTokens',
        summary: 'Revoke tokens issued until now',
        body: {
          ...TARGET,
          tokenEndsAt: optional(
            instant(
              'With jti: exp of the token; the revocation is kept until then. Default: until no such token can be valid.',
            ),
          ),
        },
        answer: { description: CHANGED },
      },
      async ({ body: { tokenEndsAt, ...body }, operationId, signer }) => {
        const target = targetOf(body);
        if (tokenEndsAt !== undefined && target.kind !== 'jti')
          throw new RequestInvalid(
            'tokenEndsAt',
            'applies to one token only: also pass jti, which names the token',
          );
        const ends =
          tokenEndsAt === undefined ? {} : { tokenEndsAtEpochSeconds: Math.ceil(tokenEndsAt / 1000) };
        return reply(await admin().revoke({ ...target, ...ends }, { id: operationId, by: signer }));
      },
    ),
    changeRoute(
      {
        method: 'DELETE',
        path,
        id: 'withdrawRevocation',
        summary: 'Accept the tokens again',
        query: TARGET,
        body: {},
        answer: { description: CHANGED },
      },
      async ({ query, operationId, signer }) =>
        reply(await admin().withdraw(targetOf(query), { id: operationId, by: signer })),
    ),
  ];
}

/**
 * Returns the tokens to revoke, as the request names them.
 * @throws RequestInvalid unless exactly one of `jti`, `sub` and `client` is given
 */
function targetOf(fields: ReadFields<typeof TARGET>): RevocationTarget {
  const given = REVOCATION_KINDS.flatMap((kind) => {
    const value = fields[kind];
    return value === undefined ? [] : [{ issuer: fields.issuer, kind, value }];
  });
  const [target] = given;
  if (target === undefined || given.length > 1)
    throw new RequestInvalid('sub', 'or jti or client is required, but only one of them');
  return target;
}

function reply({ revocation, outside }: RevocationChanged): ProxyResult {
  return jsonReply(200, { ...showRevocation(revocation), outside: printSteps(outside) });
}

function showRevocation(revocation: Revocation) {
  const { issuer, kind, value, by, atEpochMs, untilEpochSeconds, withdrawnAtEpochMs } = revocation;
  return {
    issuer,
    [kind]: value,
    state: withdrawnAtEpochMs === undefined ? 'revoked' : 'withdrawn',
    issuedUntil: untilEpochSeconds === ANY_ISSUE_TIME ? undefined : printTime(untilEpochSeconds * 1000),
    by,
    at: printTime(atEpochMs),
    withdrawnAt: withdrawnAtEpochMs === undefined ? undefined : printTime(withdrawnAtEpochMs),
    forgottenAt: printTime(revocation.expiresAtEpochSeconds * 1000),
  };
}

function printTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
