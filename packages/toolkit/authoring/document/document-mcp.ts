/**
 * Defines the `mcp` section of an access document. It determines who may use which tools, prompts and resources of an
 * MCP server behind the API.
 */
import { isMcpPattern } from '@gatewright/handlers/mcp/grants';
import { MCP_SUBJECTS } from '@gatewright/handlers/mcp/methods';
import type { McpSubject } from '@gatewright/handlers/mcp/methods';
import { CONDITION, NAME } from './document-conditions.ts';
import { described, flag, list, object, oneOf, refine, text } from './shape.ts';
import type { Shape } from './shape.ts';

const WANTED: Readonly<Record<McpSubject, string>> = {
  tools: 'a tool such as get_order, or get_* for all tools whose names begin with get_',
  prompts: 'a prompt such as summary, or summary_* for all prompts whose names begin with summary_',
  resources:
    'a URI such as orders://list, orders://* for any one segment, orders://** for everything below it, or ** for every URI',
  methods:
    'a method to which tools, prompts and resources do not apply, such as tasks/get or logging/setLevel; a method must not contain *',
};

function patterns(subject: McpSubject, description: string): Shape<readonly string[]> {
  const wanted = WANTED[subject];
  const pattern = refine(text(/^[^\n]{1,256}$/u, wanted), {}, (given) =>
    isMcpPattern(subject, given) ? undefined : `must be ${wanted}`,
  );
  return described(list(pattern, 1, 100), description);
}

const RULE = refine(
  object(
    { id: NAME, effect: oneOf('allow', 'deny') },
    {
      tools: patterns('tools', 'Tools that the caller may call. tools/list shows them to the caller.'),
      prompts: patterns('prompts', 'Prompts that the caller may get. prompts/list shows them to the caller.'),
      resources: patterns(
        'resources',
        'URIs that the caller may read and subscribe to. resources/list shows them to the caller.',
      ),
      methods: patterns(
        'methods',
        'Other methods that the caller may use. The wrapper does not know to whom a task belongs, so tasks/get opens the tasks of all callers.',
      ),
      when: CONDITION,
    },
  ),
  { anyOf: MCP_SUBJECTS.map((subject) => ({ required: [subject] })) },
  (rule) =>
    MCP_SUBJECTS.some((subject) => rule[subject] !== undefined)
      ? undefined
      : `names nothing: write at least one of ${MCP_SUBJECTS.join(', ')}`,
);

export const MCP = described(
  object(
    {
      path: described(
        text(/^\/[^\s?#*{}]{0,1023}$/, 'the path of a route, such as /mcp'),
        'Route of the MCP server. The rules of the document that name this route decide who reaches the server at all.',
      ),
      rules: described(
        list(RULE, 1, 100),
        'A tool, prompt or resource is denied unless a rule allows it. Deny rules override allow rules, and the order of rules does not matter.',
      ),
    },
    {
      charge: described(
        flag(),
        'The wrapper charges each call to a tool, prompt or resource to the quota of this document, under the name that plans use for its cost, such as tools/call get_order. The authorizer then does not charge this route. The function needs the usage table. Default: false, so that the authorizer charges this route like any other route.',
      ),
      refuseByHeaders: described(
        flag(),
        'The request authorizer also refuses a request whose headers Mcp-Method and Mcp-Name name something that these rules deny. This saves invocations of the function, and needs cacheTtlSeconds: 0. Only the wrapper decides what is run. Default: false.',
      ),
    },
  ),
  'Tools, prompts and resources of an MCP server (node_modules/gatewright/docs/guides/protect/mcp.md).',
);
