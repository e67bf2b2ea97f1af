// What a process holds: every byte of its memory that can be read.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";

// How much is read at once. Units: bytes.
const PIECE = 4 << 20;

// How much of a piece is read again with the next, so that no word is missed that lies across two. Units: bytes.
const OVERLAP = 4096;

/** Gives the memory of a running process in pieces. */
export function* memoryOf(pid) {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const [, from, to, name] = /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      // The kernel's own pages cannot be read, and hold nothing of the process.
      if (from === undefined || name === "[vvar]" || name === "[vsyscall]" || name === "[vvar_vclock]") continue;
      const end = Number.parseInt(to, 16);
      for (let at = Number.parseInt(from, 16); at < end; at += PIECE - OVERLAP) {
        const piece = Buffer.alloc(Math.min(PIECE, end - at));
        let length;
        try {
          length = readSync(memory, piece, 0, piece.length, at);
        } catch (error) {
          // The process gave this region back meanwhile.
          if (error.code === "EIO" || error.code === "EFAULT") break;
          throw error;
        }
        yield piece.subarray(0, length);
      }
    }
  } finally {
    closeSync(memory);
  }
}
