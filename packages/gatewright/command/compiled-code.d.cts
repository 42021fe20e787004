type Environment = Readonly<Record<string, string | undefined>>;
export declare function keepCompiledCode(environment: Environment): void;
export declare function codeFolder(environment: Environment): string;
export declare function writeCompiledCode(limitBytes?: number): Promise<void>;
