/** Lets functions reach the APIs of this gateway by their AWS host names. */
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
   * The URL of the proxy. It connects the host names of `OwnApis` to the port of `OwnApis`, and all other host names to
   * their normal address.
   */
  readonly url: string;
  /** The path of a PEM file. It contains the machine's certificate authorities and the authority of `OwnApis`. */
  readonly authoritiesFile: string;
  /** The same authorities as a Java key store in JKS format. */
  readonly trustStore: { readonly file: string; readonly password: string };
};

export interface OwnApisPort {
  read(): OwnApis;
  /** Opens the proxy. This method is called when the first function needs the proxy. */
  openProxy(): Promise<OwnProxy>;
}

const HTTPS_PORT = 443;

/** Whether a connection to this host and port is a connection to an API of this run. */
export function isOwnApi({ hosts }: Pick<OwnApis, 'hosts'>, host: string, port: unknown): boolean {
  if (Number(port ?? HTTPS_PORT) !== HTTPS_PORT) return false;
  const name = host.toLowerCase();
  return hosts.includes(name) || hosts.includes(`*${name.slice(name.indexOf('.'))}`);
}

/** The environment variables and program options that let a process other than Node.js reach these APIs. */
type OwnApisReach = {
  readonly environment: Readonly<Record<string, string>>;
  /** The options of the program that are needed for this purpose. They come before all other options. */
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
  if (family === 'python')
    return { environment: { GATEWRIGHT_OWN_APIS: JSON.stringify(own.read()) }, args: [] };
  const proxy = await own.openProxy();
  return family === 'java'
    ? { environment: {}, args: javaOptions(proxy, given['JAVA_TOOL_OPTIONS'] ?? '') }
    : { environment: usualVariables(proxy), args: [] };
}

function usualVariables({ url, authoritiesFile }: OwnProxy): Readonly<Record<string, string>> {
  const local = 'localhost,127.0.0.1';
  return {
    HTTPS_PROXY: url,
    https_proxy: url,
    NO_PROXY: local,
    no_proxy: local,
    SSL_CERT_FILE: authoritiesFile,
  };
}

const TRUST = 'javax.net.ssl.trustStore';

/**
 * Returns the system properties for Java. Properties that the function sets itself in `JAVA_TOOL_OPTIONS` are left out,
 * because options on Java's command line would take precedence over that variable.
 */
function javaOptions({ url, trustStore }: OwnProxy, toolOptions: string): readonly string[] {
  const { hostname, port } = new URL(url);
  const proxy = [`-Dhttps.proxyHost=${hostname}`, `-Dhttps.proxyPort=${port}`];
  const trust = [
    `-D${TRUST}=${trustStore.file}`,
    `-D${TRUST}Type=JKS`,
    `-D${TRUST}Password=${trustStore.password}`,
  ];
  return [
    ...(toolOptions.includes('-Dhttps.proxyHost=') ? [] : proxy),
    ...(toolOptions.includes(`-D${TRUST}=`) ? [] : trust),
  ];
}
