import { createForwarder } from '../../../kernel/calls/forwarder.ts';
import { makeControlSecret, makeKeyPair } from '../../../kernel/files/identity-file.ts';
import { backendOf } from '../parts.ts';
import { rightsContext } from './rights.ts';
import { calledServices } from './catalogue.ts';
import { loadOnce } from '@gatewright/aws/load-once';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { ReadObject } from '../../../control/api/lambda/function-code.ts';
import type { ServiceClient } from '../../../core/ports.ts';
import { stopLoops } from '../../../kernel/calls/stop-loops.ts';
import { loopsOf } from './events.ts';
import { queueEvent } from './event-queue.ts';
import type { Parts } from '../parts.ts';

/** Opens AWS's own APIs on the control port, by signing name. */
export function openServices(parts: Parts): Map<string, AwsService> {
  const { options, runtime, random, clock, served, signIn, store, at, closing, journal } = parts;
  const services = new Map<string, AwsService>();
  const loops = loopsOf(parts);
  const rights = rightsContext(options, served, (name) => parts.events.find(name));
  // Calls by functions have the same destinations as calls by integrations: the user's endpoint, AWS, or the recorder.
  const { urls = {}, live = [] } = options.awsEndpoints ?? {};
  for (const name of [
    ...calledServices(options),
    ...live,
    ...Object.keys(urls).filter((name) => name !== '*'),
  ])
    services.set(name, createForwarder(at.services, rights));
  const backend = backendOf(options, store);
  if (backend !== undefined) {
    services.set(
      'dynamodb',
      openLazily(async () => {
        const { createDynamoDbCalls } = await import('../../../services/tables/dynamodb-calls.ts');
        const calls = createDynamoDbCalls(backend, rights);
        closing.add(() => calls.close());
        return (call) => calls.serve(call);
      }),
    );
  }
  services.set(
    'lambda',
    openLazily(async () => {
      const { createLambda } = await import('../../../control/api/lambda/lambda-service.ts');
      return createLambda({
        apis: served,
        keep: (service) => journal.keep(service),
        mappings: createForwarder(at.services, rights),
        invoker: {
          invoke: stopLoops((invocation) => runtime.invoke(invocation), loops),
          stream: stopLoops((invocation) => runtime.stream(invocation), loops),
          has: (name) => runtime.has(name),
        },
        replaceCode: (name, archive) => runtime.replaceCode(name, archive),
        readObject: readObjectBy(at.services),
        clock,
        random,
        report: (message) => options.log.write(message),
        accountId: options.accountId,
        accept: (event) => queueEvent(event, parts),
      });
    }),
  );
  if (!services.has('cognito-idp'))
    services.set(
      'cognito-idp',
      openLazily(async () => (await signIn.open()).serveAdmin),
    );
  addValues(services, parts, createForwarder(at.services, rights));
  services.set('sts', openStsService(parts, services.get('sts')));
  services.set('apigateway', openRestApis(parts));
  return services;
}

const READ_MS = 30_000;

/**
 * Returns a reader that finds objects where integrations find them: in a bucket of the stacks, or on AWS with `--aws
 * s3`.
 */
function readObjectBy(services: ServiceClient): ReadObject {
  return async ({ region }, { bucket, key }) => {
    const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const outcome = await services.call({
      service: 's3',
      subdomain: undefined,
      region,
      method: 'GET',
      path,
      query: '',
      headers: [],
      body: undefined,
      timeoutMs: READ_MS,
    });
    if (outcome.kind !== 'answered')
      return { kind: 'refused', code: 'ServiceUnavailable', message: 'S3 could not be reached' };
    if (outcome.status === 200) return { kind: 'read', bytes: outcome.body };
    const [, code = 'Unknown'] = /<Code>([^<]*)<\/Code>/.exec(outcome.body.toString()) ?? [];
    const [, message = ''] = /<Message>([^<]*)<\/Message>/.exec(outcome.body.toString()) ?? [];
    return { kind: 'refused', code, message };
  };
}

/**
 * Adds SSM, Secrets Manager and AppConfig. If the calls to one of these services are sent to AWS or an emulator, the
 * values of this service are also read from AWS or the emulator.
 */
function addValues(
  services: Map<string, AwsService>,
  { options, values, random, clock }: Parts,
  elsewhere: AwsService,
): void {
  const isElsewhere = (name: string): boolean =>
    services.has(name) || Object.hasOwn(options.awsEndpoints?.urls ?? {}, name);
  const { accountId } = options;
  const ofValues: readonly [name: string, service: AwsService][] = [
    [
      'ssm',
      openLazily(async () => {
        const { createSsm } = await import('../../../services/values/ssm.ts');
        return createSsm(await values.open(), { accountId, random });
      }),
    ],
    [
      'secretsmanager',
      openLazily(async () => {
        const { createSecretsManager } = await import('../../../services/values/secrets-manager.ts');
        return createSecretsManager(await values.open(), accountId);
      }),
    ],
    [
      'appconfig',
      openLazily(async () => {
        const { createAppConfig } = await import('../../../services/values/app-config.ts');
        return createAppConfig({ values: await values.open(), random, accountId, clock });
      }),
    ],
  ];
  for (const [name, service] of ofValues) services.set(name, isElsewhere(name) ? elsewhere : service);
}

/**
 * Opens the service for STS.
 * @param others handles the operations that this service does not support; it is AWS itself under `--aws sts`
 */
function openStsService(parts: Parts, others: AwsService | undefined): AwsService {
  const { options, random, clock, sessions, functionIdentities: identities, store } = parts;
  return openLazily(async () => {
    const { createSts } = await import('../../../services/sts/sts.ts');
    return createSts({
      identities,
      isEnforced: options.roles === true,
      accountId: options.accountId,
      nowEpochMs: () => clock.nowEpochMs(),
      random,
      makeKeyPair,
      makeToken: makeControlSecret,
      async open(credentials, identity) {
        sessions.open(credentials, identity);
        const { token, expiresAtEpochMs, ...keyPair } = credentials;
        await store.admitSession({ ...keyPair, isJudged: true, session: { token, expiresAtEpochMs } });
      },
      report: (message) => options.log.write(message),
      others,
    });
  });
}

function openRestApis({ journal, options, at, served }: Parts): AwsService {
  return openLazily(async () => {
    const { createRestApiWire } = await import('../../../control/api/rest/rest-api-wire.ts');
    const { accountId } = options;
    // The code that handles the call is loaded inside `keep`, so that the journal records the time that the call uses.
    // Loading first could make the two times differ.
    return journal.keep(createRestApiWire({ apis: served, random: journal.random, accountId, ports: at }));
  });
}

/** Opens the service that replays the calls in the journal, each with its recorded random values and time. */
export function openEdits({ journal, options, at }: Parts, apis: ServedApis, ports = at): AwsService {
  return openLazily(async () => {
    const { createEdits } = await import('../../../control/api/edits.ts');
    return createEdits({ apis, random: journal.random, accountId: options.accountId, ports });
  });
}

/**
 * Opens the service at its first call, and passes calls to it in order of arrival. If opening fails, the waiting calls
 * reject, and the next call tries again.
 */
export function openLazily(open: () => Promise<AwsService>): AwsService {
  const opened = loadOnce(open);
  return async (call) => (await opened())(call);
}
