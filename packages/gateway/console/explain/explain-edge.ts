/** Explains a response that CloudFront made itself. */
import { nameEdgePolicy } from '@gatewright/aws/edge-policy-ids';
import { listed, sentence, withStop } from './reason.ts';
import type { Circumstances, EdgeCircumstances } from './circumstances.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import type { Reason } from './reason.ts';

export function explainEdge(
  edge: EdgeCircumstances,
  about: Pick<Circumstances, 'method' | 'status'>,
): Reason {
  const { domainName, pattern } = edge;
  const begin =
    pattern === undefined
      ? `No cache behavior of the distribution ${domainName} matches the path.`
      : `The ${pattern === '*' ? 'default cache behavior' : `cache behavior ${pattern}`} of the distribution ${domainName} applies.`;
  const at = edge.place === undefined ? '' : ` (${edge.place})`;
  const own = explainAnswer(edge.answer, { ...about, edge, at });
  return { because: [begin, ...own.because], changes: own.changes };
}

/** The facts that an explanation needs in addition to CloudFront's response. */
type About = Pick<Circumstances, 'method' | 'status'> & {
  readonly edge: EdgeCircumstances;
  /** The place of the setting in the stack, in brackets; empty if it is not known. */
  readonly at: string;
};
type Explain<Kind extends EdgeAnswer['kind']> = (
  answer: Extract<EdgeAnswer, { readonly kind: Kind }>,
  about: About,
) => Reason;

const EXPLAIN: { readonly [Kind in EdgeAnswer['kind']]: Explain<Kind> } = {
  method: (answer, { at, method }) => ({
    because: [
      `This cache behavior accepts only ${listed(answer.allowed)}${at}, so CloudFront refuses ${method} without asking the origin. A cache behavior without AllowedMethods accepts GET and HEAD.`,
    ],
    changes: [
      `Set AllowedMethods of the cache behavior${at} to ${method === 'OPTIONS' ? '[GET, HEAD, OPTIONS]' : '[GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]'}: CloudFront accepts only this list, ${method === 'OPTIONS' ? 'the list of all seven methods' : '[GET, HEAD, OPTIONS]'} and [GET, HEAD].`,
    ],
  }),
  'get-body': () => ({
    because: [
      'The GET request has a body, and CloudFront answers such a request with 403 without asking the origin.',
    ],
    changes: ['Send the values in the query, or send a POST request.'],
  }),
  'https-only': (_answer, { at }) => ({
    because: [`ViewerProtocolPolicy${at} is https-only, and the request came over HTTP.`],
    changes: [`Call the distribution with https://, or set ViewerProtocolPolicy${at} to redirect-to-https.`],
  }),
  redirect: (answer, { at }) => ({
    because: [
      `ViewerProtocolPolicy${at} is redirect-to-https, and the request came over HTTP. CloudFront redirects to ${answer.location}; the API was not called.`,
    ],
    changes: [
      `Call ${answer.location} itself: a client that follows the redirect may send the request without its body or its Authorization header. Or set ViewerProtocolPolicy${at} to allow-all.`,
    ],
  }),
  'too-long': () => ({
    because: [
      'The URL has more than 8,192 bytes, or the request without its body has more than 32,768 bytes. These are quotas of CloudFront.',
    ],
    changes: ['Send less in the URL, the headers and the cookies, and send long values in the body.'],
  }),
  'web-acl': (answer, { at }) => ({
    because: [
      ...answer.because,
      ...(at === '' ? [] : [`It is defined at${at.replace(/^ \((.*)\)$/, ' $1')}.`]),
    ],
    changes: answer.changes,
  }),
  closed: (answer, { at }) => ({
    because: [
      withStop(
        `The gateway does not serve this distribution, because ${answer.reason}. CloudFront serves such a distribution, and the gateway does not know how CloudFront responds to this request`,
      ),
    ],
    changes: [
      `To use the distribution on this machine, remove the unsupported part from it${at}, or call the API at its own address.`,
    ],
  }),
  cached: (answer, { at, status }) => ({
    because: [
      `The response came from CloudFront's cache (${answer.reason} ${answer.ageSeconds} s before this request, cache policy ${answer.policy}); the API was not called.`,
      ...(answer.ignoredQuery.length === 0
        ? []
        : [
            `The cache key of this policy does not contain ${listed(
              answer.ignoredQuery.map((name) => `the query parameter ${name}`),
              'and',
            )}, so requests that differ only in ${answer.ignoredQuery.length === 1 ? 'it' : 'them'} get the same cached response.`,
          ]),
      ...(status >= 400
        ? [
            'CloudFront also caches errors, for 10 s unless ErrorCachingMinTTL or Cache-Control says otherwise.',
          ]
        : []),
    ],
    changes: [
      `If the response depends on ${answer.ignoredQuery.length === 0 ? 'a header, a cookie or a query parameter' : listed(answer.ignoredQuery, 'or')}, ${answer.isManaged ? `use a cache policy of your own whose cache key contains that${at}: AWS manages ${answer.policy}, so it cannot be changed` : `add that to the cache key of the cache policy ${answer.policy}${at}`}; if the response must be current, answer with Cache-Control: no-store, or invalidate the path (aws cloudfront create-invalidation).`,
    ],
  }),
  'origin-failed': (answer, { at }) => ({
    because: [sentence(`the origin ${answer.origin} did not answer: ${answer.message}`)],
    changes: [`Check DomainName, the port and OriginProtocolPolicy of the origin ${answer.origin}${at}.`],
  }),
  host: (answer, { at, edge }) => ({
    because: [
      `${answer.isLegacy ? 'The cache behavior' : `The origin request policy ${answer.policy}${at}`} forwards the viewer's Host header, ${edge.domainName}, to ${answer.origin}. API Gateway chooses the API by Host, and no API has this host name, so it refuses the request before it looks for a route.`,
    ],
    changes: [
      answer.isLegacy
        ? `Do not forward Host${at}: remove it from the forwarded headers.`
        : `Set OriginRequestPolicyId${at} to ${nameEdgePolicy('AllViewerExceptHostHeader')}.`,
    ],
  }),
  'error-page': (answer, about) => {
    const before = answer.before === undefined ? undefined : explainAnswer(answer.before, about);
    return {
      because: [
        `${before === undefined ? 'The origin' : 'CloudFront'} answered ${answer.own}, and CustomErrorResponses${about.at} replace this response with ${answer.page}${answer.pageStatus === undefined ? ` and the status ${about.status}` : `. The origin answered this page itself with ${answer.pageStatus}, and CloudFront passes that answer on`}.`,
        ...(before?.because ?? []),
      ],
      changes: [
        ...(answer.pageStatus === undefined
          ? []
          : [`Make ${answer.page} available at its origin, or correct ResponsePagePath${about.at}.`]),
        `Remove the entry for ${answer.own} from CustomErrorResponses${about.at}, to see the error itself: the entry applies to the responses of all origins, including APIs.`,
        ...(before?.changes ?? []),
      ],
    };
  },
};

function explainAnswer<Kind extends EdgeAnswer['kind']>(
  answer: Extract<EdgeAnswer, { readonly kind: Kind }>,
  about: About,
): Reason {
  const explain: Explain<Kind> = EXPLAIN[answer.kind];
  return explain(answer, about);
}
