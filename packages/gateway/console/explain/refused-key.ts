/** Says why an API key of the toolkit is refused, and what its owner and its client have to do. */
import { quote } from '@gatewright/aws/text/token-options';
import type { KeyDefect } from '@gatewright/aws/access-decision';
import type { GuardCircumstances } from './circumstances.ts';

/** What the authorizer recorded of a refused API key. */
export type RefusedKey = {
  readonly key: string;
  readonly customer: string | undefined;
  /** `defect` is undefined if an older version of the toolkit refused the key. */
  readonly defect: string | undefined;
  readonly since: string | undefined;
  /** The address from which the request came. */
  readonly sourceIp: string | undefined;
};

type Told = {
  /** Continues a sentence about the credential. */
  readonly because: (since: string | undefined) => string;
  readonly changes: (key: RefusedKey) => readonly string[];
};

/** The keys are the defects that the authorizer writes to its record and its log. */
const DEFECTS: Readonly<Record<string, Told>> = {
  'secret-replaced': {
    because: (since) =>
      `its secret was replaced by a rotation of the API key, and ${since === undefined ? 'is refused' : `has been refused since ${since}`}`,
    changes: ({ key }) => [
      `Let the client send the secret that the rotation printed. If nobody has kept it, \`gatewright keys rotate ${key}\` prints another secret.`,
      'If you rotated the key because its secret had leaked, this request was sent with the leaked secret and was rightly refused. You need not change anything.',
    ],
  },
  'customer-closed': {
    because: (since) => `the API key was revoked${at(since)}, when its customer was closed`,
    changes: adviseAfterClosing,
  },
  'revoked-before-closing': {
    because: (since) => `the API key was revoked${at(since)}, before its customer was closed`,
    changes: adviseAfterClosing,
  },
  'key-revoked': {
    because: (since) => `the API key was revoked${at(since)}, and never becomes valid again`,
    changes: adviseOtherKey,
  },
  'key-expired': {
    because: (since) => `the API key expired${at(since)}`,
    changes: adviseOtherKey,
  },
  'key-unknown': {
    because: () => 'no API key has its id, or its secret is wrong',
    changes: ({ key }) => [
      `Find out with \`gatewright keys show ${key}\` whether the key exists, and whose key it is. If the key exists, the client has sent another secret: \`gatewright keys rotate ${key}\` prints a new secret.`,
      'If there is no such key, create one with `gatewright keys create --customer NAME --prefix PREFIX --role ROLE`.',
    ],
  },
  'key-mistyped': {
    because: () =>
      'it begins like an API key, but it lacks characters or its checksum does not match, so it was mistyped or cut off',
    changes: ({ key }) => [
      `Let the client send the whole key, as it was printed when the key was created. \`gatewright keys show ${key}\` says whose key it is. If nobody has kept the key, \`gatewright keys rotate ${key}\` prints another secret.`,
    ],
  },
  'key-of-other-prefix': {
    because: () => 'it is an API key with a prefix that the document does not accept here',
    changes: ({ key }) => [
      `Let the client send the key to the API for which it was created: \`gatewright keys show ${key}\` prints its prefix and its customer.`,
      'Or create a key with a prefix of this document: `gatewright keys create --customer NAME --prefix PREFIX --role ROLE`.',
    ],
  },
} satisfies Record<KeyDefect, Told>;

function at(time: string | undefined): string {
  return time === undefined ? '' : ` at ${time}`;
}

export function describeKeyDefect(key: RefusedKey | undefined): string | undefined {
  const { defect, since } = key ?? {};
  if (defect === undefined || !Object.hasOwn(DEFECTS, defect)) return undefined;
  return DEFECTS[defect]?.because(since);
}

export function nameRefusedKey({ key, customer, sourceIp }: RefusedKey): string[] {
  return [
    `The credential is the API key ${key}${customer === undefined ? '' : ` of the customer ${customer}`}.`,
    ...(sourceIp === undefined ? [] : [`The request came from the address ${sourceIp}.`]),
  ];
}

export function adviseRefusedKey(key: RefusedKey): readonly string[] {
  const { defect } = key;
  const told = defect !== undefined && Object.hasOwn(DEFECTS, defect) ? DEFECTS[defect] : undefined;
  return (told?.changes ?? adviseOtherKey)(key);
}

function adviseAfterClosing({ customer }: RefusedKey): readonly string[] {
  return [
    `Do nothing if the customer has left: ${customer === undefined ? 'a closed customer' : `the customer ${customer} is closed, so it`} has no valid key and cannot get one.`,
    'To serve the customer again, create a customer with another name (`gatewright customers create NAME PLAN`) and a key for it (`gatewright keys create --customer NAME --prefix PREFIX --role ROLE`, with the prefix and role of the revoked key). The client then has to send the new key.',
  ];
}

/** A revoked or expired key never becomes valid again. Only an active customer can have another key. */
function adviseOtherKey({ key, customer }: RefusedKey): readonly string[] {
  if (customer === undefined)
    return [
      `Find the customer of the key with \`gatewright keys show ${key}\`, which also shows when and by whom the key was changed. \`gatewright keys list --customer NAME\` then lists the customer’s keys with their states.`,
      'Let the client send an active key, or create a key with `gatewright keys create --customer NAME --prefix PREFIX --role ROLE`. A closed customer cannot get a key.',
    ];
  const named = quote(customer);
  return [
    `Let the client send an active key of the customer ${customer}, if it has one: \`gatewright keys list --customer ${named}\` lists its keys with their states. \`gatewright keys show ${key}\` shows when and by whom this key was changed.`,
    `Or create a key with \`gatewright keys create --customer ${named} --prefix PREFIX --role ROLE\`, with the prefix and role of the refused key, unless the customer is closed (\`gatewright customers show ${named}\` says so).`,
  ];
}

/** Whether the request has an API key, and no other credential that the authorizer reads. */
export function hasSentKey({ places }: Pick<GuardCircumstances, 'places'>): boolean {
  const found = places.filter(
    ({ kind, isFound }) => isFound && (kind === 'header' || kind === 'querystring'),
  );
  return found.length > 0 && found.every(({ name }) => name.toLowerCase() === 'x-api-key');
}
