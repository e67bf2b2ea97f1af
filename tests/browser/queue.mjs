// Many who wait: visitors who have asked and do nothing else, each by a socket of their own.

import { randomBytes } from "node:crypto";
import { once } from "node:events";

import WebSocket from "ws";

const draw = (length) => randomBytes(length).toString("base64url");

/** Lets so many visitors ask a server, one after the other; gives them, longest waiting first, each with a way to `leave`. */
export async function queue(server, count, origin = (at) => `https://shop-${at + 1}.example`) {
  const [, team] = /invite=1\.([\w-]{43})\./.exec(server.console);
  const visitors = [];
  for (let at = 0; at < count; at++) {
    const socket = new WebSocket(`${server.origin.replace("http", "ws")}/v1/ws`, "alongside.v1");
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "ask", team, session: draw(16), origin: origin(at), message: draw(32), place: draw(16) }));
    const [answer] = await once(socket, "message");
    const { type } = JSON.parse(answer);
    if (type !== "queued") throw new Error(`the server answered ${answer}`);
    visitors.push({ origin: origin(at), leave: () => (socket.close(), once(socket, "close")) });
  }
  return visitors;
}
