/**
 * Sections of a service that Serverless 4 compiles and osls does not know. osls passes over them without a word, so what
 * they make would silently not be there. Sections of an osls plug-in with the same name are compiled if the service lists
 * the plug-in.
 */
import { asText, isJsonList, membersOf, textOf } from '@gatewright/aws/json-object';

type Section = {
  readonly path: readonly string[];
  /** What is missing without Serverless 4. */
  readonly makes: string;
  readonly instead: string;
  /** The plug-in of osls that compiles the same section. */
  readonly plugin?: string;
  /** Whether a request would find no route, so that the service is refused. */
  readonly hasRoutes?: boolean;
};

// Source: lib/plugins/aws of serverless/serverless at 4.41.0, compared with osls 4.3.1.
const SECTIONS: readonly Section[] = [
  {
    path: ['custom', 'apiGatewayServiceProxies'],
    makes: 'its routes',
    instead: 'install serverless-apigateway-service-proxy and list it under plugins',
    plugin: 'serverless-apigateway-service-proxy',
    hasRoutes: true,
  },
  {
    path: ['custom', 'customDomain'],
    makes: 'the custom domain',
    instead: 'install serverless-domain-manager and list it under plugins',
    plugin: 'serverless-domain-manager',
  },
  ...['domain', 'domains'].map((name) => ({
    path: ['provider', name],
    makes: 'the custom domain',
    instead: 'write the domain under resources',
  })),
  {
    path: ['appSync'],
    makes: 'the GraphQL API',
    instead: 'install serverless-appsync-plugin and list it under plugins',
    plugin: 'serverless-appsync-plugin',
  },
  { path: ['ai'], makes: 'its agents', instead: 'write them under resources' },
  { path: ['sandboxes'], makes: 'its sandboxes', instead: 'write them under resources' },
];

type Passed = { readonly path: readonly string[]; readonly message: string };

/** Returns the first section whose routes would be missing. Undefined if there is none. */
export function findMissingRoutes(service: unknown): Passed | undefined {
  const servers = describeMcpServers(service);
  if (servers !== undefined) return { path: ['mcp'], message: servers };
  return findPassedOver(service).find(({ section }) => section.hasRoutes === true);
}

/** Returns a sentence for each other section that osls passes over. */
export function describePassedOver(service: unknown): readonly string[] {
  return findPassedOver(service)
    .filter(({ section }) => section.hasRoutes !== true)
    .map(({ message }) => message);
}

function findPassedOver(service: unknown): readonly (Passed & { readonly section: Section })[] {
  const { plugins } = membersOf(service);
  const listed = isJsonList(plugins) ? plugins : membersOf(plugins)['modules'];
  const names = Array.isArray(listed) ? listed.map(asText) : [];
  return SECTIONS.filter(({ plugin }) => plugin === undefined || !names.includes(plugin)).flatMap(
    (section) => {
      const { path, makes, instead, plugin } = section;
      const value = path.reduce<unknown>((part, name) => membersOf(part)[name], service);
      if (value === undefined || value === null) return [];
      const compiled =
        plugin === undefined
          ? 'is compiled by Serverless 4 only'
          : 'is compiled by Serverless 4, and by a plug-in';
      return [
        { section, path, message: `${path.join('.')} ${compiled}, so ${makes} would be missing: ${instead}` },
      ];
    },
  );
}

/**
 * Returns why `mcp` is refused, which Serverless 4 has compiled since 4.41.0. Undefined if a service has no MCP servers.
 */
function describeMcpServers(service: unknown): string | undefined {
  const servers = Object.entries(membersOf(membersOf(membersOf(service)['mcp'])['servers']));
  const [first] = servers;
  if (first === undefined) return undefined;
  const [name, server] = first;
  const module = textOf(membersOf(server), 'server').replace(/\.\w+$/, '') || `src/${name}`;
  const { authorizer } = membersOf(server);
  const guard = authorizer === undefined ? '' : `, authorizer: ${JSON.stringify(authorizer)}`;
  return `mcp is compiled by Serverless 4 only, so ${servers.map(([each]) => each).join(', ')} would have no route. Write a function instead: functions: { ${name}: { handler: ${module}.handler, events: [{ http: { method: any, path: /mcp/${name}${guard} } }] } }. How its handler serves and protects tools is in node_modules/gatewright/docs/guides/protect/mcp.md`;
}
