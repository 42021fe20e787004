/**
 * Shows who may call which route. Documents are compiled outside of the gateway, so the command provides the functions
 * that read them.
 */
import type { TokenText } from '@gatewright/aws/text/token-options';
import { jsonReply } from '../../core/api-call.ts';
import type { ControlReply } from '../../core/api-call.ts';
import type {
  AccessQuestion,
  AccessReply,
  AskedOfServer,
  AccessVerdict,
  NewKey,
  ShownAccess,
  ShownAccessBook,
} from './access-model.ts';

type AskedOfApi = {
  readonly apiId: string;
  readonly stage: string;
  readonly method: string;
  readonly path: string;
  /** The identity sources of the route's authorizer. */
  readonly places: readonly { readonly kind: string; readonly name: string }[];
  /** The subject of the refused token. The suggested token has the same subject, unless no rule allows this subject. */
  readonly subject?: string | undefined;
};

export type AskedLimit = {
  /** The name of the document. */
  readonly document: string;
  readonly plan: string;
  readonly limit: string;
  /** The number of units that the limit has; undefined if the authorizer did not say. */
  readonly of: number | undefined;
};

/**
 * The access documents of this run. They are read again for each request, because they may change while the gateway
 * runs.
 */
export interface AccessBook {
  documents(): readonly ShownAccess[];
  ask(question: AccessQuestion, nowEpochSeconds: number): Promise<AccessReply>;
  /** Decides by the rules alone. Returns undefined if there is no such document, or the caller cannot be read. */
  decide(
    question: AccessQuestion,
    nowEpochSeconds: number,
    message?: AskedOfServer,
  ): AccessVerdict | undefined;
  /**
   * Returns what a token of the local issuer must contain so that the document of this API accepts the caller and its
   * rules allow the request. Returns undefined if no such token is admitted, if the API has no document, or if its
   * document trusts no issuer for which `includes` returns true.
   */
  localToken(asked: AskedOfApi, includes: (issuer: string) => boolean): TokenText | undefined;
  /**
   * Returns where the document defines a limit of a customer plan, such as `access/orders.yml:40`. Returns undefined if
   * the document does not define the limit, or defines it with a different number of units, because the usage table has
   * the plan that is in force.
   */
  placeOfLimit?(limit: AskedLimit): string | undefined;
  /**
   * Returns how to create a key that the document of this API admits. Returns undefined if the API has no document, or
   * if no such key is admitted.
   * @param asked.isChargedByHandler whether the handler of the route charges requests
   */
  newKey(asked: AskedOfApi & { readonly isChargedByHandler: boolean }): NewKey | undefined;
}

const MAX_TEXT = 20_000;
const MAX_NAMES = 50;

/** @param nameOf returns the name of an API by its id; undefined if this run does not serve it */
export function showAccess(
  book: AccessBook | undefined,
  isPublished: boolean,
  nameOf: (apiId: string) => string | undefined,
): ShownAccessBook {
  const documents = (book?.documents() ?? []).map((document) => ({
    ...document,
    apis: document.apis.map((api) => ({ ...api, apiName: nameOf(api.apiId) })),
  }));
  const isServed = ({ apis }: ShownAccess): boolean => apis.some(({ apiName }) => apiName !== undefined);
  // Documents of served APIs come first, because the page opens the first document.
  return { documents: documents.toSorted((a, b) => Number(isServed(b)) - Number(isServed(a))), isPublished };
}

export async function sendAccess(
  book: AccessBook | undefined,
  body: Readonly<Record<string, unknown>>,
  nowEpochSeconds: number,
): Promise<ControlReply> {
  const question = readQuestion(body);
  if (question === undefined)
    return jsonReply(400, {
      message:
        'Expected {"document", "method", "path", "token" or "claims": JSON, "issuer", "roles": list, "scopes": list, "ip"}',
    });
  if (book === undefined)
    return jsonReply(409, {
      message:
        'The program that started this gateway does not read access documents; start it with gatewright start.',
    });
  const reply = await book.ask(question, nowEpochSeconds);
  return reply.kind === 'problem' ? jsonReply(400, { message: reply.problem }) : jsonReply(200, reply);
}

function readQuestion(body: Readonly<Record<string, unknown>>): AccessQuestion | undefined {
  const { document, method, path, token, claims, issuer, ip, roles = [], scopes = [] } = body;
  if (typeof document !== 'string' || !isNames(roles) || !isNames(scopes)) return undefined;
  if (!isText(method) || !isText(path) || !isText(token)) return undefined;
  if (!isText(claims) || !isText(issuer) || !isText(ip)) return undefined;
  return { document, method, path, token, claims, issuer, ip, roles, scopes };
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT);
}

function isNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_NAMES &&
    value.every((name: unknown) => typeof name === 'string' && name.length <= MAX_TEXT)
  );
}
