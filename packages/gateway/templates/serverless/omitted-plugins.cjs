'use strict';
/** Says which plug-ins the gateway does not run. It is part of `serverless-driver.cjs`, in osls's own process. */

const NO_CHANGE = 'it does not change the template';
const BUNDLED = 'functions are bundled from source';
const BUNDLES = 'is used only to bundle the functions with its own webpack';
const NO_SEED = 'the gateway does not load its seed data into tables; pass the data with --seed';
/** The port of DynamoDB Local, if the service sets none. */
const EMULATOR_PORT = 8000;

/**
 * Plug-ins that run, bundle or deploy code, each with the consequence of skipping it, or a function that describes it.
 * The template does not change.
 */
const WITHOUT_EFFECT = new Map([
  ['serverless-offline', NO_CHANGE],
  ['serverless-offline-sns', NO_CHANGE],
  ['serverless-offline-sqs', NO_CHANGE],
  ['serverless-offline-ssm', NO_CHANGE],
  ['serverless-offline-dynamodb-streams', NO_CHANGE],
  ['serverless-dynamodb', describeTables],
  ['serverless-dynamodb-local', describeTables],
  ['serverless-s3-local', NO_CHANGE],
  ['serverless-webpack', NO_CHANGE],
  ['serverless-bundle', NO_CHANGE],
  ['serverless-jetpack', NO_CHANGE],
  ['serverless-plugin-typescript', `${NO_CHANGE}; ${BUNDLED}`],
  ['serverless-plugin-optimize', NO_CHANGE],
  ['serverless-plugin-include-dependencies', NO_CHANGE],
  ['serverless-plugin-common-excludes', NO_CHANGE],
  [
    'serverless-domain-manager',
    'its domains are not served; to call them on this machine, declare AWS::ApiGatewayV2::DomainName and ApiMapping in resources',
  ],
  ['serverless-prune-plugin', NO_CHANGE],
  ['serverless-plugin-split-stacks', 'the gateway serves the service as one stack'],
  ['serverless-s3-sync', NO_CHANGE],
  ['serverless-finch', NO_CHANGE],
  ['serverless-stack-output', describeOutputs],
  ['serverless-plugin-scripts', NO_CHANGE],
  ['serverless-localstack', NO_CHANGE],
]);

/** Plug-ins whose webpack builds the code after the template is read. */
const WEBPACK = new Set(['serverless-webpack', 'serverless-bundle']);

/** Returns a sentence about a plug-in that is not run; undefined if the gateway runs the plug-in. */
function describeOmitted(name, configuration) {
  const consequence = WITHOUT_EFFECT.get(name);
  if (consequence === undefined) return undefined;
  if (WEBPACK.has(name)) return `plug-in ${name} ${BUNDLES}`;
  const why = typeof consequence === 'string' ? consequence : consequence(name, configuration);
  return `plug-in ${name} is omitted: ${why}`;
}

/**
 * Describes a plug-in that runs DynamoDB Local. Its settings are in `custom.dynamodb`, and those of its successor in
 * `custom.serverless-dynamodb`.
 */
function describeTables(name, configuration) {
  const custom = configuration?.custom ?? {};
  const settings = custom[name] ?? custom.dynamodb ?? {};
  const given = Number(settings.start?.port);
  const port = Number.isInteger(given) ? given : EMULATOR_PORT;
  const tables = `the gateway has the tables itself, and starts no DynamoDB at localhost:${port}; an SDK's client reaches the tables if the code gives it no endpoint`;
  return settings.seed === undefined ? tables : `${tables}; ${NO_SEED}`;
}

/** Describes a plug-in that writes the outputs of the stack to `custom.output.file` when the service is deployed. */
function describeOutputs(name, configuration) {
  const { file } = configuration?.custom?.output ?? {};
  if (typeof file !== 'string') return NO_CHANGE;
  return `it writes the outputs of the stack to ${file} after a deployment, and the gateway does not; if a function reads this file, write it for this machine, with the values that aws cloudformation describe-stacks prints in a shell after: eval "$(npx gatewright env)"`;
}

module.exports = { describeOmitted, WEBPACK };
