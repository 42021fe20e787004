/** `--target URL`: where calls of the control plane go in place of a gateway of the runner's own. */
import { openSdkTarget } from './control-target.ts';
import type { AnyCase } from './control-case.ts';
import type { ControlEngine } from './engine.ts';
import { isControlCase } from './read-cases.ts';

/** The credentials of the environment, as AWS's own tools read them; an emulator takes any. */
export function openTarget(
  target: string,
  environment: Readonly<Record<string, string | undefined>>,
): ControlEngine {
  if (!URL.canParse(target)) throw new Error(`--target takes the URL of an API Gateway, not "${target}"`);
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = 'test',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = 'test',
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region = 'us-east-1',
    AWS_ACCOUNT_ID: accountId = '123456789012',
  } = environment;
  const endpoint = target.replace(/\/$/, '');
  const opened = openSdkTarget({
    endpoint,
    stageEndpoint: (stage) => `${endpoint}/${stage}`,
    region,
    accountId,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  return {
    target: opened,
    close() {
      opened.close();
      return Promise.resolve();
    },
  };
}

/** `--plan`: how often each call would be made, the most frequent first. */
export function planCalls(cases: readonly AnyCase[]): readonly (readonly [call: string, count: number])[] {
  const calls = cases
    .filter(isControlCase)
    .flatMap(({ setup, request }) => [...setup.calls, request].map(({ call }) => call));
  const counts = [...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length] as const);
  return counts.sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
