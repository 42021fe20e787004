/**
 * Where AWS documents nothing, or reports differ: what REST APIs do here, and how to have it otherwise. Sections are
 * those of the behaviour reference that tests name as their source.
 */
export type Choice = {
  /** `§2.5` */
  readonly section: string;
  readonly question: string;
  /** inferred: reasoned from what is known; verify: reports differ or nobody has looked; partly: less than AWS does. */
  readonly evidence: 'inferred' | 'verify' | 'partly';
  readonly here: string;
  /** Absent where it cannot be had otherwise. */
  readonly switch?: string;
  /** The test that holds it. */
  readonly test: string;
};

const BEHAVIOUR = 'test/gateway/behaviour';
const RESPONSE = 'a `GatewayResponse` of the template';

export const CHOICES: readonly Choice[] = [
  {
    section: '§1.1',
    question: 'When are the throttles of stage, method and account looked at?',
    evidence: 'inferred',
    here: 'after the authorizer and the API key, together with the plan’s, before validation; a refusal takes nothing of any other limit',
    test: `${BEHAVIOUR}/order.test.ts`,
  },
  {
    section: '§1.1, §2.5',
    question: 'Status of headers over 10,240 bytes',
    evidence: 'inferred',
    here: '431 `{"message":"Request Header Fields Too Large"}`',
    test: `${BEHAVIOUR}/limits.test.ts`,
  },
  {
    section: '§1.3',
    question: '`x-amzn-ErrorType` of AUTHORIZER_FAILURE, REQUEST_TOO_LARGE and RESOURCE_NOT_FOUND',
    evidence: 'inferred',
    here: '`AuthorizerConfigurationException` (public captures), `RequestEntityTooLargeException`, `NotFoundException`',
    test: `${BEHAVIOUR}/failures.test.ts`,
  },
  {
    section: '§1.3',
    question: 'Which template of a gateway response',
    evidence: 'inferred',
    here: 'by the first type of Accept, else `application/json`, else the first there is',
    test: 'test/gateway/deployment/gateway-responses.test.ts',
  },
  {
    section: '§1.4',
    question: '`Message` or `message` in ACCESS_DENIED',
    evidence: 'verify',
    here: '`Message`, as public captures have it on the wire',
    switch: `${RESPONSE}, of type ACCESS_DENIED, with \`{"message": $context.error.messageString}\` (any text but AWS’s default)`,
    test: `${BEHAVIOUR}/failures.test.ts`,
  },
  {
    section: '§1.5',
    question: 'Status of a proxy whose function Lambda throttles',
    evidence: 'verify',
    here: '502',
    test: `${BEHAVIOUR}/failures.test.ts`,
  },
  {
    section: '§1.6, §10.3',
    question: '`Lineage` in the trace header of replies',
    evidence: 'partly',
    here: 'Root, Parent and Sampled only',
    test: 'test/gateway/events/trace-header.test.ts',
  },
  {
    section: '§2.1',
    question: 'Case of path literals, characters of path parts',
    evidence: 'inferred',
    here: 'case-sensitive; letters, digits and `. _ - : ~ @ $ + ,`',
    test: 'test/gateway/routing/rest-routes.test.ts',
  },
  {
    section: '§2.1',
    question: 'A raw `|`, `{` or `}` in the query',
    evidence: 'inferred',
    here: 'taken as it is, where AWS may answer 400',
    test: `${BEHAVIOUR}/paths.test.ts`,
  },
  {
    section: '§2.1',
    question: 'Status of the default endpoint where it is disabled',
    evidence: 'inferred',
    here: '403 `{"message":"Forbidden"}`; the plain local address still answers',
    test: `${BEHAVIOUR}/paths.test.ts`,
  },
  {
    section: '§2.4',
    question: 'A missing Accept where `*/*` is a binary media type',
    evidence: 'inferred',
    here: 'matches: base64 answers are decoded',
    test: `${BEHAVIOUR}/transport.test.ts`,
  },
  {
    section: '§2.5',
    question: 'URL limit of an edge-optimized API',
    evidence: 'partly',
    here: '10,240 bytes for every endpoint type, where CloudFront stops at 8,192',
    test: `${BEHAVIOUR}/limits.test.ts`,
  },
  {
    section: '§3.5',
    question: 'A proxy answer that is `{}`, a number, a list, or has a body that is no text',
    evidence: 'inferred',
    here: '`{}` is 200; all others are 502',
    test: 'test/gateway/events/proxy-result.test.ts',
  },
  {
    section: '§3.5',
    question: 'A header value that is a number, a statusCode that is no whole number',
    evidence: 'verify',
    here: 'the number as text; 502',
    test: 'test/gateway/events/proxy-result.test.ts',
  },
  {
    section: '§4.2',
    question: 'Identity sources of a REQUEST authorizer without cache',
    evidence: 'verify',
    here: 'checked: a missing one is 401 without asking the function',
    switch: 'name no `IdentitySource`',
    test: `${BEHAVIOUR}/authorizers.test.ts`,
  },
  {
    section: '§4.3',
    question: 'Largest answer of an authorizer, and how long it may run',
    evidence: 'inferred',
    here: 'no limit of its own beside Lambda’s 6 MB; 29 s',
    test: 'test/gateway/events/authorizer-result.test.ts',
  },
  {
    section: '§4.4',
    question: 'Path of the method ARN',
    evidence: 'inferred',
    here: 'percent-encoded as received, with its trailing slash',
    test: `${BEHAVIOUR}/authorizers.test.ts`,
  },
  {
    section: '§4.5',
    question: 'Order in which the claims of a token are checked, and how long keys are kept',
    evidence: 'inferred',
    here: 'signature, iss, aud or client_id, exp, nbf, iat, required claims, scopes; an hour at most',
    test: 'test/gateway/policy/token-trust.test.ts',
  },
  {
    section: '§4.6',
    question: 'A Cognito token without any of the scopes',
    evidence: 'verify',
    here: '401, as the developer guide says (403 is reported, too)',
    test: 'test/gateway/phases/rest-tokens.test.ts',
  },
  {
    section: '§5.1',
    question: 'A stage without throttle settings, and the account’s own limit',
    evidence: 'inferred',
    here: 'nothing but the account’s 10,000 a second and burst of 5,000, which are off by default: a laptop is no region',
    switch: '`--account-throttle on`',
    test: 'test/gateway/phases/meter.test.ts',
  },
  {
    section: '§5.1',
    question: 'How exact throttles and quotas are',
    evidence: 'inferred',
    here: 'exact: never more than the limit, where AWS is best effort; the clock of tests decides, not chance',
    switch: '`--usage-lag SPAN` lets a quota be overrun as AWS’s can be',
    test: 'test/gateway/phases/meter.test.ts',
  },
  {
    section: '§5.3',
    question: 'When a quota of a WEEK begins anew',
    evidence: 'inferred',
    here: 'Sunday 00:00 UTC; a MONTH on its first day',
    test: 'test/gateway/metering/quota-period.test.ts',
  },
  {
    section: '§5.3',
    question: 'What counts against a quota',
    evidence: 'inferred',
    here: 'each request that key and throttles let through, whatever the backend answers, answers of the cache included; refusals do not',
    test: `${BEHAVIOUR}/metering.test.ts`,
  },
  {
    section: '§5.3',
    question: 'Throttle and quota of a plan both used up',
    evidence: 'inferred',
    here: 'the throttle speaks: Too Many Requests',
    test: 'test/gateway/phases/meter.test.ts',
  },
  {
    section: '§5.3',
    question: 'Length of generated key values',
    evidence: 'inferred',
    here: '40 characters, the same at every start',
    switch: '`Value` of the key',
    test: 'test/gateway/control/metering-definitions.test.ts',
  },
  {
    section: '§6',
    question: 'Case of required headers',
    evidence: 'verify',
    here: 'any case counts as present',
    test: 'test/gateway/phases/validate.test.ts',
  },
  {
    section: '§6',
    question: '`validationErrorString` of anything but missing members',
    evidence: 'inferred',
    here: 'the wordings of the json-schema-validator library',
    test: 'test/gateway/deployment/json-schema.test.ts',
  },
  {
    section: '§6',
    question: 'Names and size of models',
    evidence: 'inferred',
    here: 'letters and digits, 400 KB',
    test: 'test/gateway/deployment/models.test.ts',
  },
  {
    section: '§7.1',
    question: 'A template that is empty',
    evidence: 'inferred',
    here: 'matches its type and renders an empty body',
    test: `${BEHAVIOUR}/templates.test.ts`,
  },
  {
    section: '§7.2',
    question: 'Case of headers in `$input.params()`',
    evidence: 'verify',
    here: "`params('x')` finds any case, the map has the client’s spelling alone",
    test: 'test/gateway/mapping/template-variables.test.ts',
  },
  {
    section: '§7.5',
    question: '`.class` and `getClass` in templates',
    evidence: 'inferred',
    here: 'nothing: no reflection, no file, no `#include`, `#parse` or `#evaluate`',
    test: 'test/gateway/mapping/template-variables.test.ts',
  },
  {
    section: '§7.7',
    question: 'Which of several selection patterns that match',
    evidence: 'verify',
    here: 'the first of the template',
    test: 'test/gateway/mapping/select-response.test.ts',
  },
  {
    section: '§8',
    question: 'Redirects of an HTTP backend',
    evidence: 'inferred',
    here: 'handed on, not followed',
    test: `${BEHAVIOUR}/integrations.test.ts`,
  },
  {
    section: '§9',
    question: 'What the response cache keeps, and for how long',
    evidence: 'inferred',
    here: 'status, headers and body of the method response, any status; the backend’s Cache-Control and Expires do not count',
    switch: '`CacheTtlInSeconds` of the stage or the method',
    test: `${BEHAVIOUR}/stages.test.ts`,
  },
  {
    section: '§9',
    question: 'Text of the Warning that an unauthorised refresh gets',
    evidence: 'verify',
    here: '`199 Cache-Control header is not authorized`',
    switch: '`UnauthorizedCacheControlHeaderStrategy`: SUCCEED_WITHOUT_RESPONSE_HEADER',
    test: 'test/gateway/phases/cache-refresh.test.ts',
  },
  {
    section: '§9',
    question: 'An ANY method under the caching of the whole stage',
    evidence: 'inferred',
    here: 'its GET is kept, its other verbs are not',
    test: 'test/gateway/phases/cache.test.ts',
  },
  {
    section: '§13',
    question: 'Quotas that AWS raises on request: 300 resources, 10 stages, 10 authorizers',
    evidence: 'partly',
    here: 'refused at load beyond AWS’s default',
    test: `${BEHAVIOUR}/limits.test.ts`,
  },
  {
    section: '§13',
    question: 'Integration timeouts over 29 s',
    evidence: 'inferred',
    here: 'refused on edge-optimized APIs, taken up to 300 s on Regional and private ones, whatever the account’s quota is',
    switch: '`EndpointConfiguration.Types`',
    test: `${BEHAVIOUR}/limits.test.ts`,
  },
];
