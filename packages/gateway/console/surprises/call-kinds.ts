/**
 * Finds surprises in the call to an integration: the route that led to it, its path, body and templates, what was
 * not checked or cached before it, and what became of its status (docs/aws §2, §6–§9).
 */
import { requestTemplateOf } from '../records/sent.ts';
import { statusOfHttpApi } from '../records/event-fault.ts';
import { WITHOUT_BODY } from '../../core/mapping/build-outgoing.ts';
import { chooseRequestTemplate, chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { andDeploy, toDeploy } from '../explain/reason.ts';
import { findNearMisses } from '../records/near-misses.ts';
import { parametersOf } from './mapping-kinds.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import type { Integration } from '../../core/deployment/model.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { findLine, isPythonCode } from '../records/handler-lines.ts';
import { entriesFailed } from './failed-entries.ts';
import type { SurpriseKind } from './surprise.ts';

const PLACEHOLDER = /\{([^{}/]+?)\+?\}/g;

const pathValueMissing: SurpriseKind = {
  code: 'PATH_VALUE_MISSING',
  editsApi: true,
  mark: 'path value missing',
  isCause: true,
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
      changes: [advisePathValue(parameters[0] ?? '', integration)],
    };
  },
};

/** Names the parameter of the request from which the path parameter is mapped, because the client can send it. */
function advisePathValue(name: string, integration: Integration | undefined): string {
  const target = `integration.request.path.${name}`;
  const always = `${target} in RequestParameters of the integration to a value that every request has`;
  const source = (integration === undefined ? [] : parametersOf(integration)).find(
    (parameter) => parameter.place === 'path' && parameter.name === name,
  )?.source;
  if (source?.kind !== 'querystring' && source?.kind !== 'header') return `Map ${always}.`;
  const sent = `method.request.${source.kind}.${source.name}`;
  return `Send the ${source.kind === 'header' ? 'header' : 'query parameter'} ${source.name}, from which {${name}} is mapped (${sent}). Or map ${always}. To refuse requests without it, make ${sent} required: true in RequestParameters of the method, with a request validator that has ValidateRequestParameters: true.`;
}

/** A backend that is called at one address, whatever the path of the request is. */
const pathNotPassed: SurpriseKind = {
  code: 'PATH_NOT_PASSED',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §7.6',
  find({ integration, recorded }) {
    const { outcome, received, status } = recorded;
    const uri = uriOf(integration);
    if (uri === undefined || outcome?.kind !== 'answered' || status !== 404) return undefined;
    const { pathParameters, route } = received;
    const names = Object.keys(pathParameters ?? {}).filter((name) => !uri.includes(`{${name}`));
    if (names.length === 0 || uri.includes('${')) return undefined;
    const isHttpApi = received.api.protocol === 'http';
    const named = names.map((name) => `{${name}}`).join(', ');
    const longer = `${uri.replace(/\/$/, '')}/${names.map((name) => `{${name}}`).join('/')}`;
    return {
      values: { parameters: names, uri },
      because: [
        `The route ${route?.routeKey ?? ''} has ${named}, but the Uri of the integration, ${uri}, does not use ${names.length === 1 ? 'it' : 'them'}: the backend is called at the same path for every request.`,
      ],
      changes: [
        isHttpApi
          ? `If the backend needs the value, write it into IntegrationUri: ${longer}.`
          : `If the backend needs the value, write it into the Uri, ${longer}. In RequestParameters, the integration needs ${names.map((name) => `integration.request.path.${name}: method.request.path.${name}`).join(', ')}, and the method needs ${names.map((name) => `method.request.path.${name}`).join(', ')}.${toDeploy('rest')}`,
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
  editsApi: true,
  mark: 'status overwritten',
  source: 'docs/aws §7.8',
  find({ integration, recorded: { outcome, received, status } }) {
    if (integration === undefined || received.api.protocol !== 'http') return undefined;
    const own = statusOfHttpApi(outcome);
    if (own === undefined || own === status) return undefined;
    return {
      isCause: status >= 400,
      values: { own, status },
      because: [
        `The integration responded with ${own}. Its ResponseParameters for ${own} overwrite the status with ${status}.`,
      ],
      changes: [
        `To pass ${own} on, remove overwrite:statuscode from the ResponseParameters of the integration for ${own}.`,
        ...(own < 400 || status < 400
          ? []
          : [
              `Then correct what made the integration respond with ${own}: its input and output are in this record.`,
            ]),
      ],
    };
  },
};

const pathOf = ({ route }: { readonly route: string }): string => route.replace(/^\S+ /, '');

const byDefaultRoute: SurpriseKind = {
  code: 'DEFAULT_ROUTE_CHOSEN',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §2.2',
  find({ recorded }) {
    const { route, stage, method, path, api } = recorded.received;
    const isUsual = route?.routeKey === '$default' || /\{\w+\+?\}/.test(route?.resourcePath ?? '');
    if (route === undefined || !isUsual || stage === undefined || api.functionUrl !== undefined)
      return undefined;
    const near = findNearMisses(stage.deployment.routes.plans, method, path, undefined).find(
      (one) => one.isSameRoute === true && !one.route.endsWith(` ${route.resourcePath}`),
    );
    if (near === undefined) return undefined;
    return {
      values: { route: near.route },
      because: [
        route.routeKey === '$default'
          ? `No route matches ${method} ${path}, so the $default route handled it. The nearest route is ${near.route}: ${near.because}.`
          : `The route ${route.routeKey} handled ${method} ${path}, because no nearer route has this method. The nearest route is ${near.route}: ${near.because}.`,
      ],
      changes: [
        near.advice ??
          `If ${pathOf(near)} was meant, add a route ${method} ${pathOf(near)}${andDeploy(api.protocol)}.`,
      ],
    };
  },
};

const templateSkipped: SurpriseKind = {
  code: 'TEMPLATE_SKIPPED',
  editsApi: true,
  mark: 'template skipped',
  isCause: true,
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
        `The integration has no request template for ${given ?? 'a request without Content-Type'} (only for ${types.join(', ')}), and PassthroughBehavior is ${passthrough}, so the integration got the body unchanged.`,
      ],
      changes: [
        `Send Content-Type: ${types[0] ?? ''}, or add a template for this type. To refuse other types with 415, set PassthroughBehavior of the integration to NEVER.`,
      ],
    };
  },
};

