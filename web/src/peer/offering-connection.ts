// A peer connection of the side that offers: it can be made, and can gather, before anybody needs it.

import { PeerConnection } from "./peer-connection";

/** A peer connection that makes the offer. */
export class OfferingConnection extends PeerConnection {
  /** Whether this connection can still come up. */
  get usable(): boolean {
    return this.connection.signalingState !== "closed" && this.channel.readyState === "connecting";
  }

  /** Gives the offer with every candidate found so far; makes it, and begins to gather, the first time. */
  async offer(): Promise<string> {
    return this.connection.localDescription?.sdp ?? this.describe();
  }

  /** Takes the answer to the offer. */
  accept(answer: string): Promise<void> {
    return this.connection.setRemoteDescription({ type: "answer", sdp: answer });
  }
}
