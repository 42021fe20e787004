/** Converts a text to a string with one character per byte. Requests are inspected in this form. */

export function toBytesText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromBytesText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
