/**
 * Finds the secrets that a record stores under a name, so that they are also removed where they repeat. For example, a
 * function may print a token without the header's name.
 */
import { readDecision } from './read-decision.ts';
import { findSecrets, withoutScheme } from './redact.ts';
import { isEvent } from './recorded-request.ts';
import { describeSent } from './sent.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Caller, Received } from '../../core/exchange.ts';
import type { Recorded, RecordedEvent, RecordedOutcome, RecordedRequest } from './recorded-request.ts';
import type { RequestDetail } from './model.ts';
import type { Redactor } from './redact.ts';

const MAX_OF_RECORD = 64;
const MAX_OF_STACKS = 256;

/** Returns the secrets of a record. The caller's secrets come first, because the number of secrets is limited. */
export function secretsOf(recorded: Recorded, names: ReadonlySet<string>): readonly string[] {
  const visit = (redactor: Redactor): void => {
    if (isEvent(recorded)) visitEvent(recorded, redactor);
    else visitRequest(recorded, redactor);
  };
  const found = findSecrets(visit, MAX_OF_RECORD, names);
  if (isEvent(recorded)) return found;
  // An identity source may be a fact of the request, such as `$context.routeKey`. The authorizer's event contains this
  // fact next to the token. The fact is not a secret, and every sentence about the request contains it.
  const { method, path, rawPath, route, stage, sourceIp, api } = recorded.received;
  // In the record of a decision and in the context, `key` is the id of an API key. Commands need the id.
  const ids = keyIdsOf(recorded.received);
  const facts = [method, path, rawPath, route?.routeKey, stage?.name, sourceIp, api.apiId, ...ids];
  return found.filter((secret) => !facts.includes(secret));
}

/**
 * Returns the principal that an authorizer named. A client's key may begin with it. Example: `partner-north-7f3a9c`.
 * Returns undefined if the name may be a part of the secret itself, because it has digits or ends within a word.
 */
function principalOf(recorded: Recorded): string | undefined {
  const { caller } = recorded;
  const principal = caller?.kind === 'lambda' ? caller.principalId : undefined;
  if (principal === undefined || isEvent(recorded) || !/^[A-Za-z][A-Za-z_.@-]*$/.test(principal))
    return undefined;
  const sent = recorded.received.headers.lines.join('\n');
  const isCut = sent
    .split(principal)
    .slice(1)
    .some((rest) => /^[A-Za-z0-9]/.test(rest));
  return isCut ? undefined : principal;
}

/**
 * Returns the names that a record mentions and that the owner of the API gave: of the API, the customer, plans, limits,
 * keys, documents, rules and roles. A secret may begin with such a name.
 */
export function namesOf(recorded: Recorded): ReadonlySet<string> {
  const { caller } = recorded;
  const decided = caller?.kind === 'lambda' ? readDecision(caller.context) : undefined;
  const { document, customer, limit, key: keyId, rules = [], roles = [] } = decided ?? {};
  const named = [document, customer, limit, keyId, ...rules, ...roles, principalOf(recorded)];
  if (isEvent(recorded)) return toSet([...named, recorded.found?.api.name]);
  const { metered, received } = recorded;
  const key = metered?.holder?.apiKey ?? received.apiKey;
  return toSet([...named, key?.name, metered?.holder?.plan.name, received.api.name, ...keyIdsOf(received)]);
}

/**
 * Matches an API key of the toolkit, which has its id in the middle (shared/access/keys/api-key.ts). The id is not
 * secret.
 */
const TOOLKIT_KEY = /^[a-z][a-z0-9_]*_([0-9A-Za-z]{16})_[0-9A-Za-z]{36}$/;

function keyIdsOf({ headers }: Received): readonly string[] {
  return headers.lines.flatMap((text) => TOOLKIT_KEY.exec(withoutScheme(text) ?? text)?.[1] ?? []);
}

function toSet(names: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(names.filter((name) => name !== undefined));
}

