import { atErrorPlace, findNotedLine } from './reason.ts';
import { nameSetting } from './setting-text.ts';
import { adviseToken, tokenCommandOf } from './token-advice.ts';
import type { AuthorizerMistake, AuthorizerResultPart } from '../../core/defect.ts';
import { adviseFunctionError } from './function-error-advice.ts';
import { adviseInstall, adviseLimit } from './call-advice.ts';
import { adviseEmulator, isOfConnection } from './endpoint-advice.ts';
import { COMPILE } from './explain-access.ts';
import type { Circumstances, GuardCircumstances } from './circumstances.ts';

/**
 * Describes the credential to send. A user's own function decides which credentials it accepts; the toolkit's
 * authorizers and local stand-ins of issuers accept local tokens.
 */
export function describeCredential(about: Circumstances, guard: GuardCircumstances, missing: string): string {
  const { functionName, name, kind } = guard;
  const command = tokenCommandOf({ ...guard, isDeployed: about.isDeployed });
  const isUsual = missing === 'header Authorization';
  const token = `${isUsual ? 'Bearer followed by ' : ''}a token from ${command ?? ''}`;
  if (kind !== 'lambda')
    return command === undefined
      ? `. ${adviseToken({ ...guard, isDeployed: about.isDeployed }).replace(/\.$/, '')}`
      : `: ${token}`;
  const own = `with a credential that ${functionName === undefined ? `the authorizer ${name}` : `the function ${functionName}`} accepts`;
  if (command !== undefined) return ` ${own}, for example ${token}`;
  return ` ${own}${suggestKey(about, guard)}`;
}

/** Returns the commands that create an API key, if the access document admits such a key; otherwise nothing. */
export function suggestKey(
  { isDeployed }: Pick<Circumstances, 'isDeployed'>,
  { newKey }: GuardCircumstances,
): string {
  if (newKey === undefined || isDeployed) return '';
  const { options, customer } = newKey;
  const { name = '', plan = 'PLAN' } = customer ?? {};
  const listed = customer?.plan === undefined ? ' (`gatewright plan list` prints the plans)' : '';
  const after =
    customer === undefined ? '' : `, after \`gatewright customers create ${name} ${plan}\`${listed}`;
  return `, for example a new key from \`gatewright keys create${options}\`${after}`;
}

/** An error that is probably about the credential, and not a bug of the function. */
const OF_CREDENTIAL =
  /\b(?:expired|jwt|token|signature|credentials?|unauthori[sz]ed|not authori[sz]ed|forbidden|denied)\b/i;

/** See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
function adviseRefusal(failure: string, form: ResultForm, isOfPython: boolean): string {
  // The name of the authorizer itself often contains “token”, so it is removed first.
  if (!OF_CREDENTIAL.test(failure.replace(/^.*? failed with /s, ''))) return '';
  const thrown = isOfPython ? "raise Exception('Unauthorized')" : "throw new Error('Unauthorized')";
  return form.protocol === 'http'
    ? ` To refuse a credential, return ${refusalOf(form)}: ${describeErrors(form)}.`
    : ` To refuse a credential, write ${thrown} in the function: API Gateway responds with 401 to exactly this message, and with 500 to every other error.`;
}

function isPython(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes('Traceback (most recent call last)'));
}

export function adviseFix(
  { defect, protocol, definition, failure = '' }: Circumstances,
  { functionName, name, lines, simpleResponses, isPayload2, misread }: GuardCircumstances,
): string {
  const named = functionName ?? name;
  const form = { protocol, simpleResponses, isPayload2, definition };
  if (defect?.kind !== 'authorizer') return adviseResult(named, protocol, simpleResponses);
  const isUnreached =
    defect.code === 'timed-out' ||
    (defect.code === 'failed' && isOfConnection(defect.errorType ?? '', failure));
  const emulator = isUnreached ? adviseEmulator(lines) : undefined;
  if (emulator !== undefined) return emulator;
  switch (defect.code) {
    case 'timed-out':
      return `Make the function ${named} respond within ${secondsOf(protocol)} s: this limit of API Gateway is fixed, and the function's Timeout does not change it. Give slow calls within the function a shorter time limit, or keep what they return for later invocations.`;
    case 'failed':
      return (
        adviseToolkit(named, lines) ??
        adviseInstall(defect.errorType ?? '', failure) ??
        adviseError(defect, named, form) ??
        adviseFunctionError({
          errorType: defect.errorType ?? '',
          errorMessage: failure,
          lines,
          misread,
          named: `the function ${named}`,
        }) ??
        `Fix the function ${named}${atErrorPlace(lines)}: it failed with that error before it returned a response.${adviseRefusal(failure, form, isPython(lines))}`
      );
    case 'refused':
      return `Correct what the error message names: the call was refused before the function ${named} ran.`;
    case 'malformed':
      if (defect.given !== undefined) return adviseMistake(named, defect.given, form);
      return advisePart(named, defect.part, defect.member, form);
    case 'identity-missing':
    case 'identity-mismatch':
    case 'unauthorized':
      return adviseResult(named, protocol, simpleResponses);
  }
}

/** Returns how long API Gateway waits for the function of an authorizer; no setting changes it (docs/aws §4.3). */
function secondsOf(protocol: Circumstances['protocol']): number {
  return protocol === 'http' ? 10 : 29;
}

