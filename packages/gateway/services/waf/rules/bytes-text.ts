/** Texts with one character per byte, as requests are inspected. */

export function toBytesText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytesText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
