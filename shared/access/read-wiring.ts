/** A compiled CloudFormation template, intrinsics unresolved → how an API uses the toolkit's authorizers. Build time only. */
import type { WiredAuthorizer, WiredSource } from './check-wiring.ts';

type Fields = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, WiredSource['kind']>> = {
  'request.header': 'header',
  'request.querystring': 'querystring',
  stageVariables: 'stageVariable',
  context: 'context',
};

/** Only authorizers whose function is one of ours, by its name in the template or by the export it is imported by. */
export function readWiring(resources: Fields, apiLogicalId: string): readonly WiredAuthorizer[] {
  return Object.entries(resources).flatMap(([logicalId, resource]) => {
    const { Type: type, Properties } = fieldsOf(resource);
    const properties = fieldsOf(Properties);
    const { Ref: api } = fieldsOf(properties['RestApiId'] ?? properties['ApiId']);
    const uri = JSON.stringify(properties['AuthorizerUri'] ?? '');
    if (api !== apiLogicalId || !/(token|request)(-|dash)?authorizer/i.test(uri)) return [];
    const name = typeof properties['Name'] === 'string' ? properties['Name'] : logicalId;
    if (type === 'AWS::ApiGateway::Authorizer') return [readRest(name, properties)];
    return type === 'AWS::ApiGatewayV2::Authorizer'
      ? [readV2(name, properties, resources, apiLogicalId)]
      : [];
  });
}

function readRest(name: string, properties: Fields): WiredAuthorizer {
  const isToken = properties['Type'] === 'TOKEN';
  const usual = isToken ? 'method.request.header.Authorization' : '';
  const { IdentitySource: sources = usual } = properties;
  return {
    name,
    payload: isToken ? 'rest-token' : 'rest-request',
    ttlSeconds: numberOf(properties['AuthorizerResultTtlInSeconds'], 300),
    simpleResponses: false,
    identitySources: (typeof sources === 'string' ? sources.split(',') : []).flatMap(readSource),
  };
}

function readV2(name: string, properties: Fields, resources: Fields, apiLogicalId: string): WiredAuthorizer {
  const api = fieldsOf(fieldsOf(resources[apiLogicalId])['Properties']);
  const isWebSocket = api['ProtocolType'] === 'WEBSOCKET';
  const sources: unknown = properties['IdentitySource'];
  return {
    name,
    payload: isWebSocket
      ? 'websocket'
      : properties['AuthorizerPayloadFormatVersion'] === '1.0'
        ? 'http-1.0'
        : 'http-2.0',
    ttlSeconds: isWebSocket ? 0 : numberOf(properties['AuthorizerResultTtlInSeconds'], 0),
    simpleResponses: properties['EnableSimpleResponses'] === true,
    identitySources: (Array.isArray(sources) ? sources : []).flatMap((source) => readSource(String(source))),
  };
}

/** `method.request.header.Authorization`, `$request.header.Authorization`, `route.request.querystring.token`, `context.x` */
function readSource(text: string): readonly WiredSource[] {
  const [, where = '', name = ''] =
    /^\s*\$?(?:method\.|route\.)?(request\.header|request\.querystring|stageVariables|context)\.(\S+)\s*$/.exec(
      text,
    ) ?? [];
  const kind = KINDS[where];
  if (kind === undefined) return [];
  return [{ kind, name: kind === 'header' ? name.toLowerCase() : name }];
}

function numberOf(value: unknown, usual: number): number {
  const number = Number(value ?? usual);
  // A TTL that is only known at deployment may be any.
  return Number.isFinite(number) ? number : 3600;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
