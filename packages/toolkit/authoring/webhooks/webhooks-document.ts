/**
 * Defines `access/webhooks.yml`. It determines who may send webhooks, how senders sign them, and where deliveries go.
 */
import { readShaped } from '../document/read-document.ts';
import type { Problem } from '../document/read-document.ts';
import { compileSecret, secretPlace } from '../document/secret-place.ts';
import type { PlaceText } from '../document/secret-place.ts';
import {
  described,
  either,
  integer,
  literal,
  object,
  oneOf,
  record,
  refine,
  text,
} from '../document/shape.ts';
import type { Shape, ShapeOf } from '../document/shape.ts';
import type { JsonSchema } from '@gatewright/handlers/http/fields';
import type {
  CompiledSource,
  CompiledWebhooks,
  Target,
} from '@gatewright/handlers/webhooks/compiled-webhooks';
import { SCHEME_NAMES } from '@gatewright/handlers/webhooks/schemes';
import { STAGE_NAME } from '@gatewright/handlers/config/environment';

const SECRET = secretPlace({
  parameter:
    'SecureString in the SSM Parameter Store, with one secret per line. While you change the secret, store both the new and the old one.',
  secret: 'Plain text in Secrets Manager, one secret per line.',
});

const MASTER_SECRET = secretPlace({
  parameter:
    'SecureString in the SSM Parameter Store: one line of at least 32 random characters, and a second line while you change the secret.',
  secret: 'Plain text in Secrets Manager, with the same lines as the SSM parameter.',
});

/** Matches the name of a target. `{stage}` in the name is replaced by the stage of the stack. */
const NAME_OF_TARGET = /^(?:[A-Za-z0-9_.-]|\{stage\}){1,256}$/;

const EVENT_BRIDGE = object(
  {
    bus: text(NAME_OF_TARGET, 'the name of an event bus, such as default or gatewright-{stage}-webhooks'),
    source: described(
      text(/^(?!aws\.)[A-Za-z0-9_.-]{1,256}$/, 'the source of the events, such as github.webhook'),
      'Source of the events, by which rules of the event bus select them.',
    ),
  },
  {
    detailType: described(
      text(/^[A-Za-z0-9 _.:-]{1,128}$/, 'a detail type'),
      'Default: the type of the event as the sender names it, such as push or invoice.paid.',
    ),
  },
);

const SQS = object(
  {
    queue: described(
      text(/^(?:[A-Za-z0-9_-]|\{stage\}){1,75}(\.fifo)?$/, 'the name of a queue, such as webhooks-{stage}'),
      "In the function's own account and region.",
    ),
  },
  {},
);

const TARGET = refine(
  object({}, { eventBridge: EVENT_BRIDGE, sqs: SQS }),
  { minProperties: 1, maxProperties: 1 },
  (target) =>
    Object.keys(target).length === 1 ? undefined : 'must name one target: write eventBridge or sqs',
);

const SOURCE = refine(
  object(
    {
      scheme: oneOf(...SCHEME_NAMES),
      secrets: described(
        either(
          oneOf('customers'),
          record(STAGE_NAME, 'a stage of this stack', SECRET, 1),
          (value) => typeof value !== 'object',
        ),
        'Where the secret is stored, for each stage of the stack. Stages that are not listed do not have this source. If the value is `customers`, customers create secrets of their own in the portal, in the stages of masterSecret.',
      ),
      target: TARGET,
    },
    {
      toleranceSeconds: described(
        integer(1, 3600),
        'Tolerated difference between the time that the sender signed and the current time. Default: 300.',
      ),
      trustDeliveryId: described(
        literal(true),
        'GitHub only. Distinguish deliveries with equal bodies (workflow_dispatch) by X-GitHub-Delivery, which is not signed.',
      ),
    },
  ),
  {},
  ({ scheme, secrets, toleranceSeconds, trustDeliveryId }) => {
    // A secret of this scheme is a line that also names a key, an algorithm and a tag.
    if (secrets === 'customers' && scheme === 'rfc9421')
      return 'has secrets: customers, which the scheme rfc9421 cannot use: choose standard, stripe, github or slack';
    if (scheme === 'github')
      return toleranceSeconds === undefined
        ? undefined
        : 'has toleranceSeconds, but GitHub does not sign a time: remove toleranceSeconds';
    return trustDeliveryId === undefined ? undefined : 'has trustDeliveryId, which is for github only';
  },
);

