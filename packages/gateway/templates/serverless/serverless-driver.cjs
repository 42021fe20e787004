'use strict';
/**
 * Runs osls's `package` in this child process with one more plug-in that extracts the compiled template. The plug-in
 * suppresses everything else, so that no bundles, archives or files are created in the service's folder.
 *
 *   node serverless-driver.cjs <folder of the osls package> <temporary folder> package --stage …
 *
 * The driver sends IPC messages to its parent: `announced` as soon as the stack has a name, `noted` and `informed` for
 * what osls tolerates here, `failed` with osls's own error, and `ended` when it exits. It is plain CommonJS, because it
 * must change osls's own files before osls's command line starts.
 */
const fs = require('node:fs');
const { createRequire, enableCompileCache, syncBuiltinESMExports } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { findOlderSdk, useLocalCredentials } = require('./local-credentials.cjs');
const { REMOVED_EVENTS, addAtPackaging, listPackagers } = require('./packaging-plugins.cjs');
const { watchInputs } = require('./serverless-inputs.cjs');
const { tolerate, WEBPACK } = require('./serverless-leniency.cjs');
const { boundChecks, isOwnFolder, quicken } = require('./serverless-shortcuts.cjs');

const [oslsFolder, outputFolder, ...oslsArguments] = process.argv.slice(2);
const fromOsls = (file) => require(path.join(oslsFolder, file));
const tell = (message) => process.send?.(message);

// Compiling osls takes a quarter of its startup time. Generating its checks, which are programs that validate services,
// takes about as much. Both results are kept in the folder of the user: next to osls, in node_modules, they would be
// deployed with each service that is packaged as it is.
const HOME = process.env.GATEWRIGHT_HOME || path.join(os.homedir(), '.gatewright');
const CODE = path.join(HOME, 'code');
const CHECKS = path.join(HOME, 'checks');

/** An empty zip archive: only the end-of-central-directory record. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

/** Plug-ins such as `serverless-webpack`, `serverless-bundle` and `serverless-plugin-typescript`. */
const BUILDER =
  /serverless.*(?:webpack|bundle|typescript|esbuild|rollup|vite|rspack|parcel|babel|swc|tsc|optimi[sz]e)/i;

const ROLES_PER_FUNCTION = 'serverless-iam-roles-per-function';

/** The service that osls compiles; undefined until osls has read it. */
let compiled;

/** Returns the sources of functions that plug-ins have searched for mistakes. They do not influence the template. */
function listChecked() {
  const { plugins = [] } = compiled?.pluginManager ?? {};
  return plugins.flatMap(({ checkedSources }) => (Array.isArray(checkedSources) ? checkedSources : []));
}