/** Advises on a misspelled refusal, or on an error that Lambda itself reports (docs/aws §4.3). */
function adviseError(
  {
    errorType,
    meansRefusal,
  }: { readonly errorType?: string | undefined; readonly meansRefusal?: true | undefined },
  named: string,
  form: ResultForm,
): string | undefined {
  if (meansRefusal === true)
    return form.protocol === 'http'
      ? `To refuse a request, make the function ${named} return ${refusalOf(form)}: ${describeErrors(form)}.`
      : `To refuse a request with 401, make the function ${named} throw an error whose message is exactly Unauthorized; every other error becomes 500.`;
  if (errorType === 'Sandbox.Timedout')
    return `Make the function ${named} finish sooner, or give it a larger Timeout (3 s if the template sets none): API Gateway waits ${secondsOf(form.protocol)} s for an authorizer.`;
  return errorType === undefined ? undefined : adviseLimit(errorType, named);
}

function refusalOf({ simpleResponses }: ResultForm): string {
  return simpleResponses === true ? 'isAuthorized: false' : 'a policy with Deny';
}

/**
 * Describes how an HTTP API answers errors of an authorizer's function, unless --assume http-unauthorized-status
 * chooses otherwise (docs/aws §4.8).
 */
function describeErrors({ isPayload2 }: ResultForm): string {
  return isPayload2 === true
    ? 'with payload format 2.0, every error becomes 500'
    : 'with payload format 1.0, every error whose message is not exactly Unauthorized becomes 500';
}

function adviseResult(
  named: string,
  protocol: Circumstances['protocol'],
  simpleResponses: boolean | undefined,
): string {
  if (simpleResponses === true)
    return `Fix the function ${named}: it must return isAuthorized, because EnableSimpleResponses of the authorizer is true.`;
  const isOpen = protocol === 'http' && simpleResponses === undefined;
  return `Fix the function ${named}: it must return a principalId and a policyDocument${isOpen ? ' (or isAuthorized)' : ''}.`;
}

/** Says what the function returned instead of an authorizer's result; empty if that is unknown. */
export function describeMistake({ defect }: Pick<Circumstances, 'defect'>): string[] {
  if (defect?.kind !== 'authorizer' || defect.code !== 'malformed' || defect.given === undefined) return [];
  switch (defect.given.kind) {
    case 'response':
      return [
        `It returned statusCode ${defect.given.statusCode}, as the function of a route does. The result of an authorizer has no status.`,
      ];
    case 'simple':
      return [
        'It returned isAuthorized, which API Gateway reads only for an HTTP API, with payload format 2.0 and EnableSimpleResponses.',
      ];
    case 'policy':
      return ['It returned a policy, but EnableSimpleResponses of the authorizer is true.'];
    case 'value':
      return [
        defect.given.value === 'null'
          ? 'It returned nothing (null), as a handler without a return does.'
          : `It returned only ${defect.given.value}.`,
      ];
  }
}

function adviseMistake(named: string, { kind }: AuthorizerMistake, form: ResultForm): string {
  const { protocol, simpleResponses } = form;
  const isSimple = simpleResponses === true;
  const allow = isSimple ? '{ isAuthorized: true }' : 'a principalId and a policyDocument with Allow';
  const refuse =
    protocol === 'http'
      ? `To refuse a request with 403, return ${isSimple ? '{ isAuthorized: false }' : 'a policy with Deny'} from the function.`
      : 'To refuse a request, throw an error whose message is exactly Unauthorized (401), or return a policy with Deny (403).';
  switch (kind) {
    case 'response':
    case 'value':
      return `Return ${allow} from the function ${named} for a request that may pass. ${refuse}`;
    case 'simple':
      return protocol === 'http'
        ? `Set ${nameSetting('simpleResponses', form.definition)}${form.isPayload2 === true ? '' : ', with AuthorizerPayloadFormatVersion 2.0'}, or return a principalId and a policyDocument from the function ${named}.`
        : `Return a principalId and a policyDocument from the function ${named} instead of isAuthorized. ${refuse}`;
    case 'policy':
      return `Return { isAuthorized: true } or { isAuthorized: false } from the function ${named}, or set EnableSimpleResponses of the authorizer to false.`;
  }
}

