/** Requests of the control port for the local issuer and its user pools, which the first of them opens. */
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlRequest } from '../../../core/api-call.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { SignIn } from './sign-in.ts';
import type { SignInMount } from '../../../server/control-port/control-port.ts';

type Head = Pick<ControlRequest, 'method' | 'path' | 'rawHeaders'>;

/** Paths of the issuer itself, `issuer-endpoints.ts`. */
const OF_ISSUER = new Set(['/.well-known/openid-configuration', '/.well-known/jwks.json', '/token']);
/** Below `/_gatewright/`, `token-endpoints.ts`. */
const OF_TOKENS = new Set(['POST token', 'POST issuer/rotate']);
const COGNITO = 'AWSCognitoIdentityProviderService.';

export function mountSignIn(signIn: SignIn): SignInMount {
  return {
    open: (head) => (signIn.opened === undefined && mayServe(head, signIn) ? signIn.open() : undefined),
    get hosts() {
      return signIn.opened?.port.hosts ?? signIn.standIns.hosts;
    },
    admits: (head) => signIn.opened?.port.admits(head) ?? false,
    serve: (request) => signIn.opened?.port.serve(request) ?? Promise.resolve(undefined),
  };
}

/** With a pool or a stand-in any request may be for it: by its Host, or by the first segment of its path. */
function mayServe(head: Head, { standIns }: SignIn): boolean {
  return standIns.all.length > 0 || OF_ISSUER.has(head.path) || isOfCognito(head);
}

/** A call to Cognito, or its preflight, which does not show the service. */
function isOfCognito(head: Head): boolean {
  if (head.path !== '/') return false;
  if (head.method === 'POST') return headerOf(head, 'x-amz-target')?.startsWith(COGNITO) === true;
  const asked = headerOf(head, 'access-control-request-headers') ?? '';
  return head.method === 'OPTIONS' && asked.toLowerCase().includes('x-amz-target');
}

/** Endpoints of `gatewright token`. */
export function openTokensApi(signIn: SignIn): MoreEndpoints {
  return async (request, path) => {
    if (!OF_TOKENS.has(`${request.method} ${path}`)) return undefined;
    const { serveTokens } = await signIn.open();
    return serveTokens(request, path);
  };
}