class GatewrightPackaging {
  constructor(serverless) {
    this.serverless = serverless;
    compiled = serverless;
    this.provider = serverless.getProvider('aws');
    useLocalCredentials(this.provider, findOlderSdk(oslsFolder), process.env);
    // All variables have been resolved by now, except those whose values come from AWS.
    const custom = serverless.configurationInput?.custom;
    tell({
      kind: 'announced',
      stackName: this.provider.naming.getStackName(),
      variables: custom?.gatewright?.variables ?? {},
    });
    this.withoutHandler = [];
    this.hooks = { initialize: () => this.#takeOverPackaging() };
  }

  /**
   * Removes the hooks that bundle or zip. At `initialize` this is possible, because every plug-in has registered its
   * hooks.
   */
  #takeOverPackaging() {
    const { hooks, plugins } = this.serverless.pluginManager;
    this.packagers = listPackagers(plugins, tolerated.nameOf);
    this.added = addAtPackaging(this.serverless, (plugin) => folderOfPlugin(tolerated.nameOf(plugin)));
    this.#readWithoutHandlers();
    this.#nameImages();
    const only = (event, hook) => {
      hooks[event] = hook === undefined ? [] : [{ pluginName: 'GatewrightPackaging', hook }];
    };
    for (const event of REMOVED_EVENTS) only(event);
    only('package:createDeploymentArtifacts', () => this.#giveEmptyArtifacts());
    only('aws:common:moveArtifactsToPackage:move');
    const packager = plugins.find((plugin) => typeof plugin.saveServiceState === 'function');
    only('aws:package:finalize:saveServiceState', async () => {
      packager.validateTemplate();
      await packager.saveServiceState();
    });
    // `finalize` is used instead of `package:finalize`, because other plug-ins still edit the template after
    // `package:finalize`.
    only('finalize', () => this.#writeResult());
  }

  /**
   * Makes osls accept a function without a handler. osls would otherwise refuse the whole service. Here, all other
   * functions are served, and only invocations of that function fail.
   */
  #readWithoutHandlers() {
    const { service } = this.serverless;
    for (const name of service.getAllFunctions()) {
      const definition = service.getFunction(name);
      if (definition.handler || definition.image) continue;
      definition.handler = 'not-set.handler';
      this.withoutHandler.push(name);
      const message = 'neither handler nor image is set, so osls would not deploy this service';
      const consequence = `invocations of ${name} fail`;
      tell({ kind: 'noted', property: `functions.${name}.handler`, message, consequence });
      tell({ kind: 'informed', message: `functions.${name}: ${message}: ${consequence}` });
    }
  }

  /**
   * Returns container images unchanged. osls would otherwise build them with Docker, or request their digest from a
   * registry. No function runs from an image here.
   */
  #nameImages() {
    const value = (name) => {
      const { image } = this.serverless.service.getFunction(name);
      const functionImageUri = image.uri ?? image.name ?? image;
      return Promise.resolve({ functionImageUri, functionImageSha: '0'.repeat(64) });
    };
    Object.defineProperty(this.provider, 'resolveImageUriAndSha', { value });
  }

