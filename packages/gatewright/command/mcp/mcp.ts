/** `gatewright mcp` sends messages to an MCP server as a client does, and prints why a message is refused. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { asText, isJsonObject, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { FORMS } from '../../../gateway/engine/settings.ts';
import { printResult, table, UsageError } from '../../../base/terminal/output.ts';
import { readSpan } from '../../../toolkit/terminal/options.ts';
import { addGatewayOptions } from '../../../toolkit/terminal/running-gateway.ts';
import { McpRefused } from '../../mcp-client/errors.ts';
import type { McpClient } from '../../mcp-client/mcp-client.ts';
import { REVISIONS } from '../../mcp-client/wire.ts';
import { collectClaim } from '../local/token.ts';
import { withClient } from './connect.ts';
import type { McpFlags } from './connect.ts';
import { describeContent, describeMessages, describeResource } from './print.ts';

export function mcpCommand(): Command {
  const list = addMcpOptions(
    new Command('list').description('List the tools, prompts and resources that the caller may use.'),
  ).action((flags: McpFlags) => withClient(flags, listAll));
  const call = addMcpOptions(
    new Command('call')
      .description('Call a tool and print its result, or the refusal and the rule behind it.')
      .argument('<tool>', 'name of the tool')
      .argument('[arguments]', 'arguments as a JSON object', readArguments, {}),
  ).action((tool: string, args: UnknownMembers, flags: McpFlags) =>
    withClient(flags, (client) => callTool(client, tool, args)),
  );
  const prompt = addMcpOptions(
    new Command('prompt')
      .description('Get a prompt.')
      .argument('<name>', 'name of the prompt')
      .argument('[arguments]', 'arguments as a JSON object', readArguments, {}),
  ).action((name: string, args: Readonly<Record<string, string>>, flags: McpFlags) =>
    withClient(flags, async (client) => {
      const result = await client.getPrompt(name, args);
      printResult(result, () => describeMessages(result));
    }),
  );
  const read = addMcpOptions(
    new Command('read').description('Read a resource.').argument('<uri>', 'URI of the resource'),
  ).action((uri: string, flags: McpFlags) =>
    withClient(flags, async (client) => {
      const result = await client.readResource(uri);
      printResult(result, () => describeResource(result));
    }),
  );
  return new Command('mcp')
    .description('Use an MCP server behind a local or deployed API, as an MCP client does.')
    .addCommand(list)
    .addCommand(call)
    .addCommand(prompt)
    .addCommand(read);
}

function addMcpOptions(command: Command): Command {
  return addGatewayOptions(command)
    .option(
      '--server <url>',
      'address of the MCP server, or its path at the local gateway (default: the only route that ends with /mcp)',
    )
    .addOption(
      new Option(
        '--as <name:roles>',
        'call with a token of the local issuer for this subject, such as ann or ann:support,reader',
      )
        .argParser(readCaller)
        .conflicts('token'),
    )
    .option('--scope <scopes>', 'scopes of the token, separated by spaces')
    .option(
      '--claim <name=json>',
      'additional claim for the token that --as creates (repeatable)',
      collectClaim,
    )
    .addOption(new Option('--token <token>', 'token to send').env('GATEWRIGHT_MCP_TOKEN'))
    .option(
      '--client-id <id>',
      'id of the client to sign in as; its secret, if it has one, is read from GATEWRIGHT_MCP_CLIENT_SECRET (default: register a client)',
    )
    .addOption(
      new Option(
        '--revision <date>',
        'revision of MCP to speak (default: the newest that the server speaks)',
      ).choices(REVISIONS),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for a response')
        .argParser(readSpan)
        .default(30_000, '30s'),
    );
}

function readCaller(text: string): NonNullable<McpFlags['as']> {
  const caller = FORMS.signInAs.read(text);
  if (caller === undefined) throw new InvalidArgumentError(FORMS.signInAs.expected);
  return caller;
}

function readArguments(text: string): UnknownMembers {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new InvalidArgumentError(`Write it as a JSON object, such as '{"id":"7"}'.`);
}

async function callTool(client: McpClient, tool: string, args: UnknownMembers): Promise<void> {
  const result = await client.callTool(tool, args);
  printResult(result, () => describeContent(result));
  if (result.isError === true) throw new UsageError(`the tool ${tool} ran and reported an error`);
}

type Row = { readonly kind: string; readonly name: string; readonly about: unknown; readonly item: object };

async function listAll(client: McpClient): Promise<void> {
  const rows: readonly Row[] = [
    ...(await orNone(() => client.listTools())).map((item) => rowOf('tool', item.name, item)),
    ...(await orNone(() => client.listPrompts())).map((item) => rowOf('prompt', item.name, item)),
    ...(await orNone(() => client.listResources())).map((item) => rowOf('resource', item.uri, item)),
    ...(await orNone(() => client.listResourceTemplates())).map((item) =>
      rowOf('template', asText(item['uriTemplate']) ?? '', item),
    ),
  ];
  printResult(
    rows.map(({ kind, item }) => ({ kind, ...item })),
    () =>
      rows.length === 0
        ? 'The server lists no tools, prompts or resources for this caller.'
        : table(rows.map(({ kind, name, about }) => [kind, name, firstLine(about)])),
  );
}

function rowOf(kind: string, name: string, item: UnknownMembers): Row {
  const about = item['description'] ?? item['title'] ?? (item['name'] === name ? undefined : item['name']);
  return { kind, name, about, item };
}

function firstLine(text: unknown): string {
  return asText(text)?.split('\n', 1)[0] ?? '';
}

const METHOD_NOT_FOUND = -32_601;

/**
 * Returns an empty list if the server does not know the method. A server without tools, for example, does not know
 * `tools/list`.
 */
async function orNone<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof McpRefused && error.rpcCode === METHOD_NOT_FOUND) return [];
    throw error;
  }
}
