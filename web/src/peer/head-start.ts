// A head start for a session that goes on in another page: what takes longest is begun by the loader, before the parts
// are there that know whether it can go on.

import { CONTROL_CHANNEL } from "../wire/peer";
import { SUBPROTOCOL } from "../wire/signaling";

/** A peer connection with its data channel; one that was begun ahead answers an offer already. */
export type Begun = {
  connection: RTCPeerConnection;
  channel: RTCDataChannel;
  offer?: string;
  answered?: Promise<unknown>;
};

/** What was begun ahead: a connection, if there is an offer that nobody has answered, and a socket. */
export type HeadStart = { begun: Begun | undefined; socket: WebSocket };

/** Begins a peer connection. */
export function beginConnection(configuration?: RTCConfiguration): Begun {
  const connection = new RTCPeerConnection(configuration);
  const { label, id } = CONTROL_CHANNEL;
  return { connection, channel: connection.createDataChannel(label, { negotiated: true, id }) };
}

/** Dials a server, by its origin. */
export const dialServer = (server: string): WebSocket => new WebSocket(`${server.replace("http", "ws")}/v1/ws`, SUBPROTOCOL);

/** Answers an offer at once: between its two steps nothing has to wait for a page that is being drawn. */
function answer(iceServers: RTCIceServer[], offer: string): Begun {
  // A pool of one begins to gather at once.
  const begun = beginConnection({ iceServers, iceCandidatePoolSize: 1 });
  const { connection } = begun;
  const answered = Promise.all([
    connection.setRemoteDescription({ type: "offer", sdp: offer }),
    connection.setLocalDescription(),
  ]);
  // Told to whoever takes it up.
  answered.catch(() => {});
  return { ...begun, offer, answered };
}

/**
 * Begins what going on with this takes, as the page before has kept it; `undefined` when it is none. It may be another
 * tab's, so neither the server nor the helper is told anything.
 */
export function headStart(server: string, kept: string): HeadStart | undefined {
  try {
    // Members that are null are left out: a browser takes them for texts.
    const { deposits, iceServers } = JSON.parse(kept, (_, value) => value ?? undefined).session;
    const { offer } = deposits.at(-1);
    // To dial takes longest.
    return { socket: dialServer(server), begun: offer && answer(iceServers, offer) };
  } catch {
    // Whoever cannot go on with it says so once the chat is there.
  }
}
