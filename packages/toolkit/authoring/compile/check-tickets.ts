/** Checks documents for one-time tickets. */
import { compileIssuer, isTokenIssuer } from './compile-issuer.ts';
import type {
  ApiKind,
  CompiledCondition,
  CompiledDocument,
} from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument } from '../document/document.ts';
import type { Path } from '../document/shape.ts';

type Complain = (path: Path, message: string) => void;

/**
 * If the document accepts tickets, reports rules that read claims, and warns about claims in the context. A ticket
 * contains its holder's identity, roles and scopes, but no claims. For its holder, a rule that tests a claim would
 * therefore be undecided.
 */
export function checkTickets(
  { tickets, rules, context }: CompiledDocument,
  problem: Complain,
  warning: Complain,
): void {
  const [issuer] = tickets;
  if (issuer === undefined) return;
  for (const [index, { when }] of rules.entries())
    if (when !== undefined && needsClaims(when))
      problem(
        ['rules', index, 'when'],
        `tests claims, but tickets of "${issuer.id}" do not carry them: use roles or scopes`,
      );
  if (context.length > 0)
    warning(['context'], `callers with a ticket of "${issuer.id}" do not have these claims`);
}

function needsClaims(condition: CompiledCondition): boolean {
  switch (condition.is) {
    case 'all':
    case 'any':
      return condition.of.some(needsClaims);
    case 'not':
      return needsClaims(condition.of);
    case 'claim':
    case 'mfa':
    case 'auth-age':
      return true;
    default:
      return false;
  }
}

export function ticketSourcesOf({ issuers }: AccessDocument): readonly string[] {
  return issuers.flatMap((issuer) => (issuer.type === 'ticket' ? issuer.from : []));
}

/**
 * Checks the documents whose tickets a document accepts. Reports each of them that does not exist or protects a
 * WebSocket API. `kindOf` returns the kind of API of a document. It returns `unread` if the routes are not known yet,
 * and undefined if there is no such document.
 */
export function checkTicketSources(
  { issuers }: AccessDocument,
  kindOf: (name: string) => ApiKind | 'unread' | undefined,
): readonly { readonly path: Path; readonly message: string }[] {
  return issuers.flatMap((issuer, index) => {
    if (issuer.type !== 'ticket') return [];
    return issuer.from.flatMap((name, place) => {
      const path = ['issuers', index, 'from', place];
      const kind = kindOf(name);
      if (kind === undefined) return [{ path, message: `there is no access document "${name}"` }];
      if (kind !== 'websocket') return [];
      return [
        {
          path,
          message: `"${name}" protects a WebSocket API, but tickets are given to callers of REST and HTTP APIs`,
        },
      ];
    });
  });
}

/**
 * Reports each token issuer that both documents trust if they take its subject from different claims. The holder of a
 * ticket has the subject that the issuing document assigns. In the accepting document, the holder is the same principal
 * as a caller whose token of that issuer has this subject. Attack: if one document takes the subject from a claim that
 * users choose, such as a nickname, a user can choose another user's `sub` and open the WebSocket as that user.
 */
export function checkTicketSubjects(
  document: AccessDocument,
  documentOf: (name: string) => AccessDocument | undefined,
): readonly { readonly path: Path; readonly message: string }[] {
  const own = subjectClaims(document);
  return document.issuers.flatMap((issuer, index) => {
    if (issuer.type !== 'ticket') return [];
    return issuer.from.flatMap((name, place) =>
      [...subjectClaims(documentOf(name))]
        .filter(([iss, claim]) => own.has(iss) && own.get(iss) !== claim)
        .map(([iss, claim]) => ({
          path: ['issuers', index, 'from', place],
          message: `"${name}" takes the subject of ${iss} from ${claim}, but this document takes it from ${own.get(iss) ?? ''}: use the same claims.principal`,
        })),
    );
  });
}

/** Returns, for each `iss`, the claim that the document uses as the subject. */
function subjectClaims(document: AccessDocument | undefined): ReadonlyMap<string, string> {
  const trusts = document?.issuers.filter(isTokenIssuer).map((issuer) => compileIssuer(issuer).trust) ?? [];
  return new Map(trusts.map(({ issuer, principal }) => [issuer, principal.join('.')]));
}
