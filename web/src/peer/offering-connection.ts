// A peer connection of the side that offers: it can be made, and can gather, before anybody needs it.

import type { IceServer } from "../wire/signaling";
import { peerConnection } from "./peer-connection";

/** A peer connection that makes the offer. */
export type OfferingConnection = ReturnType<typeof offeringConnection>;

/** Makes a peer connection that makes the offer. */
export function offeringConnection(iceServers: IceServer[]) {
  const made = peerConnection();
  const { connection, channel } = made;
  made.configure(iceServers);
  return {
    ...made,

    /** Whether this connection can still come up. */
    isUsable: (): boolean => connection.signalingState !== "closed" && channel.readyState === "connecting",

    /** Gives the offer with every candidate found so far; makes it, and begins to gather, the first time. */
    offer: async (): Promise<string> => connection.localDescription?.sdp ?? made.describe(),

    /** Gives the offer once all candidates are found, or after so long. Units: milliseconds. */
    gathered: async (ms: number): Promise<string> => {
      await made.describe();
      await new Promise<void>((done) => {
        const timer = setTimeout(done, ms);
        const look = (): void => {
          if (connection.iceGatheringState !== "complete") return;
          clearTimeout(timer);
          done();
        };
        connection.onicegatheringstatechange = look;
        look();
      });
      return connection.localDescription?.sdp ?? "";
    },

    /** Takes the answer to the offer. */
    accept: (answer: string): Promise<void> => connection.setRemoteDescription({ type: "answer", sdp: answer }),
  };
}
