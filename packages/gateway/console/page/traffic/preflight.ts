/**
 * Predicts how a browser judges the response to a preflight (Fetch, "CORS-preflight fetch"). The functions are pure.
 */

export type PreflightQuestion = {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Corresponds to `credentials: 'include'`: cookies and client certificates. */
  readonly hasCredentials: boolean;
};

type PreflightAnswer = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
};

export type PreflightCheck = { readonly isMet: boolean; readonly label: string };

const SIMPLE_METHODS = ['GET', 'HEAD', 'POST'];
const SIMPLE_HEADERS = ['accept', 'accept-language', 'content-language'];
const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/**
 * Only the browser sets these headers, so a preflight never requests permission for them.
 * @see the Fetch standard, "forbidden request-header"
 */
const FORBIDDEN =
  /^(?:accept-charset|accept-encoding|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie|te|trailer|transfer-encoding|upgrade|via)$/;

/** Returns the header names that a browser lists in its preflight, in lower case and sorted. */
export function requestedHeaders({ headers }: Pick<PreflightQuestion, 'headers'>): readonly string[] {
  const names = headers
    .filter(([name, value]) => name !== '' && !isSimple(name.toLowerCase(), value))
    .map(([name]) => name.toLowerCase());
  return [...new Set(names)].sort();
}

function isSimple(name: string, value: string): boolean {
  if (name === 'content-type')
    return SIMPLE_TYPES.includes(value.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  return SIMPLE_HEADERS.includes(name) || FORBIDDEN.test(name);
}

/** Returns whether a browser sends a preflight before this request. */
export function needsPreflight(question: PreflightQuestion): boolean {
  return !SIMPLE_METHODS.includes(question.method) || requestedHeaders(question).length > 0;
}

/** Returns all checks of a browser, in the browser's order. The first failed check blocks the request. */
export function checkPreflight(
  question: PreflightQuestion,
  { status, headers }: PreflightAnswer,
): readonly PreflightCheck[] {
  const { origin, method, hasCredentials } = question;
  const valueOf = (name: string): string | undefined =>
    headers.find(([known]) => known.toLowerCase() === name)?.[1];
  const listOf = (name: string): readonly string[] =>
    (valueOf(name) ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const allowed = valueOf('access-control-allow-origin');
  const methods = listOf('access-control-allow-methods');
  const names = listOf('access-control-allow-headers').map((name) => name.toLowerCase());
  const isStarMeant = !hasCredentials;
  return [
    {
      isMet: (allowed === '*' && isStarMeant) || allowed === origin,
      label:
        allowed === undefined
          ? 'Access-Control-Allow-Origin is missing'
          : `Access-Control-Allow-Origin is ${allowed}${allowed === '*' && hasCredentials ? ', which does not apply to requests with credentials' : ''}`,
    },
    ...(hasCredentials
      ? [
          {
            isMet: valueOf('access-control-allow-credentials') === 'true',
            label: `Access-Control-Allow-Credentials is ${valueOf('access-control-allow-credentials') ?? 'missing'}`,
          },
        ]
      : []),
    { isMet: status >= 200 && status < 300, label: `the status of the response is ${status}` },
    {
      isMet:
        SIMPLE_METHODS.includes(method) || methods.includes(method) || (isStarMeant && methods.includes('*')),
      label: SIMPLE_METHODS.includes(method)
        ? `${method} needs no permission`
        : `Access-Control-Allow-Methods is ${methods.join(', ') || 'missing'}; the request needs ${method}`,
    },
    ...requestedHeaders(question).map((name) => ({
      // `*` does not cover Authorization.
      isMet: names.includes(name) || (isStarMeant && name !== 'authorization' && names.includes('*')),
      label: `Access-Control-Allow-Headers is ${names.join(', ') || 'missing'}; the request needs ${name}`,
    })),
  ];
}
