/** STS for one caller and one role, without a gateway. */
import { readRoles } from '../../packages/gateway/control/loading/read-roles.ts';
import { Faults } from '../../packages/gateway/core/errors.ts';
import { FunctionIdentities } from '../../packages/gateway/core/policy/function-identities.ts';
import { adminIdentity } from '../../packages/gateway/core/policy/identities.ts';
import type { LocalIdentity } from '../../packages/gateway/core/policy/identities.ts';
import { compilePolicy } from '../../packages/gateway/core/policy/evaluate.ts';
import { TemporarySessions } from '../../packages/gateway/core/policy/temporary-sessions.ts';
import type { AwsService } from '../../packages/gateway/kernel/calls/aws-call.ts';
import { createSts } from '../../packages/gateway/services/sts/sts.ts';
import { ACCOUNT_ID, aStack } from './a-stack.ts';
import { CountingRandom } from './virtual-ports.ts';

export const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/reader`;
export const NOW_MS = Date.UTC(2026, 10, 23, 12);
export const ALICE_ARN = `arn:aws:iam::${ACCOUNT_ID}:user/alice`;

export type Statement = Readonly<Record<string, unknown>>;
export const allow = (Action: string, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});
export const trusts = (AWS: string, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action: 'sts:AssumeRole',
  ...more,
});

export function anIdentity(...statements: readonly Statement[]): LocalIdentity {
  const compiled = compilePolicy({ Version: '2012-10-17', Statement: statements }, { ofIdentity: true });
  const key = { accessKeyId: 'AKIALOCAL0000ALICE', secretAccessKey: 'secret' };
  return {
    ...adminIdentity(key, ACCOUNT_ID),
    name: 'alice',
    arn: ALICE_ARN,
    policies: statements.length === 0 || compiled.kind === 'invalid' ? [] : [compiled.policy],
  };
}

type Bench = {
  readonly ask: (
    caller: LocalIdentity,
    form: Readonly<Record<string, string>>,
  ) => Promise<{ status: number; body: string }>;
  readonly sessions: TemporarySessions;
  readonly identities: FunctionIdentities;
  readonly reports: readonly string[];
};

/** One role, `reader`, which may list queues. */
export function aBench(
  {
    trust,
    more = {},
  }: { readonly trust: readonly Statement[]; readonly more?: Readonly<Record<string, unknown>> },
  others?: AwsService,
  isEnforced = true,
): Bench {
  const reports: string[] = [];
  const sessions = new TemporarySessions();
  const report = (message: string): void => void reports.push(message);
  let made = 0;
  const makeKeyPair = () => ({ accessKeyId: `AKIALOCAL${++made}`, secretAccessKey: `secret-${made}` });
  const identities = new FunctionIdentities({ makeKeyPair, nowEpochMs: () => NOW_MS, report });
  const properties = {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust },
    Policies: [
      {
        PolicyName: 'p',
        PolicyDocument: { Version: '2012-10-17', Statement: [allow('sqs:ListQueues'), allow('sqs:Send*')] },
      },
    ],
    ...more,
  } as never;
  const stack = aStack({ Role: { type: 'AWS::IAM::Role', id: 'reader', properties } });
  identities.replace(
    [],
    isEnforced ? readRoles([stack], new Faults(false)) : { byArn: new Map(), ofFunctions: new Map() },
  );
  const sts = createSts({
    identities,
    isEnforced,
    accountId: ACCOUNT_ID,
    nowEpochMs: () => NOW_MS,
    random: new CountingRandom(),
    makeKeyPair,
    makeToken: () => 'token',
    open(credentials, identity) {
      sessions.open(credentials, identity);
      return Promise.resolve();
    },
    report,
    others,
  });
  return {
    sessions,
    identities,
    reports,
    async ask(caller, form) {
      const request = {
        method: 'POST',
        path: '/',
        query: '',
        host: '127.0.0.1:4000',
        body: Buffer.from(new URLSearchParams(form).toString()),
        rawHeaders: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
      };
      const { status, body } = await sts({ request, caller, service: 'sts', region: 'eu-central-1' });
      return { status, body: String(body) };
    },
  };
}

export const codeOf = ({ body }: { readonly body: string }): string | undefined =>
  /<Code>([^<]+)</.exec(body)?.[1];
export const elementOf = (name: string, { body }: { readonly body: string }): string =>
  new RegExp(`<${name}>([^<]+)<`).exec(body)?.[1] ?? '';
