/**
 * The reason why something from a registry is missing: a test is skipped if no registry answers, and fails for any
 * other reason.
 */

const OF_NETWORK = [
  // Node.js, npm
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/,
  // npm, about a registry that is reachable but cannot answer
  /\bE5\d\d\b/,
  // Go
  /\bdial tcp\b|no such host|i\/o timeout|TLS handshake timeout|module lookup disabled by GOPROXY/,
  // Maven
  /Could not transfer artifact|Unknown host|Connection (?:refused|reset|timed out)/i,
  // NuGet
  /\bNU1301\b|Unable to load the service index/,
];

/** @param failure the message of the package manager, or undefined if it succeeded */
export function isOfNetwork(failure: string | undefined): boolean {
  return failure !== undefined && OF_NETWORK.some((pattern) => pattern.test(failure));
}
