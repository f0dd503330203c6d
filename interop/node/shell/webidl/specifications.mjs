// Which specifications the classes are built from.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const SPECIFICATIONS = [
  'webrtc',
  'webrtc-stats',
  'webrtc-encoded-transform',
  'webrtc-svc',
  'webrtc-priority',
  'mediacapture-streams',
  'screen-capture',
  'mst-content-hint',
];

const OWN = ['basics', 'extensions'];

/** Interfaces that these texts have beside ours. */
const OFFERED = /^(RTC(?!Identity|RtpSFrame)|MediaStream|MediaDevice|InputDevice|Overconstrained|KeyFrameRequest)/;

/** Whether the classes include an interface. */
export const offered = (name) => OFFERED.test(name);

/** Interfaces of encoded transforms, which workers have. */
const OFFERED_IN_WORKERS = /^(RTC(?!RtpSFrame|RtpScriptTransform$|RtpSender|RtpReceiver)|KeyFrameRequest)/;

/** Whether the classes of a worker include an interface. */
export const offeredInWorkers = (name) => OFFERED_IN_WORKERS.test(name);

/** The WebIDL of one specification; ours are beside this file. */
export function readSpecification(name) {
  if (OWN.includes(name)) return fs.readFileSync(new URL(`${name}.idl`, import.meta.url), 'utf8');

  const directory = path.dirname(createRequire(import.meta.url).resolve('@webref/idl/package.json'));
  return fs.readFileSync(path.join(directory, `${name}.idl`), 'utf8');
}

/** All texts. */
export const readSpecifications = () => [...SPECIFICATIONS, ...OWN].map(readSpecification);
