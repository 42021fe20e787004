/** Addresses at which the gateway serves a request, but AWS does not (docs/aws §10.4). */
import { NONE } from '../../core/routing/base-path.ts';
import { readVpcEndpointFromHost } from '../../core/routing/host.ts';
import { list, toDeploy } from '../explain/reason.ts';
import { nameSetting } from '../explain/setting-text.ts';
import { readLambdaPayload } from './selected-response.ts';
import { findMappings } from './template-text.ts';
import type { ServedStage } from '../../core/exchange.ts';
import type { SurpriseKind } from './surprise.ts';

const disabledEndpoint: SurpriseKind = {
  code: 'ENDPOINT_DISABLED',
  mark: 'endpoint disabled on AWS',
  source: 'docs/aws §10.4',
  find({ recorded: { received, error }, stacks = [] }) {
    const { api, stage, method, rawPath, headers } = received;
    if (!api.disableExecuteApiEndpoint || stage === undefined || error?.code === 'STAGE_NOT_FOUND')
      return undefined;
    const status = api.protocol === 'http' ? 404 : 403;
    const domains = findMappings(stacks, api.apiId).map(({ domain }) => domain);
    return {
      values: { status },
      because: [
        `The API has DisableExecuteApiEndpoint: true, so AWS serves it only at its custom domains, and responds with ${status} at the default endpoint. The local address is not one of these endpoints, so the gateway served the request.`,
      ],
      changes: [
        `On AWS, call the API at its custom domain, or set DisableExecuteApiEndpoint: false and deploy it again. To see on this machine what AWS does, send the request with the Host header of the default endpoint: \`curl -i${method === 'GET' ? '' : ` -X ${method}`} -H 'Host: ${api.apiId}.execute-api.${api.region}.amazonaws.com' http://${headers.last('host') ?? ''}${rawPath}\`${domains.length === 0 ? '' : `, or with the Host header of the custom domain, ${list(domains)}`}.`,
      ],
    };
  },
};

/** A private API has an address only in VPCs with an interface endpoint. The local address is open to every program. */
const privateAddress: SurpriseKind = {
  code: 'PRIVATE_ADDRESS',
  mark: 'private on AWS',
  source: 'docs/aws §10.6',
  find({ integration, recorded: { received } }) {
    const { api, headers } = received;
    if (integration === undefined || api.endpointType !== 'PRIVATE' || api.privateDomain !== undefined)
      return undefined;
    if (readVpcEndpointFromHost(headers.last('host') ?? '') !== undefined) return undefined;
    return {
      values: {},
      because: [
        'The API is private (EndpointConfiguration has the type PRIVATE). On AWS, only callers in a VPC with an interface endpoint for execute-api can reach it, and other callers get no address for its host name. This gateway also serves requests to its local address, such as this request.',
      ],
      changes: [
        `To call the API from the internet, set EndpointConfiguration with Types: [REGIONAL], and adapt the resource policy: a condition on aws:SourceVpce or aws:SourceVpc refuses callers from the internet, and a policy without one admits everybody whom the routes admit.${toDeploy(api.protocol)} To see on this machine what a caller behind a VPC endpoint gets, send Host: ${api.apiId}-{vpce}.execute-api.${api.region}.amazonaws.com with the id of the endpoint in place of {vpce}.`,
      ],
    };
  },
};

/**
 * Mutual TLS belongs to a custom domain. The default endpoint of the API asks for no certificate.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mutual-tls.html
 */
const certificateNotAsked: SurpriseKind = {
  code: 'CERTIFICATE_NOT_ASKED',
  mark: undefined,
  source: 'docs/aws §10.4',
  find({ integration, recorded: { received }, definition }) {
    const { api } = received;
    const domain = definition?.mutualDomain;
    if (domain === undefined || integration === undefined || api.disableExecuteApiEndpoint) return undefined;
    if (api.basePathMatched !== undefined) return undefined;
    return {
      values: { domain },
      because: [
        `The request reached the API at its default endpoint, which asks for no client certificate: MutualTlsAuthentication is a setting of the custom domain ${domain} only, and on AWS everybody can also call {api}.execute-api.{region}.amazonaws.com.`,
      ],
      changes: [
        `If only clients with a certificate may call the API, set ${nameSetting('endpointDisabled', definition)}.${toDeploy(api.protocol)}`,
      ],
    };
  },
};

/** A Deployment with a StageName creates a stage of its own. */
const extraStage: SurpriseKind = {
  code: 'EXTRA_STAGE',
  mark: undefined,
  source: 'docs/aws §10.2',
  find({ recorded: { received }, definition }) {
    const { stage } = received;
    if (stage === undefined || definition?.extraStages?.includes(stage.name) !== true) return undefined;
    // osls writes the name of the service's own stage into the Deployment.
    if (definition.form === 'serverless') return undefined;
    const others = Object.keys(definition.stages ?? {}).join(', ');
    const isOfSam = definition.form.startsWith('sam');
    return {
      values: { stage: stage.name },
      because: [
        `The stage ${stage.name} exists beside ${others}, and without the settings of ${others}, because ${isOfSam ? `SAM writes StageName: ${stage.name} into the AWS::ApiGateway::Deployment of an API that has no OpenApiVersion` : `the AWS::ApiGateway::Deployment of the API has StageName: ${stage.name}`}.`,
      ],
      changes: [
        `If only ${others} should serve the API, ${isOfSam ? `set OpenApiVersion: 3.0.1 on ${definition.form === 'sam-globals' ? 'Api in Globals' : definition.logicalId}` : 'remove StageName from the Deployment'}, and delete the stage ${stage.name} where the API is already deployed, because the change does not delete it.`,
      ],
    };
  },
};

