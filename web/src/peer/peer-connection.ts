// One RTCPeerConnection with its one negotiated data channel. Nothing here waits for gathering: a description
// goes out as soon as it stands, and each candidate follows when it is found.

import { MAX_OUTBOX, MAX_TEXT_BYTES, type Candidate } from "../wire/peer";
import type { IceServer } from "../wire/signaling";
import { beginConnection, type Begun } from "./head-start";

// How much may wait for the other side to take it. Units: bytes. After a gap a whole outbox is sent at once: twice its
// longest texts, for every byte may be escaped, and half as much for all the rest. Chromium throws at 16 MiB; a peer who
// takes nothing while it asks for more is let go of before that.
const MAX_BUFFERED_BYTES = 3 * MAX_OUTBOX * MAX_TEXT_BYTES;

/** What a peer connection tells whoever has taken it. */
export type PeerListener = {
  /** A local candidate was found that is not in the description. */
  found(candidate: Candidate): void;
  /** The data channel is open. */
  opened(): void;
  /** The data channel closed, or the connection failed; said once. */
  closed(): void;
  /** The path has gone silent. */
  disturbed(): void;
  /** Something arrived on the data channel. */
  received(data: unknown): void;
};

/** A peer connection of one generation. */
export type PeerConnection = ReturnType<typeof peerConnection>;

/**
 * Makes a peer connection, or takes up one that was begun; nothing is gathered or sent before its first description.
 *
 * Errors: throws where the browser has no WebRTC, or a policy forbids it (`NotAllowedError`).
 */
export function peerConnection({ connection, channel, offer, answered }: Begun = beginConnection()) {
  // Without a listener the connection is held in hand, and what is found will be in its description.
  let listener: PeerListener | null = null;

  function lost(): void {
    const told = listener;
    listener = null;
    told?.closed();
  }

  connection.onicecandidate = ({ candidate: found }) => {
    if (!found?.candidate) return;
    const { candidate, sdpMid, sdpMLineIndex } = found;
    listener?.found({ candidate, sdpMid, sdpMLineIndex });
  };
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "failed") lost();
    if (connection.connectionState === "disconnected") listener?.disturbed();
  };
  channel.onopen = () => listener?.opened();
  channel.onclose = lost;
  channel.onmessage = ({ data }) => listener?.received(data);

  /** Makes the local description, and begins to gather. */
  async function describe(): Promise<string> {
    // One that was begun ahead has found some candidates by now, and told nobody.
    await (answered ?? connection.setLocalDescription());
    // A connection that was closed meanwhile has none; an empty one fails at the other side as it must.
    return connection.localDescription?.sdp ?? "";
  }

  return {
    connection,
    channel,
    describe,

    /** Sets what to connect with, before the first description; what the browser does not take is left out. */
    configure(servers: IceServer[]): void {
      if (offer) return;
      const iceServers: RTCIceServer[] = [];
      for (const { urls, username, credential } of servers) {
        const server = username !== null && credential !== null ? { urls, username, credential } : { urls };
        try {
          connection.setConfiguration({ iceServers: [...iceServers, server] });
          iceServers.push(server);
        } catch {
          // A server names addresses that this browser cannot read: the rest may do without them.
        }
      }
    },

    /** Hands the connection to whoever uses it. */
    listen(given: PeerListener): void {
      listener = given;
    },

    /**
     * Takes an offer and makes its answer, and begins to gather.
     *
     * Errors: rejects an offer that is none, and another than the one that is answered already.
     */
    async answer(sdp: string): Promise<string> {
      if (sdp !== offer) await connection.setRemoteDescription({ type: "offer", sdp });
      return describe();
    },

    /** Adds a candidate of the other side. */
    addCandidate: (candidate: Candidate): Promise<void> => connection.addIceCandidate(candidate),

    /**
     * Sends on the data channel; on one that is not open, nothing: its closing is told anyway. One whose other side takes
     * nothing is closed, and told to be.
     */
    send(text: string): void {
      // One that was closed in this turn still says that it is open.
      if (channel.readyState !== "open" || !listener) return;
      try {
        channel.send(text);
        if (channel.bufferedAmount <= MAX_BUFFERED_BYTES) return;
      } catch {
        // The browser has a limit of its own.
      }
      connection.close();
      lost();
    },

    /** Closes without a word to the listener. */
    close(): void {
      listener = null;
      connection.close();
    },
  };
}
