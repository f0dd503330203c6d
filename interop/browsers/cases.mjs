// The cases, in the order in which they run.

/** Peers with media that is played and decoded. */
const BROWSERS = ['chromium', 'firefox'];
const MEDIA = [...BROWSERS, 'aiortc'];

const echo = { messages: 10_000 };
const bulk = { octets: 32 << 20 };

export const CASES = {
  'data-echo': { parameters: echo, limit: 240_000 },
  'bulk-up': { parameters: bulk, limit: 240_000 },
  'bulk-down': { parameters: bulk, limit: 240_000 },
  audio: { only: MEDIA },
  video: { only: MEDIA, parameters: { codec: 'VP8' } },
  'video-h264': { only: ['chromium', 'aiortc'], parameters: { codec: 'H264' } },
  'video-av1': { only: ['chromium'], parameters: { codec: 'AV1' } },
  renegotiate: { only: BROWSERS, limit: 150_000 },
  'ice-restart': { only: BROWSERS },
  'close-local': {},
  'close-remote': {},
  'max-bundle': { only: BROWSERS, configuration: { bundlePolicy: 'max-bundle' } },
  'max-compat': { only: BROWSERS, configuration: { bundlePolicy: 'max-compat' } },
  glare: { only: BROWSERS },
  rollback: { only: BROWSERS },
  // Firefox knows no provisional answers.
  pranswer: { only: ['chromium'] },
  recycle: { only: BROWSERS, limit: 150_000 },
  'codec-preferences': { only: BROWSERS },
  // Firefox goes on sending pictures of no track.
  'replace-track': { only: ['chromium'], parameters: { codec: 'VP8' }, limit: 150_000 },
  simulcast: { only: BROWSERS, roles: ['answer'] },
  // Headless Firefox gives no sound to listen to.
  dtmf: { only: ['chromium'] },
  'encoded-transform': { only: BROWSERS, parameters: { codec: 'VP8' } },
  // Browsers know no priorities of channels: what we send must not disturb them.
  priority: { only: BROWSERS, roles: ['offer'] },
  certificate: { only: BROWSERS },
  'fingerprint-mismatch': { only: BROWSERS },
  tcp: { only: BROWSERS, parameters: { messages: 1_000 }, limit: 180_000 },
  relay: { only: BROWSERS, parameters: { messages: 1_000 }, relay: true, limit: 180_000 },
};
