import { createCodeDownload, isCodeDownload } from './code-download.ts';
import { FunctionCodes } from './code-facts.ts';
import type { Clock } from '../../../core/ports.ts';
import { createFunctionCode, isCodeCall, type ReadObject, type ReplaceCode } from './function-code.ts';
import { createFunctionPolicies, isPolicyCall } from './function-policy.ts';
import { hasFunctionQualifier } from './function-qualifiers.ts';
import { createFunctionUrlConfigs, isUrlConfigCall } from './function-url-configs.ts';
import { createLambdaInvoke } from './lambda-invoke.ts';
import { findFunction } from './lambda-target.ts';
import { createLambdaReads } from './lambda-reads.ts';
import { executedVersion } from '../../functions/function-aliases.ts';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import type { ServedApis } from '../../served-apis.ts';

type InvokeOptions = Parameters<typeof createLambdaInvoke>[0];

type LambdaOptions = Omit<InvokeOptions, 'hasQualifier' | 'versionOf' | 'memoryMbOf'> & {
  readonly apis: ServedApis;
  readonly keep: (service: AwsService) => AwsService;
  /** Handles the calls for event source mappings. */
  readonly mappings: AwsService;
  readonly replaceCode: ReplaceCode;
  readonly readObject: ReadObject;
  readonly clock: Clock;
  readonly report: (message: string) => void;
};

const OF_MAPPINGS = /^\/2015-03-31\/event-source-mappings(?:\/|$)/;

export function createLambda({
  apis,
  keep,
  mappings,
  replaceCode,
  readObject,
  clock,
  report,
  ...invoke
}: LambdaOptions): AwsService {
  const stacks = (): ServedApis['stacks'] => apis.stacks;
  const policies = keep(createFunctionPolicies({ stacks, policies: apis.account.functionPolicies }));
  const codes = new FunctionCodes();
  const code = createFunctionCode(stacks, replaceCode, { codes, clock, readObject, report });
  const urls = createFunctionUrlConfigs({
    urls: () => apis.urls,
    stacks,
    createdAtEpochMs: clock.nowEpochMs(),
  });
  const invoked = createLambdaInvoke({
    ...invoke,
    hasQualifier: (name, qualifier) => hasFunctionQualifier(apis.stacks, name, qualifier),
    versionOf: (name, qualifier) =>
      executedVersion(apis.stacks, name, qualifier, () => invoke.random.fraction())?.version,
    memoryMbOf: (name) => findFunction(apis.stacks, name)?.definition.memorySizeMb,
  });
  const downloads = createCodeDownload(stacks, codes);
  return createLambdaReads(stacks, { codes, clock }, (call) => {
    if (isCodeDownload(call.request)) return downloads(call);
    if (isCodeCall(call.request)) return code(call);
    if (isUrlConfigCall(call.request)) return urls(call);
    if (OF_MAPPINGS.test(call.request.path)) return mappings(call);
    return isPolicyCall(call.request.path) ? policies(call) : invoked(call);
  });
}
