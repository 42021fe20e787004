/** Runs `tsc -p .` repeatedly in one process, so that unchanged files are not read or checked again. */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

export class TypeCheck {
  readonly #root: string;
  #program: ts.SemanticDiagnosticsBuilderProgram | undefined;
  readonly #sources = new Map<string, { readonly stamp: string; readonly source: ts.SourceFile }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The errors of the whole project in its current state, as `path(line): TS2307 message`. */
  errors(): readonly string[] {
    const { config } = ts.readConfigFile(join(this.#root, 'tsconfig.json'), ts.sys.readFile.bind(ts.sys)) as {
      readonly config: unknown;
    };
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, this.#root);
    const before = this.#program;
    const program = ts.createSemanticDiagnosticsBuilderProgram(
      fileNames,
      options,
      this.#host(options),
      before,
      errors,
    );
    this.#program = program;
    const found = [
      ...program.getConfigFileParsingDiagnostics(),
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...program.getSyntacticDiagnostics(),
      ...program.getSemanticDiagnostics(),
    ];
    return [...new Set(found.map((diagnostic) => this.#describe(diagnostic)))];
  }

  #host(options: ts.CompilerOptions): ts.CompilerHost {
    const host = ts.createIncrementalCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...more) => {
      const stats = statSync(name, { throwIfNoEntry: false });
      const stamp = stats === undefined ? 'gone' : `${stats.mtimeMs} ${stats.size}`;
      const known = this.#sources.get(name);
      if (known?.stamp === stamp) return known.source;
      const source = read(name, ...more);
      if (source !== undefined) this.#sources.set(name, { stamp, source });
      return source;
    };
    return host;
  }

  #describe({ file, start = 0, code, messageText }: ts.Diagnostic): string {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    if (file === undefined) return `TS${code} ${message}`;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${relative(this.#root, file.fileName)}(${line + 1}): TS${code} ${message}`;
  }
}
