/**
 * Finds sections of a service that Serverless 4 compiles and osls does not support. osls ignores them silently, so the
 * resources that they describe would be missing. If a plug-in of osls has a section with the same name, and the service
 * lists the plug-in, osls compiles the section.
 */
import { asText, isJsonList, membersOf, textOf } from '@gatewright/aws/json-object';

type Section = {
  readonly path: readonly string[];
  /** The part of the stack that is missing without Serverless 4. */
  readonly makes: string;
  readonly instead: string;
  /** The plug-in of osls that compiles the same section. */
  readonly plugin?: string;
  /**
   * Whether the section describes routes. The service is then refused, because requests to them would find no route.
   */
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
    instead: 'define the domain under resources',
  })),
  {
    path: ['appSync'],
    makes: 'the GraphQL API',
    instead: 'install serverless-appsync-plugin and list it under plugins',
    plugin: 'serverless-appsync-plugin',
  },
  { path: ['ai'], makes: 'the agents', instead: 'define the agents under resources' },
  { path: ['sandboxes'], makes: 'the sandboxes', instead: 'define the sandboxes under resources' },
];

type Passed = { readonly path: readonly string[]; readonly message: string };

/** Returns the first section whose routes would be missing; undefined if there is no such section. */
export function findMissingRoutes(service: unknown): Passed | undefined {
  const servers = describeMcpServers(service);
  if (servers !== undefined) return { path: ['mcp'], message: servers };
  return findPassedOver(service).find(({ section }) => section.hasRoutes === true);
}

/** Returns one sentence for each ignored section that contains no routes. */
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
          : 'is compiled by Serverless 4, or by a plug-in that the service does not list';
      return [
        { section, path, message: `${path.join('.')} ${compiled}, so ${makes} would be missing: ${instead}` },
      ];
    },
  );
}

/**
 * Serverless has compiled the section `mcp` since version 4.41.0. Returns why the section is refused; undefined if the
 * service has no MCP servers.
 */
function describeMcpServers(service: unknown): string | undefined {
  const servers = Object.entries(membersOf(membersOf(membersOf(service)['mcp'])['servers']));
  const [first] = servers;
  if (first === undefined) return undefined;
  const [name, server] = first;
  const module = textOf(membersOf(server), 'server').replace(/\.\w+$/, '') || `src/${name}`;
  const { authorizer } = membersOf(server);
  const guard = authorizer === undefined ? '' : `, authorizer: ${JSON.stringify(authorizer)}`;
  return `mcp is compiled by Serverless 4 only, so ${servers.map(([each]) => each).join(', ')} would have no route. Write a function instead: functions: { ${name}: { handler: ${module}.handler, events: [{ http: { method: any, path: /mcp/${name}${guard} } }] } }. node_modules/gatewright/docs/guides/protect/mcp.md describes how its handler serves and protects tools.`;
}
