import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  OFFLINE_OPTIONS,
  OFFLINE_COMMAND_OPTIONS,
  readOfflineOptions,
} from '../../../../packages/gatewright/plugin/offline-options.ts';
import { OptionError } from '../../../../packages/gatewright/plugin/option-values.ts';

/** Every flag of `serverless offline --help`, serverless-offline 14.8.2. */
const FLAGS = `albPort corsAllowHeaders corsAllowOrigin corsDisallowCredentials corsExposedHeaders
  disableCookieValidation dockerHost dockerHostServicePath dockerNetwork dockerReadOnly enforceSecureCookies host
  httpPort httpsProtocol ignoreJWTSignature lambdaPort layersDir localEnvironment noAuth noPrependStageInUrl noSponsor
  noTimeout prefix preLoadModules reloadHandler resourceRoutes rubyWatchDirs terminateIdleLambdaTime useDocker
  useInProcess webSocketHardTimeout webSocketIdleTimeout websocketPort`.split(/\s+/);

describe('OFFLINE_OPTIONS', () => {
  it('includes every flag of serverless-offline', () => {
    assert.deepEqual(
      FLAGS.filter((name) => !Object.hasOwn(OFFLINE_COMMAND_OPTIONS, name)),
      [],
    );
  });

  // As `type` of its own commandOptions: osls would take the next word for the value of a text.
  it('takes no value if serverless-offline takes none', () => {
    const switches = `corsDisallowCredentials disableCookieValidation dockerReadOnly enforceSecureCookies
      ignoreJWTSignature localEnvironment noAuth noPrependStageInUrl noSponsor noTimeout reloadHandler resourceRoutes
      useDocker useInProcess`.split(/\s+/);

    for (const name of FLAGS)
      assert.equal(
        OFFLINE_COMMAND_OPTIONS[name]?.type === 'boolean',
        switches.includes(name),
        `${name} is ${OFFLINE_COMMAND_OPTIONS[name]?.type ?? 'not there'}`,
      );
  });

  it('says in the help of each flag that is not honoured what to do instead', () => {
    for (const [name, option] of Object.entries(OFFLINE_OPTIONS))
      if (option.kind !== 'honoured') assert.match(option.usage, /^(Refused|No effect): .{10,}/, name);
  });
});

describe('readOfflineOptions', () => {
  it('has the default ports of serverless-offline', () => {
    const { settings, warnings } = readOfflineOptions({}, undefined);

    assert.deepEqual(settings.sharedPorts, {
      httpPort: 3000,
      websocketPort: 3001,
      prefix: '',
      omitStage: false,
    });
    // APIs share the ports above; one of its own, if an API needs it, is any that is free.
    assert.equal(settings.port, 0);
    assert.equal(settings.controlPort, 3002);
    assert.equal(settings.host, '127.0.0.1');
    assert.equal(settings.reload, true);
    assert.deepEqual(settings.functionEnvironment, { IS_OFFLINE: 'true' });
    assert.deepEqual(warnings, []);
  });

  it('prefers the command line to custom.serverless-offline', () => {
    const { settings } = readOfflineOptions(
      { httpPort: '4001', stage: 'qa', region: 'eu-west-1' },
      {
        httpPort: 4000,
        websocketPort: 4100,
        lambdaPort: 4200,
        prefix: '/api/v1/',
        noPrependStageInUrl: true,
        reloadHandler: false,
        host: '0.0.0.0',
        allowHost: ['a.example', 'b.example'],
      },
    );

    assert.deepEqual(settings.sharedPorts, {
      httpPort: 4001,
      websocketPort: 4100,
      prefix: 'api/v1',
      omitStage: true,
    });
    assert.deepEqual(
      [settings.controlPort, settings.host, settings.reload, settings.allowHosts],
      [4200, '0.0.0.0', false, ['a.example', 'b.example']],
    );
  });

  it('accepts the defaults of serverless-offline, which have no effect', () => {
    const { warnings } = readOfflineOptions(
      {},
      {
        noAuth: false,
        noTimeout: false,
        httpsProtocol: null,
        useDocker: false,
        webSocketHardTimeout: 7200,
        webSocketIdleTimeout: 600,
        terminateIdleLambdaTime: 60,
        dockerReadOnly: true,
        preLoadModules: '',
      },
    );

    assert.deepEqual(warnings, []);
  });

  it('names every refused option in one message with what to do instead', () => {
    assert.throws(
      () => readOfflineOptions({ noAuth: true, corsAllowOrigin: '*' }, { localEnvironment: true }),
      (error) =>
        error instanceof OptionError &&
        /noAuth is refused: .*gatewright token/.test(error.message) &&
        /corsAllowOrigin is refused: .*`cors`/.test(error.message) &&
        /localEnvironment is refused: .*set the variables in `environment`/.test(error.message),
    );
  });

  it('warns of options without effect, and of those that serverless-offline does not have', () => {
    const { warnings } = readOfflineOptions({ resourceRoutes: true }, { skipCacheInvalidation: true });

    assert.deepEqual(warnings, [
      'custom.serverless-offline.skipCacheInvalidation is not an option of serverless-offline 14: it has no effect',
      "serverless-offline's resourceRoutes has no effect in Gatewright: HTTP proxies in `resources` are always served",
    ]);
  });

  it('never passes over an option that is not honoured', () => {
    const unsupported = Object.entries(OFFLINE_OPTIONS).filter(([, { kind }]) => kind !== 'honoured');
    for (const [name, { kind }] of unsupported) {
      const read = () => readOfflineOptions({}, { [name]: 'something' });
      if (kind === 'refused') assert.throws(read, new RegExp(`${name} is refused`), name);
      else assert.match(read().warnings.join(), new RegExp(`${name} has no effect`), name);
    }
  });

  for (const { name, given, says } of [
    {
      name: 'an invalid port',
      given: { httpPort: '70000' },
      says: /httpPort: "70000"\. A port is a number/,
    },
    {
      name: 'an invalid flag',
      given: { reloadHandler: 'yes' },
      says: /reloadHandler must be true or false/,
    },
    { name: 'a prefix that is not a path', given: { prefix: 'a?b' }, says: /prefix must be a path of/ },
    {
      name: 'two hosts',
      given: { host: ['a', 'b'] },
      says: /host must be one string, not a list of 2 strings/,
    },
    {
      name: 'a store that is not a URL',
      given: { dynamodb: 'mysql' },
      says: /dynamodb must be "embedded" or a URL/,
    },
    {
      name: 'a folder for another program’s store',
      given: { dynamodb: 'http://127.0.0.1:8000', data: 'x' },
      says: /data applies only to the embedded DynamoDB/,
    },
    { name: 'a list', given: ['httpPort'], says: /must be a map of options/ },
  ])
    it(`refuses ${name}`, () => {
      assert.throws(() => readOfflineOptions({}, given), { name: 'OptionError', message: says });
    });

  it('refuses or accepts any configuration, and never fails in another way', () => {
    const names = fc.oneof(fc.constantFrom(...Object.keys(OFFLINE_OPTIONS)), fc.string());
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue()), (custom) => {
        try {
          readOfflineOptions({}, custom);
        } catch (error) {
          assert.ok(error instanceof OptionError, String(error));
        }
      }),
    );
  });
});
