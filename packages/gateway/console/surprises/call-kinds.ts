/** Calls of a backend, and its status, that the mappings of an integration changed (docs/aws §7.6, §7.8). */
import { bareType } from '../../core/events/media-types.ts';
import { chooseRequestTemplate, chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { findNearMisses } from '../records/near-misses.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import type { Integration } from '../../core/deployment/model.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const PLACEHOLDER = /\{([^{}/]+?)\+?\}/g;

const pathValueMissing: SurpriseKind = {
  code: 'PATH_VALUE_MISSING',
  mark: 'path value missing',
  source: 'docs/aws §7.6',
  find({ integration, recorded }) {
    const uri = uriOf(integration);
    const { sent, received } = recorded;
    if (uri === undefined || recorded.outcome === undefined) return undefined;
    const target = sent?.target ?? targetOf(received.outgoing);
    if (target === undefined) return undefined;
    const names = [...uri.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
    const parameters = names.filter((name) => target.includes(encodeURI(`{${name}`)));
    if (parameters.length === 0) return undefined;
    const named = parameters.map((name) => `{${name}}`).join(', ');
    return {
      values: { parameters },
      because: [
        `The Uri of the integration has ${named}, for which this request gave no value, so the backend was called with ${named} in its path.`,
      ],
      changes: [
        `Map integration.request.path.${parameters[0] ?? ''} in RequestParameters of the integration to a value that every request has, or make the mapped parameter required (true in RequestParameters of the method, with a request validator).`,
      ],
    };
  },
};

type Outgoing = SurpriseFacts['recorded']['received']['outgoing'];

function targetOf(outgoing: Outgoing): string | undefined {
  return outgoing !== undefined && 'request' in outgoing && 'target' in outgoing.request
    ? outgoing.request.target
    : undefined;
}

function uriOf(integration: Integration | undefined): string | undefined {
  const { uri } = (integration ?? {}) as { readonly uri?: { readonly source: string } };
  return uri?.source;
}

const statusOverwritten: SurpriseKind = {
  code: 'STATUS_OVERWRITTEN',
  mark: 'status overwritten',
  source: 'docs/aws §7.8',
  find({ integration, recorded, result }) {
    const { outcome, received, status } = recorded;
    if (integration === undefined || received.api.protocol !== 'http') return undefined;
    const own = outcome?.kind === 'answered' ? outcome.status : Number(result?.['statusCode']);
    if (!Number.isInteger(own) || own === status) return undefined;
    return {
      values: { own, status },
      because: [
        `The integration responded with ${own}. Its ResponseParameters for ${own} overwrite the status with ${status}.`,
      ],
      changes: [
        `To pass ${own} on, remove overwrite:statuscode from the ResponseParameters of the integration for ${own}.`,
      ],
    };
  },
};

const byDefaultRoute: SurpriseKind = {
  code: 'DEFAULT_ROUTE_CHOSEN',
  mark: undefined,
  source: 'docs/aws §2.2',
  find({ recorded }) {
    const { route, stage, method, path, api } = recorded.received;
    if (route?.routeKey !== '$default' || stage === undefined || api.protocol !== 'http') return undefined;
    if (api.functionUrl !== undefined) return undefined;
    const [near] = findNearMisses(stage.deployment.routes.plans, method, path, undefined);
    if (near?.isSameRoute !== true) return undefined;
    return {
      values: { route: near.route },
      because: [
        `No route matches ${method} ${path}, so $default took it. Nearest is ${near.route}: ${near.because}.`,
      ],
      changes: near.advice === undefined ? [] : [near.advice],
    };
  },
};

const templateSkipped: SurpriseKind = {
  code: 'TEMPLATE_SKIPPED',
  mark: 'template skipped',
  source: 'docs/aws §7.1',
  find({ integration, recorded }) {
    if (!isSelecting(integration) || recorded.outcome === undefined) return undefined;
    const { received } = recorded;
    const { templates, passthrough } = integration.request;
    if (templates.size === 0 || received.body === undefined) return undefined;
    const given = received.headers.last('content-type');
    if (chooseRequestTemplate(templates, given, passthrough).kind !== 'passthrough') return undefined;
    const types = [...templates.keys()];
    return {
      values: { contentType: given ?? '', templates: types },
      because: [
        `No request template is for ${given ?? 'a request without Content-Type'} (there ${types.length === 1 ? 'is one' : 'are templates'} for ${types.join(', ')}), and PassthroughBehavior is ${passthrough}, so the integration got the body unchanged.`,
      ],
      changes: [
        `Send Content-Type: ${types[0] ?? ''}, or add a template for this type. To refuse other types with 415, set PassthroughBehavior of the integration to NEVER.`,
      ],
    };
  },
};

const mockWithoutBody: SurpriseKind = {
  code: 'MOCK_WITHOUT_BODY',
  mark: 'mock has no body',
  source: 'docs/aws §8',
  find(facts) {
    if (facts.integration?.kind !== 'mock') return undefined;
    const selected = selectResponse(facts);
    const template = selected && chooseResponseTemplate(selected.templates, facts.accept)?.template;
    if (!/\$!?\{?input\.(?:path|json|body)\b/.test(template?.source ?? '')) return undefined;
    return {
      values: {},
      because: [
        'The response template reads $input, but a MOCK integration responds without a body, so $input is empty there. The body of the request can be read in the request template only.',
      ],
      changes: [
        'Set a value in the request template, for example $context.requestOverride.path.name, and read it in the response template; or use another integration.',
      ],
    };
  },
};

const notValidated: SurpriseKind = {
  code: 'BODY_NOT_VALIDATED',
  mark: 'not validated',
  source: 'docs/aws §6',
  find({ integration, recorded }) {
    const { received } = recorded;
    const bodies = received.route?.validation?.bodies;
    if (integration === undefined || received.api.protocol !== 'rest') return undefined;
    if (bodies === undefined || bodies.size === 0 || received.body === undefined) return undefined;
    const type = bareType(received.headers.last('content-type') ?? 'application/json');
    if (bodies.has(type) || bodies.has('$default')) return undefined;
    const types = [...bodies.keys()];
    return {
      values: { contentType: type, models: types },
      because: [
        `The body was not validated: the method has a model for ${types.join(', ')}, but none for ${type}, and API Gateway validates no other types.`,
      ],
      changes: [
        `Add ${type} (or $default) to RequestModels of the method, or let the integration refuse other types.`,
      ],
    };
  },
};

export const CALL_KINDS: readonly SurpriseKind[] = [
  pathValueMissing,
  statusOverwritten,
  byDefaultRoute,
  templateSkipped,
  mockWithoutBody,
  notValidated,
];
