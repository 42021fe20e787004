/** Provides the console with the access documents that are next to the gateway's sources. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asList, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { buildAccess } from '@gatewright/authoring/compile/build-access';
import { checkPlan } from '@gatewright/authoring/check/check-plan';
import { readAccessFiles } from '@gatewright/authoring/files/access-files';
import { readDocument } from '@gatewright/authoring/document/read-access-document';
import { findAccess, listAccess, withAuthorizers } from '@gatewright/authoring/find/find-access';
import { findAdmittedKey, keyCustomer, keyOptions } from '@gatewright/authoring/find/admitted-key';
import { findAdmittedToken } from '@gatewright/authoring/find/admitted-token';
import { findLacking } from '@gatewright/authoring/find/find-lacking';
import { describeAccess, describeMcpRule } from '@gatewright/authoring/find/describe-access';
import { rulesNaming } from '#shared/access/decide/mcp-rules.ts';
import { AccessQueryError, findRefusal } from '@gatewright/authoring/find/caller-spec';
import type {
  CompiledAccess,
  CompiledDocument,
  CompiledRoute,
  CompiledRule,
} from '#shared/access/compiled-document.ts';
import { UsageError } from '@gatewright/aws/usage-error';
import type { AdminTarget } from '../../../terminal/admin-client.ts';
import { describeTerms, readLedger, withLedger } from './spent-quota.ts';
import type { Ledger } from './spent-quota.ts';
import type {
  AccessBook,
  AskedLimit,
  AccessQuestion,
  AccessReply,
  AccessVerdict,
  AskedOfServer,
  ShownAccess,
} from '../../../../gateway/engine/index.ts';

/**
 * Opens the access documents for the console.
 * @param stage the stage of the stack that contains the authorizers
 * @param findTarget returns the admin API of the running gateway; undefined if it has none
 */
export function openAccessBook(
  sources: readonly string[],
  stage: string,
  findTarget: () => AdminTarget | undefined,
): AccessBook {
  const read = (): readonly CompiledDocument[] => sources.flatMap(readDocuments);
  // The caller asks about a request for which an authorizer was called.
  const documentOf = (asked: { readonly apiId: string; readonly stage: string }) =>
    read()
      .map(withAuthorizers)
      .find(({ apis }) => apis.some((api) => api.apiId === asked.apiId && api.stage === asked.stage));
  return {
    decide: (question, nowEpochSeconds, message) => decideIn(sources, question, nowEpochSeconds, message),
    documents: () => read().map((document) => showDocument(document, stage)),
    localToken(asked, includes) {
      const document = documentOf(asked);
      return document && findAdmittedToken(document, stage, asked, includes)?.token;
    },
    placeOfLimit: (asked) =>
      sources.map((source) => findLimitPlace(source, asked)).find((place) => place !== undefined),
    newKey(asked) {
      const document = documentOf(asked);
      const key = document && findAdmittedKey(document, stage, asked, read());
      return key && { options: keyOptions(key), customer: keyCustomer(key) };
    },
    async ask(question, nowEpochSeconds) {
      const document = read().find(({ name }) => name === question.document);
      if (document === undefined)
        return { kind: 'problem', problem: `There is no access document ${question.document}.` };
      try {
        return await answer(document, question, nowEpochSeconds, findTarget());
      } catch (error) {
        if (!(error instanceof AccessQueryError)) throw error;
        const { part, message } = error;
        return { kind: 'problem', problem: part === undefined ? message : `The ${NAMES[part]} ${message}` };
      }
    },
  };
}

const NAMES = { token: 'token', claims: 'text of the claims', ip: 'address' };

/** Reads the compiled documents. `compiled.json` is never incomplete, because it is replaced atomically. */
export function readDocuments(source: string): readonly CompiledDocument[] {
  const file = join(source, 'access', 'compiled.json');
  if (!existsSync(file)) return [];
  const compiled = parseJsonObject(readFileSync(file, 'utf8')) as CompiledAccess | undefined;
  return compiled?.documents ?? [];
}

