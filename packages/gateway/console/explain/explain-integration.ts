import { COMPILE } from './explain-access.ts';
import { explainMissingPermission, findMissingRights } from './missing-right.ts';
import { adviseProxyResult } from './proxy-advice.ts';
import { adviseUncalledBack, describeUncalledBack } from './callback-advice.ts';
import { adviseNull, describeNull, adviseRefused, adviseTimeout } from './call-advice.ts';
import { adviseBody, adviseMapping, describeBodyFault } from './mapping-advice.ts';
import { sentence, withStop } from './reason.ts';
import { nameSetting } from './setting-text.ts';
import { explainHandlerQuota } from './explain-handler-quota.ts';
import {
  explainFailure,
  explainSelectedFailure,
  nameOf,
  nameWithin,
  printed,
} from './explain-failed-function.ts';
import { explainRole } from './explain-role.ts';
import { explainLambdaReply, explainNotJson } from './explain-not-json.ts';
import { adviseCaught, adviseEmulator } from './endpoint-advice.ts';
import { adviseServiceError } from './service-advice.ts';
import { adviseNotServed } from './function-error-advice.ts';
import { adviseToolkitReply } from './toolkit-replies.ts';
import type { NullBy } from '../../core/ports.ts';
import type { Circumstances, IntegrationCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

const NOTHING: Reason = { because: [], changes: [] };

export function explainIntegration(about: Circumstances): Reason {
  const { integration, failure = '', status, defect } = about;
  if (defect?.kind === 'role') return explainRole(about, defect, 'the integration');
  const reason = explainOutcome(about);
  if (integration === undefined || (status < 400 && integration.denial === undefined)) return reason;
  const rights = findMissingRights(
    [failure, integration.errorMessage ?? '', integration.denial ?? '', ...integration.lines],
    about.statements,
  );
  return {
    ...(rights.changes.length === 0 && reason.otherwise !== undefined && { otherwise: reason.otherwise }),
    because: [...reason.because, ...rights.because],
    // Changing the function would not help while its role lacks a permission.
    changes:
      rights.changes.length > 0 && (integration.outcome === 'failed' || integration.denial !== undefined)
        ? rights.changes
        : [...rights.changes, ...reason.changes],
  };
}

function explainOutcome(about: Circumstances): Reason {
  const { failure, integration, defect } = about;
  if (failure === undefined) return explainAnswer(about, integration);
  if (integration?.nullBy !== undefined) return explainNull(integration.nullBy, integration);
  if (defect?.kind === 'permission')
    return explainMissingPermission(
      about,
      defect.invoked ?? integration?.target,
      `${about.apiId}/${about.stageName ?? '*'}/${(about.routeKey ?? '*/*').replace(' /', '/').replaceAll(/\{[^}]*\}/g, '*')}`,
    );
  if (defect?.kind === 'template') return explainTemplate(about, defect.side, defect.problem);
  if (defect?.kind === 'mapping') {
    const because = [
      sentence(failure),
      ...describeMissed(about, integration),
      ...describeBodyFault(about, bodyOf(about)),
    ];
    const advice = adviseMapping(defect, about);
    // If a stage variable is missing, the surprise names the variable, and the Uri may be right.
    return defect.problem === 'address'
      ? { because, changes: [], otherwise: advice }
      : { because, changes: [advice] };
  }
  if (integration === undefined) return { because: [sentence(failure)], changes: [] };
  switch (integration.outcome) {
    case 'timed-out':
      return explainTimeout(about, integration);
    case 'failed':
      return explainFailure(about, integration);
    case 'refused':
      return {
        because: [
          integration.target === ''
            ? 'Nothing was called: the Uri of the integration names no function.'
            : withStop(
                `${integration.isUnrunnable === true ? `${nameOf(integration)} cannot run as it is defined` : `Lambda did not accept the event for ${nameWithin(integration)}`}: ${integration.errorMessage ?? failure}`,
              ),
        ],
        // The stage variable without a value is reported with the surprises.
        changes: integration.isNameIncomplete === true ? [] : [adviseRefused(about.protocol, integration)],
      };
    case 'unreachable':
      return {
        because: [
          withStop(
            integration.refusal === 'unserved'
              ? `The call was not sent: ${integration.errorMessage ?? failure}`
              : `${nameOf(integration)} could not be reached: ${integration.errorMessage ?? failure}`,
          ),
        ],
        changes: [adviseRefused(about.protocol, integration)],
      };
    case 'answered':
    case 'not called':
      return explainMalformed(about, integration);
  }
}

function describeMissed(
  { protocol }: Circumstances,
  integration: IntegrationCircumstances | undefined,
): string[] {
  const { contentType = '', templates = [] } = integration?.missedTemplates ?? {};
  if (integration?.missedTemplates === undefined) return [];
  if (protocol === 'websocket' && templates.length > 0)
    return [
      `The MOCK integration takes its status from the request template whose key TemplateSelectionExpression returns; the keys of its templates: ${templates.join(', ')}.`,
    ];
  return [
    templates.length === 0
      ? 'A MOCK integration takes its status from a request template, and this integration has no request template.'
      : `The MOCK integration takes its status from a request template, and has none for ${contentType}, only for ${templates.join(', ')}.`,
  ];
}

function explainAnswer(about: Circumstances, integration: IntegrationCircumstances | undefined): Reason {
  const { kind, status, isReplyDropped, routeKey = 'the route' } = about;
  if (integration === undefined || integration.outcome === 'not called') return NOTHING;
  const name = nameOf(integration);
  const took = integration.tookMs === undefined ? '' : ` within ${Math.round(integration.tookMs)} ms`;
  const ofQuota = explainHandlerQuota(about);
  if (kind === 'handshake' && status !== 101)
    return {
      because: [
        `${name}, the integration of $connect, responded with ${status}, but only a status below 300 accepts the connection.`,
        ...(ofQuota?.because ??
          (integration.connectBody === undefined
            ? []
            : [
                `The function returned the body “${integration.connectBody}”, which the client does not get.`,
              ])),
        ...printed(integration),
      ],
      changes: ofQuota?.changes ?? [],
      otherwise:
        ofQuota === undefined
          ? (adviseCaught(integration.lines, status) ?? adviseConnect(status))
          : undefined,
    };
  if (integration.lambdaReply !== undefined) return explainLambdaReply(integration, routeKey);
  if (integration.errorStatus !== undefined && integration.problem === undefined)
    return explainErrorStatus(integration, {
      routeKey,
      took,
      isReplyDropped,
      ofQuota,
      definition: about.definition,
    });
  if (isReplyDropped === true)
    return {
      because: [
        `${name} responded${took}, but the route ${routeKey} has no route response, so the response was not sent to the client.`,
      ],
      changes: [
        `To send the response to the sender, set ${nameSetting('routeResponse', about.definition, routeKey)}. To send messages at any time, call POST @connections.`,
      ],
    };
  if (kind === 'message' && integration.problem !== undefined) return explainErrorFrame(integration, took);
  if (status < 400 && isRefusedByService(integration)) return explainRefusedCall(about, integration, took);
  const ignored = explainIgnored(integration);
  const pinned = explainPinned(integration);
  if (status < 400)
    return {
      because: [
        integration.outcome === 'failed' ? `${name} failed${took}.` : `${name} responded${took}.`,
        ...ignored.because,
        ...pinned.because,
      ],
      changes: [...ignored.changes, ...pinned.changes],
    };
  if (integration.outcome === 'failed') return explainSelectedFailure(about, integration);
  return explainErrorReply(about, integration, took);
}

function adviseConnect(status: number): string {
  return status < 500
    ? 'Return statusCode 200 for this client from the $connect function.'
    : `Correct the error for which the function of $connect returns ${status}. If its code catches the error of a call, print this error with console.error or print: the explanation of the next handshake then has the message.`;
}

/** Explains the error frame with which a function of the toolkit answered a message. */
function explainErrorFrame(integration: IntegrationCircumstances, took: string): Reason {
  const { problem } = integration;
  return {
    because: [`${nameOf(integration)} responded${took} with an error.`, ...describeProblem(problem)],
    changes: [
      problem?.code === 'forbidden'
        ? `Use a caller to whom the rules under channels of the access document allow this, or change the rules, for exactly the callers that need it, and run \`${COMPILE}\`.`
        : 'Correct the message as the error frame says: its text is written for the sender of the message.',
    ],
  };
}

/** Whether an AWS service refused the call. The integration response may have turned the refusal into a success. */
function isRefusedByService({ kind, problem, denial }: IntegrationCircumstances): boolean {
  return kind.endsWith('service') && problem !== undefined && denial === undefined;
}

/**
 * Explains the call that a service refused; the surprises say which integration response turned the refusal into a
 * success.
 */
function explainRefusedCall(
  { routeKey = 'the route', isDeployed, definition }: Circumstances,
  integration: IntegrationCircumstances,
  took: string,
): Reason {
  if (integration.eventFault !== undefined) return explainNotJson(integration, routeKey, definition);
  return {
    because: [
      `${nameOf(integration)} refused the call${took} with ${integration.own ?? 'an error'}.`,
      ...describeProblem(integration.problem),
    ],
    ...adviseReply(integration, routeKey, isDeployed),
  };
}

/**
 * Explains an error status that comes from the backend's response, or from the integration response that was selected.
 */
function explainErrorReply(
  about: Circumstances,
  integration: IntegrationCircumstances,
  took: string,
): Reason {
  const { status, isDeployed, protocol, routeKey = 'the route' } = about;
  const { own = status } = integration;
  const responded =
    own === status
      ? `responded with ${status}${took}; the gateway passed the response on`
      : `responded${own === 'success' ? ' without an error' : ` with ${own}`}${took}, and ${protocol === 'http' ? 'overwrite:statuscode in the ResponseParameters of the integration' : 'the integration response that its SelectionPattern chose'} changed the status to ${status}`;
  const ofQuota = explainHandlerQuota(about);
  if (integration.kind === 'service' && integration.eventFault !== undefined)
    return explainNotJson(integration, routeKey, about.definition);
  return {
    because: [
      `${nameOf(integration)} ${responded}.`,
      ...(ofQuota?.because ?? describeProblem(integration.problem)),
      ...printed(integration),
    ],
    ...(ofQuota === undefined
      ? adviseReply(integration, routeKey, isDeployed, status)
      : { changes: ofQuota.changes }),
  };
}

/**
 * Explains that a changed function is called by an alias or version that was published before the change.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
 */
function explainPinned({ pinned, target = '' }: IntegrationCircumstances): Reason {
  if (pinned === undefined) return NOTHING;
  const { qualifier, version } = pinned;
  const isAlias = qualifier !== version;
  return {
    because: [
      `${isAlias ? `The alias ${qualifier} chose version ${version}` : `The integration names version ${version}`}, which keeps the code and configuration with which it was published. The code or configuration of ${target} has changed since the gateway started, but such a change applies only to $LATEST.`,
    ],
    changes: [
      `Publish a version with the change (aws lambda publish-version --function-name ${target}), and ${isAlias ? `point the alias at it (aws lambda update-alias --function-name ${target} --name ${qualifier} --function-version …)` : 'name it in the integration'}.`,
    ],
  };
}

/** Lambda's runtime warns of a streaming handler whose value it ignores (docs/aws §8.3). */
function explainIgnored(integration: IntegrationCircumstances): Reason {
  const isIgnored = integration.lines.some((line) =>
    line.includes('Streaming handlers ignore return values'),
  );
  if (!isIgnored) return NOTHING;
  const named = nameWithin(integration);
  return {
    because: [
      `The handler of ${named} returned a value, which Lambda ignores: a streaming handler sets the status and headers with awslambda.HttpResponseStream.from.`,
    ],
    changes: [
      `To set the status, let the handler of ${named} wrap its stream before the first write: responseStream = awslambda.HttpResponseStream.from(responseStream, { statusCode, headers }). Or return { statusCode, headers, body } without awslambda.streamifyResponse, with InvokeMode BUFFERED.`,
    ],
  };
}

/** Explains that the function for a message returned an error status, which the client does not get. */
function explainErrorStatus(
  integration: IntegrationCircumstances,
  {
    routeKey,
    took,
    isReplyDropped,
    ofQuota,
    definition,
  }: Pick<Circumstances, 'definition'> & {
    readonly routeKey: string;
    readonly took: string;
    readonly isReplyDropped: true | undefined;
    readonly ofQuota: Reason | undefined;
  },
): Reason {
  const outcome =
    'Make the function put the outcome into the body, such as {"ok": false, "error": "…"}, and have the client read it. To end the connection instead, call DELETE @connections/{connectionId}.';
  const responded = `${nameOf(integration)} responded${took} with statusCode ${integration.errorStatus ?? ''}. A message has no status`;
  return {
    because: [
      isReplyDropped === true
        ? `${responded}, and the route ${routeKey} has no route response, so the client does not get the error.`
        : `${responded}: the body went to the client as an ordinary message, if the route ${routeKey} has a route response, and the connection stays open.`,
      ...(ofQuota?.because ?? []),
      ...printed(integration),
    ],
    changes: [
      ...(isReplyDropped === true
        ? [`To send the body to the client, set ${nameSetting('routeResponse', definition, routeKey)}.`]
        : []),
      // A reply of the toolkit's quota says in its body what happened.
      ...(ofQuota?.changes ?? [adviseCaught(integration.lines, integration.errorStatus) ?? outcome]),
    ],
  };
}

/** Advises on a reply with an error, based on the reply and the function's log. */
function adviseReply(
  integration: IntegrationCircumstances,
  routeKey: string,
  isDeployed: boolean,
  status?: number,
): Pick<Reason, 'changes' | 'otherwise'> {
  const { kind, lines } = integration;
  const advice =
    adviseToolkitReply(lines) ??
    adviseNotServed(lines) ??
    adviseServiceError(integration, routeKey) ??
    adviseCaught(lines, status);
  if (advice !== undefined) return { changes: [advice] };
  const isService = kind.endsWith('service');
  const what = isService ? `Correct what the integration of ${routeKey} sends to` : 'Check';
  const log = isService ? 'the execution log of the stage shows the request' : 'see its log';
  const where = isDeployed ? log : 'its input and output are in this record';
  return { changes: [], otherwise: `${what} ${nameWithin(integration)}: ${where}.` };
}

function explainNull(by: NullBy, integration: IntegrationCircumstances): Reason {
  const named = nameWithin(integration);
  return { because: [describeNull(by, named)], changes: [adviseNull(by, named)] };
}

/**
 * Quotes a reply that is a problem document (RFC 9457). A text of one word, such as `Forbidden`, only repeats
 * the status, so it is quoted only if there is a code.
 */
function describeProblem(problem: IntegrationCircumstances['problem']): string[] {
  const { title, detail, code } = problem ?? {};
  const said = [title, detail].filter((text) => text !== undefined && /\s/.test(text));
  if (said.length === 0 && code === undefined) return [];
  if (said.length === 0 && title === undefined)
    return [`The reply has the code ${code ?? ''}, and no message.`];
  return [
    `The reply says: ${withStop(said.join(' ') || (title ?? ''))}${code === undefined ? '' : ` Its code is ${code}.`}`,
  ];
}

function asList(advice: string | undefined): readonly string[] | undefined {
  return advice === undefined ? undefined : [advice];
}

/** A WebSocket API gets a message instead of a request with a body. */
function bodyOf({ protocol }: Circumstances): 'message' | 'body of the request' {
  return protocol === 'websocket' ? 'message' : 'body of the request';
}

function explainTemplate(about: Circumstances, side: string, problem: string): Reason {
  const { routeKey } = about;
  return {
    because: [
      withStop(`The ${side} mapping template of ${routeKey ?? 'the route'} failed: ${problem}`),
      ...(side === 'request' ? describeBodyFault(about, bodyOf(about)) : []),
      ...(side === 'request' ? ['Nothing was sent to the integration.'] : []),
    ],
    changes: [
      ...(side === 'request' ? adviseBody(about, bodyOf(about) === 'message' ? 'message' : 'body') : []),
      'Fix the template, and deploy the API again.',
    ],
  };
}

function explainTimeout(about: Circumstances, integration: IntegrationCircumstances): Reason {
  const { tookMs, routeKey } = about;
  const { timeoutMs } = integration;
  return {
    because: [
      `${nameOf(integration)} did not respond within ${timeoutMs === undefined ? Math.round(tookMs) : timeoutMs} ms, the integration timeout of ${routeKey ?? 'the route'}. The integration was not stopped, and may still be working.`,
      ...printed(integration),
    ],
    changes: asList(adviseEmulator(integration.lines)) ?? adviseTimeout(about, integration),
  };
}

function explainMalformed(
  { failure = '', phase, defect }: Circumstances,
  integration: IntegrationCircumstances,
): Reason {
  if (defect?.kind === 'proxy-response')
    return {
      because: [
        `${nameOf(integration)} returned a response that is not valid for a ${integration.payload === 'function-url' ? 'function URL' : 'proxy integration'}: ${defect.problem}.`,
        ...describeUncalledBack(integration),
      ],
      changes: [adviseUncalledBack(integration) ?? adviseProxyResult(defect, integration)],
    };
  return {
    because: [sentence(failure)],
    changes: phase === 'map-request' ? [adviseUnserved(integration)] : [],
  };
}

/**
 * A route that is not served may have a fault in its integration, its authorizer or its models; the failure names the
 * faulty part.
 */
function adviseUnserved({ kind }: IntegrationCircumstances): string {
  return kind === 'unsupported'
    ? 'Do what the sentence above says: until then the route is not served, whatever its integration is. `gatewright check` lists every part of the template that is not served.'
    : 'Change the integration of the route, and deploy the API again.';
}
