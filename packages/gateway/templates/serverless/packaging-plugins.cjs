'use strict';
/**
 * Does what plug-ins do to a service when osls packages it, as far as the template or the code of functions depend on
 * it. The hooks themselves do not run here, because they install, compile and write into the service's folder. It is
 * part of `serverless-driver.cjs`, in osls's own process.
 */
const fs = require('node:fs');
const path = require('node:path');

/** The events of packaging whose hooks are removed. */
const REMOVED_EVENTS = [
  'before:package:createDeploymentArtifacts',
  'package:createDeploymentArtifacts',
  'after:package:createDeploymentArtifacts',
];

/**
 * What a plug-in does when osls packages the service, by the name of its class, which each of its releases has. A row
 * returns the files that the plug-in adds to each package, or undefined.
 */
const WORK = new Map([
  // https://github.com/logandk/serverless-wsgi/blob/master/index.js, packWsgiHandler
  ['ServerlessWSGI', addWsgiHandler],
  // https://github.com/softprops/serverless-rust/blob/master/index.js, build
  ['RustPlugin', nameRustArtifacts],
  // https://github.com/maciejtreder/serverless-apigw-binary/blob/master/src/index.js, afterDeploy
  ['BinarySupport', setBinaryTypes],
]);

/** Plug-ins that change nothing in their hooks of a deployment: they invoke functions, or only print. */
const ONLY_CALLS = new Set(['gatewright', 'serverless-plugin-warmup', 'serverless-step-functions']);
/** The events of a deployment. Plug-ins call AWS in their hooks. */
const DEPLOYS = /^(?:before:|after:)?(?:aws:)?deploy:(?:deploy|finalize)\b/;

/**
 * Describes a plug-in that changes the deployed API itself, by calls to AWS. Returns undefined for other plug-ins, and
 * for those of which this file does the work.
 */
function describeDeployer(plugin, name) {
  const event = Object.keys(plugin?.hooks ?? {}).find((one) => DEPLOYS.test(one));
  if (event === undefined || WORK.has(plugin.constructor?.name) || ONLY_CALLS.has(name)) return undefined;
  return `plug-in ${name} also acts when the service is deployed (${event}), which does not happen here: what it changes on AWS by then is missing`;
}

/** Returns the files that plug-ins add to the packages. The service may be changed, as the plug-ins do it. */
function addAtPackaging(serverless, folderOf) {
  return serverless.pluginManager.plugins.flatMap((plugin) => {
    const work = WORK.get(plugin.constructor?.name);
    return work?.(plugin, serverless, folderOf(plugin)) ?? [];
  });
}

/** Returns the names of plug-ins whose hooks do not run. They may create handlers. */
function listPackagers(plugins, nameOf) {
  const isPackager = ({ hooks }) => REMOVED_EVENTS.some((event) => hooks?.[event] !== undefined);
  return plugins.flatMap((plugin) => (isPackager(plugin) ? (nameOf(plugin) ?? []) : []));
}

function addWsgiHandler(plugin, serverless, folder) {
  const { service, serviceDir } = serverless;
  const { app, textMimeTypes } = service.custom?.wsgi ?? {};
  const functions = service.getAllFunctions().map((name) => service.getFunction(name));
  for (const definition of functions)
    if (definition.handler === 'wsgi.handler') definition.handler = 'wsgi_handler.handler';
  const own = functions.find(({ handler }) => handler?.endsWith('wsgi_handler.handler'));
  if (typeof app !== 'string' || own === undefined || folder === undefined) return undefined;
  // With the module of serverless-python-requirements, the folder of the module is the root of the package.
  const isModule = service.package?.individually === true && own.module !== undefined;
  const configuration = {
    app: isModule ? path.basename(app) : app,
    ...(Array.isArray(textMimeTypes) && { text_mime_types: textMimeTypes }),
  };
  const copies = ['wsgi_handler.py', 'serverless_wsgi.py'].map((name) => path.join(folder, name));
  if (!copies.every((file) => fs.existsSync(file))) return undefined;
  const [top, ...below] = configuration.app.split('/');
  return {
    copies,
    texts: { '.serverless-wsgi': JSON.stringify(configuration) },
    // The handler finds the folder of the application next to itself.
    links: below.length === 0 ? {} : { [top]: path.join(serviceDir, top) },
  };
}

/** The plug-in merges the types into the deployed API, with the same effect as osls's own setting. */
function setBinaryTypes(_plugin, { service }) {
  const types = service.custom?.apigwBinary?.types;
  if (!Array.isArray(types)) return undefined;
  const { apiGateway = {} } = service.provider;
  const own = apiGateway.binaryMediaTypes ?? [];
  service.provider.apiGateway = { ...apiGateway, binaryMediaTypes: [...new Set([...own, ...types])] };
  return undefined;
}

function nameRustArtifacts(_plugin, { service, serviceDir }) {
  const { dockerPath, profile } = service.custom?.rust ?? {};
  for (const name of service.getAllFunctions()) {
    const definition = service.getFunction(name);
    if ((definition.runtime ?? service.provider.runtime) !== 'rust') continue;
    if (definition.runtime === 'rust') definition.runtime = 'provided';
    // A function with an image, or without a handler, has no archive.
    if (typeof definition.handler !== 'string') continue;
    const [cratePackage, binary = cratePackage] = definition.handler.split('.');
    const output = (definition.rust?.profile ?? profile) === 'dev' ? 'debug' : 'release';
    const artifact = path.join(dockerPath ?? '', 'target/lambda', output, `${binary}.zip`);
    definition.package = {
      ...definition.package,
      artifact: path.relative(serviceDir, path.resolve(serviceDir, artifact)),
    };
  }
  if (service.provider.runtime === 'rust') service.provider.runtime = 'provided';
  return undefined;
}

module.exports = { REMOVED_EVENTS, addAtPackaging, describeDeployer, listPackagers };
