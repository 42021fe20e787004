/**
 * Import direction of the house. Each rule is named after what it protects and is proven by a planted
 * violation (`npm run prove check-rules`). `test/architecture/cruise-imports.ts` runs it and asserts that
 * every source file was seen: with a TypeScript that dependency-cruiser does not know it would cruise
 * nothing and report success.
 */
import gateway from './gateway/package.json' with { type: 'json' };

const OURS =
  '^(shared|functions|layers|gateway|packages|cli|console|plugin|testing|package|examples|bench|tools|test)/';

/** Rooms around the pipeline that carry requests of their own: sockets, AWS's own APIs, the issuer, the control port. */
const CARRIERS = '^gateway/(server|aws-api|issuer|control-port|console-api)/';

/** Files of shared/ that may touch one outside thing, the one in their name. */
const SHARED_ADAPTERS = [
  '^shared/observability/',
  '^shared/.+/(dynamodb|lambda)-[^/]+$',
  '^shared/.+-(poster|fetcher)\\.ts$',
];

const PURE_GATEWAY = '(routing|mapping|events|policy|metering|deployment|explain|delivery)';
/** What `@gatewright/gateway` exports. */
const GATEWAY_ENTRIES = Object.values(gateway.exports)
  .map((file) => file.slice('./'.length).replaceAll('.', '\\.'))
  .join('|');
const NODE_BUILT_IN = { dependencyTypes: ['core'] };

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

