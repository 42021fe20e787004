/** All choices, in the order of their sections. */
import { BEHAVIOUR } from './choice.ts';
import { LATER_CHOICES } from './later-choices.ts';
import { UNSETTLED_CHOICES } from './unsettled-choices.ts';
import type { Choice } from './choice.ts';

const RESPONSE = 'a `GatewayResponse` of the template';

const EARLIER_CHOICES: readonly Choice[] = [
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
    switch: `\`--assume access-denied-key=message\`, or ${RESPONSE}, of type ACCESS_DENIED, with \`{"message": $context.error.messageString}\` (any text but AWS’s default)`,
    test: `${BEHAVIOUR}/failures.test.ts`,
  },
  {
    section: '§1.4',
    question: 'Response type of an `Authorization` header that is no signature where one is read',
    evidence: 'verify',
    here: 'INVALID_SIGNATURE; access logs of others show DEFAULT_4XX, which words both where INVALID_SIGNATURE has nothing of its own',
    test: `${BEHAVIOUR}/failures.test.ts`,
  },
  {
    section: '§1.5',
    question: 'Status of a proxy whose function Lambda throttles',
    evidence: 'verify',
    here: '502 `{"message": "Internal server error"}`; the knowledge centre reads like 500 (§8.2)',
    switch:
      '`--assume throttled-function-status=500`, or `=429` for `Too Many Requests` as of response type THROTTLED',
    test: `${BEHAVIOUR}/assumptions.test.ts`,
  },
  {
    section: '§1.5, §4.4',
    question: 'A function that the API has no leave to invoke (`AWS::Lambda::Permission`)',
    evidence: 'partly',
    here: 'is invoked, where AWS answers 500: templates that are started in part often lack theirs',
    switch:
      '`--roles on`: 500, of functions that the loaded stacks define; leave for one stage counts for all',
    test: 'test/gateway/deployment/invoke-permissions.test.ts',
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
    section: '§2.1',
    question: 'What `/ping` and `/sping`, which are reserved, answer',
    evidence: 'inferred',
    here: '200 and `healthy`, for any method, at the root of every address of REST APIs; HTTP APIs have them for themselves',
    test: 'test/gateway/server/api-ports.test.ts',
  },
  {
    section: '§2.4',
    question: 'A missing Accept where `*/*` is a binary media type',
    evidence: 'inferred',
    here: 'matches: base64 answers are decoded',
    test: `${BEHAVIOUR}/transport.test.ts`,
  },
  {
    section: '§2.4',
    question: 'A packed request body (`Content-Encoding`) where no MinimumCompressionSize is set',
    evidence: 'verify',
    here: 'unpacked all the same, as the developer guide and public threads say; `Content-Encoding` stays, a signature covers what was sent',
    switch: '`Content-Encoding: identity`',
    test: 'test/gateway/server/unpack-body.test.ts',
  },
  {
    section: '§2.4',
    question: 'Which replies MinimumCompressionSize packs',
    evidence: 'inferred',
    here: 'those of integrations and of the cache, of any status, with a body; not those that the gateway words itself; no `Vary` is added',
    test: 'test/gateway/phases/compress.test.ts',
  },
  {
    section: '§2.6',
    question:
      'Headers that CloudFront adds in front of an edge-optimized API (CloudFront-*, Via, X-Amz-Cf-Id)',
    evidence: 'partly',
    here: 'none, neither to the function nor to the client',
    test: `${BEHAVIOUR}/transport.test.ts`,
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
    switch: '`--assume uncached-identity-sources=ignored`',
    test: `${BEHAVIOUR}/assumptions.test.ts`,
  },
  {
    section: '§4.3',
    question: 'Largest answer of an authorizer, and how long it may run',
    evidence: 'inferred',
    here: 'no limit of its own beside Lambda’s 6 MB; 29 s',
    test: `${BEHAVIOUR}/authorizers.test.ts`,
  },
  {
    section: '§4.3',
    question: 'A key `claims` in the context of an authorizer’s answer',
    evidence: 'verify',
    here: '500: it is reserved, as HTTP APIs document it',
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
    section: '§4.5',
    question: 'When the discovery document of an issuer is read',
    evidence: 'partly',
    here: 'with the first token that needs it, where AWS reads it when a JWT authorizer of a REST API is made: an issuer that is not there is 401 then, and no error at load',
    test: 'test/gateway/phases/rest-tokens.test.ts',
  },
  {
    section: '§4.6',
    question: 'A Cognito token without any of the scopes',
    evidence: 'verify',
    here: '401, as the developer guide says (403 is reported, too)',
    switch: '`--assume cognito-scope-status=403`',
    test: `${BEHAVIOUR}/assumptions.test.ts`,
  },
  {
    section: '§4.6',
    question:
      'How long AWS takes a Cognito token for good once it was (`AuthorizerResultTtlInSeconds`, 300 s)',
    evidence: 'partly',
    here: 'not at all: each request has its token checked, so an expired one opens nothing',
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
    switch: '`--assume week-start=monday`',
    test: `${BEHAVIOUR}/assumptions.test.ts`,
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
];

const orderOf = ({ section }: Choice): number => Number.parseFloat(section.slice(1));

export const CHOICES: readonly Choice[] = [
  ...EARLIER_CHOICES,
  ...LATER_CHOICES,
  ...UNSETTLED_CHOICES,
].toSorted((a, b) => orderOf(a) - orderOf(b));
