/**
 * Adds a prefix to the name of everything that a run creates, because the account belongs to others. Created resources
 * are written to the journal and removed. The prefix is removed from responses, so that they contain the names of the
 * case.
 */
import { removalOf } from '../play/control-removal.ts';
import type { SdkCall, SdkService } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { ControlReply } from '../schema/control-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';
import type { Journal } from './journal.ts';

/** The prefix of all names that any run creates. `--sweep` searches for it. */
export const PREFIX = 'gatewright-conformance-';

/** For each call, the member of its input that contains the name to create or to find. */
const NAMES: Readonly<Record<string, string>> = {
  CreateRestApi: 'name',
  CreateApi: 'Name',
  CreateApiKey: 'name',
  CreateUsagePlan: 'name',
  CreateQueue: 'QueueName',
  // This call searches for a name that a case has created.
  GetApiKeys: 'nameQuery',
};
/**
 * API Gateway's maximum length of a name. A case with a longer name tests that AWS refuses such a name, so the name is
 * not changed. SQS has a lower maximum, 80, which no case tests.
 */
const MAX_NAME = 128;

/** @param pace resolves when a call may be made */
export function ownNames(
  target: SdkTarget,
  journal: Journal,
  pace: (call: string) => Promise<void>,
): SdkTarget {
  const prefix = `${PREFIX}${journal.runId}-`;
  return {
    region: target.region,
    accountId: target.accountId,
    async send(service: SdkService, call: SdkCall): Promise<ControlReply> {
      await pace(call.call);
      const reply = await target.send(service, { ...call, input: withPrefix(call, prefix) });
      if (reply.error === undefined || GONE.has(reply.error.code)) noteRemoval(journal, service, call);
      if (reply.error === undefined) noteMade(journal, service, call, reply);
      return withoutPrefix(reply, prefix) as unknown as ControlReply;
    },
    close: () => target.close(),
  };
}

const GONE = new Set(['NotFoundException', 'ResourceNotFoundException']);

function noteMade(journal: Journal, service: SdkService, { call }: SdkCall, { body }: ControlReply): void {
  const removal = removalOf({ service, call, body });
  if (removal !== undefined) journal.write({ made: removal });
}

/**
 * If a call of the case deletes a resource, records the deletion in the journal, so that `--sweep` does not look for
 * it.
 */
function noteRemoval(journal: Journal, service: SdkService, { call, input }: SdkCall): void {
  if (/^Delete(?:RestApi|Api|ApiKey|UsagePlan|DomainName|Function|Queue)$/.test(call))
    journal.write({ removed: { service, call, input } });
}

function withPrefix({ call, input }: SdkCall, prefix: string): JsonObject {
  const member = NAMES[call];
  if (member !== undefined) {
    const name = input[member];
    return isUsual(name, prefix) ? { ...input, [member]: prefix + name } : input;
  }
  if (call === 'ImportRestApi' && typeof input['body'] === 'string')
    return { ...input, body: withTitle(input['body'], prefix) };
  if (call === 'ImportApi' && typeof input['Body'] === 'string')
    return { ...input, Body: withTitle(input['Body'], prefix) };
  return input;
}

function isUsual(name: Json | undefined, prefix: string): name is string {
  return typeof name === 'string' && name.trim() !== '' && name.length + prefix.length <= MAX_NAME;
}

/**
 * Adds the prefix to the title of an API document. A value that is not a document stays unchanged, so AWS refuses it.
 */
function withTitle(text: string, prefix: string): string {
  try {
    const document = JSON.parse(text) as { readonly info?: { readonly title?: string } };
    const title = document.info?.title;
    if (!isUsual(title, prefix)) return text;
    return JSON.stringify({ ...document, info: { ...document.info, title: prefix + title } });
  } catch {
    return text;
  }
}

function withoutPrefix(value: Json, prefix: string): Json {
  if (typeof value === 'string') return value.replaceAll(prefix, '');
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withoutPrefix(item, prefix));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => [name, withoutPrefix(item, prefix)]),
  );
}
