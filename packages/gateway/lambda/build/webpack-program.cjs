'use strict';
/**
 * Compiles the functions of a service with the service's own webpack. The plug-in of the service reads the
 * configuration, since the configuration may be a program that gets entries, options and the service from the plug-in.
 *
 *   node webpack-program.cjs <empty output folder>       in the service's folder
 *
 * IPC: the first message is `{ plugin, service }`, and each further message requests another run. Every run sends
 * `{ files, errors }`. `{ failed }` means that no run is possible.
 */
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const [outputFolder] = process.argv.slice(2);
const servicePath = process.cwd();
const VALIDATION = ['before:webpack:validate', 'webpack:validate', 'after:webpack:validate'];

/** Returns an object with the parts of Serverless that the plug-in uses before it compiles. */
function standInFor(service) {
  const functions = service.functions ?? {};
  return {
    service: {
      ...service,
      getAllFunctions: () => Object.keys(functions),
      getFunction: (name) => functions[name],
    },
    config: { servicePath, serviceDir: servicePath },
    configurationInput: service,
    configSchemaHandler: { defineFunctionProperties: () => undefined },
    classes: { Error },
    cli: { log: () => undefined },
    utils: { fileExistsSync: fs.existsSync },
  };
}

async function openCompiler({ plugin: name, service, setsEntries }) {
  const file = createRequire(path.join(servicePath, 'package.json')).resolve(name);
  const fromPlugin = createRequire(file);
  const Plugin = fromPlugin(file);
  // The plug-in deletes the files in its output folder, so the service's own output folder is not used.
  const plugin = new Plugin(standInFor(service), { out: path.relative(servicePath, outputFolder) });
  Plugin.lib.webpack.isLocal = true;
  for (const event of VALIDATION) await plugin.hooks[`${event}:validate`]?.call(plugin);
  const config = plugin.webpackConfig;
  // The functions share one build here, whether they are packaged individually or not.
  if (setsEntries && config.entry === undefined) config.entry = Plugin.lib.entries;
  return fromPlugin('webpack')(config);
}

function compile(compiler) {
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error) return reject(error);
      const compilations = (stats.stats ?? [stats]).map(({ compilation }) => compilation);
      resolve({
        files: [...new Set(compilations.flatMap(({ fileDependencies }) => [...fileDependencies]))],
        errors: compilations.flatMap(({ errors }) => errors.map((each) => String(each.message ?? each))),
      });
    });
  });
}

let compiler;
process.on('message', (message) => {
  compiler ??= openCompiler(message);
  compiler.then(compile).then(
    (outcome) => process.send(outcome),
    (error) => process.send({ failed: String(error?.message ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
