/** Checks that the issuers and sources of a document are consistent with each other. */
import { SUBPROTOCOL_MARKER } from '@gatewright/handlers/aws/websocket-event';
import type { ApiKind } from '@gatewright/handlers/access/compiled-document';
import { API_NAMES } from '../inventory/route-inventory.ts';
import {
  compileIssuer,
  isCertificateIssuer,
  isKeyIssuer,
  isTicketIssuer,
  snapshotDays,
} from './compile-issuer.ts';
import type { AccessDocument } from '../document/document.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import type { Path } from '../document/shape.ts';

type IssuerCheck = {
  readonly document: AccessDocument;
  readonly kind: ApiKind;
  readonly snapshots?: ReadonlyMap<string, KeySnapshot>;
  readonly problem: (path: Path, message: string) => void;
  readonly warning: (path: Path, message: string) => void;
};

/** The sources of credentials that only WebSocket APIs support. */
const WEBSOCKET_ONLY = ['query', 'subprotocol'];

/**
 * The hosts for which it is known whether their `iss` ends with a slash. If the document has the wrong form, every
 * token is refused.
 */
const SLASHES: readonly { readonly host: RegExp; readonly hasSlash: boolean }[] = [
  { host: /(^|\.)auth0\.com$|^sts\.windows\.net$/, hasSlash: true },
  {
    host: /(^|\.)okta(preview)?\.com$|^accounts\.google\.com$|^login\.microsoftonline\.com$|^cognito-idp\./,
    hasSlash: false,
  },
];

export function checkIssuers(check: IssuerCheck): void {
  checkEachIssuer(check);
  const { document, kind, problem, warning } = check;
  const tickets = new Set(document.issuers.filter(isTicketIssuer).map(({ id }) => id));
  const declared = new Map(document.issuers.map((issuer) => [issuer.id, isCertificateIssuer(issuer)]));
  for (const [index, source] of document.sources.entries()) {
    for (const [place, id] of source.issuers.entries()) {
      const path = ['sources', index, 'issuers', place];
      const isCertificate = declared.get(id);
      if (isCertificate === undefined)
        problem(
          path,
          `"${id}" is not declared under issuers; expected one of ${[...declared.keys()].join(', ')}`,
        );
      else if (isCertificate !== (source.in === 'clientCert'))
        problem(
          path,
          isCertificate
            ? `"${id}" is an issuer of certificates, which are read from clientCert: change "in" to clientCert`
            : `"${id}" is not an issuer of certificates, so its credentials cannot be in clientCert`,
        );
      if (tickets.has(id) && source.in === 'header')
        problem(
          path,
          `"${id}" issues tickets, which cannot be in a header: change "in" to query or subprotocol`,
        );
    }
    if (source.in === 'subprotocol' && source.marker.toLowerCase() !== SUBPROTOCOL_MARKER)
      warning(
        ['sources', index, 'marker'],
        `ws-connect returns only the subprotocol "${SUBPROTOCOL_MARKER}", and a browser closes the connection if the response has none of the subprotocols that it offered. The marker of this source is ${JSON.stringify(source.marker)}; write ${JSON.stringify(SUBPROTOCOL_MARKER)} instead, or handle $connect in a function of your own`,
      );
    if (WEBSOCKET_ONLY.includes(source.in) && kind !== 'websocket')
      problem(['sources', index, 'in'], describeOnlyFor('websocket', kind));
  }
}

function describeOnlyFor(only: ApiKind, kind: ApiKind): string {
  return `is for ${API_NAMES[only]} APIs only; this API is of type ${API_NAMES[kind]}`;
}

function checkEachIssuer({ document, kind, snapshots, problem, warning }: IssuerCheck): void {
  const ids = document.issuers.map(({ id }) => id);
  const used = new Set(document.sources.flatMap(({ issuers }) => issuers));
  const trusted = new Set<string>();
  for (const [index, issuer] of document.issuers.entries()) {
    const path = ['issuers', index];
    if (ids.indexOf(issuer.id) !== index)
      problem([...path, 'id'], `the id "${issuer.id}" is used by two issuers`);
    if (!used.has(issuer.id))
      problem(path, `no source names "${issuer.id}", so its credentials are never read`);
    for (const [place, stage] of (issuer.only ?? []).entries())
      if (!Object.hasOwn(document.api, stage))
        problem([...path, 'only', place], `"${stage}" is not a stage under api`);
    if (isCertificateIssuer(issuer)) {
      for (const [place, role] of (issuer.roles ?? []).entries())
        if (!Object.hasOwn(document.roles ?? {}, role))
          problem([...path, 'roles', place], `"${role}" is not declared under roles`);
      continue;
    }
    if (isTicketIssuer(issuer)) {
      if (kind !== 'websocket') problem([...path, 'type'], `ticket ${describeOnlyFor('websocket', kind)}`);
      continue;
    }
    if (isKeyIssuer(issuer)) {
      const { prefix } = issuer;
      if (trusted.has(prefix))
        problem(
          path,
          `the keys of issuer "${issuer.id}" begin with "${prefix}", which another issuer also uses`,
        );
      trusted.add(prefix);
      if (issuer.nativeUsagePlan === true && kind !== 'rest')
        problem([...path, 'nativeUsagePlan'], describeOnlyFor('rest', kind));
      if (issuer.nativeUsagePlan === true && document.quota?.admissionKey !== undefined)
        problem(
          [...path, 'nativeUsagePlan'],
          'does not work with quota.admissionKey, because an authorizer can return only one API Gateway key',
        );
      continue;
    }
    if (snapshotDays(issuer) !== undefined && snapshots?.has(issuer.id) !== true)
      problem(
        [...path, 'jwks', 'snapshotMaxAgeDays'],
        'the keys have not been fetched: run gatewright access snapshot',
      );
    const { issuer: name } = compileIssuer(issuer).trust;
    if (trusted.has(name))
      problem(path, `the tokens of issuer "${issuer.id}" have iss "${name}", which another issuer also uses`);
    trusted.add(name);
    const other = otherSpelling(name);
    if (other !== undefined)
      warning(
        [...path, 'issuer'],
        `tokens of this issuer have iss "${other}", not "${name}": correct the issuer`,
      );
  }
}

function otherSpelling(issuer: string): string | undefined {
  if (!URL.canParse(issuer)) return undefined;
  const { hostname } = new URL(issuer);
  const known = SLASHES.find(({ host }) => host.test(hostname));
  if (known === undefined || known.hasSlash === issuer.endsWith('/')) return undefined;
  return known.hasSlash ? `${issuer}/` : issuer.slice(0, -1);
}
