// One RTCPeerConnection with its one negotiated data channel. Nothing here waits for gathering: a description
// goes out as soon as it stands, and each candidate follows when it is found.

import { CONTROL_CHANNEL, type Candidate } from "../wire/peer";
import type { IceServer } from "../wire/signaling";

/** What a peer connection tells whoever has taken it. */
export type PeerListener = {
  /** A local candidate was found that is not in the description. */
  found(candidate: Candidate): void;
  /** The data channel is open. */
  opened(): void;
  /** The data channel closed, or the connection failed; said once. */
  closed(): void;
  /** Something arrived on the data channel. */
  received(data: unknown): void;
};

/** A peer connection of one generation. */
export class PeerConnection {
  protected readonly connection = new RTCPeerConnection();
  protected readonly channel: RTCDataChannel;
  #listener: PeerListener | null = null;

  /**
   * Makes a peer connection; nothing is gathered or sent before its first description.
   *
   * Errors: throws where the browser has no WebRTC, or a policy forbids it (`NotAllowedError`).
   */
  constructor(iceServers: IceServer[] = []) {
    this.configure(iceServers);
    this.channel = this.connection.createDataChannel(CONTROL_CHANNEL.label, {
      negotiated: true,
      id: CONTROL_CHANNEL.id,
    });
    this.connection.onicecandidate = ({ candidate }) => {
      // Without a listener the connection is held in hand, and the candidate is in the description by now.
      if (candidate?.candidate) {
        this.#listener?.found({
          candidate: candidate.candidate,
          sdpMid: candidate.sdpMid,
          sdpMLineIndex: candidate.sdpMLineIndex,
        });
      }
    };
    this.connection.onconnectionstatechange = () => {
      if (this.connection.connectionState === "failed") this.#lost();
    };
    this.channel.onopen = () => this.#listener?.opened();
    this.channel.onclose = () => this.#lost();
    this.channel.onmessage = ({ data }) => this.#listener?.received(data);
  }

  /** Sets what to connect with; what the browser does not take is left out. */
  configure(servers: IceServer[]): void {
    const usable = (server: RTCIceServer): boolean => {
      try {
        this.connection.setConfiguration({ iceServers: [server] });
        return true;
      } catch {
        // A server names addresses that this browser cannot read: the rest may do without them.
        return false;
      }
    };
    const iceServers = servers
      .map(({ urls, username, credential }) => ({
        urls,
        ...(username === null ? {} : { username }),
        ...(credential === null ? {} : { credential }),
      }))
      .filter(usable);
    this.connection.setConfiguration({ iceServers });
  }

  /** Hands the connection to whoever uses it. */
  listen(listener: PeerListener): void {
    this.#listener = listener;
  }

  /** Takes an offer and makes its answer, and begins to gather. */
  async answer(offer: string): Promise<string> {
    await this.connection.setRemoteDescription({ type: "offer", sdp: offer });
    return this.describe();
  }

  /** Adds a candidate of the other side. */
  addCandidate(candidate: Candidate): Promise<void> {
    return this.connection.addIceCandidate(candidate);
  }

  /** Sends on the data channel; on one that is not open, nothing: its closing is told anyway. */
  send(text: string): void {
    if (this.channel.readyState === "open") this.channel.send(text);
  }

  /** Closes without a word to the listener. */
  close(): void {
    this.#listener = null;
    this.connection.close();
  }

  /** Makes the local description, and begins to gather. */
  protected async describe(): Promise<string> {
    await this.connection.setLocalDescription();
    // A connection that was closed meanwhile has none; an empty one fails at the other side as it must.
    return this.connection.localDescription?.sdp ?? "";
  }

  #lost(): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.closed();
  }
}