const withoutCluster: SurpriseKind = {
  code: 'CACHE_WITHOUT_CLUSTER',
  mark: undefined,
  source: 'docs/aws §9',
  find({ integration, recorded: { received } }) {
    const { stage } = received;
    if (integration === undefined || stage?.lacksCluster !== true || received.method !== 'GET')
      return undefined;
    return {
      values: { stage: stage.name },
      because: [
        `MethodSettings of stage ${stage.name} set CachingEnabled, but the stage has no cache cluster, so nothing is cached and every request calls the integration.`,
      ],
      changes: [
        `To cache responses, set CacheClusterEnabled: true and CacheClusterSize (such as '0.5') of stage ${stage.name}, which AWS bills by the hour. Otherwise remove CachingEnabled.`,
      ],
    };
  },
};

const mockWithoutBody: SurpriseKind = {
  code: 'MOCK_WITHOUT_BODY',
  editsApi: true,
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
        'The response template reads the body by $input, and the body is empty, because a MOCK integration responds without one. The body of the request can be read in the request template only.',
      ],
      changes: [
        'Set a value in the request template, for example $context.requestOverride.path.name, and read it in the response template; or use another integration.',
      ],
    };
  },
};

const bodyNotSent: SurpriseKind = {
  code: 'BODY_NOT_SENT',
  editsApi: true,
  mark: 'body not sent',
  isCause: true,
  source: 'docs/aws §2.6',
  find({ integration, recorded }) {
    const { received, sent, outcome } = recorded;
    if (integration?.kind !== 'http' && integration?.kind !== 'http-proxy') return undefined;
    if (outcome === undefined || received.body === undefined || received.body.length === 0) return undefined;
    const request =
      received.outgoing !== undefined && 'request' in received.outgoing
        ? received.outgoing.request
        : undefined;
    const method = sent?.method ?? request?.method ?? received.method;
    if (!WITHOUT_BODY.has(method)) return undefined;
    const elsewhere = 'send the values in the query or in headers';
    if (WITHOUT_BODY.has(received.method))
      return {
        values: { method },
        because: [
          `API Gateway sends no body with ${method}, so the integration did not get the body of the request.`,
        ],
        changes: [`Use POST for the request and for the integration; or ${elsewhere}.`],
      };
    const property = received.api.protocol === 'http' ? 'IntegrationMethod' : 'IntegrationHttpMethod';
    return {
      values: { method },
      because: [
        `The client sent ${received.method}, but the integration calls its backend with ${method} (${property}). API Gateway sends no body with ${method}, so the backend did not get the body of the request.`,
      ],
      changes: [
        `Set ${property}: ${received.route?.httpMethod === 'ANY' ? 'ANY' : received.method}, if the backend accepts it; or ${elsewhere}.`,
      ],
    };
  },
};

