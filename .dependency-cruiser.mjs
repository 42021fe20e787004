/**
 * Import direction. The rules of floors are made from `test/architecture/layout.ts`; the others say what else a room, or
 * a part of one, must not import. Each is proven by a planted violation (`npm run prove -- check-rules`).
 * `test/architecture/cruise-imports.ts` runs them and asserts that every source file was seen: with a TypeScript that
 * dependency-cruiser does not know it would cruise nothing and report success.
 */
import { PRODUCT_DOORS, ROOMS, SOURCE_FOLDERS } from './test/architecture/layout.ts';

const OURS = `^(${SOURCE_FOLDERS.join('|')})/`;

/** Files of shared/ that may touch one outside thing, the one in their name. */
const SHARED_ADAPTERS = [
  '^shared/observability/',
  '^shared/.+/(dynamodb|lambda)-[^/]+$',
  '^shared/.+-(poster|fetcher)\\.ts$',
];

/** Rooms and folders without effects. */
const PURE =
  '^packages/gateway/(core/(phases|routing|mapping|events|policy|metering|deployment)/|console/explain/|kernel/delivery/)';
const NODE_BUILT_IN = { dependencyTypes: ['core'] };

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
const anyOf = (folders) => `^(${folders.join('|')})/`;

/** A room whose folder holds another room's folder is never asked for: no room does. */
function floorRules({ name, folder, floor }) {
  const below = ROOMS.filter((room) => room.floor < floor).map((room) => room.folder);
  return rule(
    `floor-of-${name.replace('/', '-')}`,
    `${folder} stands on floor ${floor} and imports lower floors only.`,
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
      'The gateway imports of the toolkit what PRODUCT_DOORS in layout.ts lists.',
      { path: GATEWAY },
      { path: TOOLKIT, pathNot: doorsOf('toolkit') },
    ),
    rule(
      'toolkit-knows-doors-of-the-gateway',
      'The toolkit imports of the gateway what PRODUCT_DOORS in layout.ts lists.',
      { path: TOOLKIT },
      { path: GATEWAY, pathNot: doorsOf('gateway') },
    ),
    rule(
      'base-knows-no-product',
      'The base is what both products stand on.',
      { path: '^packages/base/' },
      { path: OURS, pathNot: '^packages/base/' },
    ),
    rule(
      'shared-knows-nothing-of-ours',
      'shared/ is deployed alone, inside every function.',
      { path: '^shared/' },
      { path: OURS, pathNot: '^(shared|packages/base/aws)/' },
    ),
    rule(
      'packages-stand-alone',
      'What is published by itself knows itself and the ground floor, packages/base/aws.',
      { path: '^packages/(base/aws|gateway/velocity|gateway/dynamodb|conformance)/' },
      { path: OURS, pathNot: '^packages/($1|base/aws)/' },
    ),
    rule(
      'velocity-is-pure',
      'Templates render anywhere, within a budget, and reach nothing.',
      { path: '^packages/gateway/velocity/' },
      { ...NODE_BUILT_IN },
    ),
    rule(
      'authoring-ships-in-no-function',
      'Documents are read and compiled before a deployment; functions and the engine read what was compiled.',
      {
        path: '^(shared|functions|packages/gateway)/',
      },
      { path: '^packages/toolkit/authoring/' },
    ),
    rule(
      'authoring-knows-the-library-only',
      'The command and the plug-in use it, never the other way round.',
      { path: '^packages/toolkit/authoring/' },
      { path: OURS, pathNot: '^(packages/(toolkit/authoring|base/aws)|shared)/' },
    ),
    rule(
      'shared-takes-no-node',
      'What decides is pure; only node:crypto is allowed, adapters are exempt.',
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
      'An adapter is wired by functions/, never by the adapter of another folder.',
      { path: ['^shared/([^/]+)/.*\\bdynamodb-', '^shared/([^/]+)/.+-(poster|fetcher)\\.ts$'] },
      {
        path: ['^shared/.+/dynamodb-', '^shared/.+-(poster|fetcher)\\.ts$'],
        pathNot: '^shared/($1|aws|table)/',
      },
    ),
    rule(
      'shared-ground-floor',
      'aws/, http/ and table/ are what the other folders of shared/ stand on.',
      { path: '^shared/(aws|http|table)/' },
      { path: '^shared/', pathNot: '^shared/((aws|http|table)/|errors\\.ts$|ports\\.ts$)' },
    ),
    rule(
      'shared-domains-do-not-know-each-other',
      'access, cache, quota, webhooks and websocket meet in functions/, entries/, middleware/, portal/ and endpoints/ only.',
      { path: '^shared/(access|cache|quota|webhooks|websocket)/' },
      { path: '^shared/(access|cache|quota|webhooks|websocket|middleware)/', pathNot: '^shared/$1/' },
    ),
    rule(
      'phases-do-not-know-each-other',
      'The order of phases is written in pipeline.ts and nowhere else.',
      { path: '^packages/gateway/core/phases/([^/]+)\\.ts$' },
      { path: '^packages/gateway/core/phases/', pathNot: '^packages/gateway/core/phases/$1\\.ts$' },
    ),
    rule(
      'phases-see-facts-only',
      'A phase reads the exchange, the compiled deployment and the pure folders; ports reach the rest.',
      { path: '^packages/gateway/core/phases/' },
      {
        path: '^packages/gateway/core/',
        pathNot:
          '^packages/gateway/core/(phases/|(exchange|errors|defect|ports|trail)\\.ts$|deployment/model\\.ts$|(routing|mapping|events|policy|metering)/)',
      },
    ),
    rule(
      'pure-folders-take-no-node',
      'Phases, pipelines and the pure folders run anywhere and under a virtual clock. (json-schema.ts loads ajv only for models.)',
      {
        path: [PURE, '^packages/gateway/core/(pipeline\\.ts$|websocket/pipeline\\.ts$)'],
        pathNot: '^packages/gateway/core/deployment/models/json-schema\\.ts$',
      },
      NODE_BUILT_IN,
    ),
    rule(
      'pure-folders-look-downward',
      'routing, mapping, events, policy, metering and deployment know no phase and nothing with effects.',
      { path: '^packages/gateway/core/(routing|mapping|events|policy|metering|deployment)/' },
      {
        path: '^packages/gateway/core/',
        pathNot:
          '^packages/gateway/core/((routing|mapping|events|policy|metering|deployment)/|(errors|defect|ports|exchange)\\.ts$|stack/(model|function)\\.ts$)',
      },
    ),
    rule(
      'only-deployment-compiles',
      'routing, mapping, events, policy and metering are what deployment/ is compiled from; they know its model at most.',
      { path: '^packages/gateway/(core/(routing|mapping|events|policy|metering)|console/explain)/' },
      {
        path: '^packages/gateway/core/deployment/',
        pathNot: '^packages/gateway/core/deployment/model\\.ts$',
      },
    ),
    rule(
      'pipelines-only-order-phases',
      'A pipeline names phases in order; what has effects comes in by ports.',
      { path: ['^packages/gateway/core/pipeline\\.ts$', '^packages/gateway/core/websocket/pipeline\\.ts$'] },
      { path: '^packages/gateway/core/(stack|resource-types|receive)' },
    ),
    rule(
      'control-plane-serves-no-requests',
      'The control plane makes deployments; only TestInvokeMethod runs a request.',
      { path: '^packages/gateway/control/(?!api/)' },
      { path: '^packages/gateway/core/(pipeline\\.ts$|phases/|websocket/pipeline\\.ts$)' },
    ),
    rule(
      'implementers-know-no-request',
      'lambda and services implement ports; they run no phase.',
      { path: '^packages/gateway/(lambda|services|kernel)/' },
      { path: '^packages/gateway/core/(pipeline\\.ts$|phases/|routing/|mapping/|deployment/|websocket/)' },
    ),
    rule(
      'carriers-only-carry',
      "Sockets, AWS's own APIs and the console run the pipeline, never a phase or a function themselves.",
      { path: '^packages/gateway/(server|control/api|cognito|console/endpoints)/' },
      { path: '^packages/gateway/(core/phases|lambda|services)/' },
    ),
    rule(
      'functions-know-shared-only',
      'A function is deployed with shared/ and nothing else of ours.',
      { path: '^functions/([^/]+)\\.ts$' },
      { path: OURS, pathNot: '^(shared/|packages/base/aws/|access/|functions/$1\\.ts$)' },
    ),
    rule(
      'console-runs-in-a-browser',
      'The page takes nothing of Node, and of ours only the types of what the control port tells, and how foreign text is shown.',
      { path: '^packages/gateway/console/page/' },
      {
        path: OURS,
        pathNot:
          '^packages/(gateway/console/(page/|(records|endpoints)/[a-z-]*model\\.ts$)|base/aws/text/visible-text\\.ts$)',
      },
    ),
    rule(
      'console-takes-no-node',
      'A browser has none of it.',
      { path: '^packages/gateway/console/page/' },
      NODE_BUILT_IN,
    ),
    rule(
      'console-is-bundled',
      'The page is a program of its own: the command serves its files and imports none. The lab reckons costs as the page does.',
      {
        path: OURS,
        pathNot:
          '^(packages/gateway/console/page/|test/|lab/bench/stack/placements\\.ts$|lab/cost/month\\.ts$)',
      },
      { path: '^packages/gateway/console/page/' },
    ),
    rule(
      'portal-runs-in-a-browser',
      'The page of the portal imports only four modules from outside: how foreign text is shown, how JSON is read, what the portal answers, and how it writes times.',
      { path: '^packages/toolkit/stack/portal/page/' },
      {
        path: OURS,
        pathNot:
          '^(packages/(toolkit/stack/portal/page/|base/aws/(text/visible-text|json-object)\\.ts$)|shared/portal/(portal-problem|print-moment)\\.ts$)',
      },
    ),
    rule(
      'portal-takes-no-node',
      'A browser has no modules of Node.js.',
      { path: '^packages/toolkit/stack/portal/page/' },
      NODE_BUILT_IN,
    ),
    rule(
      'portal-is-bundled',
      'The page is a program of its own: layers/ bundles its files and imports none.',
      { path: OURS, pathNot: '^(packages/toolkit/stack/portal/page/|test/)' },
      { path: '^packages/toolkit/stack/portal/page/' },
    ),
    rule(
      'nothing-imports-tests',
      'Tests, examples and the lab are leaves.',
      { path: OURS, pathNot: '^(test|lab|examples)/' },
      { path: '^(test|lab|examples)/' },
    ),
    rule('no-circular', 'A cycle has no order to read it in.', {}, { circular: true }),
    rule(
      'no-unresolvable',
      'An import that resolves to nothing hides a typo from the rules above.',
      {},
      {
        couldNotResolve: true,
        // A package of types only: nothing to resolve at run time. Examples import the package that they
        // install. The launcher is elsewhere in the package. The user's app has CDK.
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
