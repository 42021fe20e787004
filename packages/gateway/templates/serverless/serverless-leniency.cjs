'use strict';
/**
 * Replaces errors by notes to the parent, so that osls and its plug-ins do not stop and the template is still created.
 * It is part of `serverless-driver.cjs`, in osls's own process.
 */
const { describeOmitted, WEBPACK } = require('./omitted-plugins.cjs');
const { describeDeployer } = require('./packaging-plugins.cjs');
const { withoutAbsentProperties } = require('./serverless-shortcuts.cjs');

/** Plug-ins that the gateway runs, each with the part of its work that has no effect in the gateway. */
const WORK_IN_PART = new Map([
  [
    'serverless-api-gateway-caching',
    'sets the cache after a deployment, so the gateway does not cache responses',
  ],
  [
    'serverless-associate-waf',
    'attaches the web ACL after a deployment, so the gateway does not filter requests',
  ],
  [
    'serverless-offline-local-authorizers-plugin',
    'replaces authorizers only in serverless-offline; the gateway calls the authorizers that the events name. If an authorizer is in another stack, also start that stack',
  ],
]);

/** Members of serverless.yml for the dashboard of Serverless, Inc. With these members, version 3 requires a login. */
const OF_DASHBOARD = ['org', 'app', 'tenant', 'console'];

/**
 * Matches errors about properties that protect a route. If the name of such a property is misspelled or outdated, the
 * route would be open.
 */
const GUARD =
  /^at '(?:functions\.[^']+\.events\b|provider\.(?:apiGateway|httpApi|websocket))[^]*(?:authori[sz]|\bauth|private|polic|api-?keys?\b|scope|secur|\bwaf)/i;
const OLD_GUARD =
  /^at 'provider': unrecognized property '(?:resourcePolicy|apiKeys|endpointType|vpcEndpointIds)'/;
/**
 * Matches unrecognized properties of an authorizer that have a default. They are not critical, because the authorizer
 * still guards the route with the default lifetime or identity source.
 */
const WITH_DEFAULT = /\.authorizer': unrecognized property '(?:[^']*ttl|identi\w*source)[^']*'/i;
/**
 * Settings that were members of `provider` before Serverless 3, and have been members of `provider.apiGateway` since
 * then.
 */
const MOVED = ['apiKeys', 'resourcePolicy', 'usagePlan'];
/**
 * Matches errors about runtimes. Runtimes that AWS no longer supports are accepted. Runtimes that cannot run here are
 * reported for each function.
 */
const RUNTIME = /^at '(?:provider|functions\.[^'.]+)\.runtime'/;
const PLACE = /^at (?:'([^']*)'|root): ?([^]*)$/;

/**
 * Makes osls tolerate faults of a service. `usual` is the default stage and region.
 * `note(property, message, consequence, more)` reports a fault to the parent. `inform(message)` is for notes without
 * consequence.
 * A value that osls would have refused may later cause a TypeError in osls. The returned `explain(error)` then returns
 * osls's own refusal of the value instead.
 */
function tolerate({ fromOsls, replaceModule, usual, note, inform }) {
  const configuration = tolerateConfiguration({ fromOsls, replaceModule, usual, note, inform });
  const validation = tolerateSchema({ fromOsls, note, inform });
  const names = toleratePlugins({ fromOsls, note, inform, keepSchema: validation.keepSchema });
  return {
    /** The name by which the service lists a plug-in; undefined for a plug-in of osls or of the gateway. */
    nameOf: (plugin) => names.get(plugin.constructor),
    explain: (error) => (error instanceof TypeError ? (validation.refusal() ?? error) : error),
    /** The strings that contain variables, by path. */
    texts: () => configuration.texts,
    isOfServerless4: (manifest) => isOfServerless4(configuration, manifest, inform),
  };
}

