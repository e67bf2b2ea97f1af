// What is put into a page that is measured.

/** Runs in a page before all its own scripts: notes when a data channel opens, on the clock of the page. */
export function watch() {
  window.opened = [];
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...values) {
    const channel = createDataChannel.apply(this, values);
    channel.addEventListener("open", () => window.opened.push(performance.now()));
    return channel;
  };
}
