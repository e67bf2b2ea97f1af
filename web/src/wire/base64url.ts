// Base64url without padding, canonical only. Source: RFC 4648 section 5.

// Part of every browser and of Node.js, though not of the language.
declare function btoa(binary: string): string;
declare function atob(text: string): string;

/** Writes bytes as base64url. */
export function encode(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads base64url; `null` unless it is the one way to write its bytes. */
export function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    // `atob` also takes white space, padding and stray bits.
    return encode(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}