type ResultForm = Pick<Circumstances, 'protocol' | 'definition'> &
  Pick<GuardCircumstances, 'simpleResponses' | 'isPayload2'>;

/** Says what a part of the result must be, and which function returns it. */
function advisePart(
  named: string,
  part: AuthorizerResultPart,
  member: string | undefined,
  { protocol, simpleResponses }: ResultForm,
): string {
  switch (part) {
    case 'result':
    case 'policyDocument':
      return adviseResult(named, protocol, simpleResponses);
    case 'policy':
      return `Correct the policyDocument that the function ${named} returns, as the sentence above says: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: ${protocol === 'http' ? 'routeArn' : 'methodArn'} of the event }] }, with exactly these member names.`;
    case 'isAuthorized':
      return `Return isAuthorized from the function ${named} as true or false, not as a string. To return a policy instead, set EnableSimpleResponses of the authorizer to false.`;
    case 'size':
      return `Return a shorter result from the function ${named}: the authorizer of a WebSocket API may return at most 8 KB.`;
    case 'resource':
      return `Shorten the Resource in the policy of the function ${named}, for example with a *: an ARN may have at most 512 characters.`;
    case 'principalId':
    case 'usageIdentifierKey':
      return `Return ${part} from the function ${named} as a string.`;
    case 'context':
      return `Return the context from the function ${named} as an object of names and values.`;
    case 'context-value':
      return `In the context that the function ${named} returns, make ${JSON.stringify(member ?? '')} a string, number or boolean, for example JSON text (JSON.stringify(value) in JavaScript, json.dumps(value) in Python). Only the authorizer of an HTTP API with payload format 2.0 may return objects and arrays.`;
    case 'context-claims':
      return `Rename the member claims in the context that the function ${named} returns: API Gateway reserves this name.`;
  }
}

/** Advice on failures of the toolkit's authorizers, by error code (docs/errors.md). */
const TOOLKIT_FAILURES: Readonly<Record<string, (named: string, document: string) => string>> = {
  PLAN_UNKNOWN: () =>
    'Save the customer plan that the error names with `gatewright plan save FILE`, or give the caller a plan that `gatewright plan list` shows.',
  PLAN_INVALID: () =>
    'Correct the member that the error names in the caller’s customer plan, and save the plan with `gatewright plan save FILE`.',
  API_UNKNOWN: () =>
    `If no access document names the API and its stage, first add the line that \`gatewright access check\` prints for them to a document for APIs of the same kind. Then run \`${COMPILE}\`, because a document protects an API only after this command has read its routes.`,
  KEY_SET_UNAVAILABLE: () => 'Make the key set of the issuer reachable, and send the request again.',
  STORE_UNAVAILABLE: () => 'Check that the DynamoDB tables of the stack respond, and send the request again.',
  CONFIG_INVALID: (named) => `On the function ${named}, set the environment variable that the error names.`,
  EVENT_MALFORMED: (named) =>
    `Use the authorizer function for this kind of authorizer, instead of ${named}: token-authorizer for TOKEN, request-authorizer for all others.`,
  RESULT_TOO_LARGE: (_, document) =>
    `Shorten the rules, or the claims under result, in the access document ${document}; \`gatewright access matrix\` shows the rules.`,
  POLICY_UNREPRESENTABLE: (_, document) =>
    `Shorten the rules of the access document ${document}; \`gatewright access matrix\` shows them.`,
  ANSWER_REPLACED: (named) =>
    `Remove the middleware of the function ${named} that replaces the authorizer’s result.`,
};

/**
 * Returns the advice for the failure whose code one of the toolkit's authorizers logged; undefined for other functions
 * and other codes.
 */
function adviseToolkit(named: string, lines: readonly string[]): string | undefined {
  const code = findNotedLine(lines, 'code');
  const advise =
    code !== undefined && Object.hasOwn(TOOLKIT_FAILURES, code) ? TOOLKIT_FAILURES[code] : undefined;
  return advise?.(named, findNotedLine(lines, 'document') ?? 'of the API');
}