/** Makes this version of osls read the service, even if the service pins another major version. */
function tolerateConfiguration({ fromOsls, replaceModule, usual, note, inform }) {
  const file = 'lib/configuration/read.js';
  const read = fromOsls(file);
  const { name, version } = fromOsls('package.json');
  const kept = { texts: {}, pinned: undefined, hasDashboard: false };
  replaceModule(file, async (path) => {
    const { frameworkVersion, ...configuration } = withParametersOfStages(
      withServiceName(await read(path), note),
    );
    kept.texts = Object.fromEntries(variableTexts(configuration).slice(0, MAX_TEXTS));
    const pinned = /\d+/.exec(String(frameworkVersion ?? ''))?.[0];
    if (pinned !== undefined && pinned !== version.split('.')[0])
      inform(
        `frameworkVersion is ${frameworkVersion}, but the gateway reads this service with ${name === 'osls' ? name : 'Serverless'} ${version}`,
      );
    kept.pinned = pinned;
    kept.hasDashboard = configuration.org !== undefined || configuration.app !== undefined;
    for (const member of OF_DASHBOARD) delete configuration[member];
    const { provider } = configuration;
    refuseOtherProvider(provider);
    if (typeof provider !== 'object' || provider === null) return configuration;
    // The default stage and region are set here, because many services use `self:provider.stage` without defining it.
    return { ...configuration, provider: { ...usual, ...ofOwnApi(withMovedKeys(provider, inform), inform) } };
  });
  return kept;
}

/**
 * Whether Serverless 4 deploys the service. It needs a login, so most of its services name the dashboard. osls 4 is
 * pinned by the same version, but needs no dashboard.
 */
function isOfServerless4({ pinned, hasDashboard }, manifest, inform) {
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  const written = String(packages.serverless ?? '');
  // `npm:osls@4` installs osls under the name serverless.
  const hasOsls = packages.osls !== undefined || written.startsWith('npm:osls@');
  const installed = written.startsWith('npm:') ? undefined : /\d+/.exec(written)?.[0];
  const version = pinned ?? installed;
  const isSure = hasDashboard || installed === '4' || !hasOsls;
  if (!isSure || (version !== '4' && (version !== undefined || !hasDashboard))) return false;
  if (hasOsls)
    inform(
      'Serverless 4 bundles the handlers, which are TypeScript, but osls does not: to deploy with osls, install serverless-esbuild and list it under plugins',
    );
  return true;
}

/** Copies `stages.<name>.params`, which only Serverless 4 reads, to `params.<name>`. Parameters that are there win. */
function withParametersOfStages(configuration) {
  const isObject = (value) => typeof value === 'object' && value !== null;
  const { stages, params = {} } = configuration;
  if (!isObject(stages) || !isObject(params)) return configuration;
  const given = Object.entries(stages).filter(
    ([name, stage]) => isObject(stage?.params) && isObject(params[name] ?? {}),
  );
  if (given.length === 0) return configuration;
  const merged = given.map(([name, stage]) => [name, { ...stage.params, ...params[name] }]);
  return { ...configuration, params: { ...params, ...Object.fromEntries(merged) } };
}

const MAX_TEXTS = 1_000;

function variableTexts(value, keys = [], seen = new Set()) {
  if (typeof value === 'string') return value.includes('${') ? [[keys.join('.'), value]] : [];
  // A service that is written in code may contain itself.
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, member]) => variableTexts(member, [...keys, key], seen));
}

/**
 * Moves keys of `provider` to `provider.apiGateway`. A key stays unchanged, and osls refuses it, if it has a value in
 * both places or if `apiGateway` is a variable.
 */
function withMovedKeys(provider, inform) {
  const { apiGateway = {} } = provider;
  if (typeof apiGateway !== 'object' || apiGateway === null) return provider;
  const moved = MOVED.filter((key) => key in provider && !(key in apiGateway));
  if (moved.length === 0) return provider;
  inform(`${moved.join(', ')} of provider are read as settings of provider.apiGateway, as in Serverless 3`);
  const others = Object.entries(provider).filter(([key]) => !moved.includes(key));
  const values = Object.fromEntries(moved.map((key) => [key, provider[key]]));
  return { ...Object.fromEntries(others), apiGateway: { ...apiGateway, ...values } };
}

/** Removes settings for an API that another service owns. Serverless 2 ignored them, but osls refuses them. */
function ofOwnApi(provider, inform) {
  const { tracing, logs, apiGateway } = provider;
  if (apiGateway?.restApiId === undefined) return provider;
  const isSet = (value, key) => typeof value === 'object' && value !== null && key in value;
  const settings = [
    ...(isSet(tracing, 'apiGateway') ? ['tracing.apiGateway'] : []),
    ...(isSet(logs, 'restApi') ? ['logs.restApi'] : []),
  ];
  if (settings.length === 0) return provider;
  inform(`${settings.join(', ')} of provider have no effect on the API of another service`);
  const without = (value, key) =>
    isSet(value, key) ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) : value;
  return { ...provider, tracing: without(tracing, 'apiGateway'), logs: without(logs, 'restApi') };
}

