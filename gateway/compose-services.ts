/** AWS's own APIs of a start, put together. */
import { createCallerIdentity } from './aws-api/caller-identity.ts';
import { createDynamoDbCalls } from './aws-api/dynamodb/dynamodb-calls.ts';
import { createLambdaInvoke } from './aws-api/lambda/lambda-invoke.ts';
import { hasFunctionQualifier } from './aws-api/lambda/function-qualifiers.ts';
import { createFunctionPolicies, isPolicyCall } from './aws-api/lambda/function-policy.ts';
import { createFunctionUrlConfigs, isUrlConfigCall } from './aws-api/lambda/function-url-configs.ts';
import { createLambdaReads } from './aws-api/lambda/lambda-reads.ts';
import { letThrough } from './aws-api/let-through.ts';
import { createRestApiWire } from './aws-api/rest-apis/rest-api-wire.ts';
import { createAppConfig } from './aws-api/values/app-config.ts';
import { createSecretsManager } from './aws-api/values/secrets-manager.ts';
import { createSsm } from './aws-api/values/ssm.ts';
import { backendOf } from './compose-parts.ts';
import { executedVersion } from './control/function-aliases.ts';
import { rightsContext } from './compose-rights.ts';
import { RECORDED_SERVICES } from './services/recorder.ts';
import type { AwsService } from './aws-api/aws-call.ts';
import type { ServedApis } from './control/served-apis.ts';
import type { Parts } from './compose-parts.ts';

/** AWS's own APIs on the control port, by signing name. */
export function openServices(parts: Parts): Map<string, AwsService> {
  const { options, runtime, random, served, signIn, store, at, closing, journal, values, events } = parts;
  const services = new Map<string, AwsService>();
  const rights = rightsContext(options, served);
  // Calls of functions end where those of integrations do: at somebody's endpoint, at AWS, or in the recorder.
  for (const name of [...RECORDED_SERVICES, 's3', ...(options.awsEndpoints?.live ?? [])])
    services.set(name, letThrough(at.services, rights));
  const backend = backendOf(options, store);
  if (backend !== undefined) {
    const calls = createDynamoDbCalls(backend, rights);
    closing.add(() => calls.close());
    services.set('dynamodb', (call) => calls.serve(call));
  }
  const hasQualifier = (name: string, qualifier: string): boolean =>
    hasFunctionQualifier(served.stacks, name, qualifier);
  const invoke = {
    ...{ invoker: runtime, random, accountId: options.accountId, hasQualifier },
    versionOf: (name: string, qualifier: string) =>
      executedVersion(served.stacks, name, qualifier, () => random.fraction())?.version,
    accept: (event: Parameters<typeof events.async.accept>[0]) => events.async.accept(event),
  };
  const stacks = (): typeof served.stacks => served.stacks;
  const policies = journal.keep(
    createFunctionPolicies({ stacks, policies: served.account.functionPolicies }),
  );
  const invoked = createLambdaInvoke(invoke);
  const urls = createFunctionUrlConfigs(() => served.urls);
  services.set(
    'lambda',
    createLambdaReads(stacks, (call) => {
      if (isUrlConfigCall(call.request)) return urls(call);
      return isPolicyCall(call.request.path) ? policies(call) : invoked(call);
    }),
  );
  if (!services.has('cognito-idp')) services.set('cognito-idp', (call) => signIn.cognito.serveAdmin(call));
  // What is let through to AWS, or to an emulator, has its values there.
  const isElsewhere = (name: string): boolean =>
    services.has(name) || Object.hasOwn(options.awsEndpoints?.urls ?? {}, name);
  const { accountId } = options;
  const ofValues: readonly [name: string, service: AwsService][] = [
    ['ssm', createSsm(values, accountId)],
    ['secretsmanager', createSecretsManager(values, accountId)],
    ['appconfig', createAppConfig({ values, random, accountId })],
  ];
  for (const [name, service] of ofValues)
    services.set(name, isElsewhere(name) ? letThrough(at.services, rights) : service);
  services.set('sts', createCallerIdentity(random, services.get('sts')));
  services.set('apigateway', journal.keep(openRestApis(parts, served)));
  return services;
}

/** Every call that the journal keeps; what they draw, and their time, are its own. */
export function openEdits(parts: Parts, apis: ServedApis, ports = parts.at): AwsService {
  const rest = openRestApis(parts, apis, ports);
  const policies = createFunctionPolicies({
    stacks: () => apis.stacks,
    policies: apis.account.functionPolicies,
  });
  return (call) => (isPolicyCall(call.request.path) ? policies(call) : rest(call));
}

function openRestApis(
  { journal, options, at }: Parts,
  apis: ServedApis,
  ports: Parts['at'] = at,
): AwsService {
  return createRestApiWire({ apis, random: journal.random, accountId: options.accountId, ports });
}
