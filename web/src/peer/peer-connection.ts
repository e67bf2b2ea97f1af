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
  /** The path has gone silent. */
  disturbed(): void;
  /** Something arrived on the data channel. */
  received(data: unknown): void;
};

/** A peer connection of one generation. */
export type PeerConnection = ReturnType<typeof peerConnection>;

/**
 * Makes a peer connection; nothing is gathered or sent before its first description.
 *
 * Errors: throws where the browser has no WebRTC, or a policy forbids it (`NotAllowedError`).
 */
export function peerConnection() {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel(CONTROL_CHANNEL.label, { negotiated: true, id: CONTROL_CHANNEL.id });
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

  // A connection that was closed meanwhile has none; an empty one fails at the other side as it must.
  const described = (): string => connection.localDescription?.sdp ?? "";

  /** Makes the local description, and begins to gather. */
  async function describe(): Promise<string> {
    await connection.setLocalDescription();
    return described();
  }

  return {
    connection,
    channel,
    describe,

    /** Gives the local description with what was found by now. */
    described,

    /** Sets what to connect with, before the first description; what the browser does not take is left out. */
    configure(servers: IceServer[]): void {
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

    /** Takes an offer and makes its answer, and begins to gather. */
    async answer(sdp: string): Promise<string> {
      await connection.setRemoteDescription({ type: "offer", sdp });
      return describe();
    },

    /** Adds a candidate of the other side. */
    addCandidate: (candidate: Candidate): Promise<void> => connection.addIceCandidate(candidate),

    /** Sends on the data channel; on one that is not open, nothing: its closing is told anyway. */
    send(text: string): void {
      if (channel.readyState === "open") channel.send(text);
    },

    /** Closes without a word to the listener. */
    close(): void {
      listener = null;
      connection.close();
    },
  };
}