/**
 * Refuses providers other than AWS. A provider whose name is a variable is accepted, because the variable is resolved
 * later.
 */
function refuseOtherProvider(provider) {
  const isShort = typeof provider === 'string';
  const name = isShort ? provider : provider?.name;
  if (typeof name !== 'string' || name === 'aws' || name.includes('${')) return;
  const message = `provider "${name}" is not aws: only services for AWS can be served`;
  throw Object.assign(new Error(message), { property: isShort ? 'provider' : 'provider.name' });
}

/**
 * Converts `service: { name, awsKmsKeyArn }`, which was allowed before Serverless 3. The name and the key are moved to
 * where osls reads them.
 */
function withServiceName(configuration, note) {
  const { service } = configuration;
  if (typeof service !== 'object' || service === null || typeof service.name !== 'string')
    return configuration;
  const { name, awsKmsKeyArn: kmsKeyArn, ...others } = service;
  const consequence = 'only name and awsKmsKeyArn are read';
  note('service', 'this object notation is from before Serverless 3', consequence);
  for (const member of Object.keys(others))
    note(`service.${member}`, 'osls has no such property', 'the property is ignored');
  const { provider } = configuration;
  const isKeyed = kmsKeyArn !== undefined && typeof provider === 'object' && provider !== null;
  return renameServiceVariables({
    ...configuration,
    service: name,
    ...(isKeyed && { provider: { kmsKeyArn, ...provider } }),
  });
}

/**
 * Renames the variable `${self:service.name}`, by which services with the old form of `service` refer to their own
 * name.
 */
function renameServiceVariables(value) {
  if (typeof value === 'string') return value.replace(/\bself:service\.name\b/g, 'self:service');
  if (Array.isArray(value)) return value.map(renameServiceVariables);
  // Only plain objects and lists are changed. A service that is a program may contain other values, such as promises
  // and functions.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, renameServiceVariables(member)]),
  );
}

function tolerateSchema({ fromOsls, note, inform }) {
  const { prototype } = fromOsls('lib/classes/config-schema-handler/index.js');
  const { handleErrorMessages, validateConfig } = prototype;
  let refuseAll = () => undefined;
  let ofOsls;
  const validate = async (handler, configuration) => {
    const { schema } = handler;
    // For a provider other than AWS, osls extends the schema itself.
    if (schema.properties.provider.properties.name === undefined)
      return await validateConfig.call(handler, configuration);
    handler.schema = withoutAbsentProperties(schema, ofOsls ?? schema, configuration);
    try {
      await validateConfig.call(handler, configuration);
    } finally {
      handler.schema = schema;
    }
  };
  prototype.validateConfig = async function (configuration) {
    renameRequestSchemas(configuration.functions, inform);
    try {
      await validate(this, configuration);
    } catch (error) {
      if (error?.code !== 'SCHEMA_FAILS_STRICT_MODE' || ofOsls === undefined) throw error;
      note(
        'plugins',
        'a plug-in describes its options by an invalid schema',
        'options of plug-ins are not checked',
      );
      this.schema = ofOsls;
      await validate(this, configuration);
    }
  };
  prototype.handleErrorMessages = function (messages) {
    const { configurationInput, service } = this.serverless;
    const isChosen = configurationInput?.configValidationMode === 'warn';
    const told = messages.filter((message) => !RUNTIME.test(message));
    const refused = isChosen ? [] : told.filter(isOfGuard);
    for (const message of told)
      if (!refused.includes(message))
        noteMessage(message, note, configurationInput, isChosen, describeStop(fromOsls, configurationInput));
    const refuse = (list) => {
      service.configValidationMode = 'error';
      handleErrorMessages.call(this, list);
    };
    if (told.length > 0) refuseAll = () => refuse(told);
    if (refused.length > 0) refuse(refused);
  };
  return {
    /** Stores a copy of the configuration schema before the first plug-in of a service changes it. */
    keepSchema({ schema }) {
      ofOsls ??= structuredClone(schema);
    },
    /**
     * Returns the error that osls itself would have thrown for the tolerated faults; undefined if nothing was
     * tolerated.
     */
    refusal() {
      try {
        return refuseAll();
      } catch (error) {
        return error;
      }
    },
  };
}

