// Texts that came as bytes.

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads UTF-8 as it stands: throws where it is none, and drops nothing in front. */
export const readText = (bytes: Uint8Array): string => UTF8.decode(bytes);