function decideIn(
  sources: readonly string[],
  { roles, scopes, method, path, ...said }: AccessQuestion,
  nowEpochSeconds: number,
  message: AskedOfServer | undefined,
): AccessVerdict | undefined {
  for (const source of sources) {
    const document = readDocuments(source).find(({ name }) => name === said.document);
    if (document === undefined) continue;
    try {
      const caller = { ...said, role: roles, scope: scopes };
      const ruled = withAuthorizers(document);
      const found = findAccess(ruled, method, path, caller, nowEpochSeconds);
      const { word, reason, caller: seen, rules, verdict } = found;
      const { file, places, mcpPlaces } = readRulePlaces(source, document.name);
      const lacksOf = ({ effect, when }: Pick<CompiledRule, 'effect' | 'when'>): readonly string[] =>
        effect === 'allow' ? findLacking(document, when, caller, nowEpochSeconds) : [];
      return {
        word,
        reason,
        version: document.version,
        isListedOpen: ruled !== document && isOpen(document, verdict.route),
        file,
        isFileNewer:
          isNewer(file, join(source, 'access', 'compiled.json')) && compilesToOther(source, document),
        caller: seen,
        rules: rules.map((text) => {
          const id = text.slice(0, text.indexOf(':'));
          const rule = document.rules.find((each) => each.id === id);
          return { text, place: places.get(id), lacks: rule === undefined ? [] : lacksOf(rule) };
        }),
        mcpRules: (message === undefined ? [] : rulesNaming(document, message)).map((rule) => ({
          text: describeMcpRule(rule, document),
          place: mcpPlaces.get(rule.id),
          lacks: lacksOf(rule),
        })),
      };
    } catch (error) {
      if (error instanceof AccessQueryError) return undefined;
      throw error;
    }
  }
  return undefined;
}

function isOpen({ routes }: CompiledDocument, route: Omit<CompiledRoute, 'isOpen'> | undefined): boolean {
  return routes.some(
    (each) => each.isOpen === true && each.method === route?.method && each.path === route.path,
  );
}

type RulePlaces = {
  readonly file: string | undefined;
  readonly places: ReadonlyMap<string, string>;
  /** Locations of the rules under `mcp`. */
  readonly mcpPlaces: ReadonlyMap<string, string>;
};

/**
 * Finds the file of a document, and returns the locations of its rules by their ids. A location is a string such as
 * `access/orders.yml:12`.
 */
function readRulePlaces(source: string, name: string): RulePlaces {
  const named = findDocumentFile(source, name);
  if (named === undefined) return { file: undefined, places: new Map(), mcpPlaces: new Map() };
  const { file, text, sharing } = named;
  const reading = readDocument(text, file, sharing);
  if (reading.kind === 'invalid') return { file, places: new Map(), mcpPlaces: new Map() };
  const { document, locate } = reading;
  const placesOf = (rules: readonly { readonly id: string }[], path: readonly string[]) =>
    new Map(
      rules.map(({ id }, index) => {
        const place = locate([...path, index], '');
        return [id, `${place.file}:${place.line}`] as const;
      }),
    );
  return {
    file,
    places: placesOf(document.rules, ['rules']),
    mcpPlaces: placesOf(document.mcp?.rules ?? [], ['mcp', 'rules']),
  };
}

/** Finds a limit of a customer plan in the quota section of a document. */
function findLimitPlace(source: string, { document: name, plan, limit, of }: AskedLimit): string | undefined {
  const named = findDocumentFile(source, name);
  const reading = named && readDocument(named.text, named.file, named.sharing);
  if (reading === undefined || reading.kind === 'invalid') return undefined;
  const { document, locate } = reading;
  const plans = document.quota?.plans ?? [];
  const index = plans.findIndex(({ id }) => id === plan);
  const limits = asList(membersOf(plans[index])['limits']).map(membersOf);
  const position = limits.findIndex(({ id }) => id === limit);
  if (position === -1) return undefined;
  const found = limits[position] ?? {};
  const member = ['quota', 'rate', 'concurrency'].find((one) => one in found);
  // A customer may have a limit of its own, and the plan in force may have been saved later than the document.
  const { quota, overage = 0, rate, burst, concurrency } = found;
  const known = [quota, Number(quota) + Number(overage), rate, burst, concurrency];
  if (of !== undefined && !known.includes(of)) return undefined;
  const path = ['quota', 'plans', index, 'limits', position];
  const place = locate([...path, ...(member === undefined ? [] : [member])], '');
  return `${place.file}:${place.line}`;
}