/** A function that compares whole paths finds no route for a path that begins with a base path. */
const basePathInEvent: SurpriseKind = {
  code: 'BASE_PATH_IN_EVENT',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §10.4',
  find(facts) {
    const { received, status } = facts.recorded;
    const { api, rawPath, path, pathParameters } = received;
    const payload = readLambdaPayload(facts);
    const basePath = api.basePathMatched ?? NONE;
    // Payload 2.0 does not contain the base path.
    if (status !== 404 || payload === undefined || payload === 'http-2.0' || basePath === NONE)
      return undefined;
    const [greedy] = /\{(\w+)\+\}/.exec(received.route?.resourcePath ?? '')?.slice(1) ?? [];
    const isGreedy = greedy !== undefined && pathParameters?.[greedy] !== undefined;
    return {
      values: { basePath, path: rawPath },
      because: [
        `The function itself responded with 404. At the custom domain ${api.domainName}, event.path is ${rawPath}: it begins with the base path /${basePath} of the mapping, which is not part of the route.`,
      ],
      changes: [
        isGreedy
          ? `Make the function use pathParameters.${greedy} of the event, which is ${pathParameters[greedy] ?? ''}, or remove /${basePath} from the beginning of event.path.`
          : `Make the function remove /${basePath} from the beginning of event.path: the rest is ${path}.`,
      ],
    };
  },
};

/** A request that ends with the base path, without a slash, has an empty path in payload 2.0. */
const rawPathEmpty: SurpriseKind = {
  code: 'RAW_PATH_EMPTY',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §2.3',
  find(facts) {
    const { received, status } = facts.recorded;
    const { api, stage, rawPath, path } = received;
    if (status < 400 || api.basePathMatched === undefined || readLambdaPayload(facts) !== 'http-2.0')
      return undefined;
    if (stage?.name !== '$default' || path !== '/' || rawPath.endsWith('/')) return undefined;
    return {
      values: { basePath: api.basePathMatched },
      because: [
        `rawPath of the event is empty, not /: the request ends with the base path ${rawPath} of the mapping of the custom domain ${api.domainName}, and payload format 2.0 does not contain the base path.`,
      ],
      changes: [
        `Make the function read an empty rawPath as /, as in event.rawPath || '/'. Or call ${rawPath}/ with a slash at its end.`,
      ],
    };
  },
};

/** A path without the stage belongs to no stage, and the event's path does not show the stage (docs/aws §2.3). */
const redirectWithoutStage: SurpriseKind = {
  code: 'REDIRECT_WITHOUT_STAGE',
  mark: 'redirect without stage',
  source: 'docs/aws §2.1',
  find(facts) {
    const { received, status } = facts.recorded;
    const { api, stage } = received;
    const location = facts.reply.last('location');
    if (status < 300 || status > 399 || location === undefined || !/^\/(?!\/)/.test(location))
      return undefined;
    if (stage === undefined || stage.name === '$default' || api.basePathMatched !== undefined)
      return undefined;
    const [first = ''] = location.slice(1).split(/[/?#]/);
    if (api.functionUrl !== undefined || api.stages.has(first)) return undefined;
    return {
      values: { location, stage: stage.name },
      because: [
        `The reply redirects to ${location}, which is relative to the host. At the API’s own address, every path begins with the stage (/${stage.name}), so the client asks for ${location} next, finds no stage there, and is refused. The path of the event does not contain the stage.`,
      ],
      changes: [
        `Redirect to /${stage.name}${location}: write \`/\${event.requestContext.stage}${location}\` as Location in the function. A custom domain, whose mapping chooses the stage, needs no stage in the path.`,
        ...describeMissingTarget(stage, status === 307 || status === 308 ? received.method : 'GET', location),
      ],
    };
  },
};

/** @param method of the next request: that of this request for 307 and 308, otherwise GET (RFC 9110 §15.4) */
function describeMissingTarget({ deployment }: ServedStage, method: string, location: string): string[] {
  const [path = location] = location.split(/[?#]/);
  return deployment.routes.find(method, path) === undefined
    ? [
        `Also add a route for ${method} ${path}: the API has none, so the next request would be refused with any stage.`,
      ]
    : [];
}

export const ADDRESS_KINDS: readonly SurpriseKind[] = [
  disabledEndpoint,
  privateAddress,
  extraStage,
  certificateNotAsked,
  basePathInEvent,
  rawPathEmpty,
  redirectWithoutStage,
];
