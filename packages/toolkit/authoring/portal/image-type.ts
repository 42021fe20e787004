/** Recognizes an image by its first bytes, because the file name extension says nothing about its content. */

type ImageType = { readonly type: string; readonly ending: string };

const FORMS: readonly (ImageType & { readonly starts: (bytes: Uint8Array) => boolean })[] = [
  { type: 'image/png', ending: '.png', starts: startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { type: 'image/jpeg', ending: '.jpg', starts: startsWith([0xff, 0xd8, 0xff]) },
  {
    type: 'image/webp',
    ending: '.webp',
    starts: (bytes) => textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP',
  },
  { type: 'image/gif', ending: '.gif', starts: (bytes) => /^GIF8[79]a$/.test(textAt(bytes, 0, 6)) },
];

/** Returns the type of an image; undefined for any other content, such as SVG, which may contain scripts. */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  const found = FORMS.find(({ starts }) => starts(bytes));
  return found && { type: found.type, ending: found.ending };
}

function startsWith(start: readonly number[]): (bytes: Uint8Array) => boolean {
  return (bytes) => start.every((byte, index) => bytes[index] === byte);
}

function textAt(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
