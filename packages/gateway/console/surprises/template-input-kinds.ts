/**
 * Parts of a request or response that a template of a REST or WebSocket API reads or prints in a different form than
 * its author meant (docs/aws §7.2, §7.3).
 */
import { parseJson } from '@gatewright/aws/json-object';
import { adviseBody, describeBodyFault } from '../explain/mapping-advice.ts';
import { findJsonFault } from '../records/json-fault.ts';
import { describeSent, requestTemplateOf } from '../records/sent.ts';
import { listed } from '../explain/reason.ts';
import { HeaderList } from '../../core/events/header-list.ts';
import { bareType } from '../../core/events/media-types.ts';
import { chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import { adviseMeant, describeMissingReads, findMissingReads, nearest } from './template-reads.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/**
 * A template that prints a form, as the query APIs of SQS and SNS take it, has to encode its values.
 * @see https://repost.aws/knowledge-center/api-gateway-rest-api-sqs-errors
 */
const formNotEncoded: SurpriseKind = {
  code: 'FORM_VALUE_NOT_ENCODED',
  mark: 'form value not encoded',
  isCause: true,
  source: 'docs/aws §7.2',
  find(facts) {
    const { integration, recorded } = facts;
    const { body } = recorded.received;
    if (integration?.kind !== 'service' || body === undefined) return undefined;
    const source = requestTemplateOf(recorded.received)?.source ?? '';
    const [, name = '', value = ''] =
      /(?:^|&)([\w.]+)=(\$!?\{?input\.(?:body|json\([^)]*\)|path\([^)]*\))\}?)/m.exec(source) ?? [];
    const sign = /[&+%]/.exec(body.toString('utf8'))?.[0];
    if (name === '' || sign === undefined || !/^\s*Action=/m.test(source)) return undefined;
    const effect = {
      '&': 'begins the next field of the form, so the value ends before it',
      '+': 'stands for a space in a form',
      '%': 'begins an encoded character in a form',
    }[sign];
    return {
      values: { field: name },
      because: [
        `The request template prints a form with ${name}=${value}, and does not encode the value. The body of the request contains ${sign}, which ${effect ?? ''}.`,
      ],
      changes: [
        `Write ${name}=$util.urlEncode(${value.replace(/[!{}]/g, '')}) in the request template${isSentAsForm(recorded) ? '' : `, set integration.request.header.Content-Type to "'application/x-www-form-urlencoded'" in RequestParameters of the integration, because the service reads a form only with this type`}, and deploy the API again.`,
      ],
    };
  },
};

/** SQS and SNS find no Action in a form that is sent with another type (docs/aws §8). */
function isSentAsForm({ sent, received }: SurpriseFacts['recorded']): boolean {
  const { headers = [] } = sent ?? describeSent(received) ?? {};
  const type = new HeaderList(headers).last('content-type') ?? '';
  return bareType(type) === 'application/x-www-form-urlencoded';
}