/** Renames `schema` of a request to `schemas`, because without its schema a route would accept every body. */
function renameRequestSchemas(functions, inform) {
  const renamed = new Set();
  for (const [name, definition] of Object.entries(functions ?? {}))
    for (const event of Array.isArray(definition?.events) ? definition.events : []) {
      const request = event?.http?.request;
      if (request?.schema === undefined || 'schemas' in request) continue;
      request.schemas = request.schema;
      delete request.schema;
      renamed.add(name);
    }
  if (renamed.size > 0)
    inform(
      `request.schema of ${[...renamed].join(', ')} is read as request.schemas, its name since Serverless 2`,
    );
}

function isOfGuard(message) {
  return OLD_GUARD.test(message) || (GUARD.test(message) && !WITH_DEFAULT.test(message));
}

/** @param isWarning whether the service has configValidationMode: warn, with which osls does not stop */
function noteMessage(message, note, configuration, isWarning, stopping) {
  const [, property = '', what = message] = PLACE.exec(message) ?? [];
  const consequence = isWarning
    ? 'osls only warns about this'
    : `${stopping}; the gateway reads the service nevertheless`;
  note(property, `${what}${explainEvent(property, configuration)}`, consequence, { isOfSchema: true });
}

/**
 * Describes what happens when the service is packaged. Serverless 3 only warns by default, and osls 4 stops by default
 * (docs/guides/configuration-validation.md of both).
 */
function describeStop(fromOsls, configuration) {
  const { name, version } = fromOsls('package.json');
  if (name === 'osls' && Number(version.split('.')[0]) >= 4)
    return 'osls 4 stops when it packages or deploys the service, unless configValidationMode: warn is set (Serverless 3 only warns)';
  if (configuration?.configValidationMode === 'error')
    return 'Serverless stops when it packages or deploys the service, because of configValidationMode: error';
  return 'Serverless 3 warns when it packages or deploys the service, and osls 4 would stop';
}

/** Explains an event whose settings are beside its type, because they are not indented: osls sees no type. */
function explainEvent(property, configuration) {
  const [, name, index] = /^functions\.(.+)\.events\.(\d+)$/.exec(property) ?? [];
  const members = Object.entries(configuration?.functions?.[name]?.events?.[index] ?? {});
  const [type, ...others] = members.filter(([, value]) => value === null).map(([key]) => key);
  const settings = members.map(([key]) => key).filter((key) => key !== type);
  if (type === undefined || others.length > 0 || settings.length === 0) return '';
  return `: ${type} has no value, and ${settings.join(', ')} must be indented more than ${type}`;
}

/** Returns the names of the service's plug-ins, by their classes. */
function toleratePlugins({ fromOsls, note, inform, keepSchema }) {
  const { prototype } = fromOsls('lib/classes/plugin-manager.js');
  const { resolveServicePlugins, addPlugin, loadHooks } = prototype;
  const names = new Map();
  // The failure is also reported by `inform`, so that the user sees it at startup. Routes of the plug-in may be
  // missing.
  const fail = (message, consequence, missingPlugin) => {
    note('plugins', message, consequence, { missingPlugin });
    inform(`${message}: ${consequence}`);
  };
  prototype.resolveServicePlugins = async function (declared) {
    const { modules, localPath } = this.parsePluginsObject(declared);
    const resolved = [];
    for (const name of modules) {
      const omitted = describeOmitted(name, this.serverless.configurationInput);
      if (omitted !== undefined) {
        inform(omitted);
        continue;
      }
      const missing = WORK_IN_PART.get(name);
      if (missing !== undefined) inform(`plug-in ${name} ${missing}`);
      try {
        const [Plugin] = await resolveServicePlugins.call(this, { modules: [name], localPath });
        names.set(Plugin, name);
        resolved.push(Plugin);
      } catch (error) {
        const unloadable = describeUnloadable(name, error, fromOsls);
        const isMissing = unloadable !== undefined || error?.code === 'PLUGIN_NOT_FOUND';
        fail(unloadable ?? describe(name, error), LEFT_OUT, isMissing ? name : undefined);
      }
    }
    return resolved;
  };
  prototype.addPlugin = function (Plugin) {
    const name = names.get(Plugin);
    if (name === undefined) return addPlugin.call(this, Plugin);
    keepSchema(this.serverless.configSchemaHandler);
    try {
      const plugin = addPlugin.call(this, Plugin);
      const deploys = WORK_IN_PART.has(name) ? undefined : describeDeployer(plugin, name);
      if (deploys !== undefined) inform(deploys);
      if (declareTypes(plugin?.commands) && fromOsls('package.json').name === 'osls')
        note('plugins', `plug-in ${name} ${WITHOUT_TYPES}; ${remedyOfTypes(name)}`, AS_INSTALLED);
      withoutOldVariables(plugin, name, note);
      return plugin;
    } catch (error) {
      fail(describe(name, error), LEFT_OUT);
      return null;
    }
  };
  prototype.loadHooks = function (plugin) {
    const name = names.get(plugin.constructor);
    // A plug-in that refuses an unsafe deployment has the property `guards`, and its errors are not tolerated. Other
    // plug-ins fail only because AWS is absent.
    if (name === undefined || plugin.constructor.guards === true) return loadHooks.call(this, plugin);
    const { hooks } = plugin;
    plugin.hooks = Object.fromEntries(
      Object.entries(hooks ?? {}).map(([event, hook]) => [event, sparing(hook, name, event, fail)]),
    );
    loadHooks.call(this, plugin);
    plugin.hooks = hooks;
  };
  return names;
}

