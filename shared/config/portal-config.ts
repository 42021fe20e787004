/** Environment variables of the portal's functions. */
import { isLoopbackUrl } from '../access/tokens/issuers.ts';
import type { MailerConfig } from '../aws/ses-mailer.ts';
import { readAuthorizerConfig } from './access-config.ts';
import { invalid, readSignerConfig, readTableName, readText } from './environment.ts';
import type { Environment } from './environment.ts';

type PortalConfig = {
  /** Stage of this stack. It determines how members sign in. */
  readonly stage: string;
  readonly tableName: string;
  /** `portalUrl` is undefined if members use an address of the portal's own API. */
  readonly portalUrl: string | undefined;
  /**
   * The address of `webhook-receiver`, without a slash at the end. It is undefined if the stack does not have this
   * function.
   */
  readonly webhooksUrl: string | undefined;
  /** Address of the gateway's own issuer. If undefined, nobody can sign in with it. */
  readonly localIssuerUrl: string | undefined;
};

/**
 * Reads the settings of the portal's functions:
 * - `GATEWRIGHT_STAGE`, `GATEWRIGHT_PORTAL_TABLE`
 * - `GATEWRIGHT_PORTAL_URL`: the address that members use, an `https` URL without user name, query or fragment
 *   (`http` only on a loopback address). Empty or absent if they use an address of the portal's own API
 * - `GATEWRIGHT_WEBHOOKS_URL`: address of `webhook-receiver`; empty or absent if the stack has no such function
 * - `GATEWRIGHT_ISSUER_URL`: address of the gateway's own issuer, loopback only
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid. The message names the variable.
 */
export function readPortalConfig(environment: Environment = process.env): PortalConfig {
  const { stage, localIssuerUrl } = readAuthorizerConfig(environment);
  const portalUrl = environment['GATEWRIGHT_PORTAL_URL'] ?? '';
  if (portalUrl !== '' && !isPortalUrl(portalUrl))
    throw invalid(
      'GATEWRIGHT_PORTAL_URL',
      'must be an https URL (http only for this machine) without user name, query or fragment',
    );
  return {
    stage,
    tableName: readTableName(environment, 'GATEWRIGHT_PORTAL_TABLE'),
    portalUrl: portalUrl === '' ? undefined : portalUrl,
    webhooksUrl: readWebhooksUrl(environment),
    localIssuerUrl,
  };
}

function readWebhooksUrl(environment: Environment): string | undefined {
  const url = environment['GATEWRIGHT_WEBHOOKS_URL'] ?? '';
  if (url !== '' && !ADDRESS.test(url))
    throw invalid(
      'GATEWRIGHT_WEBHOOKS_URL',
      'must be the http or https URL of an API, without query or fragment',
    );
  return url === '' ? undefined : url.replace(/\/$/, '');
}

const ADDRESS = /^https?:\/\/[^\s?#]{1,255}$/;

/**
 * Reads the settings of `portal-admin`: the settings of `readPortalConfig`, and `GATEWRIGHT_PORTAL_ENDPOINT`, the
 * address of the portal's API.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readPortalAdminConfig(
  environment: Environment = process.env,
): PortalConfig & { readonly endpoint: string } {
  const endpoint = readText(
    environment,
    'GATEWRIGHT_PORTAL_ENDPOINT',
    ADDRESS,
    'must be the http or https URL of an API, without query or fragment',
  );
  return { ...readPortalConfig(environment), endpoint };
}

/**
 * Reads Lambda's variables for sending mail, and `AWS_ENDPOINT_URL_SESV2` or `AWS_ENDPOINT_URL`.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readMailerConfig(environment: Environment = process.env): Omit<MailerConfig, 'from'> {
  const endpoint = environment['AWS_ENDPOINT_URL_SESV2'] ?? environment['AWS_ENDPOINT_URL'];
  return { ...readSignerConfig(environment), endpoint };
}

function isPortalUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  const isPlain = search === '' && hash === '' && username === '' && password === '';
  return isPlain && (protocol === 'https:' || isLoopbackUrl(text));
}
