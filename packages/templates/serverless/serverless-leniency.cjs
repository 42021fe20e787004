'use strict';
/**
 * Turns faults at which osls or its plug-ins would stop into notes to the parent; the template is still
 * produced. Part of `serverless-driver.cjs`, in osls's own process.
 */

/** Plug-ins that run, bundle or deploy: the template is the same without them. */
const WITHOUT_EFFECT = new Set([
  'serverless-offline',
  'serverless-offline-sns',
  'serverless-offline-sqs',
  'serverless-offline-ssm',
  'serverless-offline-dynamodb-streams',
  'serverless-dynamodb',
  'serverless-dynamodb-local',
  'serverless-s3-local',
  'serverless-webpack',
  'serverless-bundle',
  'serverless-jetpack',
  'serverless-plugin-typescript',
  'serverless-plugin-optimize',
  'serverless-plugin-include-dependencies',
  'serverless-plugin-common-excludes',
  'serverless-domain-manager',
  'serverless-prune-plugin',
  'serverless-s3-sync',
  'serverless-finch',
  'serverless-stack-output',
  'serverless-plugin-scripts',
  'serverless-localstack',
]);

/** Their webpack makes the code, once the template is read. */
const WEBPACK = new Set(['serverless-webpack', 'serverless-bundle']);
const BUNDLES = 'bundles the functions by its own webpack, and does nothing else here';

/** Members of serverless.yml for the dashboard of Serverless, Inc.; with them version 3 requires a login. */
const OF_DASHBOARD = ['org', 'app', 'tenant', 'console'];

/** Properties whose misspelt or outdated name would leave a route open. */
const GUARD =
  /^at '(?:functions\.[^']+\.events\b|provider\.(?:apiGateway|httpApi|websocket))[^]*(?:authori[sz]|\bauth|private|polic|api-?keys?\b|scope|secur|\bwaf)/i;
const OLD_GUARD =
  /^at 'provider': unrecognized property '(?:resourcePolicy|apiKeys|endpointType|vpcEndpointIds)'/;
/** End-of-life runtimes run here; those that do not are reported per function. */
const RUNTIME = /^at '(?:provider|functions\.[^'.]+)\.runtime'/;
const PLACE = /^at (?:'([^']*)'|root): ?([^]*)$/;

/**
 * `usual`: default stage and region. `note(property, message, consequence)` reports to the parent;
 * `inform(message)` is for notes without consequence.
 */
function tolerate({ fromOsls, replaceModule, usual, note, inform }) {
  tolerateConfiguration({ fromOsls, replaceModule, usual, note, inform });
  tolerateSchema({ fromOsls, note });
  toleratePlugins({ fromOsls, note, inform });
}

/** A service may pin another major version; it is still read by this osls. */
function tolerateConfiguration({ fromOsls, replaceModule, usual, note, inform }) {
  const file = 'lib/configuration/read.js';
  const read = fromOsls(file);
  const { version } = fromOsls('package.json');
  replaceModule(file, async (path) => {
    const { frameworkVersion, ...configuration } = withServiceName(await read(path), note);
    const pinned = /\d+/.exec(String(frameworkVersion ?? ''))?.[0];
    if (pinned !== undefined && pinned !== version.split('.')[0])
      inform(`frameworkVersion ${frameworkVersion}: this service is read by osls ${version}`);
    for (const member of OF_DASHBOARD) delete configuration[member];
    const { provider } = configuration;
    if (typeof provider !== 'object' || provider === null) return configuration;
    // Many services use `self:provider.stage` without defining it.
    return { ...configuration, provider: { ...usual, ...provider } };
  });
}

/**
 * `service: { name, awsKmsKeyArn }`, accepted by Serverless before version 3: moves name and key to where
 * osls reads them.
 */
function withServiceName(configuration, note) {
  const { service } = configuration;
  if (typeof service !== 'object' || service === null || typeof service.name !== 'string')
    return configuration;
  const { name, awsKmsKeyArn: kmsKeyArn, ...others } = service;
  const consequence = 'only name and awsKmsKeyArn are read';
  note('service', 'the object is a notation from before Serverless 3', consequence);
  for (const member of Object.keys(others))
    note(`service.${member}`, 'osls has no such property', 'it is not read');
  const { provider } = configuration;
  const isKeyed = kmsKeyArn !== undefined && typeof provider === 'object' && provider !== null;
  return renameServiceVariables({
    ...configuration,
    service: name,
    ...(isKeyed && { provider: { kmsKeyArn, ...provider } }),
  });
}

