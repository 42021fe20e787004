/**
 * Evaluates a policy for one `execute-api:Invoke` as IAM does, written from AWS's documentation alone. It is a second
 * evaluator, independent of the gateway's own: both share no code and no author's assumptions.
 *
 * Evaluation: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html Resource:
 * …/reference_policies_elements_resource.html Condition:  …/reference_policies_elements_condition_operators.html and
 * …_multi-value-conditions.html Variables:  …/reference_policies_variables.html
 */
type OneOrMore = string | readonly string[];

type Statement = {
  readonly Effect: string;
  readonly Action: OneOrMore;
  readonly Resource: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
};

type DocumentedPolicy = {
  readonly Version?: string;
  readonly Statement: Statement | readonly Statement[];
};

type DocumentedRequest = {
  readonly action: string;
  readonly resource: string;
  /** Context keys in lower case, since "condition key names are not case-sensitive". */
  readonly context: ReadonlyMap<string, string>;
};

/** "By default, all requests are implicitly denied"; "an explicit deny in any of these policies overrides the allow". */
export function evaluateAsDocumented(policy: DocumentedPolicy, request: DocumentedRequest): boolean {
  const applying = listOf(policy.Statement).filter((statement) => applies(policy, statement, request));
  if (applying.some(({ Effect }) => Effect === 'Deny')) return false;
  return applying.some(({ Effect }) => Effect === 'Allow');
}

function applies(
  { Version }: DocumentedPolicy,
  { Action, Resource, Condition = {} }: Statement,
  request: DocumentedRequest,
): boolean {
  return (
    // "The prefix and the action name are case insensitive."
    listOf(Action).some((pattern) => isLike(pattern.toLowerCase(), request.action.toLowerCase())) &&
    listOf(Resource).some((pattern) => isResource(pattern, Version, request)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        holds(operator, listOf(values), request.context.get(key.toLowerCase())),
      ),
    )
  );
}

/**
 * "You can use wildcard characters (* and ?) within the individual segments of an ARN (the parts separated by
 * colons)"; in the last segment, the resource, `*` also matches slashes and colons.
 */
function isResource(pattern: string, version: string | undefined, request: DocumentedRequest): boolean {
  if (pattern === '*') return true;
  const wanted = splitArn(pattern);
  const asked = splitArn(request.resource);
  return wanted.every((part, index) => {
    // "Policy variables … the resource-specific portion"; of 2012-10-17 only.
    const text = index === 5 && version === '2012-10-17' ? fill(part, request.context) : part;
    return text !== undefined && isLike(text, asked[index] ?? '');
  });
}

function splitArn(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * `${*}`, `${?}` and `${$}` stand for the characters themselves. A statement with a variable that has no value does not
 * match.
 */
function fill(text: string, context: DocumentedRequest['context']): string | undefined {
  const variables = [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
  const isKnown = (name: string) => /^[*?$]$/.test(name) || context.has(name.toLowerCase());
  if (!variables.every(isKnown)) return undefined;
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name === '*' || name === '?' || name === '$') return LITERAL[name];
    return (context.get(name.toLowerCase()) ?? '').replace(/[*?]/g, (sign) => LITERAL[sign as '*' | '?']);
  });
}

/** Characters of Unicode's private use area. They replace `*` and `?` where these are not wildcards. */
const LITERAL = { '*': '\ue000', '?': '\ue001', $: '$' } as const;

/**
 * `*` matches any number of characters, and `?` exactly one. A set of the positions that can be reached limits the work
 * to quadratic time.
 */
function isLike(pattern: string, text: string): boolean {
  let places = new Set([0]);
  for (const sign of pattern) {
    const next = new Set<number>();
    if (sign === '*') {
      const first = Math.min(...places);
      for (let at = first; at <= text.length; at += 1) next.add(at);
    } else {
      const literal = sign === LITERAL['*'] ? '*' : sign === LITERAL['?'] ? '?' : sign;
      for (const at of places)
        if (at < text.length && (sign === '?' || text.startsWith(literal, at))) next.add(at + literal.length);
    }
    if (next.size === 0) return false;
    places = next;
  }
  return places.has(text.length);
}

/**
 * The values of one key are combined with OR, or with NOR for a negated operator. "If the key that you specify in a
 * policy condition is not present in the request context, the values do not match and the condition is false"; a
 * negated condition is then true.
 */
function holds(operator: string, values: readonly string[], value: string | undefined): boolean {
  switch (operator) {
    case 'IpAddress':
      return value !== undefined && values.some((block) => isWithin(block, value));
    case 'NotIpAddress':
      return value === undefined || !values.some((block) => isWithin(block, value));
    case 'DateLessThan':
      return value !== undefined && values.some((limit) => Date.parse(value) < Date.parse(limit));
    default:
      throw new Error(`no documented reading of ${operator} is written here`);
  }
}

/** CIDR as in RFC 4632 and RFC 4291. An IPv4 address that is mapped into IPv6 counts as the IPv4 address. */
function isWithin(block: string, address: string): boolean {
  const [network = '', size] = block.split('/');
  const [wanted, asked] = [bitsOf(network), bitsOf(address)];
  if (wanted.length !== asked.length) return false;
  const length = size === undefined ? wanted.length : Number(size);
  return wanted.slice(0, length) === asked.slice(0, length);
}

function bitsOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!mapped.includes(':'))
    return mapped
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = mapped.split('::');
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail)];
  const between = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...between, ...after]
    .map((group) => parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
