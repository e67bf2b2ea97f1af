// The sealed handshake and the sealed channel that comes of it: `Noise_NX_25519_AESGCM_SHA256`, with WebCrypto.
//
// The visitor starts it and stays unknown; the helper answers with a static key that their certificate names.
// What the server carries is sealed by this, so it can neither read a description nor put in one of its own
// (invariants I1 and I2). Source: The Noise Protocol Framework, revision 34, sections 5 and 7.5.

import { decode } from "../wire/base64url";

/** Bytes as WebCrypto takes them. */
type Bytes = Uint8Array<ArrayBuffer>;

/** An X25519 key pair whose private half may be non-extractable. */
export type StaticKey = { privateKey: CryptoKey; publicKey: Uint8Array };

/** Why something could not be opened. */
export type SealErrorCode = "handshake-failed" | "frame-invalid" | "frame-replayed";

/** What was sealed is not for us, not by our peer, or not whole. */
export class SealError extends Error {
  /** Names the reason. */
  constructor(
    readonly code: SealErrorCode,
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

const subtle = globalThis.crypto?.subtle;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const COUNTER_BYTES = 8;
const EMPTY = new Uint8Array();

/** What both sides must agree on before they start: another team, session, origin or version, and nothing opens. */
export function prologue(team: string, session: string, origin: string): Bytes {
  // Not cut to ASCII: two origins must never make one prologue.
  const site = new TextEncoder().encode(origin);
  return join(ascii("alongside/1\0"), decode(team) ?? EMPTY, decode(session) ?? EMPTY, [site.length >> 8, site.length & 255], site);
}

/** The visitor's half of a handshake. */
export class Initiator {
  /** Message 1. */
  readonly message: Uint8Array;
  #transcript: Transcript;
  #ephemeral: CryptoKey;

  private constructor(message: Uint8Array, transcript: Transcript, ephemeral: CryptoKey) {
    this.message = message;
    this.#transcript = transcript;
    this.#ephemeral = ephemeral;
  }

  /** Makes message 1, by default with a fresh ephemeral key and, as this protocol has it, an empty payload. */
  static async start(prologue: Uint8Array, ephemeral?: StaticKey, payload: Uint8Array = EMPTY): Promise<Initiator> {
    const key = ephemeral ?? (await freshKey());
    const transcript = await Transcript.start(prologue);
    await transcript.mixHash(key.publicKey);
    await transcript.mixHash(payload);
    return new Initiator(join(key.publicKey, payload), transcript, key.privateKey);
  }

  /**
   * Opens message 2. One ephemeral serves one claim: whatever comes of it, this initiator is used up.
   *
   * Errors: `SealError` with `handshake-failed`.
   */
  async finish(
    message2: Uint8Array,
  ): Promise<{ payload: Uint8Array; remoteStatic: Uint8Array; channel: SealedChannel }> {
    const transcript = this.#transcript;
    try {
      const remote = message2.slice(0, KEY_BYTES);
      const statics = KEY_BYTES + KEY_BYTES + TAG_BYTES;
      await transcript.mixHash(remote);
      await transcript.mixKey(await agree(this.#ephemeral, remote));
      const remoteStatic = await transcript.open(message2.slice(KEY_BYTES, statics));
      await transcript.mixKey(await agree(this.#ephemeral, remoteStatic));
      const payload = await transcript.open(message2.slice(statics));
      return { payload, remoteStatic, channel: await transcript.split(true) };
    } catch (error) {
      throw new SealError("handshake-failed", error);
    }
  }
}

/**
 * Answers message 1 with message 2: the helper's half of a handshake.
 *
 * Errors: `SealError` with `handshake-failed`.
 */
export async function respond(
  prologue: Uint8Array,
  message1: Uint8Array,
  staticKey: StaticKey,
  payload: Uint8Array,
  ephemeral?: StaticKey,
): Promise<{ message: Uint8Array; channel: SealedChannel }> {
  try {
    if (message1.length !== KEY_BYTES) throw new RangeError("message 1 has 32 bytes");
    const remote = message1.slice();
    const key = ephemeral ?? (await freshKey());
    const transcript = await Transcript.start(prologue);
    await transcript.mixHash(remote);
    await transcript.mixHash(EMPTY);
    await transcript.mixHash(key.publicKey);
    await transcript.mixKey(await agree(key.privateKey, remote));
    const statics = await transcript.seal(staticKey.publicKey);
    await transcript.mixKey(await agree(staticKey.privateKey, remote));
    const message = join(key.publicKey, statics, await transcript.seal(payload));
    return { message, channel: await transcript.split(false) };
  } catch (error) {
    throw new SealError("handshake-failed", error);
  }
}

/** Seals and opens frames after a handshake: u64be counter, then ciphertext. Counters rise; gaps are allowed. */
export class SealedChannel {
  #sending: CryptoKey;
  #receiving: CryptoKey;
  #next = 0;
  #last = -1;
  #order: Promise<unknown> = Promise.resolve();

  /** Used by the handshake alone. */
  constructor(sending: CryptoKey, receiving: CryptoKey) {
    this.#sending = sending;
    this.#receiving = receiving;
  }

  /** Seals one message; frames come in the order of the calls. */
  seal(plain: Uint8Array): Promise<Uint8Array> {
    const counter = this.#next++;
    return this.#inOrder(async () => {
      const iv = nonce(counter);
      const sealed = await subtle.encrypt(aes(iv), this.#sending, plain.slice());
      return join(iv.subarray(-COUNTER_BYTES), new Uint8Array(sealed));
    });
  }

  /**
   * Opens one frame; frames are opened in the order of the calls.
   *
   * Errors: `SealError` with `frame-replayed` when its counter is not above the last, else `frame-invalid`.
   */
  open(frame: Uint8Array): Promise<Uint8Array> {
    return this.#inOrder(async () => {
      if (frame.length < COUNTER_BYTES + TAG_BYTES) throw new SealError("frame-invalid");
      const counter = Number(new DataView(frame.buffer, frame.byteOffset).getBigUint64(0));
      if (counter <= this.#last) throw new SealError("frame-replayed");
      // Beyond, two counters could be one number; nobody honest gets there.
      if (counter > Number.MAX_SAFE_INTEGER) throw new SealError("frame-invalid");
      try {
        const plain = await subtle.decrypt(aes(nonce(counter)), this.#receiving, frame.slice(COUNTER_BYTES));
        this.#last = counter;
        return new Uint8Array(plain);
      } catch (error) {
        throw new SealError("frame-invalid", error);
      }
    });
  }

  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#order.then(act);
    this.#order = done.catch(() => {});
    return done;
  }
}

// The symmetric state of the Noise specification: what has been said so far, and the keys that come of it.
class Transcript {
  #hash: Bytes;
  #chain: Bytes;
  #key: CryptoKey | null = null;
  #counter = 0;

  private constructor(hash: Bytes) {
    this.#hash = this.#chain = hash;
  }

  static async start(prologue: Uint8Array): Promise<Transcript> {
    const name = new Uint8Array(KEY_BYTES);
    name.set(ascii("Noise_NX_25519_AESGCM_SHA256"));
    const transcript = new Transcript(name);
    await transcript.mixHash(prologue);
    return transcript;
  }

  async mixHash(data: Uint8Array): Promise<void> {
    this.#hash = new Uint8Array(await subtle.digest("SHA-256", join(this.#hash, data)));
  }

  async mixKey(secret: Uint8Array): Promise<void> {
    const [chain, key] = await this.#derive(secret);
    this.#chain = chain;
    this.#key = await aesKey(key);
    this.#counter = 0;
  }

  async seal(plain: Uint8Array): Promise<Uint8Array> {
    const sealed = await subtle.encrypt(this.#next(), this.#present(), plain.slice());
    await this.mixHash(new Uint8Array(sealed));
    return new Uint8Array(sealed);
  }

  async open(sealed: Uint8Array): Promise<Uint8Array> {
    const plain = await subtle.decrypt(this.#next(), this.#present(), sealed.slice());
    await this.mixHash(sealed);
    return new Uint8Array(plain);
  }

  async split(initiator: boolean): Promise<SealedChannel> {
    const [first, second] = await this.#derive(EMPTY);
    const [forth, back] = [await aesKey(first), await aesKey(second)];
    return initiator ? new SealedChannel(forth, back) : new SealedChannel(back, forth);
  }

  #next(): AesGcmParams {
    return { ...aes(nonce(this.#counter++)), additionalData: this.#hash };
  }

  #present(): CryptoKey {
    if (this.#key === null) throw new TypeError("no key has been mixed in");
    return this.#key;
  }

  // HKDF with two outputs, by HMAC: an empty secret is no key that WebCrypto would import for HKDF.
  async #derive(secret: Uint8Array): Promise<[Bytes, Bytes]> {
    const extracted = await hmac(this.#chain, secret);
    const first = await hmac(extracted, Uint8Array.of(1));
    return [first, await hmac(extracted, join(first, [2]))];
  }
}

async function freshKey(): Promise<StaticKey> {
  const pair = (await subtle.generateKey("X25519", false, ["deriveBits"])) as CryptoKeyPair;
  return { privateKey: pair.privateKey, publicKey: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)) };
}

async function agree(privateKey: CryptoKey, publicKey: Uint8Array): Promise<Uint8Array> {
  const remote = await subtle.importKey("raw", publicKey.slice(), "X25519", false, []);
  const secret = new Uint8Array(await subtle.deriveBits({ name: "X25519", public: remote }, privateKey, 8 * KEY_BYTES));
  // A point of low order: the outcome would not depend on our key (RFC 7748 section 6.1).
  if (secret.every((byte) => byte === 0)) throw new RangeError("zero shared secret");
  return secret;
}

async function hmac(key: Bytes, data: Uint8Array): Promise<Bytes> {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, data.slice()));
}

function aesKey(bytes: Bytes): Promise<CryptoKey> {
  return subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function aes(iv: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv };
}

// Four zero bytes and the counter, big-endian. Source: Noise section 12.4.
function nonce(counter: number): Bytes {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setBigUint64(4, BigInt(counter));
  return iv;
}

function ascii(text: string): Bytes {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function join(...parts: ArrayLike<number>[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
