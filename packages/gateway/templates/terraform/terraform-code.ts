/** Code of functions and layers: the folder that an archive is made of, else the archive itself. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isJsonList, isJsonObject, textOf } from '@gatewright/aws/json-object';
import type { Instance } from './terraform-document.ts';
import type { TerraformValues } from './terraform-values.ts';

export type FoundCode =
  | { readonly kind: 'path'; readonly path: string }
  /** The only file of an archive; `module` is its name without the ending. */
  | { readonly kind: 'inline'; readonly text: string; readonly module: string };

const OBJECT_TYPES = ['aws_s3_object', 'aws_s3_bucket_object'];

/** @param folder of the root module, where Terraform runs */
export function findCode(
  instance: Instance,
  all: readonly Instance[],
  values: TerraformValues,
  folder: string,
): FoundCode | undefined {
  const file = textOf(instance.values, 'filename') || uploadedFile(instance, all);
  const archives = all.filter(({ type }) => type === 'archive_file');
  const archive =
    values.sourceOf(instance, 'filename', 'archive_file') ??
    values.sourceOf(instance, 'source_code_hash', 'archive_file') ??
    archives.find(({ values: { output_path: path } }) => file !== '' && path === file);
  const source = archive === undefined ? undefined : sourceOf(archive, folder);
  if (source?.kind === 'inline' || (source !== undefined && existsSync(source.path))) return source;
  const packed = file === '' && archive !== undefined ? textOf(archive.values, 'output_path') : file;
  if (packed !== '') return { kind: 'path', path: resolve(folder, packed) };
  return source;
}

function sourceOf({ values }: Instance, folder: string): FoundCode | undefined {
  const [directory, file] = [textOf(values, 'source_dir'), textOf(values, 'source_file')];
  if (directory !== '') return { kind: 'path', path: resolve(folder, directory) };
  if (file !== '') return { kind: 'path', path: dirname(resolve(folder, file)) };
  const blocks = values['source'];
  const written = isJsonList(blocks) ? blocks.filter(isJsonObject) : [];
  const [only, ...others] = [
    ...written.map((block) => [textOf(block, 'filename'), textOf(block, 'content')] as const),
    ...(typeof values['source_content'] === 'string'
      ? [[textOf(values, 'source_content_filename'), values['source_content']] as const]
      : []),
  ];
  if (only === undefined || others.length > 0) return undefined;
  const [name, text] = only;
  return { kind: 'inline', text, module: name.replace(/\.\w+$/, '') };
}

/** The file that is uploaded as the object of `s3_key`. */
function uploadedFile({ values: { s3_key: key } }: Instance, all: readonly Instance[]): string {
  const object = all.find(
    ({ type, values }) => OBJECT_TYPES.includes(type) && typeof key === 'string' && values['key'] === key,
  );
  return object === undefined ? '' : textOf(object.values, 'source');
}
