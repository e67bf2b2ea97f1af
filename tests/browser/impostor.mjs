// Somebody between the two who does all that an honest side does, with keys of their own and a real peer connection:
// whoever believes them is connected to them.

import { decode, encode, initiate, prologue, respond } from "./project.mjs";

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (value) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const prologueOf = ({ team, session, origin }) => prologue(team, session, origin);

/** Makes a static key that nobody has signed. */
export async function ownKey() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  return { privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)) };
}

/** A peer connection in the impostor's own browser, which greets, and keeps what it is told. */
export class Peer {
  #page;

  /** Takes a page of the impostor's. */
  constructor(page) {
    this.#page = page;
  }

  /** Makes a peer connection of this role, in place of the last. */
  async begin(role) {
    await this.#page.evaluate((role) => {
      const connection = new RTCPeerConnection();
      const channel = connection.createDataChannel("control", { negotiated: true, id: 0 });
      window.peer = { connection, channel, opened: false, told: [] };
      const say = (message) => channel.send(JSON.stringify(message));
      // Greets until it is heard, as everybody has to: the first message of a channel may be lost.
      let greeting;
      const greet = () => channel.readyState === "open" && say({ type: "hello", protocol: 1, role, stored: 0 });
      channel.onopen = () => {
        window.peer.opened = true;
        greet();
        greeting = setInterval(greet, 200);
      };
      channel.onmessage = ({ data }) => {
        window.peer.told.push(data);
        const { type } = JSON.parse(data);
        if (type === "hello") say({ type: "hello-ack" });
        else clearInterval(greeting);
      };
    }, role);
  }

  /** Describes itself, candidates included. */
  describe() {
    return this.#page.evaluate(async () => {
      const { connection } = window.peer;
      await connection.setLocalDescription();
      while (connection.iceGatheringState !== "complete") await new Promise((resolve) => setTimeout(resolve, 10));
      return connection.localDescription.sdp;
    });
  }

  /** Takes a description of the other side. */
  take(type, sdp) {
    return this.#page.evaluate((description) => window.peer.connection.setRemoteDescription(description), { type, sdp });
  }

  /** Takes a candidate of the other side. */
  add({ candidate, sdpMid, sdpMLineIndex }) {
    return this.#page.evaluate((found) => window.peer.connection.addIceCandidate(found), { candidate, sdpMid, sdpMLineIndex });
  }

  /** Waits until it is told this. */
  async hears(word) {
    await this.#page.waitForFunction((word) => window.peer.told.some((message) => message.includes(word)), word);
  }

  /** Whether anybody is connected, and all that they have said. */
  known() {
    return this.#page.evaluate(() => ({ opened: window.peer?.opened ?? false, told: window.peer?.told ?? [] }));
  }
}

/** Answers a visitor as if it were a helper. */
export class FalseHelper {
  #peer;
  #certificate;
  #key;
  #channel = null;

  /** Shows this certificate, and has this static key. */
  constructor(peer, certificate, key) {
    this.#peer = peer;
    this.#certificate = certificate;
    this.#key = key;
  }

  /** Makes message 2 for an ask; with an offer of the impostor's own. */
  async claim(asked) {
    await this.#peer.begin("helper");
    const payload = bytes({ certificate: this.#certificate, offer: await this.#peer.describe() });
    const { message, channel } = await respond(prologueOf(asked), decode(asked.message), this.#key, payload);
    this.#channel = channel;
    return encode(message);
  }

  /** Takes what the visitor sealed for it. */
  async forwarded(message) {
    const signal = JSON.parse(text(await this.#channel.open(decode(message))));
    if (signal.type === "answer") await this.#peer.take("answer", signal.sdp);
    else await this.#peer.add(signal);
  }
}

/** Asks a helper as if it were the visitor. */
export class FalseVisitor {
  #peer;
  #initiator;
  #channel = null;

  constructor(peer, initiator) {
    this.#peer = peer;
    this.#initiator = initiator;
  }

  /** Begins a handshake in place of somebody's own. */
  static async inPlaceOf(peer, asked) {
    return new FalseVisitor(peer, await initiate(prologueOf(asked)));
  }

  /** Message 1. */
  get message() {
    return encode(this.#initiator.message);
  }

  /** Takes message 2, and gives the sealed answer to the helper's offer. */
  async claimed(message) {
    const { payload, channel } = await this.#initiator.finish(decode(message));
    this.#channel = channel;
    await this.#peer.begin("visitor");
    await this.#peer.take("offer", JSON.parse(text(payload)).offer);
    return encode(await channel.seal(bytes({ type: "answer", sdp: await this.#peer.describe() })));
  }

  /** Takes what the helper sealed for it. */
  async forwarded(message) {
    const signal = JSON.parse(text(await this.#channel.open(decode(message))));
    if (signal.type === "candidate") await this.#peer.add(signal);
  }
}
