export function bundle(): Promise<Map<string, Buffer>>;
export function brotliSize(bytes: Uint8Array): number;