const bodyReadAsEmpty: SurpriseKind = {
  code: 'BODY_READ_AS_EMPTY',
  mark: 'no body',
  source: 'docs/aws §7.3',
  find({ integration, recorded }) {
    const { received, outcome } = recorded;
    if (!isSelecting(integration) || integration.kind === 'mock' || outcome === undefined) return undefined;
    if (WITHOUT_BODY.has(received.method) || (received.body?.length ?? 0) > 0) return undefined;
    const source = requestTemplateOf(received)?.source ?? '';
    const [read] = /\$!?\{?input\.(?:body|json\('\$'\)|path\('\$'\))/.exec(source) ?? [];
    if (read === undefined) return undefined;
    return {
      values: { method: received.method },
      because: [
        `The request has no body. The request template prints it with ${read.replace(/[{!]/g, '')}, which is {} for such a request, so the integration got {} as if the client had sent it.`,
      ],
      changes: [
        'To refuse requests without a body, give the method a model with required members (RequestModels) and a request validator with ValidateRequestBody: true, and deploy the API again.',
      ],
    };
  },
};

const referenceEmpty: SurpriseKind = {
  code: 'REFERENCE_EMPTY',
  editsApi: true,
  mark: 'reference empty',
  source: 'docs/aws §7.3',
  find(facts) {
    const { integration, recorded, accept } = facts;
    if (!isSelecting(integration) || recorded.outcome === undefined) return undefined;
    const request = requestTemplateOf(recorded.received)?.source ?? '';
    const selected = selectResponse(facts);
    const response = selected && chooseResponseTemplate(selected.templates, accept)?.template.source;
    const references = [...new Set([...undefinedIn(request), ...undefinedIn(response ?? '')])];
    if (references.length === 0) return undefined;
    const one = references.length === 1;
    return {
      values: { references },
      because: [
        `The template refers to ${references.join(', ')}, which ${one ? 'is' : 'are'} not defined in the template, so ${one ? 'the reference' : 'these references'} printed nothing.`,
      ],
      changes: [
        `Define ${references.join(', ')} with #set, or read the value from $input, $context or $stageVariables.`,
      ],
    };
  },
};

/** References that API Gateway and Velocity define, so that a template can use them (docs/aws §7.2, §7.5). */
const PROVIDED = new Set(['input', 'context', 'util', 'stageVariables', 'foreach', 'velocityCount']);

/**
 * Returns references that neither the template nor API Gateway defines. References in directives are left out, because
 * they may be undefined on purpose.
 */
function undefinedIn(template: string): readonly string[] {
  const defined = new Set(
    [...template.matchAll(/#(?:set|foreach|define|macro)\s*\(([^)]*)/g)].flatMap(([, inside = '']) =>
      [...inside.matchAll(/\$!?\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name),
    ),
  );
  const printed = template
    .replaceAll(/#(?:set|if|elseif|foreach|macro|define)\b[^\n]*/g, '')
    .replaceAll(/\$!?\{?method\.request\.(?:path|querystring|header)\b/g, '');
  const written = [...printed.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  return written.filter((name) => !PROVIDED.has(name) && !defined.has(name)).map((name) => `$${name}`);
}

const stageInPath: SurpriseKind = {
  code: 'STAGE_IN_PATH',
  mark: undefined,
  source: 'docs/aws §2.3',
  find(facts) {
    const { stage, api } = facts.recorded.received;
    if (facts.integration?.kind !== 'lambda-proxy' || api.protocol !== 'http') return undefined;
    if (stage === undefined || stage.name === '$default' || api.functionUrl !== undefined) return undefined;
    const isNew = facts.integration.payload === 'http-2.0';
    // At a custom domain, payload 1.0 has the base path instead.
    if (!isNew && api.basePathMatched !== undefined) return undefined;
    const member = isNew ? 'rawPath' : 'path';
    const compared = findComparison(facts, member);
    const isCause = facts.recorded.status === 404 || compared !== undefined;
    const line = compared ?? findLine(facts.handler, new RegExp(`\\b${member}\\b`));
    return {
      isCause,
      values: { stage: stage.name },
      because: [
        `${member} of the event begins with the stage, /${stage.name}: an HTTP API leaves the stage name in the path unless the stage is $default.${isCause ? '' : ' Only code that compares paths is affected.'}`,
      ],
      changes: isCause
        ? [
            `Make the function remove /${stage.name} from the beginning of ${member}${line === undefined ? '' : ` (${line})`} before it compares paths${line === undefined ? '' : `: write ${withoutStage(facts, member)} in that line`}.`,
          ]
        : [],
    };
  },
};

/** Returns the line that compares the member with the path of the request, which has no stage. */
function findComparison({ handler, recorded }: SurpriseFacts, member: string): string | undefined {
  const quoted = `(['"\`])${escapeForRegExp(recorded.received.path)}\\1`;
  const isRead = handler !== undefined && new RegExp(`\\b${member}\\b`).test(handler.text);
  return isRead
    ? findLine(handler, new RegExp(`^(?=.*(?:\\b${member}\\b|\\bcase\\b)).*${quoted}`))
    : undefined;
}

/** The path of a request to the stage $default does not begin with the stage. */
function withoutStage({ handler, recorded }: SurpriseFacts, member: string): string {
  const hasDefault = recorded.received.api.stages.has('$default');
  if (handler !== undefined && isPythonCode(handler)) {
    const stage = 'event["requestContext"]["stage"]';
    const rest = `event["${member}"][len(${stage}) + 1:]`;
    return hasDefault ? `(event["${member}"] if ${stage} == "$default" else ${rest})` : rest;
  }
  const rest = `event.${member}.slice(event.requestContext.stage.length + 1)`;
  return hasDefault ? `(event.requestContext.stage === '$default' ? event.${member} : ${rest})` : rest;
}

export const CALL_KINDS: readonly SurpriseKind[] = [
  pathValueMissing,
  pathNotPassed,
  statusOverwritten,
  byDefaultRoute,
  templateSkipped,
  withoutCluster,
  mockWithoutBody,
  entriesFailed,
  bodyNotSent,
  bodyReadAsEmpty,
  referenceEmpty,
  stageInPath,
];