/** Returns the secrets in the environments of functions. They are treated as secrets in every record. */
export function secretsOfStacks(stacks: readonly ResolvedStack[]): readonly string[] {
  return findSecrets((redactor) => {
    for (const { functions } of stacks)
      for (const { environment } of functions)
        for (const [name, value] of Object.entries(environment)) redactor.value(name, value);
  }, MAX_OF_STACKS);
}

function visitRequest(recorded: RecordedRequest, redactor: Redactor): void {
  const { received, authorizerCall, outcome, replyHeaders, replyBody } = recorded;
  visitHeaders(received.headers.lines, redactor);
  redactor.query(received.rawQuery);
  visitText(received.body, redactor);
  // The authorizer's event is searched as well: it contains everything that the authorizer reads, under names that the
  // redactor recognizes as names of secrets.
  visitText(authorizerCall?.event, redactor);
  if (recorded.isEventItsOwn) redactor.text(JSON.stringify(factsOf(received)));
  else {
    const sent = recorded.sent ?? describeSent(received);
    visitHeaders(sent?.headers ?? [], redactor);
    visitText(sent?.body, redactor);
  }
  visitOutcome(authorizerCall?.result, redactor);
  visitOutcome(outcome, redactor);
  visitHeaders(replyHeaders, redactor);
  visitText(replyBody, redactor);
}

/**
 * Returns the members of an event other than headers, query and body. The whole event is not built, because that
 * would be too slow: the list of requests has up to 10,000 records, and each is searched.
 */
function factsOf({ path, pathParameters, stage, caller, apiKey, clientCertificate }: Received): object {
  return {
    path,
    pathParameters,
    stageVariables: stage?.variables,
    clientCertificate,
    authorizer: caller && describeCaller(caller),
    apiKey: apiKey?.value,
  };
}

function describeCaller(caller: Caller): object {
  switch (caller.kind) {
    case 'anonymous':
      return {};
    case 'lambda':
      return { principalId: caller.principalId, ...caller.context };
    case 'jwt':
      return { claims: caller.claims };
    case 'iam':
      return { accessKey: caller.accessKey, userArn: caller.userArn };
  }
}

function visitEvent({ body, payload, outcome, reply }: RecordedEvent, redactor: Redactor): void {
  visitText(body, redactor);
  visitText(payload, redactor);
  visitOutcome(outcome, redactor);
  visitText(reply, redactor);
}

function visitHeaders(headers: readonly string[], redactor: Redactor): void {
  for (let index = 0; index + 1 < headers.length; index += 2)
    redactor.value(headers[index] ?? '', headers[index + 1] ?? '');
}

function visitOutcome(outcome: RecordedOutcome | undefined, redactor: Redactor): void {
  if (outcome === undefined) return;
  if ('payload' in outcome) visitText(outcome.payload, redactor);
  if (outcome.kind === 'answered') visitText(outcome.body, redactor);
}

function visitText(data: string | Buffer | undefined, redactor: Redactor): void {
  if (data !== undefined && data.length > 0) redactor.text(data.toString());
}

/** Members that programs use. They contain no text of callers or functions, and programs look up records by them. */
const FIXED: ReadonlySet<string> = new Set([
  'id',
  'kind',
  'protocol',
  'apiId',
  'stage',
  'method',
  'phase',
  'code',
  'cache',
  'connectionId',
  'name',
  'outcome',
  'form',
  'decision',
  'effect',
  'from',
  'of',
]);

/** Masks repeated secrets in a record, including the sentences and facts that are derived from its texts. */
export function maskRepeats(detail: RequestDetail, redactor: Redactor): RequestDetail {
  return mask(detail, redactor) as RequestDetail;
}

function mask(node: unknown, redactor: Redactor): unknown {
  if (typeof node === 'string') return redactor.repeated(node);
  if (Array.isArray(node)) return node.map((item) => mask(item, redactor));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, item]) => [
      name,
      FIXED.has(name) && typeof item === 'string' ? item : mask(item, redactor),
    ]),
  );
}
