// Stands between browsers and the server, and keeps every byte that either of them says.

import dgram from "node:dgram";
import net from "node:net";

const listening = (socket, listen) => new Promise((resolve) => listen.call(socket, 0, "127.0.0.1", resolve));

/**
 * Records TCP connections to the port that `to` is later given.
 *
 * Each of `connections` has the bytes `toServer` and `toBrowser`, as they were on the wire.
 */
export async function recordTcp() {
  const recorded = [];
  const open = new Set();
  const recorder = { to: 0 };
  const server = net.createServer((browser) => {
    const taken = { toServer: [], toBrowser: [] };
    recorded.push(taken);
    const upstream = net.connect(recorder.to, "127.0.0.1");
    const carry = (from, into, bytes) => {
      open.add(from);
      from.setNoDelay(true);
      from.on("data", (chunk) => bytes.push(chunk));
      from.on("error", () => into.destroy());
      from.on("close", () => open.delete(from));
      from.pipe(into);
    };
    carry(browser, upstream, taken.toServer);
    carry(upstream, browser, taken.toBrowser);
  });
  await listening(server, server.listen);
  return Object.assign(recorder, {
    port: server.address().port,
    connections: () =>
      recorded.map(({ toServer, toBrowser }) => ({ toServer: Buffer.concat(toServer), toBrowser: Buffer.concat(toBrowser) })),
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  });
}

/** Records UDP datagrams to the port that `to` is later given, and the answers to them. */
export async function recordUdp() {
  const recorded = [];
  const recorder = { to: 0 };
  const front = dgram.createSocket("udp4");
  const backs = new Map();
  front.on("message", (datagram, { port }) => {
    recorded.push(datagram);
    let back = backs.get(port);
    if (back === undefined) {
      back = dgram.createSocket("udp4");
      back.on("message", (answer) => {
        recorded.push(answer);
        front.send(answer, port, "127.0.0.1");
      });
      backs.set(port, back);
    }
    back.send(datagram, recorder.to, "127.0.0.1");
  });
  await listening(front, front.bind);
  return Object.assign(recorder, {
    port: front.address().port,
    datagrams: () => [...recorded],
    close() {
      front.close();
      for (const back of backs.values()) back.close();
    },
  });
}
