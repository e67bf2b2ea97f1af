// Remembers how the peer connections of a page were described, and whether any of their data channels ever opened.
// Changes nothing else.

/** Runs in a page before its own scripts. */
function watch() {
  const described = new Set();
  const opened = [];
  const sent = [];
  const Original = RTCPeerConnection;
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (data) {
    sent.push(String(data));
    return send.call(this, data);
  };
  window.RTCPeerConnection = class extends Original {
    constructor(...configuration) {
      super(...configuration);
      // Of a connection that is closed, Firefox does not say any more what it was.
      for (const event of ["signalingstatechange", "icegatheringstatechange"]) {
        this.addEventListener(event, () => {
          if (this.signalingState === "closed") return;
          for (const one of [this.localDescription, this.remoteDescription]) if (one) described.add(one.sdp);
        });
      }
      this.addEventListener("datachannel", ({ channel }) => opened.push(channel.label));
    }
    createDataChannel(...values) {
      const channel = super.createDataChannel(...values);
      channel.addEventListener("open", () => opened.push(channel.label));
      return channel;
    }
  };
  window.peerWatch = { described, opened, sent };
}

/** Watches a page from its next address on. */
export const watchPeers = (page) => page.addInitScript(watch);

/** The descriptions of every connection that the page has made. */
export const descriptions = (page) => page.evaluate(() => [...window.peerWatch.described]);

/** How many data channels have opened, and what was sent on them. */
export const channels = (page) => page.evaluate(() => ({ opened: window.peerWatch.opened.length, sent: window.peerWatch.sent }));
