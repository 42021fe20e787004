/** Explains the failure of a function, with the place of the error and the remedy for its kind. */
import {
  ADD_DISCONNECT,
  adviseInstall,
  adviseLimit,
  adviseOnConnections,
  describeGone,
} from './call-advice.ts';
import { adviseEmulator, isOfConnection } from './endpoint-advice.ts';
import { adviseQuotaFailure } from './explain-handler-quota.ts';
import { adviseFunctionError, describeMisread } from './function-error-advice.ts';
import { atErrorPlace, formatLastLine, listed, withStop } from './reason.ts';
import type { Circumstances, IntegrationCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/**
 * Explains that a function failed, and that an integration response with a SelectionPattern gave the error
 * its status.
 */
export function explainSelectedFailure(about: Circumstances, integration: IntegrationCircumstances): Reason {
  const { because, changes } = explainFailure(about, integration, true);
  const [failed = '', ...more] = because;
  return {
    because: [
      failed,
      `The SelectionPattern of an integration response matches the error message, and this response sets the status to ${about.status}.`,
      ...more,
    ],
    changes,
  };
}

export function explainFailure(
  about: Pick<Circumstances, 'protocol' | 'stages' | 'domain' | 'kind' | 'guard' | 'untold'>,
  integration: IntegrationCircumstances,
  isSelected = false,
): Reason {
  const { errorType = 'an error', errorMessage = '' } = integration;
  return {
    because: [
      withStop(`${nameOf(integration)} failed with ${errorType}: ${errorMessage}`),
      ...(integration.misread === undefined
        ? describeGaps(integration)
        : describeMisread(integration.misread)),
      ...describeDecodedTwice(integration),
      ...describeEncodedKey(integration),
      ...describeGone(errorType, about.untold),
      ...(integration.keptBusyBy === undefined
        ? []
        : [
            `A handler that responds with its callback ends only when the event loop is empty (callbackWaitsForEmptyEventLoop is true), and ${integration.keptBusyBy} keeps it busy, even if the callback was called at once.`,
          ]),
      ...printed(integration),
    ],
    changes: [
      (isOfConnection(errorType, errorMessage) ? adviseEmulator(integration.lines) : undefined) ??
        adviseInstall(errorType, errorMessage) ??
        (about.protocol === 'websocket' || errorType === 'GoneException'
          ? adviseOnConnections(errorType, errorMessage, about)
          : undefined) ??
        adviseKeptBusy(integration) ??
        adviseDecodedTwice(integration) ??
        adviseEncodedKey(integration) ??
        adviseExport(integration) ??
        adviseLimit(errorType, integration.target ?? '', integration.payload, errorMessage) ??
        adviseQuotaFailure(errorMessage, about) ??
        adviseFunctionError({ ...integration, errorType, errorMessage, named: nameWithin(integration) }) ??
        adviseErrorPlace(integration, isSelected),
      ...((about.untold ?? []).length === 0 || about.kind === 'disconnect' ? [] : [ADD_DISCONNECT]),
    ],
  };
}

/** Names the handler that the code exports, if only one exported function can be meant. */
function adviseExport({
  exported = [],
  errorMessage = '',
  target = '',
}: IntegrationCircumstances): string | undefined {
  const [name, ...others] = exported;
  if (name === undefined) return undefined;
  const [, given, python] =
    /^(\S+) is undefined or not exported|on module '([^']+)'/.exec(errorMessage) ?? [];
  const module = python ?? given?.replace(/\.[^./]+$/, '') ?? '';
  return others.length === 0
    ? `Set Handler of ${target} to ${module}.${name}: the module has ${name}, and nothing else that can be the handler. Or rename ${name} in the code.`
    : `Set Handler of ${target} to what the module has: ${exported.map((one) => `${module}.${one}`).join(' or ')}. Or rename one of them in the code.`;
}

