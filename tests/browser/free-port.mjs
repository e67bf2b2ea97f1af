// A port for a program that is to be told its number before it listens.

import { createServer } from "node:net";

// Below what systems give to whoever names none (Linux from 32768, others from 49152): a port that is free now is not given
// away before its program takes it.
const FROM = 20_000;
const TO = 32_000;

/** Finds a port that nobody listens at now, on any address of this machine. */
export async function freePort() {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once("error", () => resolve(false)).listen({ port, exclusive: true }, () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