const bodyUnreadable: SurpriseKind = {
  code: 'TEMPLATE_BODY_NOT_JSON',
  mark: 'body not JSON',
  isCause: true,
  source: 'docs/aws §7.2',
  find(facts) {
    const { body } = facts.recorded.received;
    if (body === undefined || facts.isRequestCut || !/\$!?\{?input\.(?:json|path)\(/.test(templateOf(facts)))
      return undefined;
    const text = body.toString('utf8');
    // A template may read a form or plain text as one value.
    const bodyFault = /^\s*[{["]/.test(text) ? findJsonFault(text) : undefined;
    if (bodyFault === undefined) return undefined;
    return {
      values: { line: bodyFault.line, column: bodyFault.column },
      because: [
        ...describeBodyFault({ bodyFault }),
        'API Gateway does not refuse such a body: $input.path and $input.json in the template read what can be read, and are empty for the rest.',
      ],
      changes: [
        ...adviseBody({ bodyFault }),
        'To refuse such bodies with 400, give the method a model for the type of the body and a request validator that validates bodies, and deploy the API again.',
      ],
    };
  },
};

const pathWithoutValue: SurpriseKind = {
  code: 'TEMPLATE_PATH_EMPTY',
  editsApi: true,
  mark: undefined,
  isCause: true,
  source: 'docs/aws §7.2',
  find(facts) {
    const { body } = facts.recorded.received;
    const root = body === undefined || facts.isRequestCut ? undefined : parseJson(body.toString('utf8'));
    const missing = findMissingReads(templateOf(facts), root);
    const paths = missing.map(({ path }) => path).join(', ');
    const [it, member] = missing.length === 1 ? ['it', 'this member'] : ['them', 'these members'];
    const meant = adviseMeant(missing, 'request template');
    const others = missing.filter((one) => one.meant === undefined).map(({ path }) => path);
    const refuse = `To refuse requests without ${it} with 400, require ${member} in a model, with a request validator.`;
    if (missing.length === 0) return undefined;
    return {
      values: { paths: missing.map(({ text }) => text) },
      because: [
        describeMissingReads(missing, { template: 'request template', text: 'body of this request' }),
      ],
      changes: [
        meant === undefined
          ? `Send ${paths} in the body, or read a member that the body has. ${refuse}`
          : `${meant}, ${others.length === 0 ? `or send ${paths}` : `and send ${others.join(', ')}`} in the body. ${refuse}`,
      ],
    };
  },
};

const queryInTemplate: SurpriseKind = {
  code: 'QUERY_REPEATED_IN_TEMPLATE',
  editsApi: true,
  mark: undefined,
  source: 'docs/aws §7.2',
  find(facts) {
    const { rawQuery, pathParameters } = facts.recorded.received;
    const template = templateOf(facts);
    if (!rawQuery.includes('&') || template === '') return undefined;
    const names = [...new URLSearchParams(rawQuery).keys()];
    const parameters = [...new Set(names)].filter(
      (name) =>
        names.indexOf(name) !== names.lastIndexOf(name) &&
        // $input.params looks into the path first.
        !Object.hasOwn(pathParameters ?? {}, name) &&
        readsParameter(template, name),
    );
    if (parameters.length === 0) return undefined;
    return {
      values: { parameters },
      because: [
        `The query has several values of ${parameters.join(', ')}. $input.params in the request template got only the last of them.`,
      ],
      changes: [
        `Send the values as one string, joined by commas, and split this string in the template${adviseAllValues(facts.integration?.kind, parameters)}.`,
      ],
    };
  },
};

/**
 * Says how an integration gets all values of parameters of the query, as the rest of a sentence; empty if no other way
 * exists.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html
 */
function adviseAllValues(kind: string | undefined, parameters: readonly string[]): string {
  if (kind === 'function')
    return '; or use a Lambda proxy integration (Type: AWS_PROXY), whose event has multiValueQueryStringParameters';
  // Only an HTTP backend reads a query: a MOCK integration has no backend, and an AWS service reads the body.
  if (kind !== 'http') return '';
  const mapped = parameters
    .map((name) => `integration.request.querystring.${name}: method.request.multivaluequerystring.${name}`)
    .join(', ');
  return `; or map the values in RequestParameters of the integration (${mapped}), and declare ${parameters.map((name) => `method.request.querystring.${name}`).join(', ')} in RequestParameters of the method, so that the backend gets all of them in the query`;
}

/** Whether a template reads a parameter by its name, or all of them. */
function readsParameter(template: string, name: string): boolean {
  return [`params('${name}')`, `params("${name}")`, `querystring.${name}`, 'params()'].some((text) =>
    template.includes(text),
  );
}

/** A parameter that a template reads by its name. A name that is written with $!, or tested, may be absent on purpose. */
const PARAMETER = /\$\{?input\.params\(\s*(['"])([^'"]+)\1\s*\)/g;

const parameterAbsent: SurpriseKind = {
  code: 'REQUEST_PARAMETER_EMPTY',
  editsApi: true,
  mark: undefined,
  isCause: true,
  source: 'docs/aws §7.2',
  find(facts) {
    const { rawQuery, pathParameters, headers } = facts.recorded.received;
    const template = templateOf(facts);
    const reads = parametersReadIn(template);
    const mapped = namesMappedBy(facts);
    const query = new URLSearchParams(rawQuery);
    const sent = [...new Set([...Object.keys(pathParameters ?? {}), ...query.keys()])];
    const absent = [...reads].filter(([name]) => !sent.includes(name) && headers.last(name) === undefined);
    const unread = sent.filter(
      (name) => !reads.has(name) && !mapped.includes(name) && !readsParameter(template, name),
    );
    // A parameter may be optional. Only a parameter that nothing reads shows that another name was meant.
    if (absent.length === 0 || unread.length === 0) return undefined;
    const [its, them] = absent.length === 1 ? ['its value is', 'it'] : ['their values are', 'them'];
    return {
      values: { parameters: absent.map(([, text]) => text) },
      because: [
        `The request template reads ${listed(absent.map(([, text]) => text))}, which the request does not have, so ${its} empty. The request has ${listed(unread)}, which neither the template nor the parameter mapping reads.`,
      ],
      changes: [
        `${adviseParameters(absent, unread)} To refuse requests without ${them} with 400, declare ${them} with true in RequestParameters of the method, and give the method a request validator that validates parameters.`,
      ],
    };
  },
};

/** Returns the names of the parameters that the template reads, each with the text that reads it. */
function parametersReadIn(template: string): ReadonlyMap<string, string> {
  const tested = [...template.matchAll(/#(?:if|elseif)\b[^\n]*/g)].join('\n');
  const printed = template.replaceAll(/#(?:if|elseif)\b[^\n]*/g, '');
  const read = [...printed.matchAll(PARAMETER)]
    .map(([text, , name = '']) => [name, text.replace('{', '')] as const)
    .filter(([, text]) => !tested.includes(text));
  return new Map(read);
}

function namesMappedBy({ integration }: SurpriseFacts): readonly string[] {
  const mapped = isSelecting(integration) && 'request' in integration ? integration.request.parameters : [];
  return mapped.flatMap(({ source }) => ('name' in source ? [source.name] : []));
}

function adviseParameters(
  absent: readonly (readonly [name: string, text: string])[],
  unread: readonly string[],
): string {
  const meant = absent.flatMap(([name, text]) => {
    const near = nearest(name, unread);
    return near === undefined ? [] : [`${text.replace(name, near)} instead of ${text}`];
  });
  const names = listed(absent.map(([name]) => name));
  return meant.length === 0
    ? `Read ${listed(unread)} in the request template, or send ${names}.`
    : `Write ${listed(meant)} in the request template, or send ${names}.`;
}

const CALLER = /\$\{?context\.authorizer\.((?:claims\.)?[A-Za-z_][\w-]*)/g;

/** The loop with which the request template of osls writes headers, query and path (integration: lambda). */
const GENERATED = /#define\(\s*\$loop\s*\)/;

const callerValueMissing: SurpriseKind = {
  code: 'AUTHORIZER_VALUE_MISSING',
  mark: 'reference empty',
  isCause: true,
  source: 'docs/aws §7.3',
  find(facts) {
    const { route } = facts.recorded.received;
    const template = templateOf(facts).replaceAll(/#(?:if|elseif)\b[^\n]*/g, '');
    const references = [...new Set([...template.matchAll(CALLER)].map(([, name = '']) => name))];
    // The request template of osls has these references for every function, whether it has an authorizer or not.
    if (GENERATED.test(template)) return undefined;
    if (route?.authorization.kind !== 'none' || references.length === 0) return undefined;
    const one = references.length === 1;
    const named = references.map((name) => `$context.authorizer.${name}`).join(', ');
    return {
      values: { references },
      because: [
        `The request template refers to ${named}, but ${route.routeKey} has no authorizer, so ${one ? 'it' : 'they'} printed nothing.`,
      ],
      changes: [
        `${adviseAuthorizers(references, route.routeKey)} Otherwise, remove ${named} from the template. In both cases, deploy the API again.`,
      ],
    };
  },
};

/**
 * Claims come from a Cognito authorizer, and all other values from a Lambda authorizer
 * (docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html).
 */
function adviseAuthorizers(references: readonly string[], routeKey: string): string {
  const [claims, others] = [true, false].map((isClaim) =>
    references
      .filter((name) => name.startsWith('claims.') === isClaim)
      .map((name) => `$context.authorizer.${name}`),
  );
  const byLambda = `a Lambda authorizer, which provides ${listed(others ?? [])}`;
  const byCognito = `a Cognito authorizer, which provides ${listed(claims ?? [])} if the token has ${claims?.length === 1 ? 'this claim' : 'these claims'}`;
  const isBoth = claims?.length !== 0 && others?.length !== 0;
  const which = isBoth ? `${byLambda}, or ${byCognito}` : claims?.length === 0 ? byLambda : byCognito;
  return `Give ${routeKey} ${which} (AuthorizationType and AuthorizerId).${isBoth ? ' A method has one authorizer, and none provides both: read only the values of the one that you choose.' : ''}`;
}

/** Returns the request template that was applied; empty if there is none, or if the request was refused. */
function templateOf({ integration, recorded }: SurpriseFacts): string {
  const isApplied = isSelecting(integration) && recorded.enteredMs['map-request'] !== undefined;
  return isApplied ? (requestTemplateOf(recorded.received)?.source ?? '') : '';
}

/** A path of a template that prints an object, as Java prints a map. */
const OBJECT_PATH = /\$!?(\{)?input\.path\(\s*(['"])([^'"]+)\2\s*\)/;

const objectPrinted: SurpriseKind = {
  code: 'TEMPLATE_PRINTS_OBJECT',
  mark: 'object is not JSON',
  isCause: true,
  source: 'docs/aws §7.2',
  find(facts) {
    const { integration, accept, reply, recorded } = facts;
    if (!isSelecting(integration) || bareType(reply.last('content-type') ?? '') !== 'application/json')
      return undefined;
    const selected = selectResponse(facts);
    const template = selected && chooseResponseTemplate(selected.templates, accept)?.template.source;
    const [found, brace = '', , path = ''] = OBJECT_PATH.exec(template ?? '') ?? [];
    const body = recorded.replyBody.toString();
    const [printed] = /\{[\w$-]+=[^{}]*\}/.exec(body) ?? [];
    if (found === undefined || printed === undefined || parseJson(body) !== undefined) return undefined;
    // The quotes stay as the template writes them, because others may end the string around the template.
    const whole = `${found}${brace && '}'}`;
    return {
      values: { path },
      because: [
        `The response template prints an object with ${whole}, which writes it as Java does: ${printed.slice(0, 80)}. That is not JSON.`,
      ],
      changes: [
        `In the response template, replace ${whole} with ${whole.replace('.path', '.json')}, which prints the object as JSON. Then deploy the API again.`,
      ],
    };
  },
};

export const TEMPLATE_INPUT_KINDS: readonly SurpriseKind[] = [
  formNotEncoded,
  objectPrinted,
  bodyUnreadable,
  pathWithoutValue,
  queryInTemplate,
  parameterAbsent,
  callerValueMissing,
];
