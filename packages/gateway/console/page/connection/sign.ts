/**
 * Computes the signature that replaces the key in requests: HMAC-SHA256 in base64url, as `endpoints/page-key.ts`
 * expects it.
 */
export async function sign(key: string, start: string, host: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const { subtle } = crypto;
  const imported = await subtle.importKey('raw', bytes.encode(key), algorithm, false, ['sign']);
  const signed = await subtle.sign('HMAC', imported, bytes.encode(`${start} ${host}`));
  return btoa(String.fromCharCode(...new Uint8Array(signed)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
