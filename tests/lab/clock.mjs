// Another time of day for one program, by Debian's libfaketime.

import { existsSync } from "node:fs";

const library = ["x86_64", "aarch64"]
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file));

/** Whether there is such a thing here. */
export const canShift = library !== undefined;

/** A command line under which a program's clock is off by so much, such as `-10m`; how fast it goes is left alone. */
export const underClock = (offset) => ["env", `LD_PRELOAD=${library}`, `FAKETIME=${offset}`, "FAKETIME_DONT_FAKE_MONOTONIC=1"];
