/** Converts a text to one character per byte, the form in which requests are inspected. */

export function toBytesText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytesText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