/**
 * Leaves out variables in the form of Serverless 2, because osls refuses the whole service if a plug-in defines any.
 */
function withoutOldVariables(plugin, name, note) {
  if (plugin?.variableResolvers === undefined) return;
  plugin.variableResolvers = undefined;
  note(
    'plugins',
    `plug-in ${name} defines variables in the form of Serverless 2`,
    'these variables have no value',
  );
}

/**
 * Adds missing types to the options of commands, because osls refuses commands whose options have no type. The commands
 * themselves are never run here.
 * @returns whether types were missing
 */
function declareTypes(commands) {
  let isChanged = false;
  for (const { options, commands: below } of Object.values(commands ?? {})) {
    for (const option of Object.values(options ?? {})) {
      isChanged ||= option.type === undefined;
      option.type ??= 'string';
    }
    if (declareTypes(below)) isChanged = true;
  }
  return isChanged;
}

const WITHOUT_TYPES =
  'has commands whose options have no type, so osls refuses every command for the service, including package and deploy';
const remedyOfTypes = (name) =>
  name.startsWith('.')
    ? 'give each option a type, such as string or boolean'
    : `run npm install --save-dev ${name}@latest`;
const AS_INSTALLED = 'the gateway uses the installed plug-in unchanged';

/** Wraps a hook so that an error is reported but does not stop the run. */
function sparing(hook, name, event, fail) {
  return async function (...input) {
    try {
      return await hook.apply(this, input);
    } catch (error) {
      fail(`${describe(name, error)} (in ${event})`, 'the effect of this hook is missing');
      return undefined;
    }
  };
}

const LEFT_OUT = 'the plug-in is omitted: its additions to the template are missing';

function describe(name, error) {
  const [first] = String(error?.message ?? error).split('\n');
  return `plug-in ${name}: ${error?.code === 'PLUGIN_NOT_FOUND' ? `it is not installed, so osls refuses to package the service; run npm install, with --save-dev ${name} if package.json does not list it` : first}`;
}

/** Describes a plug-in that osls cannot load because a module is missing; undefined for any other error. */
function describeUnloadable(name, error, fromOsls) {
  if (error?.code !== 'MODULE_NOT_FOUND' && error?.code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, missing] = /^Cannot find (?:module|package) '([^']+)'/.exec(String(error.message)) ?? [];
  if (missing === undefined) return undefined;
  const why = `plug-in ${name} needs the module ${missing}, which is not installed, so osls refuses to package the service`;
  if (/^[./]/.test(missing)) return `${why}; install the plug-in again: npm install --save-dev ${name}`;
  if (!/^serverless(?:\/|$)/.test(missing))
    return `${why}; run npm install --save-dev ${/^(?:@[^/]+\/)?[^/]+/.exec(missing)[0]}`;
  if (isOfOsls(missing, fromOsls))
    return `${why}; install osls under the name serverless: npm install --save-dev serverless@npm:osls`;
  return `${why}; the plug-in was written for an older version of Serverless, and osls ${fromOsls('package.json').version} does not have this module: install a version of the plug-in that supports Serverless 3, or remove it from plugins`;
}

/** Whether osls has a module that the plug-in looks for in the package `serverless`. */
function isOfOsls(specifier, fromOsls) {
  try {
    fromOsls(specifier === 'serverless' ? 'package.json' : specifier.slice('serverless/'.length));
    return true;
  } catch {
    return false;
  }
}

module.exports = { tolerate, WEBPACK };