  #giveEmptyArtifacts() {
    const { service } = this.serverless;
    const artifact = writeEmptyZip();
    this.prebuilt = {};
    this.prebuiltLayers = {};
    for (const name of service.getAllFunctions()) {
      const definition = service.getFunction(name);
      const own = definition.package?.artifact ?? service.package.artifact;
      if (own) this.prebuilt[name] = own;
      definition.package = { ...definition.package, artifact };
    }
    // serverless-python-requirements creates this layer when it packs. Here the packages of the machine's Python are
    // used instead.
    if (service.custom?.pythonRequirements?.layer)
      service.layers = { pythonRequirements: {}, ...service.layers };
    for (const name of service.getAllLayers()) {
      const layer = service.getLayer(name);
      if (layer.package?.artifact) this.prebuiltLayers[name] = layer.package.artifact;
      layer.package = { ...layer.package, artifact };
    }
  }

  #writeResult() {
    const { service, serviceDir } = this.serverless;
    const { naming } = this.provider;
    const { Resources: resources } = service.provider.compiledCloudFormationTemplate;
    for (const name of this.withoutHandler)
      resources[naming.getLambdaLogicalId(name)].Properties.Handler = '';
    const functions = {};
    for (const name of service.getAllFunctions()) {
      functions[naming.getLambdaLogicalId(name)] = { name, artifact: this.prebuilt[name] };
    }
    const layers = {};
    for (const name of service.getAllLayers()) {
      const layer = service.getLayer(name);
      layers[naming.getLambdaLayerLogicalId(name)] = {
        name,
        path: layer.path,
        artifact: this.prebuiltLayers[name],
      };
    }
    const result = {
      template: service.provider.compiledCloudFormationTemplate,
      stackName: naming.getStackName(),
      stage: this.provider.getStage(),
      region: this.provider.getRegion(),
      functions,
      layers,
      esbuild: this.#esbuildOptions(),
      builders: this.#builders(),
      webpack: this.#webpack(),
      taken: this.#takenFiles(),
      packagers: this.packagers,
      added: this.added,
      restStage: {
        logs: service.provider.logs?.restApi,
        tracing: service.provider.tracing?.apiGateway,
        metrics: service.provider.apiGateway?.metrics,
        logGroup: `/aws/api-gateway/${service.service}-${this.provider.getStage()}`,
      },
      configuration: this.#configuration(),
      serviceDir,
    };
    fs.writeFileSync(path.join(outputFolder, 'result.json'), JSON.stringify(result));
  }

  /** Returns the sections of the service that osls may have ignored. */
  #configuration() {
    const { plugins, provider, custom, mcp, appSync, ai, sandboxes } =
      this.serverless.configurationInput ?? {};
    const { domain, domains } = provider ?? {};
    const { apiGatewayServiceProxies, customDomain } = custom ?? {};
    return {
      ...{ plugins, mcp, appSync, ai, sandboxes },
      provider: { domain, domains },
      custom: { apiGatewayServiceProxies, customDomain },
    };
  }

  #builders() {
    const { plugins, build } = this.serverless.configurationInput ?? {};
    // `plugins:` without any value is null.
    const listed = Array.isArray(plugins) ? plugins : plugins?.modules;
    const names = Array.isArray(listed) ? listed : [];
    const found = names.filter((name) => typeof name === 'string' && BUILDER.test(name));
    return build === undefined ? found : [...found, 'build'];
  }

  /**
   * Returns `pruned` if osls leaves out dev dependencies, and `part` if patterns add files from above the folder of the
   * service, which may be any packages.
   */
  #takenFiles() {
    const { service } = this.serverless;
    const functions = service.getAllFunctions().map((name) => service.getFunction(name));
    const patterns = [service, ...functions].flatMap((each) => [
      ...(each.package?.patterns ?? []),
      ...(each.package?.include ?? []),
    ]);
    if (patterns.some((pattern) => String(pattern).startsWith('..'))) return 'part';
    return service.package.excludeDevDependencies === false ? undefined : 'pruned';
  }

  /** Returns the parts of the service that a webpack plug-in reads. */
  #webpack() {
    const { service } = this.serverless;
    const { provider } = service;
    const plugin = this.#builders().find((name) => WEBPACK.has(name));
    if (plugin === undefined) return undefined;
    const functions = service.getAllFunctions().map((name) => {
      const { handler, runtime, image, entrypoint, allowCustomRuntime } = service.getFunction(name);
      return [name, { handler, runtime, image, entrypoint, allowCustomRuntime }];
    });
    return {
      plugin,
      setsEntries: service.package?.individually === true,
      service: {
        service: service.service,
        custom: service.custom,
        provider: {
          name: provider.name,
          runtime: provider.runtime,
          stage: this.provider.getStage(),
          region: this.provider.getRegion(),
          environment: provider.environment,
        },
        functions: Object.fromEntries(functions),
        package: { individually: false },
      },
    };
  }

  /**
   * Returns the options of serverless-esbuild (`custom.esbuild`, which is an object or the path of a module) or of
   * Serverless v4 (`build.esbuild`).
   */
  #esbuildOptions() {
    const { service, serviceDir } = this.serverless;
    const options = service.custom?.esbuild ?? this.#builtInOptions();
    if (typeof options !== 'string') return typeof options === 'object' ? options : undefined;
    const module = require(path.join(serviceDir, options));
    const made = module.default ?? module;
    return typeof made === 'function' ? made(this.serverless) : made;
  }

  /**
   * Serverless v4 bundles TypeScript handlers without any setting, unless a plug-in does, and writes ES modules if the
   * package.json of the service has the type module (serverless/serverless#12713). serverless-esbuild writes CommonJS.
   */
  #builtInOptions() {
    const { configurationInput, serviceDir } = this.serverless;
    const { build } = configurationInput ?? {};
    const given = build?.esbuild;
    const isSet = typeof given === 'object' && given !== null;
    if (!isSet && build !== undefined) return given;
    if (!isSet && (this.#builders().length > 0 || !this.#hasTypeScript())) return undefined;
    const own = readJson(path.join(serviceDir, 'package.json'));
    if (!isSet && !tolerated.isOfServerless4(own)) return undefined;
    return { ...(own.type === 'module' && { format: 'esm' }), ...(isSet && given) };
  }

  #hasTypeScript() {
    const { service, serviceDir } = this.serverless;
    return Object.values(service.functions ?? {}).some((each) => {
      const [module] = /^.+(?=\.[^./]+$)/.exec(each?.handler ?? '') ?? [];
      const files = ['.ts', '.mts', '.cts', '.tsx'].map((ending) =>
        path.join(serviceDir, `${module}${ending}`),
      );
      return module !== undefined && files.some((file) => fs.existsSync(file));
    });
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Replaces serverless-esbuild if it is not installed. This is possible because the plug-in only bundles, and the
 * gateway bundles with the plug-in's settings.
 */
class AbsentEsbuild {
  constructor(serverless) {
    this.hooks = {};
    serverless.configSchemaHandler.defineFunctionProperties(serverless.service.provider.name, {
      properties: { skipEsbuild: { type: 'boolean' } },
    });
  }
}

/**
 * Replaces serverless-iam-roles-per-function if it is not installed. All functions then share one role, which gets the
 * permissions of every function. If the role had fewer permissions, calls that AWS allows would fail.
 */
class AbsentRolesPerFunction {
  constructor(serverless) {
    const { service, configSchemaHandler } = serverless;
    tell({
      kind: 'noted',
      property: 'plugins',
      message: `plug-in ${ROLES_PER_FUNCTION}: it is not installed`,
      consequence: 'the iamRoleStatements of one function apply to the whole service',
      missingPlugin: ROLES_PER_FUNCTION,
    });
    configSchemaHandler.defineFunctionProperties(service.provider.name, {
      properties: {
        iamRoleStatements: { type: 'array' },
        iamRoleStatementsInherit: { type: 'boolean' },
        iamRoleStatementsName: { type: 'string' },
        iamPermissionsBoundary: {},
      },
    });
    this.hooks = { 'before:package:setupProviderConfiguration': () => this.#shareStatements(service) };
  }

  #shareStatements(service) {
    const own = service
      .getAllFunctions()
      .flatMap((name) => service.getFunction(name).iamRoleStatements ?? []);
    const { provider } = service;
    // If the service names an existing role, this role has its own statements.
    if (own.length === 0 || typeof provider.role === 'string' || typeof provider.iam?.role === 'string')
      return;
    const role = provider.iam?.role ?? {};
    const shared = role.statements ?? provider.iamRoleStatements ?? [];
    provider.iam = { ...provider.iam, role: { ...role, statements: [...shared, ...own] } };
  }
}

function given(option) {
  const index = oslsArguments.indexOf(`--${option}`);
  return index === -1 ? {} : { [option]: oslsArguments[index + 1] };
}

/** Returns the folder of an installed plug-in; undefined if the service has the plug-in as a file of its own. */
function folderOfPlugin(name) {
  try {
    const require = createRequire(path.join(process.cwd(), 'package.json'));
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function writeEmptyZip() {
  const file = path.join(outputFolder, 'empty.zip');
  fs.writeFileSync(file, EMPTY_ZIP);
  return file;
}

/**
 * Replaces osls's slow module for its state. It must be called before inputs are watched, because the module that it
 * loads is part of osls and not an input of the service.
 */
function quickenState() {
  try {
    quicken(createRequire(path.join(oslsFolder, 'package.json'))('json-cycle'));
  } catch {
    // This version of osls does not have the module.
  }
}

/** @param file an absolute path, or a path in osls */
function replaceModule(file, exports) {
  const filename = path.resolve(oslsFolder, file);
  require.cache[filename] = Object.assign(new module.constructor(filename), {
    filename,
    loaded: true,
    exports,
  });
}

/**
 * Makes osls write temporary files to the temporary folder of this run. Anywhere else, they would count as written
 * files, and the result of the run would not be kept. A generated check is such a file before osls moves it to its
 * place.
 */
function moveTemporaryFiles() {
  const folder = () => Promise.resolve(outputFolder);
  replaceModule('lib/utils/resolve-process-tmp-dir.js', folder);
  try {
    // Serverless 3 has this function in a package.
    replaceModule(
      createRequire(path.join(oslsFolder, 'package.json')).resolve('process-utils/tmpdir'),
      folder,
    );
  } catch {
    // osls does not have the package.
  }
}

/**
 * Redirects the folder `.serverless` of the service, in which osls and its plug-ins work, to the temporary folder.
 * Returns the recorder of inputs, which does not record modules yet.
 */
function moveWorkshop() {
  const workshop = path.join(process.cwd(), '.serverless');
  const moved = path.join(outputFolder, 'workshop');
  const inputs = watchInputs({
    // The folder `.serverless` in the home folder is included, because osls stores the outcome of its last command
    // there, and its generated checks, if they cannot be stored next to it.
    ownFolders: [workshop, outputFolder, CHECKS, path.join(os.homedir(), '.serverless')],
    isAnswered: (port) => port === Number(new URL(process.env.AWS_ENDPOINT_URL).port),
  });
  const writeInputs = fs.writeFileSync;
  const redirect = (value) =>
    typeof value === 'string' && (value === workshop || value.startsWith(workshop + path.sep))
      ? moved + value.slice(workshop.length)
      : value;
  for (const target of [fs, fs.promises]) {
    for (const [name, original] of Object.entries(target)) {
      if (typeof original !== 'function' || /^[A-Z_]/.test(name)) continue;
      const redirected = function (...input) {
        inputs.observe(name, input);
        return original.apply(this, input.map(redirect));
      };
      // Some of the original functions have properties, such as `realpath.native` and the property for
      // `util.promisify`.
      target[name] = Object.defineProperties(redirected, Object.getOwnPropertyDescriptors(original));
    }
  }
  syncBuiltinESMExports();
  process.once('exit', (code) => {
    writeInputs(path.join(outputFolder, 'inputs.json'), JSON.stringify(inputs.list(listChecked())));
    // Node stores the compiled code of osls only now, which takes up to half a second. The parent does not wait for it.
    tell({ kind: 'ended', code });
    boundChecks(CHECKS);
  });
  return inputs;
}

/** Loads the modules that osls needs for each service. */
function preload() {
  for (const file of ['lib/serverless.js', 'lib/plugins/index.js'])
    try {
      fromOsls(file);
    } catch {
      // This version of osls does not have the file, or osls reports the error later.
    }
}

if (isOwnFolder(CODE)) enableCompileCache(CODE);
if (isOwnFolder(CHECKS)) process.env.SLS_SCHEMA_CACHE_BASE_DIR = CHECKS;
quickenState();
moveTemporaryFiles();
const inputs = moveWorkshop();
const tolerated = tolerate({
  fromOsls,
  replaceModule,
  usual: { ...given('stage'), ...given('region') },
  note: (property, message, consequence, more) =>
    tell({ kind: 'noted', property, message, consequence, ...more }),
  inform: (message) => tell({ kind: 'informed', message }),
});
replaceModule('lib/cli/handle-error.js', (error) => {
  const explained = tolerated.explain(error);
  tell({
    kind: 'failed',
    message: String(explained?.message ?? explained),
    property: error?.property,
    texts: tolerated.texts(),
    checked: listChecked(),
  });
  process.exitCode = 1;
  return {};
});
// Without this replacement, osls would write this zip archive into the developer's home folder.
replaceModule('lib/plugins/aws/custom-resources/generate-zip.js', async () => writeEmptyZip());

const STAND_INS = { 'serverless-esbuild': AbsentEsbuild, [ROLES_PER_FUNCTION]: AbsentRolesPerFunction };
const PluginManager = fromOsls('lib/classes/plugin-manager.js');
const { requireServicePlugin, resolveServicePlugins } = PluginManager.prototype;
PluginManager.prototype.requireServicePlugin = async function (folder, name, ...rest) {
  try {
    return await requireServicePlugin.call(this, folder, name, ...rest);
  } catch (error) {
    const standIn = error.code === 'PLUGIN_NOT_FOUND' ? STAND_INS[name] : undefined;
    if (standIn === undefined) throw error;
    return standIn;
  }
};
PluginManager.prototype.resolveServicePlugins = async function (...input) {
  return [...(await resolveServicePlugins.apply(this, input)), GatewrightPackaging];
};

preload();
inputs.watchModules();
process.argv = [process.argv[0], path.join(oslsFolder, 'bin/serverless.js'), ...oslsArguments];
fromOsls('bin/serverless.js');
