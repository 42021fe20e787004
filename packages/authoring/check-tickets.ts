/** What one-time tickets ask of documents. Build time only. */
import { compileIssuer, isTokenIssuer } from './compile-issuer.ts';
import type {
  ApiKind,
  CompiledCondition,
  CompiledDocument,
} from '@gatewright/handlers/access/compiled-document';
import type { AccessDocument } from './document.ts';
import type { Path } from './shape.ts';

type Complain = (path: Path, message: string) => void;

/**
 * A ticket carries who its holder is, with roles and scopes, and no claims: a rule that asks for one would find it
 * missing, which lets a `deny` pass by.
 */
export function checkTickets(
  { tickets, rules, context }: CompiledDocument,
  problem: Complain,
  warning: Complain,
): void {
  const [issuer] = tickets;
  if (issuer === undefined) return;
  for (const [index, { when }] of rules.entries())
    if (when !== undefined && asksForClaims(when))
      problem(
        ['rules', index, 'when'],
        `asks for claims, which the tickets of "${issuer.id}" do not carry: use roles or scopes`,
      );
  if (context.length > 0)
    warning(['context'], `whoever comes with a ticket of "${issuer.id}" has none of these claims`);
}

function asksForClaims(condition: CompiledCondition): boolean {
  switch (condition.is) {
    case 'all':
    case 'any':
      return condition.of.some(asksForClaims);
    case 'not':
      return asksForClaims(condition.of);
    case 'claim':
    case 'mfa':
    case 'auth-age':
      return true;
    default:
      return false;
  }
}

/** Names of documents whose callers the document's WebSocket takes tickets of. */
export function ticketSourcesOf({ issuers }: AccessDocument): readonly string[] {
  return issuers.flatMap((issuer) => (issuer.type === 'ticket' ? issuer.from : []));
}

/** `kindOf`: of the document of that name; `unread` where its routes are not known yet, undefined where there is none. */
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
        { path, message: `"${name}" protects a WebSocket; tickets are asked for by ordinary requests` },
      ];
    });
  });
}

/**
 * A ticket calls its holder what the giver's document does, and of an issuer that both trust its holder is the same
 * principal as by a token. Attack: where one takes the subject from a claim that people choose, such as a nickname,
 * whoever is called like another's `sub` would open the WebSocket as that one.
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
          message: `"${name}" takes the subject of ${iss} from ${claim}, this document from ${own.get(iss) ?? ''}: name the same claims.principal`,
        })),
    );
  });
}

/** By `iss`: the claim that names whom a token speaks for. */
function subjectClaims(document: AccessDocument | undefined): ReadonlyMap<string, string> {
  const trusts = document?.issuers.filter(isTokenIssuer).map((issuer) => compileIssuer(issuer).trust) ?? [];
  return new Map(trusts.map(({ issuer, principal }) => [issuer, principal.join('.')]));
}
