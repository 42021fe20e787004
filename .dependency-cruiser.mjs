/**
 * The rules of import directions. The rules about floors are generated from `test/architecture/layout.ts`; the other
 * rules say what else a folder must not import. For each rule, a planted violation proves that it works (`npm run prove
 * -- check-rules`). `test/architecture/cruise-imports.ts` runs the rules, and asserts that every source file was
 * examined: with a version of TypeScript that dependency-cruiser does not support, it would examine nothing and report
 * success.
 */
import { PRODUCT_DOORS, ROOMS, SOURCE_FOLDERS } from './test/architecture/layout.ts';

const OURS = `^(${SOURCE_FOLDERS.join('|')})/`;

/**
 * Files of shared/ that may each access one thing outside shared/, such as DynamoDB. The name of the file or folder
 * says what it is.
 */
const SHARED_ADAPTERS = [
  '^shared/observability/',
  '^shared/.+/(dynamodb|lambda)-[^/]+$',
  '^shared/.+-(poster|fetcher)\\.ts$',
];

/** Folders without effects. */
const PURE =
  '^packages/gateway/(core/(phases|routing|mapping|json-path|events|policy|metering|deployment)/|console/explain/|kernel/delivery/)';
const NODE_BUILT_IN = { dependencyTypes: ['core'] };

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
const anyOf = (folders) => `^(${folders.join('|')})/`;

/** If the folder of one room contained the folder of another room, this rule would be wrong; there is no such room. */
function floorRules({ name, folder, floor }) {
  const below = ROOMS.filter((room) => room.floor < floor).map((room) => room.folder);
  return rule(
    `floor-of-${name.replace('/', '-')}`,
    `${folder} is on floor ${floor} and may import only from lower floors.`,
    { path: `^${folder}/`, pathNot: '/test/' },
    {
      path: OURS,
      pathNot: [anyOf([folder, ...below]), ...(name === 'lab' || name === 'functions' ? ['^access/'] : [])],
    },
  );
}

const GATEWAY = '^packages/gateway/';
const TOOLKIT = '^(shared|functions|layers|access|packages/toolkit)/';
const doorsOf = (product) =>
  PRODUCT_DOORS.filter((door) => door.of === product).flatMap(({ files }) =>
    files.map((file) => `^${file.replaceAll('.', '\\.')}$`),
  );