export default {
  forbidden: [
    rule(
      'shared-knows-nothing-of-ours',
      'shared/ is deployed alone, inside every function.',
      { path: '^shared/' },
      { path: OURS, pathNot: '^(shared|packages/aws)/' },
    ),
    rule(
      'packages-stand-alone',
      'What is published by itself knows itself and the ground floor, packages/aws.',
      { path: '^packages/(aws|velocity|dynamodb)/' },
      { path: OURS, pathNot: '^packages/($1|aws)/' },
    ),
    rule(
      'ground-floor-knows-nothing-of-ours',
      'packages/aws is what all others stand on.',
      { path: '^packages/aws/' },
      { path: OURS, pathNot: '^packages/aws/' },
    ),
    rule(
      'velocity-is-pure',
      'Templates render anywhere, within a budget, and reach nothing.',
      { path: '^packages/velocity/' },
      { ...NODE_BUILT_IN },
    ),
    rule(
      'authoring-ships-in-no-function',
      'Documents are read and compiled before a deployment; functions read what was compiled.',
      { path: '^(shared|functions|gateway)/' },
      { path: '^packages/authoring/' },
    ),
    rule(
      'authoring-knows-the-library-only',
      'The command and the plug-in use it, never the other way round.',
      { path: '^packages/authoring/' },
      { path: OURS, pathNot: '^(packages/(authoring|aws)|shared)/' },
    ),
    rule(
      'layers-pack-without-the-command',
      'Packaging a stack depends on no command line.',
      { path: '^layers/' },
      { path: '^(cli|plugin)/' },
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
      'access, cache, quota, webhooks and websocket meet in functions/, entries/ and middleware/ only.',
      { path: '^shared/(access|cache|quota|webhooks|websocket)/' },
      { path: '^shared/(access|cache|quota|webhooks|websocket|middleware)/', pathNot: '^shared/$1/' },
    ),
    rule(
      'phases-do-not-know-each-other',
      'The order of phases is written in pipeline.ts and nowhere else.',
      { path: '^gateway/phases/([^/]+)\\.ts$' },
      { path: '^gateway/phases/', pathNot: '^gateway/phases/$1\\.ts$' },
    ),
    rule(
      'phases-see-facts-only',
      'A phase reads the exchange, the compiled deployment and the pure folders; ports reach the rest.',
      { path: '^gateway/phases/' },
      {
        path: '^gateway/',
        pathNot:
          '^gateway/(phases/|(exchange|errors|ports|trail)\\.ts$|deployment/model\\.ts$|(routing|mapping|events|policy|metering)/)',
      },
    ),
    rule(
      'pure-gateway-takes-no-node',
      'Phases, pipelines and the pure folders run anywhere and under a virtual clock.',
      { path: `^gateway/(phases/|${PURE_GATEWAY}/|pipeline\\.ts$|websocket/pipeline\\.ts$)` },
      NODE_BUILT_IN,
    ),
    rule(
      'pure-gateway-looks-downward',
      'routing, mapping, events, policy, metering and deployment know neither phases nor anything that does I/O.',
      { path: `^gateway/${PURE_GATEWAY}/` },
      {
        path: '^gateway/',
        pathNot: `^gateway/(${PURE_GATEWAY}/|(errors|ports|exchange)\\.ts$|(definition|lambda)/model\\.ts$)`,
      },
    ),
    rule(
      'only-deployment-compiles',
      'routing, mapping, events, policy and metering are what deployment/ is compiled from; they know its model at most.',
      { path: '^gateway/(routing|mapping|events|policy|metering|explain|delivery)/' },
      { path: '^gateway/deployment/', pathNot: '^gateway/deployment/model\\.ts$' },
    ),
    rule(
      'pipelines-only-order-phases',
      'A pipeline names phases in order; what does I/O comes in by ports.',
      { path: ['^gateway/pipeline\\.ts$', '^gateway/websocket/pipeline\\.ts$'] },
      {
        path: '^gateway/(definition|control|lambda|services|server|aws-api|issuer|control-port|console-api|records|explain|adapters)/',
      },
    ),
    rule(
      'control-plane-serves-no-requests',
      'The control plane makes deployments; it never runs a request.',
      { path: '^gateway/control/' },
      {
        path: [
          'pipeline\\.ts$',
          '^gateway/(phases|server|aws-api|issuer|control-port|lambda|services|adapters)/',
        ],
      },
    ),
    rule(
      'outer-ring-implements-ports',
      'lambda, services and adapters implement ports; they know no request.',
      { path: '^gateway/(lambda|services|adapters)/' },
      {
        path: '^gateway/',
        pathNot: [
          '^gateway/($1/|delivery/|(ports|errors|turn-end)\\.ts$|(lambda|definition)/model\\.ts$)',
          // Local identities are policies; keys and users are kept for the issuer.
          '^gateway/(policy/identities|issuer/issuer|issuer/pools/(written-users|user-pools))\\.ts$',
        ],
      },
    ),
    rule(
      'server-only-carries',
      'Sockets become exchanges; carriers run the pipeline, never a phase or a function themselves.',
      { path: CARRIERS },
      { path: '^gateway/(phases|lambda|services|adapters)/' },
    ),
    rule(
      'sockets-stay-below',
      "AWS's own APIs, the issuer and the control port are carried by sockets, not the other way round.",
      { path: '^gateway/server/' },
      { path: '^gateway/(aws-api|issuer|console-api)/' },
    ),
    rule(
      'one-composition-root',
      'Only the entry (index.ts, gateway.ts, compose.ts) wires adapters, functions and services to the rest.',
      {
        path: '^gateway/',
        pathNot:
          '^gateway/((index|gateway|compose|compose-parts|compose-load|compose-loop|compose-services|compose-events|compose-state|compose-reset|compose-testing|compose-console|compose-rights|compose-sign-in|compose-definition|compose-tls)\\.ts$|(lambda|services|adapters)/)',
      },
      { path: '^gateway/(lambda|services|adapters)/', pathNot: '^gateway/[^/]+/model\\.ts$' },
    ),
    rule(
      'gateway-knows-no-outer-part',
      'The gateway serves any stack; it knows neither ours nor its own users.',
      { path: '^gateway/' },
      { path: OURS, pathNot: '^(gateway|shared|packages)/' },
    ),
    rule(
      'functions-know-shared-only',
      'A function is deployed with shared/ and nothing else of ours.',
      { path: '^functions/([^/]+)\\.ts$' },
      { path: OURS, pathNot: '^(shared/|packages/aws/|functions/$1\\.ts$)' },
    ),
    rule(
      'users-enter-by-the-front-door',
      'cli, plugin, testing, bench and examples use what gateway/package.json exports: index.ts, and what is read without loading all of the gateway.',
      { path: '^(cli|plugin|testing|bench|examples)/' },
      {
        path: '^gateway/',
        pathNot: `^gateway/(${GATEWAY_ENTRIES})$`,
      },
    ),
    rule(
      'console-runs-in-a-browser',
      'The page takes nothing of Node, and of ours only the types of what the control port tells.',
      { path: '^console/' },
      { path: OURS, pathNot: '^(console/|gateway/(records|console-api)/[a-z-]*model\\.ts$)' },
    ),
    rule('console-takes-no-node', 'A browser has none of it.', { path: '^console/' }, NODE_BUILT_IN),
    rule(
      'console-is-bundled',
      'The page is a program of its own: the command serves its files and imports none. The bench of the stack reckons costs as the page does.',
      { path: OURS, pathNot: '^(console/|test/|bench/stack/placements\\.ts$)' },
      { path: '^console/' },
    ),
    rule(
      'entries-know-shared-only',
      "What users' handlers import is bundled into them: no gateway, no command.",
      { path: '^shared/entries/' },
      { path: OURS, pathNot: '^(shared|packages/aws)/' },
    ),
    rule(
      'users-keep-out-of-each-other',
      'cli, plugin, testing, bench and examples share through packages, gateway/index.ts and #shared; the plug-in prints the first screen of `gatewright start`, and `gatewright package` runs osls as layers/ does; tests of examples import gatewright/testing.',
      { path: '^(cli|plugin|testing|bench|examples)/' },
      {
        path: OURS,
        pathNot: [
          '^($1|gateway|shared|packages|tools)/',
          '^layers/package-service\\.ts$',
          '^console/(cost|prices)\\.ts$',
          '^cli/start-text\\.ts$',
          '^testing/entry\\.ts$',
        ],
      },
    ),
    rule(
      'nothing-imports-tests',
      'Tests, benchmarks, examples and the tools of maintainers are leaves.',
      { path: OURS, pathNot: '^(test|bench|examples|tools)/' },
      { path: '^(test|bench|examples|tools)/' },
    ),
    rule('no-circular', 'A cycle has no order to read it in.', {}, { circular: true }),
    rule(
      'no-unresolvable',
      'An import that resolves to nothing hides a typo from the rules above.',
      {},
      {
        couldNotResolve: true,
        // A package of types only: nothing to resolve at run time.
        pathNot: '^aws-lambda$',
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
