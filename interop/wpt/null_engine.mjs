// An addon that can do nothing: what passes with it is the shell's alone.
let ids = 0;

function answer(op, [first]) {
  const object = (i, s) => ({ v: { $: ++ids, i, s } });
  switch (op) {
    case 'clock':
    case 'RTCPeerConnection.close':
      return { v: null };
    case 'new RTCSessionDescription':
      return object('RTCSessionDescription', first);
    case 'new RTCPeerConnection':
      return object('RTCPeerConnection', { signalingState: 'stable', iceGatheringState: 'new', iceConnectionState: 'new', connectionState: 'new' });
    case 'new RTCRtpScriptTransform':
      return object('RTCRtpScriptTransform', {});
    case 'new MediaStream':
      return object('MediaStream', { id: `stream ${ids}`, active: false });
    default: {
      const error = { name: 'NotSupportedError', message: `there is no engine: ${op}` };
      return /create(Offer|Answer)|Description|IceCandidate/.test(op) ? { reject: error } : { throw: error };
    }
  }
}

export default {
  call: (op, self, args) => JSON.stringify(answer(op, JSON.parse(args))),
  start() {},
  next: () => null,
  pushVideo() {},
  pushAudio() {},
  sink() {},
  shutdown() {},
};
