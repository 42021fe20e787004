/** What plug-ins do when osls packages a service, in a service with stand-ins that have the hooks of the real ones. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findPackageFindings } from '../../../../../packages/gateway/lambda/code/package-findings.ts';
import { placeAddedFiles } from '../../../../../packages/gateway/lambda/code/added-files.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { OPTIONS } from '../stack-builders.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-packaging-'));
after(() => rmSync(root, { recursive: true }));

const HOOK =
  "this.hooks = { 'before:package:createDeploymentArtifacts': () => { throw new Error('it would run'); } };";

function aService(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

function aPlugin(name: string, className: string): Readonly<Record<string, string>> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }),
    [`node_modules/${name}/index.js`]: `module.exports = class ${className} { constructor() { ${HOOK} } };`,
  };
}

async function loadFunction(folder: string) {
  const [stack] = await loadStacks([folder], OPTIONS);
  const [definition] = stack?.functions ?? [];
  assert.ok(definition !== undefined, JSON.stringify(stack?.unsupported));
  return { definition, unsupported: stack?.unsupported ?? [] };
}

const WSGI = {
  ...aPlugin('serverless-wsgi', 'ServerlessWSGI'),
  'node_modules/serverless-wsgi/wsgi_handler.py': 'def handler(event, context): pass',
  'node_modules/serverless-wsgi/serverless_wsgi.py': '',
  'api/main.py': 'app = None',
};

// Source: logandk/serverless-wsgi, index.js: validate, packWsgiHandler
describe('the handler of serverless-wsgi', () => {
  for (const handler of ['wsgi.handler', 'wsgi_handler.handler'])
    it(`is found, with its configuration and application, if the service names ${handler}`, async () => {
      const folder = aService(handler, {
        ...WSGI,
        'serverless.yml': `service: shop
provider: { name: aws, runtime: python3.12 }
plugins: [serverless-wsgi]
custom: { wsgi: { app: api/main.app, textMimeTypes: [text/x] } }
functions: { app: { handler: ${handler} } }
`,
      });

      const { definition } = await loadFunction(folder);

      assert.equal(definition.handler, 'wsgi_handler.handler');
      assert.deepEqual(findPackageFindings(definition), []);
      const { code } = placeAddedFiles(definition, join(root, 'run'));
      assert.ok(code.kind === 'directory');
      const [files] = code.added?.files ?? [];
      assert.deepEqual(
        files?.copies.map((file) => basename(file)),
        ['wsgi_handler.py', 'serverless_wsgi.py'],
      );
      assert.deepEqual(files.texts, {
        '.serverless-wsgi': '{"app":"api/main.app","text_mime_types":["text/x"]}',
      });
      assert.deepEqual(files.links, { api: join(folder, 'api') });
    });
});

// Source: softprops/serverless-rust, index.js: build
describe('a function of serverless-rust', () => {
  it('has the runtime and the archive that the plug-in names', async () => {
    const folder = aService('rust', {
      ...aPlugin('serverless-rust', 'RustPlugin'),
      'serverless.yml': `service: shop
provider: { name: aws, runtime: rust }
plugins: [serverless-rust]
functions: { app: { handler: shop.orders } }
`,
    });

    const { definition, unsupported } = await loadFunction(folder);

    assert.equal(definition.runtime, 'provided');
    assert.match(
      unsupported.map(({ message }) => message).join('\n'),
      /package\.artifact names target\/lambda\/release\/orders\.zip, which does not exist/,
    );
  });

  const aServiceWith = (name: string, other: string): string =>
    aService(`rust-${name}`, {
      ...aPlugin('serverless-rust', 'RustPlugin'),
      'serverless.yml': `service: shop
provider: { name: aws, runtime: rust }
plugins: [serverless-rust]
functions:
  app: { handler: shop.orders }
  other: ${other}
`,
    });

  it('is read if another function has an image', async () => {
    const image = `111122223333.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:${'0'.repeat(64)}`;
    const [stack] = await loadStacks([aServiceWith('image', `{ image: ${image} }`)], OPTIONS);

    assert.match(
      stack?.unsupported.map(({ message }) => message).join('\n') ?? '',
      /package\.artifact names target\/lambda\/release\/orders\.zip/,
    );
  });

  it('is read if another function has no handler, and only the missing handler is reported', async () => {
    const folder = aServiceWith('empty', '{ runtime: rust }');

    await assert.rejects(
      loadStacks([folder], OPTIONS),
      /^DefinitionError: Handler and Runtime are mandatory/,
    );
  });

  it('is reported with the plug-in if the plug-in is not listed', async () => {
    const folder = aService('no-rust', {
      'serverless.yml': `service: shop
provider: { name: aws, runtime: rust }
functions: { app: { handler: shop } }
`,
    });

    const [stack] = await loadStacks([folder], OPTIONS);

    assert.match(
      stack?.unsupported.map(({ consequence }) => consequence).join('\n') ?? '',
      /Lambda has no runtime rust; the plug-in serverless-rust replaces it, but the service does not list this plug-in, so invocations fail/,
    );
  });
});

// The names of members of every object of JavaScript
describe('a runtime that neither Lambda nor a plug-in has', () => {
  for (const runtime of ['constructor', 'toString'])
    it(`is reported as such: ${runtime}`, async () => {
      const folder = aService(`runtime-${runtime}`, {
        'serverless.yml': `service: shop
provider: { name: aws, runtime: ${runtime} }
functions: { app: { handler: shop } }
`,
      });

      const [stack] = await loadStacks([folder], OPTIONS);

      assert.match(
        stack?.unsupported.map(({ consequence }) => consequence).join('\n') ?? '',
        new RegExp(`${runtime} is not a Lambda runtime, so invocations fail`),
      );
    });
});

describe('a handler that only a plug-in may create', () => {
  for (const [runtime, expected] of [
    [
      'python3.12',
      /^serverless-epsagon runs only during osls package and may create the file: run npx osls package/,
    ],
    [
      'nodejs24.x',
      /serverless-epsagon runs only during osls package and may create the file: run npx osls package/,
    ],
  ] as const)
    it(`is reported with the plug-in and the command that creates it: ${runtime}`, async () => {
      const folder = aService(`other-${runtime}`, {
        ...aPlugin('serverless-epsagon', 'Epsagon'),
        'serverless.yml': `service: shop
provider: { name: aws, runtime: ${runtime} }
plugins: [serverless-epsagon]
functions: { app: { handler: made/app.handler } }
`,
      });

      const { definition } = await loadFunction(folder);

      const [finding] = findPackageFindings(definition);
      assert.equal(finding?.rule, 'missing-handler');
      assert.match(finding.remedy ?? finding.message, expected);
    });
});

// Source: osls 4, lib/classes/plugin-manager.js: "CLI options definitions must define a type property"
describe('a plug-in whose options have no type', () => {
  it('is reported, because osls refuses its commands', async () => {
    const folder = aService('types', {
      'node_modules/serverless-old/index.js':
        'module.exports = class Old { constructor() { this.commands = { old: { lifecycleEvents: [], options: { a: { usage: "a" } } } }; this.hooks = {}; } };',
      'serverless.yml':
        'service: shop\nprovider: { name: aws, runtime: nodejs24.x }\nplugins: [serverless-old]\nfunctions: { app: { handler: app.handler } }\n',
    });

    const { unsupported } = await loadFunction(folder);

    const told = unsupported.map(({ message }) => message ?? '').filter((text) => text.includes('no type'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /osls refuses every command .*npm install --save-dev serverless-old@latest$/);
  });
});

/** A plug-in that acts after the deployment. */
function aDeployer(name: string, className: string): Readonly<Record<string, string>> {
  const hook = "this.hooks = { 'after:deploy:deploy': () => { throw new Error('it would run'); } };";
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0' }),
    [`node_modules/${name}/index.js`]: `module.exports = class ${className} { constructor() { ${hook} } };`,
  };
}

