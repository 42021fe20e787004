/** How the integration did, and why its answer was refused. */
import { explainMissingPermission, findMissingRights } from './missing-right.ts';
import { sentence, tellLastLine } from './reason.ts';
import type { Circumstances, IntegrationCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

const NOTHING: Reason = { because: [], changes: [] };

export function explainIntegration(about: Circumstances): Reason {
  const { integration, failure = '', status } = about;
  const reason = explainOutcome(about);
  if (status < 400 || integration === undefined) return reason;
  const rights = findMissingRights([failure, integration.errorMessage ?? '', ...integration.lines]);
  return {
    because: [...reason.because, ...rights.because],
    // Missing permissions of the role come first: changing the function would not help.
    changes: [...rights.changes, ...reason.changes],
  };
}

function explainOutcome(about: Circumstances): Reason {
  const { failure, integration, defect } = about;
  if (failure === undefined) return explainAnswer(about, integration);
  if (defect?.kind === 'permission') return explainMissingPermission(failure, integration?.target);
  if (defect?.kind === 'template') return explainTemplate(about, defect.side, defect.problem);
  if (integration === undefined) return { because: [sentence(failure)], changes: [] };
  switch (integration.outcome) {
    case 'timed-out':
      return explainTimeout(about, integration);
    case 'failed':
      return explainFailure(integration);
    case 'refused':
    case 'unreachable':
      return {
        because: [`${nameOf(integration)} could not be reached: ${integration.errorMessage ?? failure}.`],
        changes: ['Let it run where the integration points, or change the integration.'],
      };
    case 'answered':
    case 'not called':
      return explainMalformed(about, integration);
  }
}

function explainAnswer(
  { kind, status, isDeployed }: Circumstances,
  integration: IntegrationCircumstances | undefined,
): Reason {
  if (integration === undefined || integration.outcome === 'not called') return NOTHING;
  const name = nameOf(integration);
  const took = integration.tookMs === undefined ? '' : ` within ${Math.round(integration.tookMs)} ms`;
  if (kind === 'handshake' && status !== 101)
    return {
      because: [
        `${name}, the integration of $connect, answered ${status}: only a status below 300 lets a client in.`,
        ...printed(integration),
      ],
      changes: ['Let the function of $connect answer with statusCode 200 for this client.'],
    };
  if (status < 400) return { because: [`${name} answered${took}.`], changes: [] };
  return {
    because: [
      `${name} answered${took}, and ${status} is its own word: the gateway let the request through.`,
      ...printed(integration),
    ],
    changes: [
      `Look into ${name}: ${isDeployed ? 'its own log has the request' : 'what it was given and what it printed is in this record'}.`,
    ],
  };
}

function explainTemplate({ routeKey }: Circumstances, side: string, problem: string): Reason {
  return {
    because: [
      `The mapping template of the ${side} of ${routeKey ?? 'the route'} broke off: ${problem}.`,
      ...(side === 'request' ? ['Nothing was sent to the integration.'] : []),
    ],
    changes: ['Mend the template, and deploy the API again.'],
  };
}

function explainTimeout({ tookMs, routeKey }: Circumstances, integration: IntegrationCircumstances): Reason {
  const { timeoutMs } = integration;
  return {
    because: [
      `${nameOf(integration)} did not answer within ${timeoutMs === undefined ? Math.round(tookMs) : timeoutMs} ms, the timeout of the integration of ${routeKey ?? 'the route'}. What it does goes on: nobody told it to stop.`,
      ...printed(integration),
    ],
    changes: [
      ...(integration.kind.startsWith('lambda') || integration.kind === 'function'
        ? ['Send it again: if it comes through, it was the cold start, which counts here as at AWS.']
        : []),
      'Let it answer sooner, or hand long work on and answer at once.',
      'Or raise TimeoutInMillis of the integration (29,000 unless AWS has raised the quota of the account).',
    ],
  };
}

function explainFailure(integration: IntegrationCircumstances): Reason {
  const { errorType = 'an error', errorMessage = '' } = integration;
  return {
    because: [
      `${nameOf(integration)} failed with ${errorType}: ${errorMessage}`.trim().replace(/([^.!?])$/, '$1.'),
      ...printed(integration),
    ],
    changes: ['Mend the function: callers read Internal server error whatever it was.'],
  };
}

function explainMalformed(
  { failure = '', phase, defect }: Circumstances,
  integration: IntegrationCircumstances,
): Reason {
  if (defect?.kind === 'proxy-response')
    return {
      because: [
        `${nameOf(integration)} answered what a proxy integration may not answer: ${defect.problem}.`,
      ],
      changes: ['Let it return { statusCode, headers, body } with a body that is a text.'],
    };
  return {
    because: [sentence(failure)],
    changes:
      phase === 'map-request' ? ['Change the integration of the route, and deploy the API again.'] : [],
  };
}

function printed({ lines }: IntegrationCircumstances): string[] {
  return tellLastLine(lines);
}

function nameOf({ kind, target }: IntegrationCircumstances): string {
  if (kind === 'mock') return 'The mock integration';
  const isFunction = kind === 'lambda-proxy' || kind === 'lambda-stream' || kind === 'function';
  return target === undefined ? 'The integration' : isFunction ? `Function ${target}` : target;
}
