/**
 * Which test executes the blocks of which page, or of one part of it (`page#anchor`); of some by kind: shell lines,
 * data, code.
 */

export type BlockKind = 'shell' | 'data' | 'code' | 'printed' | 'terraform';

/** Why a block is not run. */
export const REASONS: readonly string[] = [
  'needs AWS',
  'excerpt',
  'an editor',
  'needs a checkout',
  'publishes',
];

const CODE = 'test/documents/code-blocks.test.ts';
const DATA = 'test/documents/data-blocks.test.ts';
const GUIDES = 'test/delivery/guides.test.ts';
const PRINTED = 'test/architecture/documents.test.ts';
const RECIPES = 'test/delivery/recipes.test.ts';
const READMES = 'test/end-to-end/package-readmes.test.ts';

const EXAMPLES = 'test/delivery/examples.test.ts';

type Claims = Readonly<Partial<Record<BlockKind, string>>>;

export const RUNNERS: Readonly<Record<string, string | Claims>> = {
  'README.md': GUIDES,
  'packages/base/aws/README.md': READMES,
  'packages/gateway/dynamodb/README.md': READMES,
  'packages/gateway/velocity/README.md': READMES,
  'python/README.md': 'test/vectors/wire/python.test.ts',
  'shared/README.md': READMES,
  'packages/gatewright/package/README.md': { shell: GUIDES, data: DATA, code: CODE },
  'examples/agent-tools/README.md': EXAMPLES,
  'examples/api-product/README.md': EXAMPLES,
  'examples/chat/README.md': EXAMPLES,
  'examples/food-delivery/README.md': EXAMPLES,
  'examples/orders/README.md': EXAMPLES,
  'examples/ticker/README.md': EXAMPLES,
  'docs/aws/events.md': DATA,
  'docs/design/functions.md': PRINTED,
  'docs/guides/first-invoice.md': GUIDES,
  'docs/guides/protect/access.md': {
    shell: GUIDES,
    data: DATA,
    code: CODE,
    terraform: 'test/examples/attachments.test.ts',
  },
  'docs/guides/protect/attach.md': 'test/delivery/attach.suite.ts',
  'docs/guides/protect/attach.md#try-it-locally-with-your-own-service': GUIDES,
  'docs/guides/protect/attach.md#what-will-surprise-callers-doctor': GUIDES,
  'docs/guides/protect/coming-from.md': { data: DATA, code: CODE },
  'docs/guides/protect/mcp.md': { data: DATA, code: CODE },
  'docs/guides/protect/own-repository.md': { shell: GUIDES, data: DATA },
  'docs/guides/receive/cache.md': { shell: GUIDES, data: DATA, code: CODE },
  'docs/guides/receive/live.md': { data: DATA, code: CODE },
  'docs/guides/receive/realtime.md': { data: DATA, code: CODE },
  'docs/guides/receive/webhooks.md': { shell: GUIDES, data: DATA, code: CODE },
  'docs/guides/receive/webhooks.md#secrets-that-customers-make': {
    shell: 'test/documents/customer-webhooks.test.ts',
    data: DATA,
  },
  'docs/guides/run/console.md': GUIDES,
  'docs/guides/run/daily-loop.md': GUIDES,
  'docs/guides/run/events.md': { shell: GUIDES, data: DATA },
  'docs/guides/run/cloudwatch.md': DATA,
  'docs/guides/run/faults.md': DATA,
  'docs/guides/run/gather.md': CODE,
  'docs/guides/run/plugin.md': { shell: GUIDES, data: DATA },
  'docs/guides/run/resilience.md': { data: DATA, code: CODE },
  'docs/guides/run/serving.md': { shell: GUIDES, printed: 'test/delivery/start.test.ts' },
  'docs/guides/run/service-discovery.md': DATA,
  'docs/guides/run/settings.md': DATA,
  'docs/guides/run/sign-in.md': 'test/examples/sign-in.test.ts',
  'docs/guides/run/testing.md': GUIDES,
  'docs/guides/run/tls.md': { shell: GUIDES, data: DATA },
  'docs/guides/run/values.md': DATA,
  'docs/guides/sell/portal.md': DATA,
  'docs/guides/sell/quota.md': { shell: GUIDES, data: DATA, code: CODE },
  'docs/moving/localstack.md': GUIDES,
  'docs/moving/sam-local.md': GUIDES,
  'docs/moving/serverless-offline.md': { shell: GUIDES, data: DATA },
  'docs/recipes/api-keys.md': RECIPES,
  'docs/recipes/auth0.md': RECIPES,
  'docs/recipes/ci.md': 'test/delivery/own-repository.test.ts',
  'docs/recipes/cognito.md': RECIPES,
  'docs/recipes/http-api-keys.md': RECIPES,
  'docs/recipes/machine-to-machine.md': RECIPES,
  'docs/recipes/partners.md': RECIPES,
  'docs/recipes/payments.md': RECIPES,
  'docs/recipes/agents.md': RECIPES,
  'docs/recipes/portal.md': RECIPES,
  'docs/recipes/sam-api-keys.md': RECIPES,
  'docs/recipes/sam-tickets.md': RECIPES,
  'docs/recipes/websocket.md': RECIPES,
  'docs/request-path.md': PRINTED,
};
