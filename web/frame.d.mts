export function framed(files: Iterable<[path: string, bytes: Buffer]>): Generator<[path: string, bytes: Buffer]>;
