// What a WebSocket carried: browsers mask what they send (RFC 6455 section 5.3), so that nothing would be found in it.

/** Takes the bytes of one direction of a connection; gives all payloads, unmasked, or nothing when it is plain HTTP. */
export function payloads(bytes) {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0 || !/\r\nupgrade: *websocket\r\n/i.test(`${bytes.subarray(0, head).toString("latin1")}\r\n`)) return Buffer.alloc(0);
  const found = [];
  for (let at = head + 4; at + 2 <= bytes.length; ) {
    const masked = bytes[at + 1] & 0x80;
    let length = bytes[at + 1] & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const mask = masked ? bytes.subarray(at, at + 4) : [0, 0, 0, 0];
    if (masked) at += 4;
    found.push(Buffer.from(bytes.subarray(at, at + length)).map((byte, place) => byte ^ mask[place % 4]));
    at += length;
  }
  return Buffer.concat(found);
}
