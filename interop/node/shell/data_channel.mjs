// Sending on data channels. A Blob is read by JavaScript, which takes time: the addon keeps its place among the messages.

/** `RTCDataChannel.send` for all types of messages. */
export function sendOperation(engine) {
  let tickets = 0;
  return (channel, [data]) => {
    if (!(data instanceof Blob)) return engine.call('RTCDataChannel.send', channel.id, [data], true);
    const ticket = ++tickets;
    engine.call('RTCDataChannel.send', channel.id, [{ $blob: data.size, ticket }], true);
    const fill = (octets) => engine.call('RTCDataChannel.fill', channel.id, [ticket, octets], true);
    data.arrayBuffer().then(fill, () => fill(null));
    return undefined;
  };
}