export default {
  forbidden: [
    ...ROOMS.map(floorRules),
    rule(
      'gateway-knows-doors-of-the-toolkit',
      'The gateway may import from the toolkit only the modules that PRODUCT_DOORS in layout.ts lists.',
      { path: GATEWAY },
      { path: TOOLKIT, pathNot: doorsOf('toolkit') },
    ),
    rule(
      'toolkit-knows-doors-of-the-gateway',
      'The toolkit may import from the gateway only the modules that PRODUCT_DOORS in layout.ts lists.',
      { path: TOOLKIT },
      { path: GATEWAY, pathNot: doorsOf('gateway') },
    ),
    rule(
      'base-knows-no-product',
      'packages/base must not import either product, because both depend on it.',
      { path: '^packages/base/' },
      { path: OURS, pathNot: '^packages/base/' },
    ),
    rule(
      'shared-knows-nothing-of-ours',
      'shared/ is deployed inside every function, so it must not import anything outside.',
      { path: '^shared/' },
      { path: OURS, pathNot: '^(shared|packages/base/aws)/' },
    ),
    rule(
      'packages-stand-alone',
      'A package that is published separately may import only its own files and packages/base/aws.',
      { path: '^packages/(base/aws|gateway/velocity|gateway/dynamodb|conformance)/' },
      { path: OURS, pathNot: '^packages/($1|base/aws)/' },
    ),
    rule(
      'velocity-is-pure',
      'The template engine runs in any environment, so it must not import anything with effects.',
      { path: '^packages/gateway/velocity/' },
      { ...NODE_BUILT_IN },
    ),
    rule(
      'authoring-ships-in-no-function',
      'Documents are read and compiled before a deployment; functions and the engine read only the compiled form.',
      {
        path: '^(shared|functions|packages/gateway)/',
      },
      { path: '^packages/toolkit/authoring/' },
    ),
    rule(
      'authoring-knows-the-library-only',
      'The command and the plug-in may import this package, but it must not import them.',
      { path: '^packages/toolkit/authoring/' },
      { path: OURS, pathNot: '^(packages/(toolkit/authoring|base/aws)|shared)/' },
    ),
    rule(
      'shared-takes-no-node',
      'Code that decides is pure: it may import only node:crypto. Adapters are exempt.',
      { path: '^shared/', pathNot: SHARED_ADAPTERS },
      { ...NODE_BUILT_IN, pathNot: '^(node:)?crypto$' },
    ),
    rule(
      'shared-takes-no-aws-sdk',
      'The AWS SDK belongs in dynamodb-*.ts, *-poster.ts and *-fetcher.ts.',
      { path: '^shared/', pathNot: SHARED_ADAPTERS },
      { path: 'node_modules/@aws-sdk/' },
    ),
    rule(
      'shared-adapters-stay-in-their-folder',
      'functions/ connects adapters; an adapter must not import the adapter of another folder.',
      { path: ['^shared/([^/]+)/.*\\bdynamodb-', '^shared/([^/]+)/.+-(poster|fetcher)\\.ts$'] },
      {
        path: ['^shared/.+/dynamodb-', '^shared/.+-(poster|fetcher)\\.ts$'],
        pathNot: '^shared/($1|aws|table)/',
      },
    ),
    rule(
      'shared-ground-floor',
      'aws/, http/ and table/ must not import the other folders of shared/, which depend on them.',
      { path: '^shared/(aws|http|table)/' },
      { path: '^shared/', pathNot: '^shared/((aws|http|table)/|errors\\.ts$|ports\\.ts$)' },
    ),
    rule(
      'shared-domains-do-not-know-each-other',
      'Only functions/, entries/, middleware/, portal/ and endpoints/ may combine access, cache, quota, webhooks and websocket.',
      { path: '^shared/(access|cache|quota|webhooks|websocket)/' },
      { path: '^shared/(access|cache|quota|webhooks|websocket|middleware)/', pathNot: '^shared/$1/' },
    ),
    rule(
      'phases-do-not-know-each-other',
      'Only pipeline.ts defines the order of the phases.',
      { path: '^packages/gateway/core/phases/([^/]+)\\.ts$' },
      { path: '^packages/gateway/core/phases/', pathNot: '^packages/gateway/core/phases/$1\\.ts$' },
    ),
    rule(
      'phases-see-facts-only',
      'A phase may import the exchange, the compiled deployment and the pure folders; it reaches everything else through ports.',
      { path: '^packages/gateway/core/phases/' },
      {
        path: '^packages/gateway/core/',
        pathNot:
          '^packages/gateway/core/(phases/|(exchange|errors|defect|ports|trail)\\.ts$|deployment/model\\.ts$|(routing|mapping|events|policy|metering)/)',
      },
    ),
    rule(
      'pure-folders-take-no-node',
      'Phases, pipelines and the pure folders must run in any environment and with a virtual clock. (json-schema.ts loads ajv only for models.)',
      {
        path: [PURE, '^packages/gateway/core/(pipeline\\.ts$|websocket/pipeline\\.ts$)'],
        pathNot: '^packages/gateway/core/deployment/models/json-schema\\.ts$',
      },
      NODE_BUILT_IN,
    ),
    rule(
      'pure-folders-look-downward',
      'routing, mapping, json-path, events, policy, metering and deployment must not import a phase or anything with effects.',
      { path: '^packages/gateway/core/(routing|mapping|json-path|events|policy|metering|deployment)/' },
      {
        path: '^packages/gateway/core/',
        pathNot:
          '^packages/gateway/core/((routing|mapping|json-path|events|policy|metering|deployment)/|(errors|defect|ports|exchange|integration-timeouts)\\.ts$|stack/(model|function|home)\\.ts$)',
      },
    ),
    rule(
      'only-deployment-compiles',
      'deployment/ uses routing, mapping, events, policy and metering, which may import nothing of deployment/ except its model.',
      {
        path: '^packages/gateway/(core/(routing|mapping|json-path|events|policy|metering)|console/explain)/',
      },
      {
        path: '^packages/gateway/core/deployment/',
        pathNot: '^packages/gateway/core/deployment/model\\.ts$',
      },
    ),
    rule(
      'pipelines-only-order-phases',
      'A pipeline only lists phases in order; code with effects is passed in through ports.',
      { path: ['^packages/gateway/core/pipeline\\.ts$', '^packages/gateway/core/websocket/pipeline\\.ts$'] },
      { path: '^packages/gateway/core/(stack|resource-types|receive)' },
    ),
    rule(
      'control-plane-serves-no-requests',
      'The control plane creates deployments; only TestInvokeMethod may run a request.',
      { path: '^packages/gateway/control/(?!api/)' },
      { path: '^packages/gateway/core/(pipeline\\.ts$|phases/|websocket/pipeline\\.ts$)' },
    ),
    rule(
      'implementers-know-no-request',
      'lambda and services implement ports; they must not run a phase.',
      { path: '^packages/gateway/(lambda|services|kernel)/' },
      { path: '^packages/gateway/core/(pipeline\\.ts$|phases/|routing/|mapping/|deployment/|websocket/)' },
    ),
    rule(
      'carriers-only-carry',
      "Sockets, AWS's own APIs and the console must call the pipeline, never a phase or a function directly.",
      { path: '^packages/gateway/(server|control/api|cognito|console/endpoints)/' },
      { path: '^packages/gateway/(core/phases|lambda|services)/' },
    ),
    rule(
      'functions-know-shared-only',
      'A function is deployed together with shared/, so it may import nothing else.',
      { path: '^functions/([^/]+)\\.ts$' },
      { path: OURS, pathNot: '^(shared/|packages/base/aws/|access/|functions/$1\\.ts$)' },
    ),
    rule(
      'console-runs-in-a-browser',
      "The page must not import Node.js modules. Of our code, it may import only the types of the control port's responses, the reader of the search of Traffic, the words of the access decision, the code that makes foreign text safe to show, the reader of durations, the order of names, and the escaping of a text for a regular expression.",
      { path: '^packages/gateway/console/page/' },
      {
        path: OURS,
        pathNot:
          '^packages/(gateway/console/(page/|(records|endpoints)/[a-z-]*model\\.ts$|records/traffic-query\\.ts$)|base/aws/(access-decision|text/(visible-text|duration|name-order|escape-for-regexp))\\.ts$)',
      },
    ),
    rule(
      'console-takes-no-node',
      'These modules do not exist in a browser.',
      { path: '^packages/gateway/console/page/' },
      NODE_BUILT_IN,
    ),
    rule(
      'console-is-bundled',
      'The page is a separate program: the command serves its files and imports none of them. The lab may import its cost computation.',
      {
        path: OURS,
        pathNot:
          '^(packages/gateway/console/page/|test/|lab/bench/stack/placements\\.ts$|lab/cost/month\\.ts$)',
      },
      { path: '^packages/gateway/console/page/' },
    ),
    rule(
      'portal-runs-in-a-browser',
      "The page of the portal may import only six modules from outside: for showing foreign text, for reading JSON, for the portal's responses and problems, for writing times, and for how often the last use of a key is recorded.",
      { path: '^packages/toolkit/stack/portal/page/' },
      {
        path: OURS,
        pathNot:
          '^(packages/(toolkit/stack/portal/page/|base/aws/(text/visible-text|json-object)\\.ts$)|shared/(portal/(answers|portal-problem|print-moment)|access/keys/last-use)\\.ts$)',
      },
    ),
    rule(
      'portal-takes-no-node',
      'The modules of Node.js do not exist in a browser.',
      { path: '^packages/toolkit/stack/portal/page/' },
      NODE_BUILT_IN,
    ),
    rule(
      'portal-is-bundled',
      'The page is a separate program: layers/ bundles its files and imports none of them.',
      { path: OURS, pathNot: '^(packages/toolkit/stack/portal/page/|test/)' },
      { path: '^packages/toolkit/stack/portal/page/' },
    ),
    rule(
      'nothing-imports-tests',
      'Nothing may import tests, examples or the lab.',
      { path: OURS, pathNot: '^(test|lab|examples)/' },
      { path: '^(test|lab|examples)/' },
    ),
    rule(
      'no-circular',
      'Files that import each other in a cycle can only be understood all at once.',
      {},
      { circular: true },
    ),
    rule(
      'no-unresolvable',
      'An import that cannot be resolved may be a typing error, and the rules above do not see it.',
      {},
      {
        couldNotResolve: true,
        // A package that contains only types cannot be resolved at run time. Examples import the package that they
        // install. The launcher has another path in the package. CDK is provided by the user's app.
        pathNot: [
          '^aws-lambda$',
          '^gatewright/',
          '^\\.\\./packages/gatewright/',
          '^aws-cdk-lib',
          '^constructs$',
        ],
      },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.build/', '\\.serverless/', '\\.gatewright/', '^coverage/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