/** Such services refer to themselves by `${self:service.name}`. */
function renameServiceVariables(value) {
  if (typeof value === 'string') return value.replace(/\bself:service\.name\b/g, 'self:service');
  if (Array.isArray(value)) return value.map(renameServiceVariables);
  // Other values of a service written in code stay unchanged: promises, functions.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, renameServiceVariables(member)]),
  );
}

function tolerateSchema({ fromOsls, note }) {
  const { prototype } = fromOsls('lib/classes/config-schema-handler/index.js');
  const { handleErrorMessages } = prototype;
  prototype.handleErrorMessages = function (messages) {
    const { configurationInput, service } = this.serverless;
    const isChosen = configurationInput?.configValidationMode === 'warn';
    const told = messages.filter((message) => !RUNTIME.test(message));
    const refused = isChosen ? [] : told.filter((message) => GUARD.test(message) || OLD_GUARD.test(message));
    for (const message of told) if (!refused.includes(message)) noteMessage(message, note);
    if (refused.length === 0) return;
    service.configValidationMode = 'error';
    handleErrorMessages.call(this, refused);
  };
}

function noteMessage(message, note) {
  const [, property = '', what = message] = PLACE.exec(message) ?? [];
  note(property, what, 'osls reads the service without it');
}

function toleratePlugins({ fromOsls, note, inform }) {
  const { prototype } = fromOsls('lib/classes/plugin-manager.js');
  const { resolveServicePlugins, addPlugin, loadHooks } = prototype;
  const names = new Map();
  prototype.resolveServicePlugins = async function (declared) {
    const { modules, localPath } = this.parsePluginsObject(declared);
    const resolved = [];
    for (const name of modules) {
      if (WITHOUT_EFFECT.has(name)) {
        inform(
          `plug-in ${name} ${WEBPACK.has(name) ? BUNDLES : 'is omitted: it does not change the template'}`,
        );
        continue;
      }
      try {
        const [Plugin] = await resolveServicePlugins.call(this, { modules: [name], localPath });
        names.set(Plugin, name);
        resolved.push(Plugin);
      } catch (error) {
        note('plugins', describe(name, error), LEFT_OUT);
      }
    }
    return resolved;
  };
  prototype.addPlugin = function (Plugin) {
    const name = names.get(Plugin);
    if (name === undefined) return addPlugin.call(this, Plugin);
    try {
      return addPlugin.call(this, Plugin);
    } catch (error) {
      note('plugins', describe(name, error), LEFT_OUT);
      return null;
    }
  };
  prototype.loadHooks = function (plugin) {
    const name = names.get(plugin.constructor);
    // A plug-in that refuses an unsafe deployment declares it by `guards`; others fail because AWS is absent.
    if (name === undefined || plugin.constructor.guards === true) return loadHooks.call(this, plugin);
    const { hooks } = plugin;
    plugin.hooks = Object.fromEntries(
      Object.entries(hooks ?? {}).map(([event, hook]) => [event, sparing(hook, name, event, note)]),
    );
    loadHooks.call(this, plugin);
    plugin.hooks = hooks;
  };
}

/** A hook whose failure is reported and does not stop the run. */
function sparing(hook, name, event, note) {
  return async function (...input) {
    try {
      return await hook.apply(this, input);
    } catch (error) {
      note('plugins', `${describe(name, error)} (in ${event})`, 'its effect is missing');
      return undefined;
    }
  };
}

const LEFT_OUT = 'the plug-in is omitted: its additions to the template are missing';

function describe(name, error) {
  const [first] = String(error?.message ?? error).split('\n');
  return `plug-in ${name}: ${error?.code === 'PLUGIN_NOT_FOUND' ? 'it is not installed' : first}`;
}

module.exports = { tolerate, WEBPACK };