const WEBHOOKS_DOCUMENT = object(
  {
    version: literal(1),
    sources: described(
      record(
        /^[a-z0-9][a-z0-9-]{0,62}$/,
        'a name of lower-case letters, digits and -, as in POST /webhooks/{name}',
        SOURCE,
        1,
      ),
      'Senders of webhooks.',
    ),
  },
  {
    $schema: text(/^\S{1,400}$/, 'the path of webhooks.schema.json'),
    masterSecret: described(
      record(STAGE_NAME, 'a stage of this stack', MASTER_SECRET, 1),
      'Where the master secret is stored, for each stage of the stack. The secrets of customers are derived from it. Only sources with secrets: customers need it.',
    ),
  },
);

export type WebhooksBuild =
  | { readonly kind: 'compiled'; readonly webhooks: CompiledWebhooks }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads and compiles the document. `file` is used only in messages about problems. Never throws. */
export function compileWebhooks(documentText: string, file: string): WebhooksBuild {
  const reading = readShaped(documentText, file, WEBHOOKS_DOCUMENT);
  if (reading.kind === 'invalid') return reading;
  const { document, locate } = reading;
  const { masterSecret } = document;
  const all = Object.entries(document.sources);
  const ofCustomers = all.filter(([, { secrets }]) => secrets === 'customers').map(([name]) => name);
  const [first] = ofCustomers;
  if (first !== undefined && masterSecret === undefined)
    return invalid(
      locate(
        ['sources', first, 'secrets'],
        '"customers" needs masterSecret at the top level of the file, to state for each stage where the master secret is stored',
      ),
    );
  if (first === undefined && masterSecret !== undefined)
    return invalid(
      locate(['masterSecret'], 'is not used: write secrets: customers at a source, or remove masterSecret'),
    );
  const sources = all.flatMap(([name, source]) => {
    const places = source.secrets === 'customers' ? (masterSecret ?? {}) : source.secrets;
    return Object.entries(places).map(([stage, secret]) => compileSource(name, stage, source, secret));
  });
  return { kind: 'compiled', webhooks: { sources } };
}

function invalid(problem: Problem): WebhooksBuild {
  return { kind: 'invalid', problems: [problem] };
}

type SourceText = ShapeOf<typeof SOURCE>;

function compileSource(
  name: string,
  stage: string,
  { scheme, secrets, target, toleranceSeconds = 300, trustDeliveryId }: SourceText,
  secret: PlaceText,
): CompiledSource {
  return {
    name,
    stage,
    scheme,
    toleranceSeconds,
    secret: compileSecret(secret),
    ...(secrets === 'customers' && { secretsOf: secrets }),
    target: compileTarget(target, stage),
    ...(trustDeliveryId && { trustDeliveryId }),
  };
}

function compileTarget({ eventBridge, sqs }: ShapeOf<typeof TARGET>, stage: string): Target {
  const named = (name: string): string => name.replaceAll('{stage}', stage);
  if (eventBridge !== undefined) return { kind: 'eventBridge', ...eventBridge, bus: named(eventBridge.bus) };
  return { kind: 'sqs', queue: named(sqs?.queue ?? '') };
}

/** Returns the schema that editors use for completion. `access/webhooks.schema.json` is its printed form. */
export function webhooksSchema(): JsonSchema {
  const { schema }: Shape<unknown> = WEBHOOKS_DOCUMENT;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Gatewright webhook sources',
    ...schema,
  };
}