function adviseKeptBusy({ keptBusyBy }: IntegrationCircumstances): string | undefined {
  return keptBusyBy === undefined
    ? undefined
    : `Write context.callbackWaitsForEmptyEventLoop = false in the handler, or make it async and return the response; or end what keeps the loop busy (${keptBusyBy}), with unref() for a timer. With a longer Timeout, the function would only fail later.`;
}

function describeDecodedTwice({ decodedTwice }: IntegrationCircumstances): string[] {
  if (decodedTwice === undefined) return [];
  const { member, decode } = decodedTwice;
  return [
    `API Gateway decodes the values of ${member.split('.')[0] ?? ''} before it calls the function: event.${member} contains a % that is only text, so ${decode} fails.`,
  ];
}

function adviseDecodedTwice({ decodedTwice, lines }: IntegrationCircumstances): string | undefined {
  return decodedTwice === undefined
    ? undefined
    : `Use event.${decodedTwice.member} as it is${atErrorPlace(lines)}, without ${decodedTwice.decode}.`;
}

function describeEncodedKey({ encodedKey }: IntegrationCircumstances): string[] {
  return encodedKey === undefined
    ? []
    : [
        `S3 encodes the names of objects in its events as URLs do: ${encodedKey.inEvent} is the object ${encodedKey.ofObject}.`,
      ];
}

function adviseEncodedKey({ encodedKey, lines }: IntegrationCircumstances): string | undefined {
  if (encodedKey === undefined) return undefined;
  const at = atErrorPlace(lines);
  const decode = /\.py\b/.test(at)
    ? 'urllib.parse.unquote_plus(key)'
    : "decodeURIComponent(key.replaceAll('+', ' '))";
  return `Decode the key of the event before the function uses it${at}: ${decode}.`;
}

function describeGaps({ bodyGap, eventGaps = [] }: IntegrationCircumstances): readonly string[] {
  if (bodyGap === undefined) return eventGaps;
  const { member, others } = bodyGap;
  const has = others.length === 0 ? 'no members at all' : listed(others);
  return [`The code reads ${member} from the JSON in the body of the request, but this JSON has ${has}.`];
}

function adviseErrorPlace(integration: IntegrationCircumstances, isSelected: boolean): string {
  const { bodyGap, lines } = integration;
  if (bodyGap !== undefined)
    return `Send ${bodyGap.member} in the body of the request. If clients may leave it out, give it a default${atErrorPlace(lines)}, or let the function answer 400 without it.`;
  const fix = `Fix the function${atErrorPlace(integration.lines)}${adviseDefault(integration)}`;
  return isSelected ? `${fix}.` : `${fix}. Whatever the error is, callers see only that the server failed.`;
}

/**
 * Advises a default for the member of the event that was null (docs/aws §3.1): the query, the path parameters or the
 * body.
 */
function adviseDefault({ errorMessage = '', eventGaps = [] }: IntegrationCircumstances): string {
  const [, read] = /^Cannot read properties of null \(reading '([\w$]+)'\)/.exec(errorMessage) ?? [];
  const said = eventGaps.join(' ');
  const member = ['queryStringParameters', 'pathParameters', 'body'].find((name) =>
    new RegExp(`\\b${name}\\b`).test(said),
  );
  return read === undefined || member === undefined
    ? ''
    : `: a member of the event that is null needs a default, such as (event.${member} ?? {}).${read}`;
}

export function printed({ lines }: IntegrationCircumstances): string[] {
  return formatLastLine(lines);
}

export function nameOf(integration: IntegrationCircumstances): string {
  const name = nameWithin(integration);
  return name.replace(/^the function /, 'Function ').replace(/^the /, 'The ');
}

/** Returns the name within a sentence: `the function list`, or the address of a backend. */
export function nameWithin({ kind, target, operation }: IntegrationCircumstances): string {
  if (kind === 'mock') return 'the mock integration';
  if (operation !== undefined && target !== undefined)
    return `${operation} of ${target.split(', /', 1).join('')}`;
  const isFunction = kind === 'lambda-proxy' || kind === 'lambda-stream' || kind === 'function';
  return target === undefined ? 'the integration' : isFunction ? `the function ${target}` : target;
}
