/** Lets functions reach the APIs of this gateway, and the AWS services that it emulates, by their AWS host names. */
import { AWS_HOSTS } from './aws-calls.ts';
import { runtimeFamily } from '../core/stack/function.ts';

/**
 * The APIs that functions can reach by their AWS host names. It is plain data, so that it can be passed to threads and
 * processes.
 */
export type OwnApis = {
  /**
   * The host names in lower case: `abc123.execute-api.eu-west-1.amazonaws.com`, `abc.lambda-url.…`, custom domains such
   * as `*.example.com`.
   */
  readonly hosts: readonly string[];
  /** A TLS port of 127.0.0.1 that serves the APIs by their host names. */
  readonly port: number;
  /** The certificate authority of that port's certificates, in PEM. */
  readonly authority: string;
};

/**
 * A proxy for programs that can be configured only by the common environment variables for proxies and certificate
 * authorities.
 */
export type OwnProxy = {
  /**
   * The URL of the proxy. It connects the host names of `OwnApis` to the port of `OwnApis`, the host names of AWS to
   * the port that `openAwsPort` opens, and all other host names to their normal address.
   */
  readonly url: string;
  /** The path of a PEM file. It contains the machine's certificate authorities and the authority of `OwnApis`. */
  readonly authoritiesFile: string;
  /** The same authorities as a Java key store in JKS format. */
  readonly trustStore: { readonly file: string; readonly password: string };
};

export interface OwnApisPort {
  read(): OwnApis;
  /**
   * Opens a TLS port of 127.0.0.1 that takes calls to all host names of AWS. It sends them to this gateway or to AWS.
   * The certificate authority of `OwnApis` issues its certificates.
   */
  openAwsPort(): Promise<number>;
  /** Opens the proxy. This method is called when the first function needs the proxy. */
  openProxy(): Promise<OwnProxy>;
}

export const HTTPS_PORT = 443;

/** Whether a connection to this host and port is a connection to an API of this run. */
export function isOwnApi({ hosts }: Pick<OwnApis, 'hosts'>, host: string, port: unknown): boolean {
  if (Number(port ?? HTTPS_PORT) !== HTTPS_PORT) return false;
  const name = host.toLowerCase();
  return hosts.includes(name) || hosts.includes(`*${name.slice(name.indexOf('.'))}`);
}

/** The environment variables and program options that let a process other than Node.js reach the APIs of this run. */
type OwnApisReach = {
  readonly environment: Readonly<Record<string, string>>;
  /** The program options, which come before all other options of the program. */
  readonly args: readonly string[];
};

/**
 * Returns the variables and options with which a process reaches the APIs of this run. Python gets a variable that
 * Python's bootstrap removes again. Java gets system properties instead of the common variables. Properties that the
 * function sets itself are not overridden.
 * @param given the function's own environment
 */
export async function reachOwnApis(
  runtime: string,
  own: OwnApisPort | undefined,
  given: Readonly<Record<string, string>> = {},
): Promise<OwnApisReach> {
  const family = runtimeFamily(runtime);
  if (own === undefined) return { environment: {}, args: [] };
  if (family === 'python') {
    const aws = { hosts: AWS_HOSTS, port: await own.openAwsPort() };
    return { environment: { GATEWRIGHT_OWN_APIS: JSON.stringify({ ...own.read(), aws }) }, args: [] };
  }
  const proxy = await own.openProxy();
  return family === 'java'
    ? { environment: {}, args: javaOptions(proxy, given['JAVA_TOOL_OPTIONS'] ?? '') }
    : { environment: usualVariables(proxy, family), args: [] };
}

/** Ruby's `Net::HTTP` reads only `http_proxy`, even for calls over TLS. */
function usualVariables(
  { url, authoritiesFile }: OwnProxy,
  family: string | undefined,
): Readonly<Record<string, string>> {
  const local = 'localhost,127.0.0.1,::1,[::1]';
  return {
    ...(family === 'ruby' && { http_proxy: url }),
    HTTPS_PROXY: url,
    https_proxy: url,
    NO_PROXY: local,
    no_proxy: local,
    SSL_CERT_FILE: authoritiesFile,
  };
}

const TRUST = 'javax.net.ssl.trustStore';

/**
 * Returns the system properties for Java. Version 2 of the SDK for Java reads `http.proxyHost` also for calls over TLS:
 * to the SDK, the prefix is the scheme of the proxy. Properties that the function sets itself in `JAVA_TOOL_OPTIONS` are
 * left out, because options on Java's command line would take precedence over that variable.
 */
function javaOptions({ url, trustStore }: OwnProxy, toolOptions: string): readonly string[] {
  const { hostname, port } = new URL(url);
  const proxies = ['https', 'http'].map((scheme) =>
    toolOptions.includes(`-D${scheme}.proxyHost=`)
      ? []
      : [`-D${scheme}.proxyHost=${hostname}`, `-D${scheme}.proxyPort=${port}`],
  );
  // The names that Java does not proxy by default.
  const local = toolOptions.includes('-Dhttp.nonProxyHosts=')
    ? []
    : ['-Dhttp.nonProxyHosts=localhost|127.*|[::1]|0.0.0.0|[::0]'];
  const trust = [
    `-D${TRUST}=${trustStore.file}`,
    `-D${TRUST}Type=JKS`,
    `-D${TRUST}Password=${trustStore.password}`,
  ];
  return [...proxies.flat(), ...local, ...(toolOptions.includes(`-D${TRUST}=`) ? [] : trust)];
}