describe('a plug-in that acts when the service is deployed', () => {
  const service = (plugin: string, more: string): string => `service: shop
provider: { name: aws, runtime: nodejs22.x, apiGateway: { binaryMediaTypes: [image/gif] } }
plugins: [${plugin}]
${more}
functions: { app: { handler: app.handler, events: [{ http: GET / }] } }
`;

  // Source: maciejtreder/serverless-apigw-binary, src/index.js: afterDeploy
  it('sets the binary media types of the API: serverless-apigw-binary', async () => {
    const folder = aService('binary', {
      ...aDeployer('serverless-apigw-binary', 'BinarySupport'),
      'app.js': 'exports.handler = async () => ({ statusCode: 200 });',
      'serverless.yml': service('serverless-apigw-binary', "custom: { apigwBinary: { types: ['*/*'] } }"),
    });
    const told: string[] = [];
    const [stack] = await loadStacks([folder], { ...OPTIONS, onProgress: (text) => told.push(text) });

    assert.deepEqual(stack?.resources.get('ApiGatewayRestApi')?.properties['BinaryMediaTypes'], [
      'image/gif',
      '*/*',
    ]);
    assert.doesNotMatch(told.join('\n'), /serverless-apigw-binary/);
  });

  // Before, nothing said that such a plug-in did not act.
  it('is named at start if the gateway does not do its work', async () => {
    const folder = aService('added-key', {
      ...aDeployer('serverless-add-api-key', 'AddApiKey'),
      'app.js': 'exports.handler = async () => ({ statusCode: 200 });',
      'serverless.yml': service('serverless-add-api-key', ''),
    });
    const told: string[] = [];
    await loadStacks([folder], { ...OPTIONS, onProgress: (text) => told.push(text) });

    assert.match(
      told.join('\n'),
      /plug-in serverless-add-api-key also acts when the service is deployed \(after:deploy:deploy\), which does not happen here: what it changes on AWS by then is missing/,
    );
  });
});