/**
 * Finds the file of a document. If the folder cannot be read, it returns undefined, because only the locations of rules
 * are then missing.
 */
function findDocumentFile(source: string, name: string) {
  try {
    return readAccessFiles(join(source, 'access')).find((each) => each.name === name);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function isNewer(file: string | undefined, compiled: string): boolean {
  const changed = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  const built = statSync(compiled, { throwIfNoEntry: false });
  return changed !== undefined && built !== undefined && changed.mtimeMs > built.mtimeMs;
}

/**
 * Returns whether the files of the folder compile to another version of the document, or to none. The times of the
 * files cannot show this: `git clone` writes files in any order.
 */
function compilesToOther(source: string, { name, version }: CompiledDocument): boolean {
  const { compiled } = buildAccess(readAccessFiles(join(source, 'access')), checkPlan);
  return compiled.documents.find((each) => each.name === name)?.version !== version;
}

function showDocument(document: CompiledDocument, stage: string): ShownAccess {
  const { columns, rows, notes } = describeAccess(document);
  return {
    name: document.name,
    kind: document.kind,
    columns,
    apis: document.apis
      .filter((api) => api.for === stage)
      .map((api) => ({ apiId: api.apiId, stage: api.stage })),
    issuers: [...document.issuers, ...document.apiKeys, ...document.tickets].map(({ id }) => id),
    rows: rows.map(({ route: { method, path }, cells, rules, isCharged }) => ({
      method,
      path,
      cells,
      rules,
      isCharged,
    })),
    notes,
  };
}

async function answer(
  document: CompiledDocument,
  { method, path, roles, scopes, ...said }: AccessQuestion,
  nowEpochSeconds: number,
  target: AdminTarget | undefined,
): Promise<AccessReply> {
  const request = { ...said, role: roles, scope: scopes };
  if (path === undefined && document.kind !== 'websocket') {
    const answers = listAccess(document, request, nowEpochSeconds);
    const ledger = await ledgerOf(answers, target);
    const routes = answers.map((each) => withLedger(each, ledger, document));
    return {
      kind: 'routes',
      routes: routes.map(({ route, word, reason }) => ({ route, word, reason })),
      refusal: findRefusal(document, request, nowEpochSeconds),
      unasked: unaskedOf(ledger),
    };
  }
  const found = findAccess(document, method, path, request, nowEpochSeconds);
  const ledger = await ledgerOf([found], target);
  const {
    verdict,
    word,
    reason,
    caller,
    quota,
    rules,
    terms,
    left = [],
  } = withLedger(found, ledger, document);
  const plan = terms?.['plan'] === undefined ? quota : `plan ${describeTerms(terms)}`;
  const { route } = verdict;
  return {
    kind: 'answer',
    answer: {
      word,
      reason,
      caller,
      quota: plan === undefined ? undefined : [plan, ...left].join('; '),
      rules,
      refusal: verdict.refusal,
      route: route && `${route.method} ${route.path}`,
    },
    unasked: unaskedOf(ledger),
  };
}

async function ledgerOf(
  answers: Parameters<typeof readLedger>[0],
  target: AdminTarget | undefined,
): Promise<Ledger | undefined> {
  if (target !== undefined) return await readLedger(answers, { target });
  return answers.some(({ charge }) => charge.quota !== undefined)
    ? { kind: 'unasked', reason: 'the local gateway does not serve the stack that counts the quota' }
    : undefined;
}

function unaskedOf(ledger: Ledger | undefined): string | undefined {
  return ledger?.kind === 'unasked' ? ledger.reason : undefined;
}
